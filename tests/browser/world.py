"""The state of an installation in which every page has something to show, made through its own pages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect
from tests.browser import walking
from tests.browser.installation import Installation, program
from tests.browser.pages import Place, Who

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEADER = "宛名番号,氏名,フリガナ,生年月日,性別,ワクチン名,回数,接種日,ロット番号"
_ROW = "{number},取込　一郎,トリコミ　イチロウ,昭和55年2月29日,男,ファイザー,1,R3.6.1,EY5422"
_SELECTING = {
    Who.OPERATOR: "operator@operator.example",
    Who.ASSESSOR: "assessor@ministry.example",
    Who.PROVIDER: "provider@vendor.example",
    Who.APPLICANT: "it@city.example",
}
SUPERVISOR = "supervisor@city.example"


@dataclass(frozen=True)
class World:
    """Ids by the names that the paths of :mod:`pages` use, and who is signed in where."""

    names: Mapping[str, str]
    states: Mapping[Who, Any]

    def address(self, place: Place) -> str:
        return place.path.format_map(self.names)


def make(chromium: Browser, site: Installation, data: Path, folder: Path) -> World:
    """A resident with a certificate, one who asks for a link, and two imports of a supervisor."""
    names: dict[str, str] = {}
    mine = _open(chromium, site, "/")
    names["provider"] = _as_resident(mine, "髙橋 架空").removeprefix(site.address)
    mine.goto(site.address + "/certificates/my/link")
    mine.get_by_role("link", name="千代田区（架空のデータ）").click()
    names["organisation"] = _last_id(mine)
    mine.get_by_label("接種券番号、または受け取った番号").fill("0000000003")
    mine.get_by_role("button", name="記録とつなげる").click()
    mine.get_by_role("link", name="国内用の証明書を作る").click()
    names["own_person"] = names["linked_person"] = _last_id(mine)
    mine.get_by_role("button", name="内容を確かめる").click()
    mine.get_by_role("button", name="証明書を作る").click()
    expect(mine.get_by_role("heading", name="接種証明書")).to_be_visible()
    names["certificate"] = _last_id(mine)

    other = _open(chromium, site, "/")
    _as_resident(other, "新姓 見本")
    other.goto(f"{site.address}/certificates/my/link/{names['organisation']}")
    other.get_by_label("接種券番号、または受け取った番号").fill("9999999999")
    other.get_by_role("button", name="記録とつなげる").click()
    other.get_by_role("button", name="市区町村に確認を申し出る").click()

    desk = _open(chromium, site, "/sign-in/staff?next=/certificates/links/")
    walking.staff(desk, data, SUPERVISOR)
    desk.locator("main table tbody a").first.click()
    names["link_request"] = _last_id(desk)
    desk.goto(site.address + "/certificates/register/?kana=%E3%83%9F%E3%83%9B%E3%83%B3")
    desk.locator("main table tbody a").first.click()
    names["person"] = _last_id(desk)
    correct = desk.locator("a[href$='/correct']").first.get_attribute("href") or ""
    names["dose"] = _UUID.findall(correct)[-1]
    names["child"] = _person(desk, site, "00000014")
    names["protected"] = _person(desk, site, "00000028")
    names["representation"] = _represent(desk, mine, site, names)
    names["checked_import"] = _import(desk, site, folder, "95001", apply=False)
    names["applied_import"] = _import(desk, site, folder, "96001", apply=True)
    desk.goto(site.address + "/certificates/batches/new")
    desk.get_by_label("件名").fill("郵送の申請")
    desk.get_by_label("宛名番号の一覧").fill("00000001\n404")
    desk.get_by_role("button", name="人数を確かめる").click()
    desk.get_by_role("button", name="発行して印刷する").click()
    walking.await_words(desk, "作れなかった人")
    names["batch"] = _last_id(desk)
    desk.goto(site.address + "/certificates/applications/")
    desk.locator("#id_reference").fill("00000001")
    desk.get_by_role("button", name="受け付ける").click()
    desk.locator("main table tbody a").first.click()
    names["postal_application"] = _last_id(desk)
    desk.goto(site.address + "/certificates/counter/")
    desk.get_by_label("氏名、フリガナ、生年月日、番号").fill("0000000001")
    desk.get_by_role("button", name="探す").click()
    names["visit"] = _last_id(desk)
    _work_at_the_desk(desk, site, folder, names)
    grant(chromium, site, data, names["agreement"])
    desk.goto(site.address + "/jobs/")
    desk.locator("main table tbody a").first.click()
    names["job"] = _last_id(desk)

    desk.goto(site.address + "/account/api-tokens/new")
    desk.get_by_label("名前").fill("受付システム")
    desk.get_by_role("checkbox").first.check()
    desk.get_by_role("button", name="作る").click()
    expect(desk.get_by_role("heading", name="トークンを作りました")).to_be_visible()

    office = _open(chromium, site, "/sign-in/staff?next=/staff/")
    walking.staff(office, data, "administrator@city.example")
    office.get_by_role("link", name="見本 担当").first.click()
    names["colleague"] = _UUID.findall(office.url)[0]
    office.goto(site.address + "/staff/new")
    office.get_by_label("メールアドレス").fill("new@city.example")
    office.get_by_label("氏名").fill("見本 新人")
    office.get_by_role("button", name="招待を作る").click()
    names["invitation"] = office.locator("#invitation-link").inner_text().removeprefix(site.address)

    office.goto(site.address + "/certificates/keys/")
    office.locator("main table tbody a").first.click()
    names["key"] = office.url.split("/")[-2]
    office.get_by_label("引退（署名をやめ、確かめには使う）").check()
    office.get_by_label("理由").fill("演習")
    office.get_by_role("button", name="操作を申請する").click()
    expect(office.get_by_text("別の管理者の承認を待っています")).to_be_visible()
    names["key_act"] = _last_id(office)

    programme = folder / "mosquito-fever.json"
    programme.write_bytes(Path("tests/certificates/registry/mosquito-fever.json").read_bytes())
    office.goto(site.address + "/certificates/programmes/new")
    office.get_by_label("プログラムのファイル（JSON）").set_input_files(programme)
    office.get_by_role("button", name="変わるところを見る").click()
    office.get_by_role("button", name="承認を申請する").click()
    expect(office.get_by_text("別の管理者の承認を待っています")).to_be_visible()
    names["programme_request"] = _last_id(office)

    names |= json.loads(_made(data, _SELECTION))
    names |= json.loads(_made(data, _APPLYING))
    selecting = {}
    for who, email in _SELECTING.items():
        selecting[who] = _open(chromium, site, "/sign-in/staff?next=/cloud/")
        walking.staff(selecting[who], data, email)
        expect(selecting[who].get_by_role("heading", name="ガバメントクラウド")).to_be_visible()
    names["directory"] = _made(data, _REGISTER)
    _made(data, _BARE)
    bare = _open(chromium, site, "/sign-in/staff?next=/account/")
    bare.locator("input[type=email]").fill("bare@city.example")
    bare.locator("input[type=password]").fill(walking.PASSWORD)
    bare.locator("main form button[type=submit]").first.click()
    bare.wait_for_url("**/sign-in/second-factor**")
    begun = _open(chromium, site, "/sign-in/staff?next=/account/")
    begun.locator("input[type=email]").fill("clerk@city.example")
    begun.locator("input[type=password]").fill(walking.PASSWORD)
    begun.locator("main form button[type=submit]").first.click()
    nobody = _open(chromium, site, "/")
    people = {
        Who.ANYBODY: nobody,
        Who.RESIDENT: mine,
        Who.STAFF: desk,
        Who.ADMINISTRATOR: office,
        Who.NEW_STAFF: begun,
        Who.BARE_STAFF: bare,
        **selecting,
    }
    return World(names, {who: page.context.storage_state() for who, page in people.items()})


def _work_at_the_desk(desk: Page, site: Installation, folder: Path, names: dict[str, str]) -> None:
    """Two people who are alike, a merge, a comparison and a bulk correction, a request to look up."""
    desk.goto(site.address + "/certificates/duplicates/")
    desk.locator("main table tbody a").first.click()
    names["twin"], names["other_twin"] = _UUID.findall(desk.url)[-2:]
    for number in ("97001", "97002"):
        _import(desk, site, folder, number, apply=True)
    desk.goto(site.address + "/certificates/duplicates/?one=97001&other=97002")
    desk.get_by_role("radio").first.check()
    desk.get_by_label("統合の理由").fill("本人確認書類で確かめた")
    desk.get_by_role("button", name="統合する").click()
    expect(desk.get_by_text("統合しました")).to_be_visible()
    names["merge"] = _last_id(desk)

    names["comparison"] = _compare(desk, site, folder, "95002")
    names["corrected"] = _compare(desk, site, folder, "96001", lot="EY9999")
    desk.get_by_role("link", name="訂正の内容を確かめる").click()
    desk.get_by_label("訂正の理由").fill("予診票との突合")
    desk.get_by_role("button", name="一括で訂正する").click()
    walking.await_words(desk, "訂正しました")

    desk.goto(site.address + "/certificates/delegations/new")
    desk.get_by_label("記録のある市区町村").select_option(label="那覇市（架空のデータ）")
    desk.get_by_label("申出の理由").fill("転入者の接種歴の確認")
    desk.get_by_label("氏名（1人目）").fill("転居　見本")
    for name, value in (("born_1_year", "1972"), ("born_1_month", "8"), ("born_1_day", "15")):
        desk.locator(f"[name={name}]").fill(value)
    until = date.today() + timedelta(days=90)
    for part in ("year", "month", "day"):
        desk.locator(f"[name=until_{part}]").fill(str(getattr(until, part)))
    desk.get_by_role("button", name="申し出る").click()
    expect(desk.get_by_text("回答待ち")).to_be_visible()
    names["delegation"] = _last_id(desk)
    names["agreement"] = agreement(desk, site)


def agreement(desk: Page, site: Installation) -> str:
    """Asks 那覇市 to let the own counter issue in its place."""
    desk.goto(site.address + "/certificates/delegations/agreement")
    desk.get_by_label("記録のある市区町村").select_option(label="那覇市（架空のデータ）")
    desk.get_by_label("協定の名前と日付").fill("代替執行に関する協定（令和8年4月1日）")
    desk.get_by_label("台帳の全員").check()
    for kind in ("card", "seal"):
        desk.locator(f"[name=kinds][value={kind}]").check()
    first, last = date.today(), date.today() + timedelta(days=365)
    for name, day in (("starts_on", first), ("until", last)):
        for part in ("year", "month", "day"):
            desk.locator(f"[name={name}_{part}]").fill(str(getattr(day, part)))
    desk.get_by_label("申出の理由").fill("窓口の共同化")
    desk.get_by_role("button", name="申し出る").click()
    expect(desk.get_by_text("回答待ち")).to_be_visible()
    return _last_id(desk)


def grant(chromium: Browser, site: Installation, data: Path, delegation: str) -> Page:
    """Its supervisor grants it."""
    town = _open(chromium, site, f"/sign-in/staff?next=/certificates/delegations/{delegation}")
    walking.staff(town, data, "supervisor@town.example")
    town.get_by_label("許可する", exact=True).check()
    town.get_by_label("回答の理由").fill("協定のとおり")
    town.get_by_role("button", name="回答する").click()
    expect(town.get_by_role("link", name="行われたことを見る")).to_be_visible()
    return town


def _compare(page: Page, site: Installation, folder: Path, number: str, *, lot: str = "EY5422") -> str:
    file = folder / f"compared-{number}.csv"
    row = _ROW.format(number=number).replace("EY5422", lot)
    file.write_bytes(f"{_HEADER}\r\n{row}\r\n".encode("cp932"))
    page.goto(site.address + "/certificates/comparisons/new")
    page.get_by_label("取込元の名前").fill(f"見本 {number}")
    page.get_by_label("CSVファイル").set_input_files(file)
    page.get_by_role("button", name="列の対応づけへ進む").click()
    made = _last_id(page)
    page.get_by_role("button", name="保存して内容を確認する").click()
    walking.await_words(page, "違いの一覧")
    page.get_by_role("button", name="この種類をすべて選ぶ").click()
    expect(page.get_by_text("選んだ行は1件です。")).to_be_visible()
    return made


def _open(chromium: Browser, site: Installation, path: str) -> Page:
    page = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="ja").new_page()
    page.set_default_timeout(20_000)
    page.goto(site.address + path)
    return page


def _as_resident(page: Page, person: str) -> str:
    """Signs in; the address of the provider's page on the way."""
    page.goto(page.url.rstrip("/") + "/sign-in/resident")
    page.get_by_role("button", name="デジタル認証アプリでサインイン").click()
    provider = page.url
    page.get_by_role("button", name=f"{person}としてサインイン").click()
    return provider


_REGISTER = """
import django; django.setup()
from datetime import UTC, datetime
from hashira.core.access import Principal
from hashira.core.accounts import services
from hashira.core.accounts.directories.registration import Registration, register
print(register(
    actor=Principal.system("terminal:test"),
    organisation=services.organisation_of("131016"),
    asked=Registration("https://directory.example", "client", "label:directory"),
    at=datetime.now(UTC),
))
"""

_SELECTION = """
import django; django.setup()
import json
from datetime import UTC, datetime, timedelta
from datetime import UTC, datetime, time, timedelta
from hashira.cloud.domain.selection.catalogue import CatalogueKind
from hashira.cloud.domain.selection.seed import seed_catalogue
from hashira.cloud.domain.baseline.versions import read_terms
from hashira.cloud.domain.engine import EngineRefused
from hashira.cloud.domain.servers import ServerGone
from hashira.cloud.domain.policy.calls import read_call
from hashira.cloud.services.catalogue import import_catalogue
from hashira.cloud.services.rollouts import propose_rollout
from hashira.cloud.store import models
from hashira.core.access import Principal
from hashira.core.accounts.models import Organisation
from hashira.core.jobs.problem import JobProblem
draft = import_catalogue(
    actor=Principal.system("terminal:test"), catalogue=seed_catalogue(CatalogueKind.PUBLIC_SAAS, 2031),
    source="sample.xlsx", source_digest="", replace=False, at=datetime.now(UTC),
)
clouds = list(models.RequirementCatalogue.objects.filter(kind="iaas-paas").order_by("-fiscal_year"))[1::-1]
decided = models.SelectionDecision.objects.get(outcome="conditional")
condition = models.SelectionCondition.objects.get(met_on=None)
assessed = models.Proposal.objects.get(state="submitted")
begun = models.Proposal.objects.get(state="draft")
calls = list(models.EarlyCall.objects.order_by("closes_on"))
order = {
    "key": "00000000-0000-4000-8000-000000000001", "body_code": "131016", "body_name": "千代田区（架空）",
    "tenant_class": "local", "system_code": "jumin", "system_name": "住民基本台帳", "stage": "production",
    "sharing": "single", "isolation": "account", "information_class": "2", "engine": "aws",
    "region": "ap-northeast-1", "address_ranges": ["10.20.0.0/20"], "roles": [],
    "monthly_budget_yen": "120000", "budget_code": "02-01-07", "exceptions": [],
}


def environment(state, problem, organisation=None):
    made = models.Environment.objects.create(
        organisation=organisation, order=order, engine="aws", body_code="131016",
        body_name=order["body_name"], tenant_class="local",
        system_code="jumin", system_name="住民基本台帳", stage="production", region="ap-northeast-1",
        state=state, account="123456789012", problem=problem, requested_at=datetime.now(UTC),
        requested_by="terminal:test", changed_at=datetime.now(UTC),
    )
    for position, state in enumerate(("verified", "failed" if problem else "verified")):
        models.EnvironmentStep.objects.create(
            environment=made, part="vend", position=position, name=f"step-{position}", title="記録を始める",
            title_en="Start the record", state=state, attempts=2,
            problem=problem if state == "failed" else None,
            evidence=[{"ja": "証跡", "en": "Trail", "value": "arn:aws:cloudtrail:ap-northeast-1:1:trail/x"}],
            begun_at=datetime.now(UTC), ended_at=datetime.now(UTC), verified_at=datetime.now(UTC),
        )
    models.EnvironmentAct.objects.create(
        environment=made, at=datetime.now(UTC), actor="terminal:test", act="ordered", facts={}
    )
    return made.pk


refused = JobProblem.of(EngineRefused(engine="AWS", operation="iam:CreateRole", answer="AccessDenied"))
def surveyed(minutes, standing):
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    step = {"step": "trail", "title": ["操作の記録を始める", "Start the record"], "standing": standing,
            "expected": ["全リージョンの証跡", "a trail of all regions"],
            "found": ["証跡がありません", "there is no trail"], "remedy": ["", ""], "code": ""}
    made = models.OrganisationSurvey.objects.create(
        engine="aws", state="done", cloud="o-example", management="999999999999", asked_at=at, ended_at=at,
        asked_by="terminal:test", document={"id": "o-example", "management": "", "policies": {}, "units": [],
        "root": {"id": "r-1", "name": "Root", "parent": ""}, "accounts": []},
        summary={"accounts": 1, "whole": 0, "lacking": 1, "unreadable": 0, "unread": 0, "steps": {
            "trail": {"title": step["title"], standing: 1}}},
        conflicts=[{"kind": "crowded", "policy": "", "place": "Root/Workloads", "accounts": 1,
                    "words": ["SCPが6本になります", "An account would have 6 SCPs"],
                    "remedy": ["まとめてください", "Merge them"]}],
        sizes=[{"name": "keep-queues", "characters": 4900, "limit": 5120, "targets": 1}],
    )
    models.SurveyedAccount.objects.create(
        survey=made, account="123123123123", name="131016-jumin-prod",
        email="one@elsewhere.example.jp",
        status="ACTIVE", unit="r-1", path="Root/Workloads", state="lacking",
        tags={"Owner": "one@city.example"}, steps=[step],
        surplus=[{"kind": "trail", "name": ["証跡", "Trail"], "identifier": "theirs"}],
        stands=f"trail:{standing}", lacks="|trail|", lacking=1, more=1, read_at=at,
    )
    return made


def adoption(survey):
    return models.AdoptionProposal.objects.create(
        engine="aws", cloud=survey.cloud, account="123123123123", account_name="131016-jumin-prod",
        body_name=order["body_name"], system_name="住民基本台帳", order=order | {"adopts": "123123123123"},
        plan={"parts": [{"step": "trail", "title": ["操作の記録を始める", "Start the record"],
                         "found": ["証跡がありません", "there is no trail"],
                         "acts": [{"operation": "cloudtrail:create_trail", "where": "ap-northeast-1",
                                   "contents": '{"Name": "hashira"}'}]}],
              "obstacles": [], "notes": [["戻る先のOU：r-1", "The unit that it goes back to: r-1"]],
              "replaced": [{"thing": ["連絡先 SECURITY", "Contact SECURITY"], "before": "a@example.jp",
                            "after": "b@example.jp"}], "former": {"unit": "r-1"}},
        proposed_at=datetime.now(UTC), proposed_by="terminal:test",
    ).pk


earlier_survey, survey = surveyed(60, "missing"), surveyed(5, "differs")
order_adopted = order | {"adopts": "123456789012"}
adopted = environment("ready", None)
models.Environment.objects.filter(pk=adopted).update(order=order_adopted)
now = datetime.now(UTC)
served = environment("ready", None, Organisation.objects.get(code="131016"))
models.ServerReading.objects.create(environment_id=served, asked_at=now, read_at=now)
server, _other = (
    models.CloudServer.objects.create(
        environment_id=served, identifier=f"i-0a1b2c3d4e5f6071{number}", region="ap-northeast-1",
        name=f"jumin-app-{number}", kind="t3.medium", state="running", since=now, seen_at=now,
        tags={"Name": f"jumin-app-{number}", "hashira:key": str(served), "CostCenter": "総務課"},
    )
    for number in range(2)
)
models.ServerSchedule.objects.create(
    server=server, days=[0, 1, 2, 3, 4], begins=time(8, 30), ends=time(18, 30), acted_until=now,
    next_at=now + timedelta(days=1), next_on=True, set_at=now, set_by="terminal:test",
)
gone = ServerGone(engine="AWS", server=server.identifier)
for verb, state, problem in (("stop", "done", None), ("start", "failed", JobProblem.of(gone).to_json())):
    models.ServerAct.objects.create(
        server=server, verb=verb, origin="person", asked_at=now, asked_by="terminal:test", ended_at=now,
        state=state, problem=problem, before={"state": "running", "tags": {}},
        seen=[[now.isoformat(), one] for one in ("running", "stopping", "stopped")],
    )
emergency = models.EmergencyAccess.objects.get()
models.EmergencyDoor.objects.create(
    emergency=emergency, environment_id=served, state="closed", person="operator@operator.example",
    begins=emergency.opened_at, ends=emergency.ends_at, opened_at=now, closed_at=now, attempts=2,
    tried_at=now,
    evidence=[{"ja": "扉", "en": "Door", "value": "arn:aws:iam::1:role/hashira/emergency-" + "a" * 32}],
)


def stalled():
    made = models.Environment.objects.get(pk=environment("stalled", refused.to_json()))
    change = models.EnvironmentAmendment.objects.create(
        environment=made, cause="application", before=made.order, state="running",
        after=made.order | {"monthly_budget_yen": "640000", "exceptions": ["data-location/2026-00001"]},
        asked_at=datetime.now(UTC), asked_by="terminal:test",
    )
    for position, state in enumerate(("verified", "failed", "waiting")):
        models.AmendmentStep.objects.create(
            amendment=change, position=position, name=f"step-{position}", title="予算を設ける",
            title_en="Set the budget", state=state, problem=refused.to_json() if state == "failed" else None,
            evidence=[{"ja": "予算", "en": "Budget", "value": "hashira-monthly  USD 4266.67"}],
            verified_at=datetime.now(UTC),
        )
    return made.pk


def rollout():
    call = read_call({"principal": "arn:aws:iam::123456789012:user/hanako", "action": "ec2:RunInstances",
                      "context": {"aws:RequestedRegion": "ap-northeast-3"}, "count": 12})
    terms = read_terms({"version": "2026.12", "regions": ["ap-northeast-1"], "adopted": ["no-access-keys"]})
    return propose_rollout(actor=Principal.system("terminal:test"), terms=terms, reason="東京だけにする",
                           calls=[call], at=datetime.now(UTC))


print(json.dumps({name: str(value) for name, value in {
    "earlier_survey": earlier_survey.pk, "survey": survey.pk, "adoption": adoption(survey),
    "adopted_environment": adopted,
    "environment": environment("suspended", None),
    "served_environment": served, "server": server.pk,
    "parked_environment": environment("parked", refused.to_json()), "stalled_environment": stalled(),
    "rollout": rollout(),
    "earlier_catalogue": clouds[0].pk, "catalogue": clouds[1].pk, "draft": draft,
    "draft_item": models.RequirementItem.objects.filter(catalogue=draft).first().pk,
    "service": decided.proposal_id, "condition": condition.pk, "report": condition.reports.get().pk,
    "assessed": assessed.pk,
    "assessed_item": models.RequirementItem.objects.get(
        catalogue=assessed.round.catalogue_id, identifier="S2.3").pk,
    "proposal_draft": begun.pk,
    "proposal_item": models.RequirementItem.objects.filter(catalogue=begun.round.catalogue_id).first().pk,
    "closed_call": calls[0].pk, "open_call": calls[1].pk,
    "application": models.EarlyApplication.objects.get().pk,
    "offering": models.ListedOffering.objects.get().pk,
    "exception": models.GuardrailException.objects.get(granted_at=None).pk,
    "emergency": models.EmergencyAccess.objects.get().pk,
}.items()}))
"""

_APPLYING = """
import django; django.setup()
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashira.cloud.domain.application.draft import Draft
from hashira.cloud.domain.application.parts import ExceptionPart
from hashira.cloud.services.applications import save_draft
from hashira.cloud.services.deputies import name_deputy
from hashira.cloud.store import models
from hashira.core.access import Grant, Principal, PrincipalKind
from hashira.core.accounts.models import RoleAssignment
now = datetime.now(UTC)
def held(email, role):
    one = RoleAssignment.objects.select_related("account").get(account__email=email, role=role)
    grant = Grant(role, str(one.organisation_id))
    return one, Principal(PrincipalKind.STAFF, str(one.account_id), grants=(grant,), second_factor=True)
city = models.UseApplication.objects.filter(body_code="131016")
begun, whole = city.get(state="draft"), city.get(state="confirming")
content = Draft.read(whole.content)
asked = ExceptionPart("data-location", "試験", now.date() + timedelta(days=90))
(environment,) = environments = tuple(
    replace(one, key="00000000-0000-4000-8000-000000000001", address_ranges=("10.40.0.0/24",))
    for one in content.environments[:1]
)
save_draft(
    actor=held("it@city.example", "cloud_applicant")[1], application_id=begun.pk, page="trial", at=now,
    change=lambda draft: replace(draft, environments=environments, roles=content.roles, exceptions=(asked,)),
)
absent, operator = held("operator@operator.example", "cloud_operator")
deputy = name_deputy(
    actor=operator, organisation_id=absent.organisation_id, role="cloud_operator",
    absent_id=absent.account_id,
    deputy_id=held("auditor@operator.example", "auditor")[0].account_id, reason="研修", at=now,
    valid_from=now.date() + timedelta(days=2), valid_until=now.date() + timedelta(days=4),
)
waiting = models.UseApplication.objects.filter(step="review").order_by("number").first()
print(json.dumps({name: str(value) for name, value in {
    "use_draft": begun.pk, "use_whole": whole.pk, "use_approved": city.get(state="approved").pk,
    "use_waiting": waiting.pk, "use_environment": environment.key, "deputy": deputy,
    "terms": models.VendingTerms.objects.get().pk,
}.items()}))
"""


_BARE = f"""
import django; django.setup()
from hashira.core.access import Principal
from hashira.core.accounts import services
services.create_account(
    actor=Principal.system("terminal:test"),
    email="bare@city.example",
    display_name="見本 未設定",
    password="{walking.PASSWORD}",
)
"""


def _made(data: Path, text: str) -> str:
    """What no page makes: a directory (which ``hashira`` would ask first, and nobody answers), an account."""
    said = program(data, text)
    assert said.returncode == 0, said.stderr
    return said.stdout.strip()


def _last_id(page: Page) -> str:
    return _UUID.findall(page.url)[-1]


def _person(page: Page, site: Installation, reference: str) -> str:
    """The id of somebody by the reference, also where the name is masked."""
    page.goto(f"{site.address}/certificates/register/?reference={reference}")
    href = page.locator("main table tbody a").first.get_attribute("href") or ""
    return _UUID.findall(href)[-1]


def _represent(desk: Page, parent: Page, site: Installation, names: Mapping[str, str]) -> str:
    """Staff see papers of the resident as a representative of the child, who uses the code."""
    desk.goto(f"{site.address}/certificates/register/{names['child']}/representatives")
    desk.get_by_label("代理人の氏名").fill("髙橋 架空")
    for part, value in (("year", "1990"), ("month", "4"), ("day", "1")):
        desk.locator(f"#id_birth_date_{part}").fill(value)
    desk.get_by_label("確認した書類").select_option("family_register")
    desk.get_by_label("窓口で渡す（1日有効）").check()
    desk.get_by_role("button", name="番号を出す").click()
    code = desk.locator(".certificates-letter__code").inner_text()
    parent.goto(f"{site.address}/certificates/my/children/{names['organisation']}")
    parent.get_by_label("代理人用の番号").fill(code)
    parent.get_by_role("button", name="記録とつなげる").click()
    parent.goto(site.address + "/certificates/my/children")
    href = parent.get_by_role("link", name="代理をやめる").first.get_attribute("href") or ""
    return _UUID.findall(href)[-1]


def _import(page: Page, site: Installation, folder: Path, number: str, *, apply: bool) -> str:
    file = folder / f"{number}.csv"
    file.write_bytes(f"{_HEADER}\r\n{_ROW.format(number=number)}\r\n".encode("cp932"))
    page.goto(site.address + "/certificates/imports/new")
    page.get_by_label("取込元の名前").fill(f"見本 {number}")
    page.get_by_label("CSVファイル").set_input_files(file)
    page.get_by_role("button", name="列の対応づけへ進む").click()
    made = _last_id(page)
    page.get_by_role("button", name="保存して内容を確認する").click()
    walking.await_words(page, "取り込めます")
    if apply:
        page.get_by_role("button", name="台帳に取り込む").click()
        walking.await_words(page, "取り込みました")
    return made

"""Selecting services through the pages, as the people of a round do it: 300 requirements, two providers."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook
from tests.cloud.selection.bodies import NOT_MET, PLAN, WAIVED, Selection, body, staff

from hashira.cloud.domain.selection.answer import Answer, Claim
from hashira.cloud.selectors.catalogues import catalogue_lines, requirement_lines
from hashira.cloud.selectors.proposals import answer_lines, own_proposals
from hashira.cloud.selectors.services import service_lines
from hashira.cloud.services import proposal_parts, proposals
from hashira.cloud.store.models import (
    Proposal,
    ProposalEvidence,
    RequirementCatalogue,
    SelectionDecision,
)
from hashira.core.access import Principal
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.kernel.language import Bilingual

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
COUNT = 300


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, settings: Any) -> SignIn:
    """A client whose requests are those of a principal."""

    def sign_in(principal: Principal | None, language: str = "ja") -> Client:
        who = principal or Principal.anonymous()
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: who)
        client = Client(headers={"host": "localhost"})
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"  # without one nobody is asked for
        client.cookies["django_language"] = language
        return client

    return sign_in


def workbook(*, rows: int = COUNT, change: Callable[[Any], None] | None = None) -> bytes:
    """A sheet as a ministry would make it: a title above the head, categories that span rows, marks."""
    book = Workbook()
    sheet = book.active
    sheet.append(["令和8年度 クラウドサービスの要件（試験用）"])
    sheet.merge_cells("A1:E1")
    sheet.append([])
    sheet.append(["項番", "大分類", "必須・任意", "要求事項", "確認方法"])
    for number in range(1, rows + 1):
        group = (number - 1) // 20 + 1
        first = (number - 1) % 20 == 0
        mandatory = "○" if number % 5 else "任意"
        text = f"第{group}群の{number}番目の機能を、利用者が自分で設定できる。"
        sheet.append([f"{group}-{number}", f"第{group}群" if first else None, mandatory, text, "書類と実機"])
    for top in range(4, rows + 4, 20):
        sheet.merge_cells(start_row=top, end_row=min(top + 19, rows + 3), start_column=2, end_column=2)
    if change is not None:
        change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client: Client, content: bytes, name: str = "要件.xlsx", **more: object) -> Any:
    file = SimpleUploadedFile(name, content)
    asked = {"kind": "iaas-paas", "fiscal_year": "2026", "title": "要件（試験用）", "file": file}
    return client.post(reverse("cloud:catalogue-import"), asked | more)


def day(value: Any, name: str) -> dict[str, str]:
    return {f"{name}_year": str(value.year), f"{name}_month": str(value.month), f"{name}_day": str(value.day)}


@pytest.mark.long
@pytest.mark.one_database
def test_three_hundred_requirements_and_two_providers_to_a_published_verdict(
    signed_in: SignIn, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    operator_body = body("operator", "柱運用センター")
    operator = staff(("cloud_operator", operator_body))
    confirming = staff(("cloud_operator", operator_body))
    assessors = [staff(("cloud_assessor", operator_body)) for _ in range(2)]
    bodies = [body("vendor", name) for name in ("見本クラウド", "架空クラウド")]
    vendors = [staff(("cloud_provider", one)) for one in bodies]
    today = today_in_japan(SystemClock())

    # The catalogue: imported, published, exported.
    desk = signed_in(operator)
    answer = upload(desk, workbook())
    assert answer.status_code == 302, answer.content.decode()[:3000]
    (line,) = catalogue_lines(drafts=True)
    assert (line.requirements, line.mandatory) == (COUNT, COUNT - COUNT // 5)
    assert requirement_lines(line.id)[21].category.ja == "第2群"
    desk.post(reverse("cloud:catalogue-publish", args=[line.id]))
    oscal = signed_in(None).get(reverse("cloud:catalogue-file", args=[line.id, "oscal"])).content
    assert_valid_oscal(oscal, tmp_path)

    # A call, with both proposals answered through the pages.
    desk = signed_in(operator)
    asked = {"catalogue": str(line.id), "title": "公募", "ismap": "not-required"}
    days = day(today, "opens_on") | day(today.replace(year=today.year + 1), "closes_on")
    days |= day(today.replace(year=today.year + 2), "latest_condition_on")
    assert desk.post(reverse("cloud:round-new"), asked | days).status_code == 302
    round_id = (
        signed_in(vendors[0]).get(reverse("cloud:proposal-new")).context["form"].fields["round"].choices[0][0]
    )
    made = [
        propose(signed_in(vendors[0]), round_id, bodies[0].pk, "見本クラウドの基盤"),
        propose_by_services(vendors[1], UUID(round_id), bodies[1].pk, "架空クラウドの基盤", "1-1"),
    ]
    planned = today.replace(year=today.year + 1)

    # Assessed by two, of whom one is stricter on one requirement of the second proposal.
    for number, assessor in enumerate(assessors):
        client = signed_in(assessor)
        for n, proposal in enumerate(made):
            act = reverse("cloud:assess-act", args=[proposal])
            assert client.post(act, {"act": "begin"}).status_code == 302
            keys = {one.requirement.id: one.requirement.key for one in answer_lines(proposal)}
            late = {"1-1"} if n else set()
            strict = {"1-2"} if n and number else set()
            met = [str(key) for id, key in keys.items() if id not in late | strict]
            assert client.post(act, {"act": "met", "met": met}).status_code == 302
            for id in late:
                judged = {"finding": "planned", "evidence": "開発計画書", **day(planned, "planned_on")}
                judge = reverse("cloud:assess-item", args=[proposal, keys[id]])
                assert client.post(judge, judged).status_code == 302
            for id in strict:
                judge = reverse("cloud:assess-item", args=[proposal, keys[id]])
                refused = client.post(judge, {"finding": "not-met"})
                assert refused.status_code == 422  # without a reason
                assert client.post(judge, {"finding": "not-met", "reason": "国外だけ"}).status_code == 302
            assert client.post(act, {"act": "finish"}).status_code == 302

    # Compared, resolved, decided by two, published.
    desk = signed_in(operator)
    page = desk.get(reverse("cloud:differences", args=[made[1]])).content.decode()
    assert "差が残っています" in page
    assert "国外だけ" in page
    verdict = reverse("cloud:verdict", args=[made[1]])
    assert desk.post(verdict, {"act": "propose"}).status_code == 422
    key = next(one.requirement.key for one in answer_lines(made[1]) if one.requirement.id == "1-2")
    settled = {"finding": "met", "reason": "国内の拠点を実機で確かめた"}
    assert desk.post(reverse("cloud:settle", args=[made[1], key]), settled).status_code == 302
    for proposal in made:
        verdict = reverse("cloud:verdict", args=[proposal])
        assert signed_in(operator).post(verdict, {"act": "propose"}).status_code == 302
        own = signed_in(operator).post(verdict, {"act": "confirm"})
        assert own.status_code == 422
        assert "別の人" in own.content.decode()
        assert not SelectionDecision.objects.filter(proposal_id=proposal, confirmed_at__isnull=False).exists()
        assert signed_in(confirming).post(verdict, {"act": "confirm"}).status_code == 302

    # Anybody reads it: pages, CSV, JSON, API.
    public = signed_in(None)
    with django_assert_max_num_queries(40):
        listed = public.get(reverse("cloud:services")).content.decode()
    assert "見本クラウドの基盤" in listed
    document = public.get(reverse("cloud:services") + "?format=json").json()
    standings = {one["service"]["ja"]: one["standing"] for one in document["services"]}
    assert standings == {"見本クラウドの基盤": "selected", "架空クラウドの基盤": "conditional"}
    with django_assert_max_num_queries(40):
        page = public.get(reverse("cloud:service", args=[made[1]])).content.decode()
    assert "1-1" in page
    assert "条件付きで選定" in page
    csv = b"".join(public.get(reverse("cloud:service", args=[made[0]]) + "?format=csv").streaming_content)
    assert csv.decode("utf-8-sig").count("\r\n") == COUNT + 1
    one = public.get(f"/api/v1/cloud/services/{made[1]}").json()
    assert one["counts"]["mandatory"] == {"met": 239, "not-met": 0, "planned": 1, "waived": 0}
    settled_reason = next(f for f in one["findings"] if f["requirement"] == "1-2")["reason"]
    assert settled_reason == "国内の拠点を実機で確かめた"


def propose(client: Client, round_id: str, organisation: UUID, service: str) -> UUID:
    """A proposal from beginning to end, each requirement on its page, the first with a file."""
    asked = {"round": round_id, "organisation": str(organisation), "service": service}
    answer = client.post(reverse("cloud:proposal-new"), asked)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    made = UUID(re.findall(r"[0-9a-f-]{36}", answer.headers["Location"])[0])
    described = {"service": service, "description": "国内の二つの地域で動く基盤"}
    assert client.post(reverse("cloud:proposal-service", args=[made]), described).status_code == 302
    lines = answer_lines(made)
    for line, after in zip(lines, (*lines[1:], None), strict=True):
        address = reverse("cloud:proposal-item", args=[made, line.requirement.key])
        saved = client.post(address, {"claim": "met"})
        following = reverse("cloud:proposal-item", args=[made, after.requirement.key]) if after else ""
        assert saved.headers["Location"] == (following or reverse("cloud:proposal", args=[made]))
        evidence: dict[str, object] = {"title": "説明書", "text": "第3章を参照"}
        if line is lines[0]:
            evidence = {"title": "説明書", "file": SimpleUploadedFile("説明書.pdf", b"%PDF-1.7 sample")}
        assert client.post(address, evidence).status_code == 302
    submit = reverse("cloud:proposal-submit", args=[made])
    assert "提出できます" in client.get(submit).content.decode()
    assert client.post(submit).status_code == 302
    assert Proposal.objects.get(pk=made).state == "submitted"
    return made


def propose_by_services(
    vendor: Principal, round_id: UUID, organisation: UUID, service: str, planned: str
) -> UUID:
    """The same through the services behind the pages, with one requirement planned by a date."""
    now, words = SystemClock().now(), Bilingual(service, "")
    made = proposals.start_proposal(
        actor=vendor, round_id=round_id, organisation_id=organisation, service_name=words, at=now
    )
    proposals.describe_proposal(
        actor=vendor, proposal_id=made, service_name=words, description=words, registration=None, at=now
    )
    today = today_in_japan(SystemClock())
    later = Answer(Claim.PLANNED, "開発中", today.replace(year=today.year + 1))
    for line in answer_lines(made):
        key, answer = line.requirement.key, later if line.requirement.id == planned else Answer(Claim.MET)
        proposals.answer_requirement(actor=vendor, proposal_id=made, key=key, answer=answer, at=now)
        proposal_parts.add_evidence(
            actor=vendor, proposal_id=made, key=key, title="説明書", link="https://example.jp/manual", at=now
        )
    proposals.submit_proposal(actor=vendor, proposal_id=made, at=now)
    return made


def assert_valid_oscal(content: bytes, folder: Path) -> None:
    """By ``trestle validate``, the program of compliance-trestle, in a workspace of its own."""
    trestle = Path(sys.executable).with_name("trestle")
    (folder / "given.json").write_bytes(content)
    workspace = folder / "workspace"
    workspace.mkdir()

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (str(trestle), *arguments), cwd=workspace, capture_output=True, text=True, timeout=120
        )

    assert run("init", "--local").returncode == 0
    imported = run("import", "-f", str(folder / "given.json"), "-o", "given")
    assert imported.returncode == 0, imported.stdout
    validated = run("validate", "-t", "catalog", "-n", "given")
    assert validated.returncode == 0, validated.stdout
    assert "VALID" in validated.stdout


# ── bad input ──


def _without_column(sheet: Any) -> None:
    sheet["D3"] = "ここは違う"


def _duplicate(sheet: Any) -> None:
    sheet["A6"] = sheet["A5"].value


def _formula(sheet: Any) -> None:
    sheet["D5"] = "=CONCATENATE(A5,A6)"


def _merged_text(sheet: Any) -> None:
    sheet.merge_cells("D5:D6")


def _no_mark(sheet: Any) -> None:
    sheet["C7"] = "たぶん"


def _date(sheet: Any) -> None:
    import datetime

    sheet["A5"] = datetime.date(2026, 1, 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_without_column, "次の列の見出しがありません：要件"),
        (_duplicate, "5行目と同じ番号です"),
        (_formula, "数式の結果がありません"),
        (_merged_text, "結合したセルです"),
        (_no_mark, "「必須」か「任意」を書いてください"),
        (_date, "数値や日付に変えた番号です"),
    ],
)
def test_a_wrong_sheet_is_told_row_by_row_and_nothing_is_taken_in(
    signed_in: SignIn, change: Callable[[Any], None], words: str
) -> None:
    client = signed_in(staff(("cloud_operator", body("operator", "運用"))))
    answer = upload(client, workbook(rows=20, change=change))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not RequirementCatalogue.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("要件.xlsx", b"PK\x03\x04broken", ".xlsx ではないか"),
        ("要件.xlsx", b"a,b,c", ".xlsx ではないか"),
        ("要件.json", b'{"catalog": {}}', "metadata がありません"),
        ("要件.json", b'{"catalog"', "JSONではありません"),
        ("要件.xlsx", b"0" * (6 * 1024 * 1024), "5MBより大きい"),
        ("要件.doc", b"x", "この種類のファイルは受け付けていません"),
    ],
)
def test_a_file_that_is_none_is_refused(signed_in: SignIn, name: str, content: bytes, words: str) -> None:
    client = signed_in(staff(("cloud_operator", body("operator", "運用"))))
    answer = upload(client, content, name)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not RequirementCatalogue.objects.exists()


def test_named_headings_are_read_and_an_export_reads_back(signed_in: SignIn) -> None:
    client = signed_in(staff(("cloud_operator", body("operator", "運用"))))
    answer = upload(client, workbook(rows=20, change=_without_column), column_text="ここは違う")
    assert answer.status_code == 302
    (line,) = catalogue_lines(drafts=True)
    client.post(reverse("cloud:catalogue-publish", args=[line.id]))
    exported = client.get(reverse("cloud:catalogue-file", args=[line.id, "xlsx"])).content
    sheet = load_workbook(io.BytesIO(exported)).active
    assert sheet.max_row == 21
    assert sheet["A2"].value == "1-1"
    assert upload(client, exported, replace="on").status_code == 302
    first, second = (requirement_lines(one.id) for one in catalogue_lines(drafts=True))
    assert [one.text for one in first] == [one.text for one in second]


def test_a_provider_cannot_edit_after_handing_in(signed_in: SignIn) -> None:
    selection = Selection()
    made = selection.submitted()
    client = signed_in(selection.vendor)
    address = reverse("cloud:proposal-item", args=[made, selection.key(made, "1")])
    assert "保存して次の要件へ" not in client.get(address).content.decode()
    before = [(one.answer, one.evidence) for one in answer_lines(made)]
    answer = client.post(address, {"claim": "not-met", "explanation": "やめた"})
    assert answer.status_code == 422
    assert "提出した回答は変えられません" in answer.content.decode()
    piece = ProposalEvidence.objects.first()
    assert client.post(reverse("cloud:evidence-remove", args=[made, piece.pk])).status_code == 409
    assert [(one.answer, one.evidence) for one in answer_lines(made)] == before


def test_a_file_too_large_is_refused_and_the_draft_stays(signed_in: SignIn) -> None:
    selection = Selection()
    made = selection.begun()
    client = signed_in(selection.vendor)
    address = reverse("cloud:proposal-item", args=[made, selection.key(made, "1")])
    large = SimpleUploadedFile("説明.pdf", b"%PDF-" + b"0" * (5 * 1024 * 1024))
    answer = client.post(address, {"title": "説明書", "file": large})
    assert answer.status_code == 422
    assert "ファイルが大きすぎます" in answer.content.decode()
    assert not ProposalEvidence.objects.exists()


def test_others_see_no_draft_and_no_evidence(signed_in: SignIn) -> None:
    selection = Selection()
    draft = selection.answered()
    other = staff(("cloud_provider", body("vendor", "ほかの事業者")))
    for who in (other, selection.first, selection.operator):
        assert signed_in(who).get(reverse("cloud:proposal", args=[draft])).status_code == 403
    assert signed_in(selection.first).get(reverse("cloud:assess", args=[draft])).status_code == 404
    assert own_proposals(other, today_in_japan(SystemClock())) == ()
    both = staff(("cloud_assessor", selection.operator_body), ("cloud_provider", selection.vendor_body))
    assert signed_in(both).get(reverse("cloud:assess", args=[draft])).status_code == 403


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_public_pages_say_why_and_what_is_open(signed_in: SignIn, language: str) -> None:
    selection = Selection()
    made = selection.decided({"1": PLAN, "3": WAIVED})
    page = signed_in(None, language).get(reverse("cloud:service", args=[made])).content.decode()
    assert "2026-12-20" in page
    assert {"ja": "この形態では生じない", "en": "この形態では生じない"}[language] in page
    assert {"ja": "条件の月ごとの状況", "en": "Conditions month by month"}[language] in page
    for name in ("cloud:index", "cloud:catalogues", "cloud:services", "cloud:early"):
        assert signed_in(None, language).get(reverse(name)).status_code == 200
    page = signed_in(None, language).get(reverse("cloud:catalogue", args=[selection.catalogue_id]))
    assert page.status_code == 200


def test_a_rejected_service_is_public_with_its_reason(signed_in: SignIn) -> None:
    selection = Selection()
    made = selection.decided({"2": NOT_MET})
    document = json.loads(signed_in(None).get(reverse("cloud:service", args=[made]) + "?format=json").content)
    assert document["standing"] == "rejected"
    assert [(one["code"], one["requirement"]) for one in document["reasons"]] == [("not-met", "2")]
    assert service_lines()[0].conditions == 0

"""Applying through the pages as a town does it, and deciding as an operator does."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from tests.cloud.applying.world import TOWN_CODE, World, environment, person, whole

from hashira.cloud.domain.environment_order import Stage
from hashira.cloud.store.models import Environment, HeldRange, UseApplication
from hashira.core.access import Principal
from hashira.kernel.clock import SystemClock, today_in_japan

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, settings: Any) -> SignIn:
    """A client whose requests are those of a principal."""

    def sign_in(principal: Principal, language: str = "ja") -> Client:
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: principal)
        client = Client(headers={"host": "localhost"})
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
        client.cookies["django_language"] = language
        return client

    return sign_in


@pytest.fixture
def world() -> World:
    return World()


def day(value: date, name: str) -> dict[str, str]:
    return {f"{name}_year": str(value.year), f"{name}_month": str(value.month), f"{name}_day": str(value.day)}


def test_from_the_first_page_to_two_ordered_environments(world: World, signed_in: SignIn) -> None:
    today = today_in_japan(SystemClock())
    town = signed_in(world.writer)
    answer = town.get(reverse("cloud:applications"))
    assert "利用申請はまだありません" in answer.content.decode()
    begun = town.post(reverse("cloud:application-new"), {"body_code": TOWN_CODE})
    application = UUID(begun["Location"].rsplit("/", 1)[1])

    def said(section: str, **fields: str) -> None:
        address = reverse("cloud:application-section", args=[application, section])
        answer = town.post(address, fields)
        assert answer.status_code == 302, re.findall(r"dads-.*error[^<]*<[^<]*<", answer.content.decode())

    said(
        "contact",
        department="総務課",
        name="見本 太郎",
        email="a@town.example",
        phone="０３−0000−0000".translate(str.maketrans("０３", "03")),
    )
    said("system", code="jumin", purpose="住民の記録", cicd="no")
    said("provider", service=str(world.service), region="ap-northeast-1", reasons="比べて安い")
    said("usage", sharing="single")
    said("information", information_class="2", personal="yes", description="氏名")
    said(
        "payment",
        payment="custody",
        yen_per_dollar="150",
        rate_source="5月の平均",
        **day(today + timedelta(days=60), "starts_on"),
    )
    money = {
        "monthly_budget_yen": "300000",
        "forecast": "1000",
        "currency": "USD",
        "budget_code": "総務費",
        "expense_authority": "町長",
    }
    new = reverse("cloud:application-environment-new", args=[application])
    proposed = town.post(new, {"stage": "production", "propose": "yes", **money})
    assert "10.0.0.0/24" in proposed.content.decode()
    assert not UseApplication.objects.get(pk=application).environments
    for stage, network in (("production", "10.0.0.0/24"), ("verification", "10.0.1.0/24")):
        assert town.post(new, {"stage": stage, "address_ranges": network, **money}).status_code == 302
    people = reverse("cloud:application-role-new", args=[application])
    for role in ("responsible-officer", "technical-lead"):
        period = day(today, "valid_from") | day(today + timedelta(days=400), "valid_until")
        fields = {"role": role, "name": "見本", "email": "b@town.example", "organisation": "見本町"}
        assert town.post(people, fields | period).status_code == 302
    check = reverse("cloud:application-check", args=[application])
    assert "団体の確認を頼む" in town.get(check).content.decode()
    assert town.post(check, {"ask": "yes"}).status_code == 302
    town.post(check, {"submit": "yes"})
    assert UseApplication.objects.get(pk=application).state == "confirming"  # the writer does not confirm
    assert signed_in(world.confirmer).post(check, {"submit": "yes"}).status_code == 302

    page = signed_in(world.writer).get(reverse("cloud:application", args=[application])).content.decode()
    assert "1番目" in page
    for operator in (world.first, world.second):
        client = signed_in(operator)
        queue = client.get(reverse("cloud:approvals")).content.decode()
        assert reverse("cloud:approval", args=[application]) in queue
        show = reverse("cloud:approval", args=[application])
        form = client.get(show).context["form"]
        decided = client.post(show, {"decision": "approve", "digest": form.initial["digest"]})
        assert decided.status_code == 302
    assert Environment.objects.filter(application_id=application).count() == 2
    page = signed_in(world.writer).get(reverse("cloud:application", args=[application])).content.decode()
    assert "承認されました" in page
    assert "順番待ち" in page


@pytest.mark.parametrize(
    ("section", "fields", "words"),
    [
        ("contact", {"department": "課", "name": "人", "email": "a@b.example", "phone": "x"}, "電話番号は"),
        (
            "system",
            {"code": "own", "own_code": "Jumin!", "own_name": "名", "purpose": "p", "cicd": "no"},
            "略称",
        ),
        ("usage", {"sharing": "joint", "isolation": "network", "bodies": "131017"}, "131016"),
        ("usage", {"sharing": "joint"}, "分け方"),
        ("environments/new", {"address_ranges": "10.0.0.5/24"}, "10.0.0.0/24"),
        ("environments/new", {"address_ranges": "8.8.8.0/24"}, "組織の中"),
        ("environments/new", {"address_ranges": "10.0.0.0/24\n10.0.0.128/25"}, "重なって"),
        ("environments/new", {"address_ranges": "ten"}, "アドレス範囲ではありません"),
        ("environments/new", {"stage": "development", "pipeline": "x"}, "CI/CD"),
        ("environments/new", {"monthly_budget_yen": "0"}, "1 以上"),
        ("people/new", {"until": "past"}, "もう終わって"),
        ("people/new", {"until": "far"}, "3年まで"),
    ],
)
def test_what_is_wrong_is_told_at_the_field_and_changes_nothing(
    world: World, signed_in: SignIn, section: str, fields: dict[str, str], words: str
) -> None:
    today = today_in_japan(SystemClock())
    made = world.begun()
    before = UseApplication.objects.get(pk=made).content
    asked = dict(fields)
    if section == "environments/new":
        asked = {
            "stage": "operation",
            "address_ranges": "10.9.0.0/24",
            "monthly_budget_yen": "300000",
            "forecast": "1",
            "currency": "JPY",
            "budget_code": "費",
            "expense_authority": "長",
        } | fields
    if section == "people/new":
        end = {"past": today - timedelta(days=2), "far": today + timedelta(days=2000)}[fields["until"]]
        asked = {"role": "asp", "name": "人", "email": "c@d.example", "organisation": "社"}
        asked |= day(today - timedelta(days=9), "valid_from") | day(end, "valid_until")
    page = section if "/" in section else f"pages/{section}"
    answer = signed_in(world.writer).post(f"/cloud/applications/{made}/{page}", asked)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert UseApplication.objects.get(pk=made).content == before


def test_an_environment_a_person_and_an_exception_are_taken_away_again(
    world: World, signed_in: SignIn
) -> None:
    made = world.begun()
    town = signed_in(world.writer)
    key = UseApplication.objects.get(pk=made).content["environments"][0]["key"]
    town.post(reverse("cloud:application-environment", args=[made, key]), {"remove": "yes"})
    town.post(reverse("cloud:application-role", args=[made, 0]), {"remove": "yes"})
    left = UseApplication.objects.get(pk=made)
    assert (left.environments, len(left.content["roles"])) == (1, 1)
    assert town.get(reverse("cloud:application-role", args=[made, 5])).status_code == 404
    assert town.get(f"/cloud/applications/{made}/pages/ending").status_code == 404


def test_others_find_no_application_and_a_return_is_read_by_the_town(world: World, signed_in: SignIn) -> None:
    made = world.submitted()
    stranger = person("cloud_applicant", world.selection.partner_body)
    for name in ("application", "application-check", "application-copy", "application-budget"):
        assert signed_in(stranger).get(reverse(f"cloud:{name}", args=[made])).status_code == 404
    assert signed_in(stranger).get(reverse("cloud:approvals")).status_code == 404
    operator = signed_in(world.first)
    show = reverse("cloud:approval", args=[made])
    answer = operator.post(show, {"decision": "return", "digest": "", "words": ""})
    assert answer.status_code == 422
    assert "理由を" in answer.content.decode()
    assert (
        operator.post(show, {"decision": "return", "digest": "", "words": "費用の比較を"}).status_code == 302
    )
    page = signed_in(world.writer).get(reverse("cloud:application", args=[made])).content.decode()
    assert "費用の比較を" in page
    assert HeldRange.objects.count() == 2  # still theirs while they correct it


def test_the_budget_of_a_fiscal_year_as_page_and_spreadsheet(world: World, signed_in: SignIn) -> None:
    made = world.begun()
    world.written(
        made,
        lambda draft: replace(
            draft,
            environments=(replace(draft.environments[0], budget_code="=1+1"), draft.environments[1]),
        ),
    )
    town = signed_in(world.writer)
    address = reverse("cloud:application-budget", args=[made])
    page = town.get(address).content.decode()
    assert "予算要求の表" in page
    book = load_workbook(io.BytesIO(town.get(address + "?format=xlsx").content))
    # A whole year: two environments of 1,000 dollars at 150 yen with tax, and 12,000 yen of guardrails each.
    sheet = book["2027年度"]
    rows = {row[0]: row for row in sheet.iter_rows(values_only=True) if row[0]}
    assert rows["本番"][3] == 12
    assert {cell.data_type for cell in sheet["B"]} <= {"s", "n"}  # a text that looks like a formula is none
    assert rows["本番"][6] == 1_000 * 150 * 12 * Decimal("1.1")
    assert rows["合計"][6] == 2 * (1_980_000 + 144_000)
    assert rows["要求額（千円未満切上げ）"][6] == 4_248_000
    assert rows["合計"][7] == 2 * (1_782_000 + 144_000)  # 135 yen
    assert rows["合計"][10] == 2 * 3_600_000  # the ceiling


def test_the_list_of_the_operator_sorts_filters_and_downloads(world: World, signed_in: SignIn) -> None:
    made = world.submitted()
    address = reverse("cloud:approvals")
    lines = b"".join(
        signed_in(world.first).get(address + "?all=yes&filter_body_name=131016&format=csv").streaming_content  # type: ignore[arg-type]
    ).decode()
    assert "見本町" in lines
    assert "2026-06-11" in lines
    empty = signed_in(world.first).get(address + "?filter_system_name=ない").content.decode()
    assert str(made) not in empty


def test_pages_ask_no_more_of_the_database_with_more_applications(
    world: World, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    draft = whole(world.service)
    for number in range(6):
        fresh = environment(Stage.PRODUCTION, f"10.7.{number}.0/24")
        world.submitted(
            replace(
                draft,
                system=replace(draft.system, code=f"own-{number}", name=f"独自{number}"),  # type: ignore[type-var]
                environments=(fresh,),
            )
        )
    client = signed_in(world.first)
    with django_assert_max_num_queries(8):
        assert client.get(reverse("cloud:approvals")).status_code == 200
    client = signed_in(world.writer)
    with django_assert_max_num_queries(8):
        assert client.get(reverse("cloud:applications")).status_code == 200
    some = UseApplication.objects.first()
    assert some is not None
    client = signed_in(world.first)
    with django_assert_max_num_queries(40):
        assert client.get(reverse("cloud:approval", args=[some.pk])).status_code == 200


def test_the_commands_list_show_and_check(world: World) -> None:
    from hashira.cloud.commands.application import application

    made = world.begun()
    listed = CliRunner().invoke(application, ["list", "--json", "--state", "draft"])
    (line,) = json.loads(listed.stdout)
    assert (line["id"], line["body_code"]) == (str(made), TOWN_CODE)
    shown = CliRunner().invoke(application, ["show", str(made), "--json"])
    assert json.loads(shown.stdout)["content"]["system"]["code"] == "jumin"
    checked = CliRunner().invoke(application, ["check", str(made), "--json"])
    assert checked.exit_code == int(not json.loads(checked.stdout)["approvable"])
    incomplete = world.begun(None)
    world.written(incomplete, lambda draft: type(draft)())
    assert CliRunner().invoke(application, ["check", str(incomplete)]).exit_code == 1
    missing = CliRunner().invoke(application, ["show", "00000000-0000-4000-8000-000000000000"])
    assert missing.exit_code == 1
    assert "CLD-162" in missing.stderr


def test_the_api_shows_the_own_applications_alone(world: World, signed_in: SignIn) -> None:
    made = world.submitted()
    own = signed_in(world.writer).get("/api/v1/cloud/applications").json()
    assert [one["id"] for one in own["items"]] == [str(made)]
    whole = signed_in(world.second).get(f"/api/v1/cloud/applications/{made}").json()
    assert (whole["place"], whole["steps"][0]["done"]) == (1, False)
    stranger = person("cloud_applicant", world.selection.partner_body)
    assert signed_in(stranger).get("/api/v1/cloud/applications").json()["total"] == 0
    answer = signed_in(stranger).get(f"/api/v1/cloud/applications/{made}")
    assert (answer.status_code, answer.json()["code"]) == (404, "CLD-162")
    assert Client(headers={"host": "localhost"}).get("/api/v1/cloud/applications").status_code == 401

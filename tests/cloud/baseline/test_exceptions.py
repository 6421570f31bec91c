"""An exception to a guardrail, from the body that asks to the day on which it ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from tests.cloud.selection.bodies import NOW, TODAY, body, later, staff
from tests.cloud.selection.test_pages import day

from hashira.cloud.domain.baseline import BASELINE
from hashira.cloud.domain.baseline.entry import Granter
from hashira.cloud.domain.baseline.sparing import ExceptionState
from hashira.cloud.selectors.exceptions_in_force import references_in_force
from hashira.cloud.selectors.guardrail_exceptions import (
    ExceptionNotFound,
    ExceptionRows,
    exception_view,
)
from hashira.cloud.services import guardrail_exceptions as services
from hashira.cloud.services.guardrail_exceptions import ExceptionElsewhere, ExceptionRefused
from hashira.cloud.store.models import GuardrailException
from hashira.core.access import AccessDenied, Principal
from hashira.core.audit.models import AuditEvent
from hashira.kernel.clock import SystemClock, today_in_japan
from hashira.ui.tables import Order

pytestmark = pytest.mark.django_db
LAST = TODAY + timedelta(days=20)


@pytest.fixture
def people() -> dict[str, Any]:
    operator, town, city = (
        body("operator", "運用"),
        body("municipality", "町", "472018"),
        body("municipality", "市"),
    )
    return {
        "first": staff(("cloud_operator", operator)),
        "second": staff(("cloud_operator", operator)),
        "town": staff(("cloud_applicant", town)),
        "city": staff(("cloud_applicant", city)),
        "body": town,
    }


def ask(people: dict[str, Any], **changes: Any) -> UUID:
    asked: dict[str, Any] = {
        "guardrail_id": "encrypted-volumes",
        "organisation_id": people["body"].pk,
        "environment_id": None,
        "system": "住民基本台帳",
        "reason": "古いディスクを移すあいだ",
        "substitute": "6月10日までに暗号化した写しへ移す",
        "begins_on": TODAY,
        "ends_on": LAST,
        "at": NOW,
    }
    return services.ask_exception(actor=people["town"], **(asked | changes))


def granted(people: dict[str, Any], **changes: Any) -> UUID:
    made = ask(people, **changes)
    services.examine_exception(actor=people["first"], exception_id=made, opinion="日程がある", at=NOW)
    services.grant_exception(actor=people["second"], exception_id=made, at=NOW)
    return made


def test_three_people_make_an_exception_and_the_calendar_ends_it(people: dict[str, Any]) -> None:
    made = granted(people)
    town = people["body"].pk
    assert exception_view(people["town"], made, TODAY).state is ExceptionState.IN_FORCE
    assert references_in_force(town, None, TODAY) == (f"encrypted-volumes/{made}",)
    assert references_in_force(town, None, LAST) == (f"encrypted-volumes/{made}",)
    assert references_in_force(town, None, LAST + timedelta(days=1)) == ()
    assert exception_view(people["first"], made, LAST + timedelta(days=1)).state is ExceptionState.EXPIRED
    told = [one.action for one in AuditEvent.objects.filter(action__contains="Exception").order_by("pk")]
    assert told == ["cloud:AskException", "cloud:ExamineException", "cloud:GrantException"]


def test_nobody_does_two_of_the_three_acts(people: dict[str, Any]) -> None:
    made = ask(people)
    with pytest.raises(AccessDenied):
        services.examine_exception(actor=people["town"], exception_id=made, opinion="よい", at=NOW)
    with pytest.raises(ExceptionElsewhere):
        services.grant_exception(actor=people["second"], exception_id=made, at=NOW)
    services.examine_exception(actor=people["first"], exception_id=made, opinion="よい", at=NOW)
    with pytest.raises(AccessDenied):
        services.grant_exception(actor=people["first"], exception_id=made, at=NOW)
    row = GuardrailException.objects.get()
    row.granted_by = row.examined_by
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    both = staff(("cloud_operator", body("operator", "運用2")), ("cloud_applicant", people["body"]))
    with pytest.raises(AccessDenied):  # not for the own body either
        services.grant_exception(actor=both, exception_id=made, at=NOW)
    assert references_in_force(people["body"].pk, None, TODAY) == ()


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("guardrail", {"guardrail_id": "keep-trail"}),
        ("guardrail", {"guardrail_id": "log-retention"}),
        ("guardrail", {"guardrail_id": "unknown"}),
        ("begins_on", {"begins_on": TODAY - timedelta(days=1)}),
        ("ends_on", {"ends_on": TODAY - timedelta(days=1)}),
        ("ends_on", {"ends_on": TODAY + timedelta(days=31)}),
        ("reason", {"reason": " "}),
        ("substitute", {"substitute": "あ" * 2_001}),
        ("environment", {"environment_id": UUID(int=1)}),
    ],
)
def test_what_cannot_be_granted_is_not_taken(
    people: dict[str, Any], field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ExceptionRefused) as refused:
        ask(people, **changes)
    assert refused.value.details["field"] == field
    assert not GuardrailException.objects.exists()


def test_every_guardrail_lets_ask_as_its_rule_says(people: dict[str, Any]) -> None:
    for one in BASELINE:
        longest = one.exception.longest_days
        if one.exception.granter is not Granter.OPERATORS:
            with pytest.raises(ExceptionRefused):
                ask(people, guardrail_id=one.id)
            continue
        assert ask(people, guardrail_id=one.id, ends_on=TODAY + timedelta(days=longest))
        with pytest.raises(ExceptionRefused):
            ask(people, guardrail_id=one.id, ends_on=TODAY + timedelta(days=longest + 1))


def test_it_is_refused_taken_back_and_not_granted_too_late(people: dict[str, Any]) -> None:
    refused = ask(people)
    services.refuse_exception(actor=people["first"], exception_id=refused, reason="日程がない", at=NOW)
    with pytest.raises(ExceptionElsewhere):
        services.examine_exception(actor=people["first"], exception_id=refused, opinion="よい", at=NOW)

    late = ask(people)
    services.examine_exception(actor=people["first"], exception_id=late, opinion="よい", at=NOW)
    with pytest.raises(ExceptionRefused):
        services.grant_exception(actor=people["second"], exception_id=late, at=later(30))

    ended = granted(people)
    with pytest.raises(ExceptionRefused):
        services.end_exception(actor=people["town"], exception_id=ended, reason="", at=NOW)
    services.end_exception(actor=people["town"], exception_id=ended, reason="移し終えた", at=NOW)
    assert references_in_force(people["body"].pk, None, TODAY) == ()
    states = {one.id: one.state for one in ExceptionRows(people["first"], TODAY).slice({}, None, 0, None)}
    assert states[refused] is ExceptionState.REFUSED
    assert states[ended] is ExceptionState.ENDED


def test_the_database_filters_and_sorts_as_the_pages_say(people: dict[str, Any]) -> None:
    """In each state that there is, at a day: what the database finds is what each view says of itself."""
    asked = ask(people, system="税務")
    examined = ask(people, guardrail_id="no-public-buckets")
    services.examine_exception(actor=people["first"], exception_id=examined, opinion="可", at=NOW)
    refused = ask(people)
    services.refuse_exception(actor=people["first"], exception_id=refused, reason="日程がない", at=NOW)
    ended = granted(people)
    services.end_exception(actor=people["town"], exception_id=ended, reason="済んだ", at=NOW)
    soon = granted(people)
    late = granted(people, guardrail_id="isolated-compute", ends_on=LAST + timedelta(days=40))
    coming = granted(people, begins_on=TODAY + timedelta(days=2))
    expired = granted(people, ends_on=TODAY)
    day = TODAY + timedelta(days=1)
    rows = ExceptionRows(people["first"], day)
    every = list(rows.slice({}, None, 0, None))
    assert len(every) == rows.count({}) == 8
    assert {one.state for one in every} == set(ExceptionState)
    for state in ExceptionState:
        found = {one.id for one in rows.slice({"state": state.value}, None, 0, None)}
        assert found == {one.id for one in every if one.state is state}, state
    assert {one.id for one in rows.slice({"state": "expired"}, None, 0, None)} == {expired}
    assert rows.count({"state": "no such state"}) == 0
    assert [one.id for one in rows.slice({"system": "税"}, None, 0, None)] == [asked]
    title = next(one for one in every if one.id == examined).guardrail.title
    assert [one.id for one in rows.slice({"guardrail": title.ja}, None, 0, None)] == [examined]
    by_days = list(rows.slice({}, Order(key="days_left"), 0, None))
    assert [one.id for one in by_days if one.days_left is not None] == [soon, late]
    assert [one.id for one in by_days[:2]] == [soon, late]  # those that have days left come first
    assert [one.id for one in rows.slice({}, Order(key="begins_on", falling=True), 0, 1)] == [coming]
    assert rows.waiting() == 2
    assert [one.id for one in rows.ending_soon(20)[0]] == [soon]
    assert rows.ending_soon(0) == ((), 1)


def test_another_body_sees_nothing_of_it(people: dict[str, Any]) -> None:
    made = granted(people)
    assert ExceptionRows(people["city"], TODAY).count({}) == 0
    with pytest.raises(ExceptionNotFound):
        exception_view(people["city"], made, TODAY)
    with pytest.raises(AccessDenied):
        services.end_exception(actor=people["city"], exception_id=made, reason="x", at=NOW)
    with pytest.raises(AccessDenied):
        services.ask_exception(
            actor=people["city"],
            guardrail_id="quota",
            organisation_id=people["body"].pk,
            environment_id=None,
            system="x",
            reason="x",
            substitute="x",
            begins_on=TODAY,
            ends_on=LAST,
            at=NOW,
        )


SignIn = Callable[..., Client]


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch, settings: Any) -> SignIn:
    def sign_in(principal: Principal | None, language: str = "ja") -> Client:
        who = principal or Principal.anonymous()
        monkeypatch.setattr("hashira.core.accounts.principals.principal_of", lambda request: who)
        client = Client(headers={"host": "localhost"})
        client.cookies[settings.SESSION_COOKIE_NAME] = "of-the-trial"
        client.cookies["django_language"] = language
        return client

    return sign_in


def test_through_the_pages_a_body_asks_and_two_operators_decide(
    people: dict[str, Any], signed_in: SignIn
) -> None:
    today = today_in_japan(SystemClock())
    town = signed_in(people["town"])
    guardrail = town.get(reverse("cloud:guardrail", args=["encrypted-volumes"])).content.decode()
    assert reverse("cloud:exception-new") + "?guardrail=encrypted-volumes" in guardrail
    fields = {
        "organisation": str(people["body"].pk),
        "guardrail": "encrypted-volumes",
        "system": "住民基本台帳",
        "environment": "",
        "reason": "移すあいだ",
        "substitute": "写しへ移す",
        **day(today, "begins_on"),
        **day(today + timedelta(days=90), "ends_on"),
    }
    wrong = town.post(reverse("cloud:exception-new"), fields)
    assert wrong.status_code == 422
    assert "30日まで" in wrong.content.decode()
    asked = town.post(reverse("cloud:exception-new"), fields | day(today + timedelta(days=20), "ends_on"))
    assert asked.status_code == 302, asked.content.decode()
    address = asked["location"]
    assert "認める" not in town.get(address).content.decode()

    first = signed_in(people["first"])
    assert "決定を待つ例外が1件あります" in first.get(reverse("cloud:exceptions")).content.decode()
    assert first.post(address, {"act": "grant", "words": ""}).status_code == 422
    assert first.post(address, {"act": "examine", "words": "日程がある"}).status_code == 302
    assert first.post(address, {"act": "grant", "words": ""}).status_code == 422
    second = signed_in(people["second"], "en")
    assert "Grant it" in second.get(address).content.decode()
    assert second.post(address, {"act": "grant", "words": ""}).status_code == 302
    assert "In force" in second.get(address).content.decode()
    lines = second.get(reverse("cloud:exceptions") + "?format=csv")
    assert "住民基本台帳" in b"".join(lines).decode()
    assert signed_in(people["city"]).get(address).status_code == 404


def test_anybody_reads_the_guardrails_and_takes_the_files(client: Client) -> None:
    get = lambda path: client.get(path, headers={"host": "localhost"})  # noqa: E731
    page = get(reverse("cloud:guardrails")).content.decode()
    assert all(one.title.ja in page for one in BASELINE)
    rated = get(reverse("cloud:guardrails") + "?rate=115").content.decode()
    assert "<strong>1ドル115円</strong>" in rated
    for nonsense in ("0", "NaN", "1e9", "x", "-1"):
        assert (
            "<strong>1ドル150円</strong>"
            in get(f"{reverse('cloud:guardrails')}?rate={nonsense}").content.decode()
        )
    for one in BASELINE:
        shown = get(reverse("cloud:guardrail", args=[one.id]))
        assert shown.status_code == 200
        assert one.intent.ja in shown.content.decode()
    assert get(reverse("cloud:guardrail", args=["nothing"])).status_code == 404
    listed = get(reverse("cloud:guardrails") + "?format=json").json()
    assert len(listed["guardrails"]) == len(BASELINE)
    template = get(reverse("cloud:guardrails-file", args=["mandatory.template.json"])).json()
    assert template["AWSTemplateFormatVersion"] == "2010-09-09"
    assert b"identity:create_project" in get(reverse("cloud:guardrails-file", args=["policy.yaml"])).content
    assert get(reverse("cloud:guardrails-file", args=["other"])).status_code == 404

"""A call for those who migrate first, from opening to a published choice of two people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from tests.cloud.selection.bodies import NOW, TODAY, body, later, staff

from hashira.cloud.domain.selection.early_round import EarlyRoundRefused, parse_criteria
from hashira.cloud.selectors.early import application_view, call_view
from hashira.cloud.services import early
from hashira.cloud.services.decisions import SecondPersonNeeded
from hashira.cloud.store.models import EarlyApplication, EarlyCall
from hashira.core.access import AccessDenied, Principal
from hashira.kernel.language import Bilingual

pytestmark = pytest.mark.django_db
CLOSED = later(40)


@pytest.fixture
def people() -> dict[str, Any]:
    operator, city, town = (
        body("operator", "運用"),
        body("municipality", "市", "131016"),
        body("municipality", "町", "472018"),
    )
    return {
        "operator": staff(("cloud_operator", operator)),
        "confirming": staff(("cloud_operator", operator)),
        "scorers": [staff(("cloud_assessor", operator)) for _ in range(2)],
        "city": staff(("cloud_applicant", city)),
        "town": staff(("cloud_applicant", town)),
        "bodies": (city, town),
    }


def opened(operator: Principal, **more: object) -> UUID:
    asked: dict[str, Any] = {
        "title": Bilingual("先行事業", "Early"),
        "description": Bilingual("募集", ""),
        "criteria": parse_criteria("3 準備\n1 知見"),
        "places": 1,
        "least_points": 50,
        "opens_on": TODAY,
        "closes_on": later(30).date(),
        "at": NOW,
    }
    return early.open_call(actor=operator, **asked | more)


def applied(call: UUID, who: Principal, *, submit: bool = True, plan: str = "検証してから移す") -> UUID:
    return early.save_application(
        actor=who,
        call_id=call,
        organisation_id=UUID(who.grants[0].organisation),
        systems="住民記録\n税務",
        plan=plan,
        cloud_service="",
        submit=submit,
        at=NOW,
    )


def score(application: UUID, who: Principal, points: int, at: Any = CLOSED) -> None:
    early.score_application(
        actor=who, application_id=application, points={"1": points, "2": points}, reason="書類から", at=at
    )


def test_the_better_plan_is_chosen_and_published(people: dict[str, Any], client: Client) -> None:
    call = opened(people["operator"])
    city, town = applied(call, people["city"]), applied(call, people["town"])
    for one in people["scorers"]:
        score(city, one, 8)
    with pytest.raises(EarlyRoundRefused, match="2人以上"):
        early.propose_choice(actor=people["operator"], call_id=call, at=CLOSED)
    first, second = people["scorers"]
    score(town, first, 5)
    assert application_view(town, second.id).scores == ()  # not before the own score
    score(town, second, 6)
    assert len(application_view(town, second.id).scores) == 2
    early.propose_choice(actor=people["operator"], call_id=call, at=CLOSED)
    assert call_view(call, CLOSED.date()).result == ()
    with pytest.raises(SecondPersonNeeded):
        early.confirm_choice(actor=people["operator"], call_id=call, at=CLOSED)
    row = EarlyCall.objects.get()
    row.confirmed_by = row.proposed_by
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    early.confirm_choice(actor=people["confirming"], call_id=call, at=CLOSED)
    result = client.get(
        reverse("cloud:early-call", args=[call]) + "?format=json", headers={"host": "localhost"}
    )
    assert [(one["body"]["ja"], one["points"], one["chosen"]) for one in result.json()["result"]] == [
        ("市", "80.00", True),
        ("町", "55.00", False),
    ]
    assert result.json()["result"][0]["systems"] == ["住民記録", "税務"]


def test_an_application_is_saved_as_one_goes_and_checked_when_handed_in(people: dict[str, Any]) -> None:
    call = opened(people["operator"])
    made = applied(call, people["city"], submit=False, plan="")
    with pytest.raises(EarlyRoundRefused) as refused:
        applied(call, people["city"], plan=" ")
    assert refused.value.details["field"] == "plan"
    assert EarlyApplication.objects.get().state == "draft"
    assert applied(call, people["city"]) == made
    with pytest.raises(EarlyRoundRefused, match="もう提出"):
        applied(call, people["city"])
    early.withdraw_application(actor=people["city"], application_id=made, at=NOW)
    assert applied(call, people["city"], plan="別の計画") == made


def test_nobody_scores_early_twice_or_the_own_body(people: dict[str, Any]) -> None:
    call = opened(people["operator"])
    city = applied(call, people["city"])
    scorer = people["scorers"][0]
    with pytest.raises(EarlyRoundRefused, match="締切り"):
        score(city, scorer, 5, at=NOW)
    score(city, scorer, 5)
    with pytest.raises(EarlyRoundRefused, match="もう採点"):
        score(city, scorer, 10)
    own = staff(("cloud_assessor", body("ministry", "省")), ("auditor", people["bodies"][0]))
    for who in (own, people["city"], people["operator"]):
        with pytest.raises(AccessDenied):
            score(city, who, 10)


def test_nobody_applies_for_another_body_or_after_the_call(people: dict[str, Any]) -> None:
    call = opened(people["operator"])
    asked: dict[str, Any] = {
        "systems": "x",
        "plan": "y",
        "cloud_service": "",
        "submit": True,
        "call_id": call,
    }
    with pytest.raises(AccessDenied):
        early.save_application(actor=people["city"], organisation_id=people["bodies"][1].pk, at=NOW, **asked)
    with pytest.raises(EarlyRoundRefused, match="受付は"):
        early.save_application(
            actor=people["city"], organisation_id=people["bodies"][0].pk, at=CLOSED, **asked
        )
    assert not EarlyApplication.objects.exists()


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("closes_on", {"closes_on": later(-1).date()}),
        ("places", {"places": 0}),
        ("least_points", {"least_points": 101}),
        ("title", {"title": Bilingual(" ", "")}),
    ],
)
def test_a_call_that_cannot_be_held_is_not_opened(
    people: dict[str, Any], field: str, more: dict[str, Any]
) -> None:
    with pytest.raises(EarlyRoundRefused) as refused:
        opened(people["operator"], **more)
    assert refused.value.details["field"] == field
    assert not EarlyCall.objects.exists()

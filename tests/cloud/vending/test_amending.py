"""A change of an environment that is there: what was ordered anew is carried out, stops, is taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from tests.cloud.vending.conftest import TERMINAL, ordered, worked
from tests.cloud.vending.orders import LEAD, OFFICER, an_order
from tests.cloud.vending.paper_cloud import PaperCloud, busy, written

from hashira.cloud.domain.environment_order import EnvironmentOrder, Stage
from hashira.cloud.domain.environment_state import EnvironmentState, StepState
from hashira.cloud.domain.order_changes import OrderFixed, order_changes
from hashira.cloud.selectors.amendments import amendments_of
from hashira.cloud.selectors.environments import environment
from hashira.cloud.services.amendments import ask_amendment, give_change_up
from hashira.cloud.services.environments import (
    VENDING,
    NotNow,
    OrderRefused,
    give_up,
    resume,
    suspend,
    vend_again,
)
from hashira.cloud.services.verification import notice_what_was_forgotten, verify
from hashira.cloud.store.models import Environment, EnvironmentAmendment
from hashira.core.access import AccessDenied, Grant, Principal, PrincipalKind
from hashira.core.audit.models import AuditEvent
from hashira.core.jobs import JobState
from hashira.core.jobs.models import Job

OPERATOR = Principal(
    PrincipalKind.STAFF, "operator", grants=(Grant("cloud_operator", "o"),), second_factor=True
)
pytestmark = pytest.mark.django_db
RICHER = Decimal(500_000)


def asked(environment_id: UUID, change: Callable[[EnvironmentOrder], EnvironmentOrder]) -> int | None:
    return ask_amendment(
        actor=OPERATOR,
        environment_id=environment_id,
        change=change,
        cause="application",
        at=datetime.now(UTC),
    )


def richer(order: EnvironmentOrder) -> EnvironmentOrder:
    return replace(order, monthly_budget_yen=RICHER)


def without_the_lead(order: EnvironmentOrder) -> EnvironmentOrder:
    return replace(order, roles=(OFFICER,))


def vended() -> tuple[UUID, EnvironmentOrder]:
    order = an_order()
    environment_id = ordered(order)
    worked(environment_id)
    return environment_id, order


def state(environment_id: UUID) -> EnvironmentState:
    return environment(environment_id).line.state


def test_a_change_takes_the_steps_that_it_concerns_and_no_other(paper: PaperCloud) -> None:
    environment_id, order = vended()
    number = paper.things[order.key]["account"]
    paper.calls.clear()
    made = asked(environment_id, lambda one: without_the_lead(richer(one)))
    assert made is not None
    assert state(environment_id) is EnvironmentState.AMENDING
    assert environment(environment_id).order == order  # until all of it is read back
    job = worked(environment_id)
    assert (job.state, job.done, job.total) == (JobState.DONE, 3, 3)
    assert dict(paper.calls) == {"apply": 3, "verify": 3}
    after = without_the_lead(richer(order))
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.READY
    assert shown.order == after
    assert shown.line.account == number
    assert list(paper.accounts) == [number]
    assert LEAD.email not in paper.things[order.key]["access"]
    [change] = amendments_of(environment_id)
    assert [step.name for step in change.steps] == ["access", "budget", "contacts"]
    assert all(step.state is StepState.VERIFIED for step in change.steps)
    evidence = {step.name: step.evidence.lines[0].value for step in shown.steps}
    assert evidence["budget"] == written("budget", after)
    assert [one.name.en for one in change.changes] == ["People and roles", "Budget of a month (yen)"]
    told = AuditEvent.objects.filter(action="cloud:AmendEnvironment").get()
    assert json.loads(told.facts) == {"cause": "application", "changes": 2, "asked": True}
    assert verify(actor=VENDING, environment_id=environment_id).sound


def test_what_is_told_of_a_change_names_who_leaves_and_who_comes() -> None:
    order = an_order()
    [people] = order_changes(order, without_the_lead(order))
    assert (len(people.before), people.after) == (1, ())
    assert LEAD.email in people.before[0].ja
    [budget] = order_changes(order, richer(order))
    assert (budget.before[0].ja, budget.after[0].ja) == ("120,000", "500,000")
    assert order_changes(order, order) == ()


@pytest.mark.parametrize(
    "change",
    [{"body_code": "131016"}, {"system_code": "koseki"}, {"engine": "aws"}, {"region": "ap-northeast-3"}],
)
def test_what_no_environment_changes_is_refused_and_leaves_nothing(
    paper: PaperCloud, change: dict[str, str]
) -> None:
    environment_id, order = vended()
    with pytest.raises(OrderFixed):
        asked(environment_id, lambda one: replace(one, **change))
    assert not EnvironmentAmendment.objects.exists()
    assert environment(environment_id).order == order
    assert state(environment_id) is EnvironmentState.READY


def test_what_changes_nothing_is_not_asked_for(paper: PaperCloud) -> None:
    environment_id, _order = vended()
    assert asked(environment_id, lambda one: one) is None
    assert state(environment_id) is EnvironmentState.READY
    first = asked(environment_id, richer)
    assert asked(environment_id, richer) is None
    assert [one.pk for one in EnvironmentAmendment.objects.all()] == [first]


def test_only_the_operator_asks(paper: PaperCloud) -> None:
    environment_id, _order = vended()
    applicant = Principal(
        PrincipalKind.STAFF, "1", grants=(Grant("cloud_applicant", "o"),), second_factor=True
    )
    with pytest.raises(AccessDenied):
        ask_amendment(
            actor=applicant,
            environment_id=environment_id,
            change=richer,
            cause="application",
            at=datetime.now(UTC),
        )


def test_a_change_that_stops_keeps_what_counted_and_is_tried_again(paper: PaperCloud) -> None:
    environment_id, order = vended()
    paper.lies = {"contacts"}
    asked(environment_id, lambda one: without_the_lead(richer(one)))
    assert worked(environment_id).state is JobState.FAILED
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.STALLED
    assert shown.problem is not None
    assert shown.problem.code == "CLD-305"
    assert shown.order == order
    [change] = amendments_of(environment_id)
    assert {step.name: step.state for step in change.steps} == {
        "access": StepState.VERIFIED,
        "budget": StepState.VERIFIED,
        "contacts": StepState.FAILED,
    }
    for act in (
        lambda: give_up(actor=OPERATOR, environment_id=environment_id, reason="?", at=datetime.now(UTC)),
        lambda: suspend(
            actor=OPERATOR, environment_id=environment_id, reason="?", closes_on=None, at=datetime.now(UTC)
        ),
    ):
        with pytest.raises(NotNow):
            act()
    paper.lies = set()
    paper.calls.clear()
    vend_again(actor=OPERATOR, environment_id=environment_id, at=datetime.now(UTC))
    worked(environment_id)
    assert paper.calls["apply"] == 1  # what was read back before is read back again, and not applied
    assert environment(environment_id).order == without_the_lead(richer(order))
    assert state(environment_id) is EnvironmentState.READY


def test_a_change_that_stops_is_taken_back(paper: PaperCloud) -> None:
    environment_id, order = vended()
    before = dict(paper.things[order.key])
    paper.lies = {"contacts"}
    asked(environment_id, lambda one: without_the_lead(richer(one)))
    worked(environment_id)
    assert paper.things[order.key] != before
    paper.lies = set()
    with pytest.raises(OrderRefused):
        give_change_up(actor=OPERATOR, environment_id=environment_id, reason=" ", at=datetime.now(UTC))
    give_change_up(actor=OPERATOR, environment_id=environment_id, reason="申請の誤り", at=datetime.now(UTC))
    worked(environment_id)
    assert paper.things[order.key] == before
    assert environment(environment_id).order == order
    assert state(environment_id) is EnvironmentState.READY
    assert [one.state for one in amendments_of(environment_id)] == ["done", "superseded"]
    with pytest.raises(NotNow):
        give_change_up(actor=OPERATOR, environment_id=environment_id, reason="?", at=datetime.now(UTC))


def test_what_is_asked_while_one_is_carried_out_rests_on_it_and_follows(paper: PaperCloud) -> None:
    environment_id, order = vended()

    def meanwhile(verb: str, name: str, key: str) -> None:
        if (verb, name) == ("apply", "budget") and not EnvironmentAmendment.objects.filter(
            state="waiting"
        ).exists():
            asked(environment_id, without_the_lead)

    paper.before = meanwhile
    asked(environment_id, richer)
    worked(environment_id)
    paper.before = lambda verb, name, key: None
    assert state(environment_id) is EnvironmentState.AMENDING  # the next one, by itself
    assert environment(environment_id).order == richer(order)
    worked(environment_id)
    assert environment(environment_id).order == without_the_lead(richer(order))
    assert state(environment_id) is EnvironmentState.READY


def test_a_change_waits_for_what_is_suspended_or_not_vended_yet(paper: PaperCloud) -> None:
    environment_id, order = vended()
    suspend(actor=OPERATOR, environment_id=environment_id, reason="?", closes_on=None, at=datetime.now(UTC))
    worked(environment_id)
    asked(environment_id, richer)
    asked(environment_id, without_the_lead)  # takes the place of the one that only waits
    assert state(environment_id) is EnvironmentState.SUSPENDED
    assert [one.state for one in amendments_of(environment_id)] == ["waiting", "superseded"]
    resume(actor=OPERATOR, environment_id=environment_id, at=datetime.now(UTC))
    worked(environment_id)
    worked(environment_id)
    assert environment(environment_id).order == without_the_lead(richer(order))

    order = an_order()
    environment_id = ordered(order)
    asked(environment_id, richer)
    worked(environment_id)
    assert environment(environment_id).order == order
    worked(environment_id)
    assert environment(environment_id).order == richer(order)
    assert state(environment_id) is EnvironmentState.READY


def test_a_cloud_that_forgot_is_vended_anew_and_then_changed(paper: PaperCloud) -> None:
    environment_id, order = vended()
    paper.lies = {"contacts"}
    asked(environment_id, without_the_lead)
    worked(environment_id)
    paper.lies, paper.name = set(), "paper-2"
    paper.things.clear()
    paper.accounts.clear()
    assert notice_what_was_forgotten() == 1
    assert state(environment_id) is EnvironmentState.LOST
    vend_again(actor=OPERATOR, environment_id=environment_id, at=datetime.now(UTC))
    worked(environment_id)
    worked(environment_id)
    assert environment(environment_id).order == without_the_lead(order)
    assert verify(actor=VENDING, environment_id=environment_id).sound


def test_a_cloud_that_forgets_before_the_change_begins_is_told(paper: PaperCloud) -> None:
    environment_id, order = vended()
    asked(environment_id, richer)
    paper.name = "paper-2"
    worked(environment_id)
    assert state(environment_id) is EnvironmentState.LOST
    assert environment(environment_id).order == order


def test_a_busy_provider_is_waited_for(paper: PaperCloud) -> None:
    environment_id, _order = vended()
    paper.before = busy(2, "budget")
    asked(environment_id, richer)
    worked(environment_id)
    assert state(environment_id) is EnvironmentState.READY
    [change] = amendments_of(environment_id)
    assert change.steps[0].attempts == 4


def test_one_that_was_left_behind_is_found_and_goes_on(paper: PaperCloud) -> None:
    environment_id, order = vended()
    asked(environment_id, richer)
    Job.objects.all().delete()
    verify(actor=VENDING, environment_id=environment_id)
    assert state(environment_id) is EnvironmentState.STALLED
    vend_again(actor=OPERATOR, environment_id=environment_id, at=datetime.now(UTC))
    worked(environment_id)
    assert environment(environment_id).order == richer(order)


def test_lists_and_pages_follow_what_counts(paper: PaperCloud) -> None:
    environment_id, _order = vended()
    asked(environment_id, lambda one: replace(one, stage=Stage.VERIFICATION, system_name="住基"))
    worked(environment_id)
    line = environment(environment_id).line
    assert (line.stage, line.system_name) == (Stage.VERIFICATION, "住基")
    assert paper.things[str(environment_id)]["unit"].endswith("local/verification")


def test_the_database_holds_one_change_at_a_time(paper: PaperCloud) -> None:
    environment_id, _order = vended()
    row = Environment.objects.get(pk=environment_id)
    for now in ("waiting", "running"):
        values = {
            "environment": row,
            "cause": "application",
            "before": row.order,
            "after": row.order,
            "state": now,
            "asked_at": datetime.now(UTC),
            "asked_by": TERMINAL.id,
        }
        EnvironmentAmendment.objects.create(**values)
        with pytest.raises(IntegrityError), transaction.atomic():
            EnvironmentAmendment.objects.create(**values)

"""An environment from its order to its use, on a cloud of paper that behaves well or badly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from tests.cloud.vending.conftest import ordered, worked
from tests.cloud.vending.orders import an_order
from tests.cloud.vending.paper_cloud import NAMES, PaperCloud, busy

from hashira.cloud.domain.engine import EngineUnknown, EngineUnreachable
from hashira.cloud.domain.environment_state import EnvironmentState, StepState
from hashira.cloud.domain.order_record import order_from_json, order_to_json
from hashira.cloud.selectors.environments import environment, environments_of_application
from hashira.cloud.services.environments import (
    VENDING,
    NotNow,
    OrderedOtherwise,
    OrderRefused,
    close_what_is_due,
    closing_is_due,
    give_up,
    resume,
    suspend,
    vend_again,
)
from hashira.cloud.services.verification import notice_what_was_forgotten, verify
from hashira.cloud.store.models import Environment, EnvironmentAct
from hashira.core import access
from hashira.core.access import Grant, Principal, PrincipalKind
from hashira.core.jobs import JobState
from hashira.core.jobs.models import Job
from hashira.kernel.clock import FixedClock, today_in_japan

OPERATOR = Principal(
    PrincipalKind.STAFF, "operator", grants=(Grant("cloud_operator", "o"),), second_factor=True
)
UPKEEP = Principal.system("upkeep")
pytestmark = pytest.mark.django_db


def test_an_order_survives_being_kept() -> None:
    order = an_order()
    assert order_from_json(order_to_json(order)) == order


def test_what_is_ordered_is_vended_read_back_and_shown_with_its_evidence(paper: PaperCloud) -> None:
    application = uuid4()
    order = an_order()
    environment_id = ordered(order, application)
    assert str(environment_id) == order.key
    assert environment(environment_id).line.state is EnvironmentState.REQUESTED
    job = worked(environment_id)
    assert (job.state, job.done, job.total) == (JobState.DONE, len(NAMES) + 1, len(NAMES) + 1)
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.READY
    assert shown.line.account == "000000000001"
    assert [step.name for step in shown.steps] == [*NAMES, "guardrails"]
    for step in shown.steps:
        assert step.state is StepState.VERIFIED
        assert [line.value for line in step.evidence.lines] == [paper.things[order.key][step.name]]
        assert step.attempts == 2
        assert step.verified_at is not None
    assert [act.act for act in shown.acts] == ["ordered", "vending", "ready"]
    assert shown.cloud == "paper-1"
    assert [line.id for line in environments_of_application(application)] == [environment_id]


def test_the_same_order_again_is_the_same_environment(paper: PaperCloud) -> None:
    order = an_order()
    assert ordered(order) == ordered(order)
    assert Environment.objects.count() == 1
    with pytest.raises(OrderedOtherwise):
        ordered(replace(order, system_name="戸籍"))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"engine": "nowhere"}, EngineUnknown),
        ({"key": "not-a-uuid"}, OrderRefused),
        ({"body_name": " "}, OrderRefused),
        ({"system_name": "長" * 201}, OrderRefused),
    ],
)
def test_a_wrong_order_leaves_nothing_behind(
    paper: PaperCloud, changes: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        ordered(an_order(**changes))
    assert not Environment.objects.exists()


def test_a_busy_provider_is_asked_again(paper: PaperCloud) -> None:
    paper.before = busy(2, "trail")
    environment_id = ordered(an_order())
    worked(environment_id)
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.READY
    assert {step.name: step.attempts for step in shown.steps}["trail"] == 4


def test_a_provider_that_says_it_is_done_is_not_believed(paper: PaperCloud) -> None:
    paper.lies = {"recorder"}
    environment_id = ordered(an_order())
    job = worked(environment_id)
    assert job.state is JobState.FAILED
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.PARKED
    assert shown.problem is not None
    assert shown.problem.code == "CLD-305"
    states = {step.name: step.state for step in shown.steps}
    assert states["recorder"] is StepState.FAILED
    assert states["trail"] is StepState.VERIFIED
    assert states["rules"] is StepState.WAITING


def test_a_full_provider_parks_the_environment_and_says_so(paper: PaperCloud) -> None:
    paper.quota = 0
    environment_id = ordered(an_order())
    worked(environment_id)
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.PARKED
    assert shown.problem is not None
    assert shown.problem.code == "CLD-306"
    assert paper.things[str(environment_id)] == {}


def test_a_fault_of_the_program_parks_it_too(paper: PaperCloud) -> None:
    def fails(verb: str, name: str, key: str) -> None:
        if name == "hub":
            raise ZeroDivisionError

    paper.before = fails
    environment_id = ordered(an_order())
    worked(environment_id)
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.PARKED
    assert shown.problem is not None
    assert shown.problem.code == "CORE-023"


def test_what_was_done_with_it_is_never_rewritten(paper: PaperCloud) -> None:
    ordered(an_order())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        EnvironmentAct.objects.update(act="nothing")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        EnvironmentAct.objects.all().delete()


def test_what_stopped_is_tried_again_and_makes_only_what_is_missing(paper: PaperCloud) -> None:
    paper.lies = {"recorder"}
    environment_id = ordered(an_order())
    worked(environment_id)
    paper.lies = set()
    applied = paper.calls["apply"]
    vend_again(actor=OPERATOR, environment_id=environment_id, at=datetime.now(UTC))
    assert worked(environment_id).state is JobState.DONE
    assert environment(environment_id).line.state is EnvironmentState.READY
    later = [*NAMES, "guardrails"]
    assert paper.calls["apply"] - applied == len(later) - later.index("recorder")
    with pytest.raises(NotNow):
        vend_again(actor=OPERATOR, environment_id=environment_id, at=datetime.now(UTC))


def test_what_is_given_up_leaves_nothing_on_the_cloud(paper: PaperCloud) -> None:
    paper.lies = {"hub"}
    environment_id = ordered(an_order())
    worked(environment_id)
    assert paper.things[str(environment_id)]
    with pytest.raises(OrderRefused):
        give_up(actor=OPERATOR, environment_id=environment_id, reason=" ", at=datetime.now(UTC))
    give_up(actor=OPERATOR, environment_id=environment_id, reason="申請の誤り", at=datetime.now(UTC))
    worked(environment_id)
    assert environment(environment_id).line.state is EnvironmentState.WITHDRAWN
    assert (paper.things[str(environment_id)], paper.accounts) == ({}, {})


def test_it_is_suspended_resumed_and_closed_when_its_day_has_come(paper: PaperCloud) -> None:
    environment_id, now = ordered(an_order()), datetime.now(UTC)
    worked(environment_id)
    with pytest.raises(OrderRefused):
        suspend(actor=OPERATOR, environment_id=environment_id, reason="統合", closes_on=now.date(), at=now)
    suspend(actor=OPERATOR, environment_id=environment_id, reason="調査", closes_on=None, at=now)
    worked(environment_id)
    assert environment(environment_id).line.state is EnvironmentState.SUSPENDED
    assert verify(actor=VENDING, environment_id=environment_id).sound
    resume(actor=OPERATOR, environment_id=environment_id, at=now)
    worked(environment_id)
    assert environment(environment_id).line.state is EnvironmentState.READY
    day = today_in_japan(FixedClock(now)) + timedelta(days=90)
    suspend(actor=OPERATOR, environment_id=environment_id, reason="統合", closes_on=day, at=now)
    worked(environment_id)
    assert not closing_is_due(now + timedelta(days=88))
    assert close_what_is_due(actor=UPKEEP, at=now + timedelta(days=90)) == 1
    worked(environment_id)
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.CLOSED
    assert shown.closed_at is not None
    assert paper.things[str(environment_id)]["closed"] == "yes"


def test_reading_back_finds_what_somebody_took_away(paper: PaperCloud) -> None:
    order = an_order()
    environment_id = ordered(order)
    worked(environment_id)
    assert verify(actor=VENDING, environment_id=environment_id).sound
    del paper.things[order.key]["trail"]
    found = verify(actor=VENDING, environment_id=environment_id)
    assert (found.state, [one.step for one in found.deviations]) == (EnvironmentState.DEVIATING, ["trail"])
    shown = environment(environment_id)
    assert {one.name for one in shown.steps if one.state is StepState.MISSING} == {"trail"}
    vend_again(actor=OPERATOR, environment_id=environment_id, at=datetime.now(UTC))
    worked(environment_id)
    assert verify(actor=VENDING, environment_id=environment_id).sound


def test_a_cloud_that_does_not_answer_proves_nothing(paper: PaperCloud) -> None:
    environment_id = ordered(an_order())
    worked(environment_id)

    def away(verb: str, name: str, key: str) -> None:
        raise EngineUnreachable(engine="紙", operation=name)

    paper.before = away
    found = verify(actor=VENDING, environment_id=environment_id)
    assert not found.sound
    assert environment(environment_id).line.state is EnvironmentState.READY


def test_a_cloud_that_forgot_everything_is_told_from_the_old_one_and_filled_again(paper: PaperCloud) -> None:
    environment_id = ordered(an_order())
    worked(environment_id)
    paper.things.clear()
    paper.accounts.clear()
    paper.name = "paper-2"
    assert notice_what_was_forgotten() == 1
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.LOST
    assert shown.problem is not None
    assert shown.problem.code == "CLD-307"
    vend_again(actor=OPERATOR, environment_id=environment_id, at=datetime.now(UTC))
    worked(environment_id)
    assert environment(environment_id).line.state is EnvironmentState.READY
    assert verify(actor=VENDING, environment_id=environment_id).sound


def test_what_a_job_left_half_vended_is_found(paper: PaperCloud) -> None:
    environment_id = ordered(an_order())
    Environment.objects.update(state="vending")
    assert verify(actor=VENDING, environment_id=environment_id).state is EnvironmentState.VENDING
    Job.objects.update(state="cancelled", ended_at=datetime.now(UTC))
    found = verify(actor=VENDING, environment_id=environment_id)
    assert found.state is EnvironmentState.PARKED
    assert found.problem is not None
    assert found.problem.code == "CLD-314"


def test_only_the_operator_ends_the_use_and_a_body_sees_only_its_own(paper: PaperCloud) -> None:
    environment_id = ordered(an_order())
    worked(environment_id)
    stranger = Principal(
        PrincipalKind.STAFF, "s", grants=(Grant("cloud_applicant", "x"),), second_factor=True
    )
    line = environment(environment_id).line
    assert not access.may(stranger, "cloud:ViewEnvironment", line.resource)
    assert access.may(OPERATOR, "cloud:ViewEnvironment", line.resource)
    with pytest.raises(access.AccessDenied):
        suspend(
            actor=stranger,
            environment_id=environment_id,
            reason="x",
            closes_on=None,
            at=datetime.now(UTC),
        )

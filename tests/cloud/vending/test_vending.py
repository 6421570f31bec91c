"""An environment from its order to its use, on a cloud of paper that behaves well or badly."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from hashira.cloud.domain.engine import EngineUnknown
from hashira.cloud.domain.environment_state import EnvironmentState, StepState
from hashira.cloud.domain.order_record import order_from_json, order_to_json
from hashira.cloud.selectors.environments import environment, environments_of_application
from hashira.cloud.services.environments import OrderedOtherwise, OrderRefused
from hashira.cloud.store.models import Environment, EnvironmentAct
from hashira.core.jobs import JobState

from tests.cloud.vending.conftest import ordered, worked
from tests.cloud.vending.orders import an_order
from tests.cloud.vending.paper_cloud import NAMES, PaperCloud, busy

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

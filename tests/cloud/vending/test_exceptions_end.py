"""Exceptions begin and end at the provider by the clock; an approved change reaches the environment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from tests.cloud.applying.world import NOW, TERMS, TODAY, World, person, role, whole
from tests.cloud.vending.conftest import worked
from tests.cloud.vending.paper_cloud import PaperCloud

from hashira.cloud.domain.application.draft import ApplicationKind, Draft
from hashira.cloud.domain.application.parts import ExceptionPart
from hashira.cloud.domain.environment_order import CloudRole
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.selectors.amendments import amendments_of
from hashira.cloud.selectors.environments import environment
from hashira.cloud.selectors.exceptions_in_force import environments_with_other_exceptions
from hashira.cloud.services import applications, guardrail_exceptions
from hashira.cloud.services.environments import suspend
from hashira.cloud.services.exception_ends import exceptions_have_changed, follow_exceptions
from hashira.cloud.store.models import Environment
from hashira.core.access import AccessDenied, Principal
from hashira.portal import upkeep

UPKEEP = Principal.system("upkeep")
LAST = TODAY + timedelta(days=20)
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(paper: PaperCloud) -> World:
    """A town whose provider is the cloud of paper."""
    return World(replace(TERMS, engine="paper"))


def vended(world: World, draft: Draft | None = None) -> tuple[UUID, list[UUID]]:
    """An approved application, and its environments, vended."""
    if draft is None or not draft.exceptions:
        made = world.approved(draft)
    else:
        made = world.submitted(draft)
        world.approve(made, world.first)
        world.approve(made, person("cloud_assessor", world.operator_body))
        assert world.approve(made, world.second)
    ids = list(Environment.objects.order_by("stage").values_list("pk", flat=True))
    for one in ids:
        worked(one)
    return made, ids


def granted(world: World, environment_id: UUID | None, *, begins_on: date = TODAY) -> UUID:
    made = guardrail_exceptions.ask_exception(
        actor=world.writer,
        guardrail_id="encrypted-volumes",
        organisation_id=world.town.pk,
        environment_id=environment_id,
        system="住民基本台帳",
        reason="古いディスクを移すあいだ",
        substitute="写しへ移す",
        begins_on=begins_on,
        ends_on=LAST,
        at=NOW,
    )
    guardrail_exceptions.examine_exception(actor=world.first, exception_id=made, opinion="可", at=NOW)
    guardrail_exceptions.grant_exception(actor=world.second, exception_id=made, at=NOW)
    return made


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 1, tzinfo=UTC)


def at_provider(paper: PaperCloud, environment_id: UUID) -> list[str]:
    return paper.things[str(environment_id)]["guardrails"].split()[2:]


def test_an_exception_reaches_the_provider_on_its_first_day_and_leaves_after_its_last(
    world: World, paper: PaperCloud
) -> None:
    _made, (one, other) = vended(world)
    exception = granted(world, one, begins_on=TODAY + timedelta(days=2))
    assert not exceptions_have_changed(at(TODAY + timedelta(days=1)))
    assert follow_exceptions(actor=UPKEEP, at=at(TODAY + timedelta(days=2))) == 1
    worked(one)
    assert at_provider(paper, one) == [f"encrypted-volumes/{exception}"]
    assert at_provider(paper, other) == []
    assert not exceptions_have_changed(at(LAST))
    assert follow_exceptions(actor=UPKEEP, at=at(LAST + timedelta(days=1))) == 1
    assert environment(one).line.state is EnvironmentState.AMENDING
    worked(one)
    assert at_provider(paper, one) == []
    assert environment(one).order.exceptions == ()
    assert [change.cause for change in amendments_of(one)] == ["exceptions", "exceptions"]
    assert not exceptions_have_changed(at(LAST + timedelta(days=1)))


def test_one_that_is_taken_back_leaves_at_once_and_one_of_the_body_is_of_all(
    world: World, paper: PaperCloud
) -> None:
    _made, ids = vended(world)
    exception = granted(world, None)
    assert follow_exceptions(actor=UPKEEP, at=NOW) == 2
    for one in ids:
        worked(one)
        assert at_provider(paper, one) == [f"encrypted-volumes/{exception}"]
    guardrail_exceptions.end_exception(actor=world.writer, exception_id=exception, reason="済んだ", at=NOW)
    assert follow_exceptions(actor=UPKEEP, at=NOW) == 2
    assert follow_exceptions(actor=UPKEEP, at=NOW) == 0  # asked for already
    for one in ids:
        worked(one)
        assert at_provider(paper, one) == []


def test_one_that_was_approved_with_the_application_ends_on_its_day(world: World, paper: PaperCloud) -> None:
    asked = ExceptionPart("data-location", "国外の試験場とつなぐ", LAST)
    _made, ids = vended(world, replace(whole(world.service), exceptions=(asked,)))
    number = environment(ids[0]).order.exceptions[0].partition("/")[2]
    for one in ids:
        assert at_provider(paper, one) == [f"data-location/{number}"]
    assert not exceptions_have_changed(at(LAST))
    over = environments_with_other_exceptions(LAST + timedelta(days=1))
    assert {one.environment_id: one.hold for one in over} == dict.fromkeys(ids, ())
    assert follow_exceptions(actor=UPKEEP, at=at(LAST + timedelta(days=1))) == 2
    for one in ids:
        worked(one)
        assert at_provider(paper, one) == []


def test_what_is_suspended_is_changed_when_it_is_used_again(world: World, paper: PaperCloud) -> None:
    _made, (one, _other) = vended(world)
    granted(world, one)
    follow_exceptions(actor=UPKEEP, at=NOW)
    worked(one)
    suspend(actor=world.first, environment_id=one, reason="休み", closes_on=None, at=NOW)
    worked(one)
    assert follow_exceptions(actor=UPKEEP, at=at(LAST + timedelta(days=1))) == 1
    assert environment(one).line.state is EnvironmentState.SUSPENDED
    assert follow_exceptions(actor=UPKEEP, at=at(LAST + timedelta(days=2))) == 0


def test_a_change_that_was_approved_reaches_the_environments(world: World, paper: PaperCloud) -> None:
    made, ids = vended(world)
    exception = granted(world, ids[0])
    follow_exceptions(actor=UPKEEP, at=NOW)
    worked(ids[0])
    change = applications.start_change(
        actor=world.writer, application_id=made, kind=ApplicationKind.CHANGE, at=NOW
    )
    come = role(CloudRole.TECHNICAL_LEAD, name="見本 次郎")
    come = replace(come, email="jiro@town.example.jp")
    world.written(
        change, lambda draft: replace(draft, change_reason="人事異動", roles=(draft.roles[0], come))
    )
    world.hand_in(change)
    assert world.approve(change, world.first)
    for one in ids:
        assert environment(one).line.state is EnvironmentState.AMENDING
        worked(one)
        assert come.email in paper.things[str(one)]["access"]
        assert "technical-lead@town.example.jp" not in paper.things[str(one)]["access"]
        [told] = amendments_of(one)[:1]
        assert told.application_id == change
        assert [name.name.ja for name in told.changes] == ["担当者と役割"]
    assert at_provider(paper, ids[0]) == [f"encrypted-volumes/{exception}"]  # it holds still


def test_the_clock_alone_follows_them(world: World, paper: PaperCloud) -> None:
    _made, (one, _other) = vended(world)
    granted(world, one)
    with pytest.raises(AccessDenied):
        follow_exceptions(actor=world.first, at=NOW)
    assert environment(one).line.state is EnvironmentState.READY
    upkeep.look_after_environments(NOW)
    assert environment(one).line.state is EnvironmentState.AMENDING

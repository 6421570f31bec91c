"""When a plan turns a server on and off, by the calendar of Japan; and what a round makes of it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cloud.actions.conftest import APP, BATCH, Town

from hashira.cloud.domain.running_hours import (
    WEEKDAYS,
    Change,
    PlanRefused,
    RunningHours,
    latest_due,
    next_change,
)
from hashira.cloud.domain.servers import ServerState, ServerVerb
from hashira.cloud.selectors.servers import server_view
from hashira.cloud.services import server_schedules as schedules
from hashira.cloud.services import servers as services
from hashira.cloud.services.servers import ServerElsewhere
from hashira.cloud.store.models import ServerAct, ServerSchedule
from hashira.core import jobs
from hashira.core.access import AccessDenied, Principal
from hashira.kernel.clock import JST

OFFICE = RunningHours(WEEKDAYS, time(8, 30), time(18, 30), off_on_holidays=True)
UPKEEP = Principal.system("upkeep")


def at(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=JST)


def test_the_week_of_a_holiday_by_the_calendar() -> None:
    """Written by hand from the calendar of 2026: Monday 23 November is 勤労感謝の日."""
    found = list(OFFICE.changes(at(20, 12), at(25, 12)))
    assert found == [
        Change(at(20, 18, 30), False),
        Change(at(24, 8, 30), True),
        Change(at(24, 18, 30), False),
        Change(at(25, 8, 30), True),
    ]
    assert not OFFICE.runs_at(at(23, 12))
    assert OFFICE.hours_in(2026, 11) == Decimal(190)  # 21 weekdays less two holidays (3 and 23 November)
    assert next_change(OFFICE, at(1, 19, month=5), left_on_until=None) == Change(at(7, 8, 30, month=5), True)
    new_year = next_change(OFFICE, at(28, 19, month=12), left_on_until=None)
    assert new_year == Change(datetime(2027, 1, 4, 8, 30, tzinfo=JST), True)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    night = RunningHours(frozenset({4}), time(22), time(6), off_on_holidays=False)
    assert night.runs_at(at(28, 5, 59))
    assert not night.runs_at(at(28, 6))
    assert list(night.changes(at(27, 0), at(29, 0))) == [Change(at(27, 22), True), Change(at(28, 6), False)]
    assert night.hours_in(2026, 11) == Decimal(32)


@pytest.mark.parametrize(
    ("days", "begins", "ends"),
    [(frozenset(), time(8), time(9)), (WEEKDAYS, time(8), time(8)), (frozenset({7}), time(8), time(9))],
)
def test_what_is_no_plan_is_refused(days: frozenset[int], begins: time, ends: time) -> None:
    with pytest.raises(PlanRefused):
        RunningHours(days, begins, ends, off_on_holidays=True)


def test_what_was_missed_comes_down_to_the_latest_change() -> None:
    since = at(20, 12)
    assert latest_due(OFFICE, since, at(20, 18, 29), left_on_until=None) is None
    assert latest_due(OFFICE, since, at(22, 12), left_on_until=None) == Change(at(20, 18, 30), False)
    assert latest_due(OFFICE, since, at(24, 9), left_on_until=None) == Change(at(24, 8, 30), True)
    assert latest_due(OFFICE, at(24, 8, 30), at(24, 9), left_on_until=None) is None


def test_left_on_it_is_not_stopped_before_and_stopped_then_if_the_plan_has_it_off() -> None:
    late, morning = at(24, 21), at(25, 9)
    since = at(24, 12)
    assert latest_due(OFFICE, since, at(24, 20), left_on_until=late) is None
    assert latest_due(OFFICE, since, at(24, 21), left_on_until=late) == Change(late, False)
    assert next_change(OFFICE, since, left_on_until=late) == Change(late, False)
    assert next_change(OFFICE, since, left_on_until=morning) == Change(at(25, 8, 30), True)
    found = latest_due(OFFICE, since, at(25, 18, 30), left_on_until=morning)
    assert found == Change(at(25, 18, 30), False)


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda one: one.replace(tzinfo=JST))


@given(data=st.data())
def test_after_the_latest_change_a_plan_is_as_the_change_says(data: st.DataObject) -> None:
    begins, ends = data.draw(st.times()), data.draw(st.times())
    if begins == ends:
        return
    days = data.draw(st.frozensets(st.integers(0, 6), min_size=1))
    plan = RunningHours(days, begins, ends, off_on_holidays=data.draw(st.booleans()))
    moment = data.draw(moments)
    found = latest_due(plan, moment - timedelta(days=60), moment, left_on_until=None)
    if found is not None:
        assert plan.runs_at(moment) is found.on
    coming = next_change(plan, moment, left_on_until=None)
    assert coming is not None
    assert coming.at > moment
    assert plan.runs_at(coming.at) is coming.on


# ── what a round makes of it ──

FRIDAY = at(20, 12)


@pytest.fixture
def planned(town: Town) -> Town:
    for identifier in (APP, BATCH):
        plan(town, identifier)
    return town


def plan(town: Town, identifier: str = APP, moment: datetime = FRIDAY) -> None:
    schedules.set_schedule(
        actor=town.officer,
        server_id=town.server(identifier).pk,
        days=WEEKDAYS,
        begins=time(8, 30),
        ends=time(18, 30),
        off_on_holidays=True,
        at=moment,
    )


def round_at(town: Town, moment: datetime) -> list[tuple[str, str]]:
    """The acts that a round gives, carried out."""
    before = set(ServerAct.objects.values_list("pk", flat=True))
    assert schedules.schedules_are_due(moment) is ServerSchedule.objects.filter(next_at__lte=moment).exists()
    schedules.run_schedules(actor=UPKEEP, at=moment)
    made = ServerAct.objects.exclude(pk__in=before).order_by("server__name")
    for one in made:
        assert one.job_id is not None
        jobs.carry_out(one.job_id)
    return [(one.server.identifier, one.verb) for one in made]


def test_nothing_is_done_before_the_next_change_and_then_once(planned: Town) -> None:
    assert round_at(planned, at(20, 18, 29)) == []
    assert round_at(planned, at(20, 18, 30)) == [(APP, "stop"), (BATCH, "stop")]
    assert planned.there().state is ServerState.STOPPED
    assert planned.paper.calls["stop"] == 1  # the other was stopped already
    assert round_at(planned, at(20, 18, 31)) == []
    assert round_at(planned, at(23, 9)) == []  # a holiday
    assert round_at(planned, at(24, 8, 30)) == [(APP, "start"), (BATCH, "start")]
    view = server_view(planned.server().pk)
    assert view.line.next == Change(at(24, 18, 30), False)


def test_after_days_of_silence_one_act_brings_it_where_it_belongs(planned: Town) -> None:
    assert round_at(planned, at(27, 20)) == [(APP, "stop"), (BATCH, "stop")]
    assert ServerAct.objects.count() == 2
    assert {one.boundary for one in ServerAct.objects.all()} == {at(27, 18, 30)}


def test_what_a_person_did_after_the_change_stands(planned: Town) -> None:
    """The worker was away from 18:00; at 19:00 somebody starts it; at 20:00 the worker is back."""
    asked = services.turn(
        actor=planned.officer, server_id=planned.server().pk, verb=ServerVerb.START, at=at(20, 19)
    )
    planned.carried_out(asked)
    assert round_at(planned, at(20, 20)) == [(BATCH, "stop")]
    assert planned.there().state is ServerState.RUNNING
    assert round_at(planned, at(24, 18, 30))[0] == (APP, "stop")  # the next change is carried out again


def test_paused_lifted_restored_and_resumed_make_nothing_up(planned: Town) -> None:
    key = planned.server().pk
    act = {"actor": planned.officer, "server_id": key}
    schedules.pause_schedule(**act, at=at(20, 13))
    schedules.lift_schedule(actor=planned.officer, server_id=planned.server(BATCH).pk, at=at(20, 13))
    assert round_at(planned, at(20, 19)) == []
    assert server_view(key).line.paused
    assert server_view(key).line.next is None
    schedules.resume_schedule(**act, at=at(20, 20))
    assert round_at(planned, at(20, 21)) == []
    assert planned.there().state is ServerState.RUNNING
    batch = {"actor": planned.officer, "server_id": planned.server(BATCH).pk}
    assert server_view(batch["server_id"]).lifted
    assert server_view(batch["server_id"]).line.hours is None
    schedules.restore_schedule(**batch, at=at(20, 21))
    assert round_at(planned, at(24, 8, 30)) == [(APP, "start"), (BATCH, "start")]
    with pytest.raises(ServerElsewhere):
        schedules.resume_schedule(**act, at=at(24, 9))
    with pytest.raises(ServerElsewhere):
        schedules.restore_schedule(**act, at=at(24, 9))


def test_left_on_it_runs_until_then_and_ending_it_early_stops_it(planned: Town) -> None:
    key = planned.server().pk
    act = {"actor": planned.officer, "server_id": key}
    schedules.leave_on(**act, until=at(20, 21), at=at(20, 15))
    assert round_at(planned, at(20, 18, 30)) == [(BATCH, "stop")]
    assert round_at(planned, at(20, 21)) == [(APP, "stop")]
    assert ServerSchedule.objects.get(server_id=key).left_on_until is None
    schedules.leave_on(**act, until=at(24, 23), at=at(24, 9))
    assert [one for one in round_at(planned, at(24, 19)) if one[0] == APP] == [(APP, "start")]
    schedules.leave_on(**act, until=None, at=at(24, 20))
    assert round_at(planned, at(24, 20, 1)) == [(APP, "stop")]
    for until in (at(24, 9), at(24, 9) + timedelta(days=32)):
        with pytest.raises(PlanRefused):
            schedules.leave_on(**act, until=until, at=at(24, 10))


def test_protected_and_suspended_ones_are_left_alone(planned: Town) -> None:
    services.protect(actor=planned.officer, server_id=planned.server().pk, reason="選挙", at=FRIDAY)
    assert round_at(planned, at(20, 18, 30)) == [(BATCH, "stop")]
    with pytest.raises(AccessDenied):
        plan(planned)
    with pytest.raises(AccessDenied):
        schedules.run_schedules(actor=planned.officer, at=FRIDAY)


def test_an_act_under_way_makes_the_schedule_wait(planned: Town) -> None:
    key = planned.server().pk
    waiting = services.turn(actor=planned.officer, server_id=key, verb=ServerVerb.START, at=at(20, 18))
    assert round_at(planned, at(20, 18, 30)) == [(BATCH, "stop")]
    planned.carried_out(waiting)
    assert round_at(planned, at(20, 18, 31)) == [(APP, "stop")]


def test_a_round_has_a_bound_and_the_next_goes_on(planned: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr(schedules, "MOST_AT_ONCE", 1)
    moment = at(20, 18, 30)
    assert len(round_at(planned, moment)) == 1
    assert len(round_at(planned, moment)) == 1
    assert round_at(planned, moment) == []
    assert datetime.now(UTC) > moment  # of tests alone: the plan is carried out by the moment that is given

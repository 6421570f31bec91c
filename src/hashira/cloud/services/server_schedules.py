"""When servers run: set, pause, leave on, lift, put back; and carrying out what is due (稼働の予定).

A round takes the schedules whose change has come, a bounded number of them; each gives one act for the
latest change that is due, whatever was missed before it, and no act where a person did something since. The
database lets a change of a server be carried out once, however many workers take the round.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet

from hashira.cloud.domain.running_hours import PlanRefused, RunningHours, latest_due, next_change
from hashira.cloud.domain.servers import ServerState, ServerVerb
from hashira.cloud.selectors.servers import hours_of, resource_of_row
from hashira.cloud.services.environments import AREA
from hashira.cloud.services.servers import (
    IN_USE,
    UNDER_WAY,
    ServerElsewhere,
    locked_server,
    new_act,
    tell,
)
from hashira.cloud.store.models import CloudServer, ServerAct, ServerSchedule
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.services import service
from hashira.kernel.language import Bilingual

MOST_AT_ONCE = 100
"""Acts that one round asks for; the next round goes on. The lanes of the jobs let fewer run at once."""
LONGEST_LEFT_ON = timedelta(days=31)
_BY_HAND = (ServerAct.Origin.PERSON, ServerAct.Origin.UNDO)


@service(action="cloud:OperateServer")
def set_schedule(
    *,
    actor: Principal,
    server_id: UUID,
    days: frozenset[int],
    begins: time,
    ends: time,
    off_on_holidays: bool,
    at: datetime,
) -> None:
    """Sets when it runs, from its next change on. Raises ``PlanRefused``, ``ServerElsewhere``."""
    row = _asked(actor, server_id)
    hours = RunningHours(days, begins, ends, off_on_holidays=off_on_holidays)
    if row.state == ServerState.GONE.value:
        raise ServerElsewhere(reason=Bilingual("サーバーは削除されています", "The server was deleted"))
    schedule = ServerSchedule.objects.filter(server=row).first() or ServerSchedule(server=row)
    schedule.days, schedule.begins, schedule.ends = sorted(days), hours.begins, hours.ends
    schedule.off_on_holidays, schedule.left_on_until = off_on_holidays, None
    schedule.set_at, schedule.set_by = at, actor.id
    schedule.paused_at, schedule.paused_by, schedule.lifted_at, schedule.lifted_by = None, "", None, ""
    _go_on(schedule, at)
    tell(actor, "cloud:OperateServer", row.environment, [row], {"act": "schedule", "days": len(days)})


@service(action="cloud:OperateServer")
def pause_schedule(*, actor: Principal, server_id: UUID, at: datetime) -> None:
    """Nothing is done by it until it is resumed. Raises ``ServerElsewhere``."""
    row = _asked(actor, server_id)
    schedule = _in_force(row, paused=False)
    schedule.paused_at, schedule.paused_by = at, actor.id
    schedule.next_at, schedule.next_on = None, None
    schedule.save()
    tell(actor, "cloud:OperateServer", row.environment, [row], {"act": "pause schedule"})


@service(action="cloud:OperateServer")
def resume_schedule(*, actor: Principal, server_id: UUID, at: datetime) -> None:
    """It acts again, from its next change on: what came due meanwhile is not made up for."""
    row = _asked(actor, server_id)
    schedule = _in_force(row, paused=True)
    schedule.paused_at, schedule.paused_by = None, ""
    _go_on(schedule, at)
    tell(actor, "cloud:OperateServer", row.environment, [row], {"act": "resume schedule"})


@service(action="cloud:OperateServer")
def leave_on(*, actor: Principal, server_id: UUID, until: datetime | None, at: datetime) -> None:
    """Leaves it on until then; then it is turned off, if the plan has it off. None ends that at once."""
    row = _asked(actor, server_id)
    schedule = _in_force(row, paused=False)
    if until is not None and not at < until <= at + LONGEST_LEFT_ON:
        raise PlanRefused(
            field="until",
            reason=Bilingual(
                f"いまより後で、{LONGEST_LEFT_ON.days}日以内の日時にしてください",
                f"Choose a time later than now and within {LONGEST_LEFT_ON.days} days",
            ),
        )
    ended = schedule.left_on_until is not None and until is None
    schedule.left_on_until = until
    _plan_next(schedule, at)
    if ended and not hours_of(schedule).runs_at(at):
        schedule.left_on_until = schedule.next_at = at  # as if it had been left on until just now
        schedule.next_on = False
    schedule.save()
    facts = {"act": "leave on", "until": until.isoformat() if until else ""}
    tell(actor, "cloud:OperateServer", row.environment, [row], facts)


@service(action="cloud:OperateServer")
def lift_schedule(*, actor: Principal, server_id: UUID, at: datetime) -> None:
    """Ends it. The server stays as it is; the schedule can be put back."""
    row = _asked(actor, server_id)
    schedule = _in_force(row, paused=None)
    schedule.lifted_at, schedule.lifted_by = at, actor.id
    schedule.next_at, schedule.next_on = None, None
    schedule.save()
    tell(actor, "cloud:OperateServer", row.environment, [row], {"act": "lift schedule"})


@service(action="cloud:OperateServer")
def restore_schedule(*, actor: Principal, server_id: UUID, at: datetime) -> None:
    """Puts back what was lifted, from its next change on. Raises ``ServerElsewhere``."""
    row = _asked(actor, server_id)
    schedule = ServerSchedule.objects.filter(server=row, lifted_at__isnull=False).first()
    if schedule is None:
        raise ServerElsewhere(reason=Bilingual("解除した予定はありません", "No schedule was lifted"))
    schedule.lifted_at, schedule.lifted_by, schedule.left_on_until = None, "", None
    schedule.paused_at, schedule.paused_by = None, ""
    _go_on(schedule, at)
    tell(actor, "cloud:OperateServer", row.environment, [row], {"act": "restore schedule"})


@service(action="cloud:RunSchedules")
def run_schedules(*, actor: Principal, at: datetime) -> int:
    """Asks for the acts that are due; how many. What cannot be done now is settled, or tried next time."""
    access.require(actor, "cloud:RunSchedules", AREA)
    asked = 0
    due = list(_due(at).order_by("next_at", "pk").values_list("pk", "server_id")[:MOST_AT_ONCE])
    for key, server_id in due:
        row = locked_server(server_id)
        schedule = _due(at).filter(pk=key).first()  # another worker may have settled it meanwhile
        if schedule is None:
            continue
        asked += _run(actor, row, schedule, at)
    audit.record(actor=actor, action="cloud:RunSchedules", facts={"due": len(due), "asked": asked})
    return asked


def schedules_are_due(at: datetime) -> bool:
    """Whether ``run_schedules`` would find anything."""
    return _due(at).exists()


def _run(actor: Principal, row: CloudServer, schedule: ServerSchedule, at: datetime) -> int:
    """One act, or none; leaves the schedule with its next change unless it has to wait."""
    change = latest_due(hours_of(schedule), schedule.acted_until, at, left_on_until=schedule.left_on_until)
    if change is None:
        _settle(schedule, at, schedule.acted_until)
        return 0
    by_hand = row.acts.filter(
        origin__in=_BY_HAND, verb__in=[ServerVerb.START.value, ServerVerb.STOP.value], asked_at__gt=change.at
    )
    may = access.may(actor, "cloud:OperateServer", resource_of_row(row))
    gone = row.state == ServerState.GONE.value
    if not may or gone or row.environment.state not in IN_USE or by_hand.exists():
        _settle(schedule, at, change.at)
        return 0
    if row.acts.filter(state__in=UNDER_WAY).exists():
        return 0  # it comes back with the next round
    verb = ServerVerb.START if change.on else ServerVerb.STOP
    if not row.acts.filter(boundary=change.at).exists():
        new_act(row, verb, ServerAct.Origin.SCHEDULE, actor, at, boundary=change.at)
        tell(actor, "cloud:RunSchedules", row.environment, [row], {"act": verb.value})
    _settle(schedule, at, change.at)
    return 1


def _due(at: datetime) -> QuerySet[ServerSchedule]:
    return ServerSchedule.objects.filter(next_at__lte=at, paused_at__isnull=True, lifted_at__isnull=True)


def _settle(schedule: ServerSchedule, at: datetime, acted_until: datetime) -> None:
    schedule.acted_until = max(acted_until, schedule.acted_until)
    if schedule.left_on_until is not None and schedule.left_on_until <= at:
        schedule.left_on_until = None
    _plan_next(schedule, at)
    schedule.save()


def _go_on(schedule: ServerSchedule, at: datetime) -> None:
    """From now on: what the plan had before is over."""
    schedule.acted_until = at
    _plan_next(schedule, at)
    schedule.save()


def _plan_next(schedule: ServerSchedule, at: datetime) -> None:
    hours, left = hours_of(schedule), schedule.left_on_until
    waiting = latest_due(hours, schedule.acted_until, at, left_on_until=left)  # not carried out yet
    coming = waiting or next_change(hours, at, left_on_until=left)
    schedule.next_at = coming.at if coming is not None else None
    schedule.next_on = coming.on if coming is not None else None


def _asked(actor: Principal, server_id: UUID) -> CloudServer:
    row = locked_server(server_id)
    access.require(actor, "cloud:OperateServer", resource_of_row(row))
    return row


def _in_force(row: CloudServer, *, paused: bool | None) -> ServerSchedule:
    """The schedule that is not lifted, paused or not as it has to be."""
    found = ServerSchedule.objects.filter(server=row, lifted_at__isnull=True).first()
    if found is None:
        raise ServerElsewhere(reason=Bilingual("予定がありません", "It has no schedule"))
    if paused is not None and (found.paused_at is not None) is not paused:
        words = (
            Bilingual("予定は止められていません", "The schedule is not paused")
            if paused
            else Bilingual("予定は止められています", "The schedule is paused")
        )
        raise ServerElsewhere(reason=words)
    return found

"""The doors of emergency accesses: opened and closed by a job, read back, found where none should be (扉).

Which way a door goes is decided anew by each run, from the access as it stands: nothing that is tried again
after the end opens anything. The jobs of one provider run one after the other, so that none closes what
another is opening. What is not proved closed is asked for again, and shown, until it is.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.domain.baseline.emergency import EmergencyState
from hashira.cloud.domain.door import (
    Door,
    DoorImpossible,
    Doors,
    DoorState,
    DoorStillThere,
    DoorUnaccounted,
    SeenDoor,
    doors_of,
)
from hashira.cloud.domain.engine import Engine, EngineError, Evidence, EvidenceLine, Facts, NotThere
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.order_record import order_from_json
from hashira.cloud.selectors.emergencies import emergency_of, emergency_resource
from hashira.cloud.selectors.environments import EnvironmentNotFound, resource_of
from hashira.cloud.services.environments import AREA, VENDING, tell
from hashira.cloud.services.step_taking import Pace, evidence_to_json, insist
from hashira.cloud.store.models import EmergencyAccess, EmergencyDoor, Environment
from hashira.core import access, audit, jobs
from hashira.core.access import Principal
from hashira.core.accounts.selectors import email_of
from hashira.core.audit import Subject
from hashira.core.jobs import JobContext
from hashira.core.jobs.context import TRANSIENT
from hashira.core.jobs.models import Job
from hashira.core.jobs.problem import JobProblem
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

ACTION = "cloud:CarryOutDoor"
_PATIENCE = 60.0
"""Seconds for which one run waits for a provider: the next round asks again."""
_PASSABLE = (DoorState.OPENING.value, DoorState.OPEN.value)
CLOUD_GONE = Evidence(
    (EvidenceLine(Bilingual("クラウド", "Cloud"), "環境ごとなくなりました / gone with its cloud"),)
)


class _Over(Exception):
    """The access was ended while its door was being opened."""


def prepare_door(row: EmergencyAccess) -> EmergencyDoor | None:
    """The row of the door of an access that was just opened, and its job; within the caller's transaction.

    None for an access that is about no environment.
    """
    environment = row.environment
    if environment is None or row.opened_at is None or row.ends_at is None:
        return None
    door = EmergencyDoor(
        emergency=row,
        environment=environment,
        state=DoorState.OPENING.value,
        person=email_of(row.asked_by),
        begins=row.opened_at.replace(microsecond=0),
        ends=row.ends_at.replace(microsecond=0),
    )
    try:
        _doors(engine_of(environment.engine), environment, door.person)
    except EngineError as error:
        door.state, door.problem = DoorState.NONE.value, JobProblem.of(error).to_json()
        door.save()
        return door
    door.save()
    _ask_for(door)
    return door


def close_early(row: EmergencyAccess) -> None:
    """Asks for the door of an access that was ended to be closed; within the caller's transaction."""
    door = EmergencyDoor.objects.select_for_update(no_key=True).filter(emergency=row).first()
    if door is not None and door.state in _PASSABLE:
        door.state = DoorState.CLOSING.value
        door.save(update_fields=["state"])
        _ask_for(door)


def settle_door(context: JobContext, door_id: int, pace: Pace) -> dict[str, Any]:
    """Opens or closes the door, whichever the access asks for now, and reads it back.

    What stands against it is written down and raised; the next round of the upkeep asks again.
    """
    short = Pace(min(pace.patience, _PATIENCE), min(pace.read_back, _PATIENCE))
    door = EmergencyDoor.objects.select_related("environment", "emergency").get(pk=door_id)
    if door.state in {DoorState.NONE.value, DoorState.CLOSED.value}:
        return {"state": door.state}
    try:
        with suppress(_Over):
            if _may_be_open(door):
                evidence = _opened(context, door, short)
                with context.transaction():
                    state = write_door(actor=VENDING, door_id=door_id, opened=evidence)
                if state is not DoorState.CLOSING:
                    return {"state": state.value}
        proof = _closed(context, door, short)
    except TRANSIENT:
        raise
    except HashiraError as error:
        with context.transaction():
            write_door_trouble(actor=VENDING, door_id=door_id, problem=JobProblem.of(error))
        raise
    with context.transaction():
        write_door_closed(actor=VENDING, door_id=door_id, proof=proof)
    return {"state": DoorState.CLOSED.value}


def close_strays(context: JobContext, environment_id: UUID, pace: Pace) -> dict[str, Any]:
    """Closes every door of an environment that no access allows now, and reads back that they are gone."""
    row = Environment.objects.get(pk=environment_id)
    short = Pace(min(pace.patience, _PATIENCE), min(pace.read_back, _PATIENCE))
    order, doors = order_from_json(row.order), _doors(engine_of(row.engine), row, "-")
    strays = insist(lambda: _unaccounted(doors, order, row), short, context.raise_if_cancelled)
    for seen in strays:
        insist(lambda one=seen: doors.close_seen(order, row.facts, one), short, context.raise_if_cancelled)  # type: ignore[misc]
    left = insist(lambda: _unaccounted(doors, order, row), short, context.raise_if_cancelled)
    with context.transaction():
        write_strays(actor=VENDING, environment_id=environment_id, closed=len(strays), left=len(left))
    if left:
        raise DoorStillThere(engine=engine_of(row.engine).title, door=left[0].identifier)
    return {"closed": len(strays)}


def doors_amiss(engine: Engine, row: Environment) -> list[EngineError]:
    """The doors that no access allows now, and those that are otherwise than they were opened.

    One of an access that is over is asked for to be closed again, though it was proved closed before.
    Raises an ``EngineError`` that passes.
    """
    doors = doors_of(engine)
    if doors is None or not row.facts.get("account"):
        return []
    order = order_from_json(row.order)
    found: list[EngineError] = []
    for seen in _unaccounted(doors, order, row):
        reopen_closing(actor=VENDING, environment_id=row.pk, key=seen.key)
        found.append(DoorUnaccounted(engine=engine.title, door=seen.identifier))
    for door in EmergencyDoor.objects.filter(environment=row, state=DoorState.OPEN.value):
        try:
            if _may_be_open(door):
                doors.verify(order, row.facts, _wanted(door))
        except NotThere as error:
            found.append(error)
    return found


@service(action="cloud:CloseStrayDoors")
def ask_to_close_strays(*, actor: Principal, environment_id: UUID) -> UUID:
    """Asks for the doors without a record to be closed; the id of the job."""
    row = Environment.objects.filter(pk=environment_id).first()
    if row is None:
        raise EnvironmentNotFound
    access.require(
        actor, "cloud:CloseStrayDoors", resource_of(str(row.pk), organisation=str(row.organisation_id or ""))
    )
    asked = jobs.request(
        actor=VENDING,
        kind="cloud.close_stray_doors",
        parameters={"environment": str(row.pk), "engine": row.engine},
    )
    tell(actor, "cloud:CloseStrayDoors", row, {"act": "asked"})
    return asked.id


@service(action="cloud:SettleDoors")
def settle_doors(*, actor: Principal, at: datetime) -> int:
    """Asks for every door to be closed whose time is over, and again for what did not come true; how many."""
    access.require(actor, "cloud:SettleDoors", AREA)
    asked = 0
    for door in _to_settle(at).select_for_update(of=("self",), no_key=True):
        if door.emergency.ends_at <= at:
            door.state = DoorState.CLOSING.value
            door.save(update_fields=["state"])
        if not _at_work(door):
            _ask_for(door)
            asked += 1
    audit.record(actor=actor, action="cloud:SettleDoors", facts={"asked": asked})
    return asked


def doors_are_due(at: datetime) -> bool:
    """Whether ``settle_doors`` would ask for anything."""
    return any(not _at_work(door) for door in _to_settle(at))


@service(action=ACTION)
def write_door(*, actor: Principal, door_id: int, opened: Evidence) -> DoorState:
    """Keeps that it was read back open, unless it is to be closed by now; gives how it stands."""
    door = _locked(actor, door_id)
    now = datetime.now(UTC)
    if emergency_of(door.emergency, now).state is EmergencyState.OPEN and door.state in _PASSABLE:
        door.state, door.opened_at = DoorState.OPEN.value, door.opened_at or now
    else:
        door.state = DoorState.CLOSING.value
    door.evidence, door.problem = evidence_to_json(opened), None
    door.attempts, door.tried_at = door.attempts + 1, now
    door.save()
    _tell(actor, door, {"state": door.state})
    return DoorState(door.state)


@service(action=ACTION)
def write_door_closed(*, actor: Principal, door_id: int, proof: Evidence) -> None:
    """Keeps that it was read back closed."""
    door = _locked(actor, door_id)
    now = datetime.now(UTC)
    door.state, door.closed_at, door.problem = DoorState.CLOSED.value, now, None
    door.evidence = [*door.evidence, *evidence_to_json(proof)]
    door.attempts, door.tried_at = door.attempts + 1, now
    door.save()
    _tell(actor, door, {"state": door.state})


@service(action=ACTION)
def write_door_trouble(*, actor: Principal, door_id: int, problem: JobProblem) -> None:
    """Keeps what stands against opening or closing it."""
    door = _locked(actor, door_id)
    if emergency_of(door.emergency, datetime.now(UTC)).state is not EmergencyState.OPEN:
        door.state = DoorState.CLOSING.value
    door.problem, door.tried_at = problem.to_json(), datetime.now(UTC)
    door.attempts += 1
    door.save()
    _tell(actor, door, {"state": door.state, "code": problem.code})


@service(action=ACTION)
def reopen_closing(*, actor: Principal, environment_id: UUID, key: str) -> None:
    """Takes a door up again that was proved closed and is there: it is closed anew, and shown until then."""
    access.require(actor, ACTION, emergency_resource(key or "unknown"))
    door = None
    if _is_uuid(key):
        rows = EmergencyDoor.objects.select_for_update(no_key=True)
        door = rows.filter(emergency_id=key, environment_id=environment_id).first()
    if door is not None and door.state == DoorState.CLOSED.value:
        door.state = DoorState.CLOSING.value
        door.save(update_fields=["state"])
    subjects = [Subject("environment", str(environment_id))]
    audit.record(
        actor=actor, action=ACTION, subjects=subjects, facts={"found": True, "known": door is not None}
    )


@service(action=ACTION)
def write_strays(*, actor: Principal, environment_id: UUID, closed: int, left: int) -> None:
    """Leaves in the audit what was closed without a record."""
    access.require(actor, ACTION, emergency_resource("unknown"))
    subjects = [Subject("environment", str(environment_id))]
    audit.record(actor=actor, action=ACTION, subjects=subjects, facts={"closed": closed, "left": left})


def _opened(context: JobContext, door: EmergencyDoor, pace: Pace) -> Evidence:
    row, wanted = door.environment, _wanted(door)
    order = order_from_json(row.order)
    engine = engine_of(row.engine)
    doors = _doors(engine, row, wanted.person)

    def look_up() -> None:
        context.raise_if_cancelled()
        if not _may_be_open(door):
            raise _Over

    def carry() -> Evidence:
        try:
            return doors.verify(order, row.facts, wanted)
        except NotThere:
            look_up()
            doors.open(order, row.facts, wanted)
            return doors.verify(order, row.facts, wanted)

    return insist(carry, pace, look_up)


def _closed(context: JobContext, door: EmergencyDoor, pace: Pace) -> Evidence:
    row = door.environment
    engine = engine_of(row.engine)
    order, key = order_from_json(row.order), str(door.emergency_id)
    identity = insist(engine.identity, pace, context.raise_if_cancelled)
    if identity and row.cloud and identity != row.cloud:
        return CLOUD_GONE
    doors = _doors(engine, row, "-")

    def carry() -> Evidence:
        doors.close(order, row.facts, key)
        left = [one for one in doors.listed(order, row.facts) if one.key == key]
        if left:
            raise DoorStillThere(engine=engine.title, door=left[0].identifier)
        said = Bilingual("閉じた後に読み戻した扉の数", "Doors of this access read back after closing")
        return Evidence((EvidenceLine(said, "0"),))

    return insist(carry, pace, context.raise_if_cancelled)


def _unaccounted(doors: Doors, order: EnvironmentOrder, row: Environment) -> list[SeenDoor]:
    facts: Facts = row.facts
    seen = doors.listed(order, facts)
    allowed = {
        str(door.emergency_id)
        for door in EmergencyDoor.objects.filter(environment=row, state__in=_PASSABLE).select_related(
            "emergency"
        )
        if _may_be_open(door)
    }
    return [one for one in seen if one.key not in allowed]


def _doors(engine: Engine, row: Environment, person: str) -> Doors:
    """The capability, if a door can be opened there for that person. Raises ``DoorImpossible``."""
    doors = doors_of(engine)
    if doors is None:
        title = engine.title
        raise DoorImpossible(
            reason=Bilingual(
                f"{title.ja} には、一人だけを期限つきで入れる仕組みがありません",
                f"{title.en} has no means to let one person in for a time",
            )
        )
    if not row.facts.get("account"):
        words = Bilingual("環境のアカウントがまだありません", "The environment has no account yet")
        raise DoorImpossible(reason=words)
    if not person:
        words = Bilingual("入る人のアドレスが分かりません", "The address of the person is not known")
        raise DoorImpossible(reason=words)
    return doors


def _wanted(door: EmergencyDoor) -> Door:
    return Door(str(door.emergency_id), door.person, door.begins, door.ends)


def _may_be_open(door: EmergencyDoor) -> bool:
    """Whether the access allows it at this moment, as the rows have it now."""
    row = EmergencyAccess.objects.get(pk=door.emergency_id)
    state = EmergencyDoor.objects.values_list("state", flat=True).get(pk=door.pk)
    return state in _PASSABLE and emergency_of(row, datetime.now(UTC)).state is EmergencyState.OPEN


def _to_settle(at: datetime) -> QuerySet[EmergencyDoor]:
    rows = EmergencyDoor.objects.select_related("emergency", "environment")
    not_true_yet = Q(state__in=[DoorState.OPENING.value, DoorState.CLOSING.value])
    return rows.filter(not_true_yet | Q(state=DoorState.OPEN.value, emergency__ends_at__lte=at))


def _at_work(door: EmergencyDoor) -> bool:
    job = Job.objects.filter(pk=door.job_id).first() if door.job_id else None
    return job is not None and not jobs.JobState(job.state).over


def _ask_for(door: EmergencyDoor) -> None:
    job = jobs.request(
        actor=VENDING,
        kind="cloud.settle_door",
        parameters={"door": door.pk, "engine": door.environment.engine},
    )
    door.job_id = job.id
    door.save(update_fields=["job_id"])


def _locked(actor: Principal, door_id: int) -> EmergencyDoor:
    rows = EmergencyDoor.objects.select_for_update(of=("self",), no_key=True)
    door = rows.select_related("emergency", "environment").get(pk=door_id)
    access.require(actor, ACTION, emergency_resource(door.emergency_id, asked_by=door.emergency.asked_by))
    return door


def _tell(actor: Principal, door: EmergencyDoor, facts: dict[str, str | int | bool | None]) -> None:
    subjects = [
        Subject("emergencyaccess", str(door.emergency_id)),
        Subject("environment", str(door.environment_id)),
    ]
    audit.record(actor=actor, action=ACTION, subjects=subjects, facts=facts)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

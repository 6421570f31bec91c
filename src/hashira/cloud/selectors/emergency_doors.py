"""The doors behind emergency accesses, as the operator sees them (緊急の立入りの扉)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from hashira.cloud.domain.door import DoorState
from hashira.cloud.domain.engine import Evidence, EvidenceLine
from hashira.cloud.store.models import EmergencyDoor
from hashira.core.jobs.problem import JobProblem
from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class DoorView:
    """A door as it was last read back."""

    emergency_id: UUID
    target: str
    state: DoorState
    overdue: bool
    """Whether it should be closed by now and nobody has proved that it is."""
    person: str
    ends: datetime
    over_at: datetime | None
    """When the access is over, which may be before the end that the door carries."""
    evidence: Evidence
    problem: JobProblem | None
    attempts: int
    tried_at: datetime | None
    opened_at: datetime | None
    closed_at: datetime | None


def door_of(emergency_id: UUID, at: datetime) -> DoorView | None:
    """The door of an access; None where it has none."""
    row = EmergencyDoor.objects.select_related("emergency").filter(emergency_id=emergency_id).first()
    return _view(row, at) if row is not None else None


def overdue_doors(at: datetime) -> tuple[DoorView, ...]:
    """Those that should be closed and are not proved to be, the one that is longest over first."""
    rows = _overdue(at).select_related("emergency").order_by("emergency__ends_at")
    return tuple(_view(row, at) for row in rows)


def overdue_count(at: datetime) -> int:
    """How many there are."""
    return _overdue(at).count()


def _overdue(at: datetime) -> QuerySet[EmergencyDoor]:
    late = Q(state__in=[DoorState.OPENING.value, DoorState.OPEN.value], emergency__ends_at__lte=at)
    return EmergencyDoor.objects.filter(Q(state=DoorState.CLOSING.value) | late)


def _view(row: EmergencyDoor, at: datetime) -> DoorView:
    state, over_at = DoorState(row.state), row.emergency.ends_at
    passable = state in {DoorState.OPENING, DoorState.OPEN}
    late = passable and over_at is not None and over_at <= at
    lines = (EvidenceLine(Bilingual(one["ja"], one["en"]), one["value"]) for one in row.evidence)
    return DoorView(
        emergency_id=row.emergency_id,
        target=row.emergency.target,
        state=state,
        overdue=state is DoorState.CLOSING or late,
        person=row.person,
        ends=row.ends,
        over_at=over_at,
        evidence=Evidence(tuple(lines)),
        problem=JobProblem.from_json(row.problem) if row.problem else None,
        attempts=row.attempts,
        tried_at=row.tried_at,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )

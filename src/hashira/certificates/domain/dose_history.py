"""From the events of a person to the doses in force (接種履歴)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from hashira.certificates.domain.dose import Dose, RecordedDose


class EventKind(StrEnum):
    """What an event tells (事象の種類)."""

    RECORDED = "recorded"
    CORRECTED = "corrected"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class DoseEvent:
    """One event, in the order of ``sequence``; ``replaces`` is the event it takes the place of."""

    sequence: int
    id: UUID
    kind: EventKind
    replaces: UUID | None
    dose: Dose
    source: str
    reason: str
    recorded_at: datetime
    recorded_by: str
    same_as: UUID | None = None
    """The dose that this one is, where two entries of one person were merged and both had it."""


def in_force(events: Iterable[DoseEvent]) -> tuple[RecordedDose, ...]:
    """The doses that count: told by an event that nothing replaces, that is no void and no second telling.

    Ordered by day, then by number, then by when they were told. The order of the events given does not
    matter.
    """
    told = tuple(events)
    replaced = {event.replaces for event in told if event.replaces is not None}
    counting = [
        e for e in told if e.id not in replaced and e.kind is not EventKind.VOIDED and e.same_as is None
    ]
    counting.sort(key=lambda e: (e.dose.given_on, e.dose.number or 0, e.sequence))
    return tuple(RecordedDose(event.id, event.dose) for event in counting)

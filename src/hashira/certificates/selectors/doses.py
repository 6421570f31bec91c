"""The doses of a person, from the rows (接種記録の読み出し)."""

from __future__ import annotations

from uuid import UUID

from hashira.certificates.domain.dose import Dose
from hashira.certificates.domain.dose_history import DoseEvent, EventKind
from hashira.certificates.domain.vaccine_product import product
from hashira.certificates.selectors.record_group import collapsed_into, members_of
from hashira.certificates.store import models


def dose_events(person_id: UUID) -> tuple[DoseEvent, ...]:
    """Everything the register was told about the person's doses, in its order.

    With what stands in the same record since a merge.
    """
    members = members_of(person_id)
    same = collapsed_into(members)
    rows = models.DoseEvent.objects.filter(person_id__in=members).order_by("sequence")
    return tuple(_event(row, same.get(row.id)) for row in rows)


def entry_events(person_id: UUID) -> tuple[DoseEvent, ...]:
    """What one entry alone was told, whatever it is merged with: as it is without the merge."""
    rows = models.DoseEvent.objects.filter(person_id=person_id).order_by("sequence")
    return tuple(_event(row) for row in rows)


def _event(row: models.DoseEvent, same_as: UUID | None = None) -> DoseEvent:
    dose = Dose(
        product=product(row.vaccine),
        given_on=row.given_on,
        lot=row.lot,
        number=row.dose_number,
        place=row.place,
        country=row.country,
    )
    return DoseEvent(
        sequence=row.sequence,
        id=row.id,
        kind=EventKind(row.kind),
        replaces=row.replaces_id,
        dose=dose,
        source=row.source,
        reason=row.reason,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        same_as=same_as,
    )

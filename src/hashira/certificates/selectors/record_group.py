"""Which entries of the register stand in one record (統合された人の読み出し).

Whoever reads doses, certificates, notices or links of a person asks here first: the record of a person is
that of the entry and of all that were merged into it.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from hashira.certificates.store.models import CollapsedDose, Person


def members_of(person_id: UUID) -> tuple[UUID, ...]:
    """The entries of the record in which a person stands, the one that leads it first."""
    rows = dict(
        Person.objects.filter(Q(pk=person_id) | Q(merged_into_id=person_id)).values_list(
            "pk", "merged_into_id"
        )
    )
    leading = rows.get(person_id)
    if leading is not None:
        return members_of(leading)
    return (person_id, *sorted(pk for pk in rows if pk != person_id))


def root_of(person_id: UUID) -> UUID:
    """The entry that leads the record in which a person stands: itself, unless it was merged."""
    return Person.objects.filter(pk=person_id).values_list("merged_into_id", flat=True).first() or person_id


def collapsed_into(members: tuple[UUID, ...]) -> dict[UUID, UUID]:
    """The doses of a record that are not counted, with the dose that each of them is."""
    if len(members) < 2:
        return {}
    rows = CollapsedDose.objects.filter(event__person_id__in=members, merge__reversal=None)
    return dict(rows.values_list("event_id", "kept_id"))


def shown_as(event: UUID) -> tuple[UUID, ...]:
    """The events under which certificates may show a dose: its own, and those that collapsed into it."""
    rows = CollapsedDose.objects.filter(kept_id=event, merge__reversal=None)
    return (event, *rows.values_list("event_id", flat=True))

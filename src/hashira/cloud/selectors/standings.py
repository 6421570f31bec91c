"""How services stand, for those who change it (選定の状態)."""

from __future__ import annotations

from uuid import UUID

from hashira.cloud.domain.selection.standing import OpenCondition, Standing
from hashira.cloud.store.models import SelectionCondition, StandingChange


def latest_standing(decision_id: UUID) -> Standing:
    """How the service stands since the last change."""
    row = StandingChange.objects.filter(decision_id=decision_id).last()
    if row is None:
        raise StandingChange.DoesNotExist
    return Standing(row.standing)


def conditions_of(decision_id: UUID) -> tuple[OpenCondition, ...]:
    """The conditions of a decision with the days on which they were met."""
    rows = SelectionCondition.objects.filter(decision_id=decision_id).select_related("item")
    return tuple(OpenCondition(row.item.identifier, row.due_on, row.met_on) for row in rows)

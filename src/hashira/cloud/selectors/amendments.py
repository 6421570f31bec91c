"""Changes of environments as they are read: what becomes other, how far it is (環境の変更の読み出し)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hashira.cloud.domain.order_changes import OrderChange, order_changes
from hashira.cloud.domain.order_record import order_from_json
from hashira.cloud.selectors.environments import StepLine, step_line
from hashira.cloud.store.models import EnvironmentAmendment, UseApplication
from hashira.core.accounts.selectors import display_names


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """One change of an environment."""

    id: int
    cause: str
    state: str
    changes: tuple[OrderChange, ...]
    """Nothing where a change that stopped is taken back."""
    steps: tuple[StepLine, ...]
    application_id: UUID | None
    application: str
    """Its number, as people name it."""
    rollout_id: UUID | None
    reason: str
    asked_at: datetime
    asked_by: str
    begun_at: datetime | None
    ended_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether it waits or is under way."""
        return self.state in ("waiting", "running")


def amendments_of(environment_id: UUID) -> tuple[AmendmentView, ...]:
    """All changes of an environment, the newest first."""
    rows = list(EnvironmentAmendment.objects.filter(environment_id=environment_id).prefetch_related("steps"))
    asked = [one.application_id for one in rows if one.application_id is not None]
    numbers = dict(UseApplication.objects.filter(pk__in=asked).values_list("pk", "number"))
    names = display_names({one.asked_by for one in rows})
    return tuple(
        AmendmentView(
            row.pk,
            row.cause,
            row.state,
            order_changes(order_from_json(row.before), order_from_json(row.after)),
            tuple(step_line(one, "") for one in sorted(row.steps.all(), key=lambda one: one.position)),
            row.application_id,
            numbers.get(row.application_id, "") if row.application_id is not None else "",
            row.rollout_id,
            row.reason,
            row.asked_at,
            names.get(row.asked_by, row.asked_by),
            row.begun_at,
            row.ended_at,
        )
        for row in rows
    )

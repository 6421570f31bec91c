"""Emergency accesses, as the operator and auditors see them (緊急の立入り)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from hashira.cloud.domain.baseline.emergency import REVIEW_DAYS, EmergencyState, state_at
from hashira.cloud.store.models import EmergencyAccess
from hashira.core.access import Resource
from hashira.core.accounts.selectors import display_names
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class EmergencyNotFound(HashiraError):
    """There is no such access."""

    code = "CLD-405"
    what = Bilingual("緊急の立入りがありません", "There is no such emergency access")
    why = Bilingual("その立入りは見つかりません", "That access is not known")
    remedy = Bilingual("一覧から選び直してください", "Choose it from the list again")
    status = 404


@dataclass(frozen=True, slots=True)
class EmergencyView:
    """An access at a moment."""

    id: UUID
    environment_id: UUID | None
    target: str
    reason: str
    hours: int
    state: EmergencyState
    asked_at: datetime
    asked_by: str
    opened_at: datetime | None
    opened_by: str
    refused_at: datetime | None
    refused_by: str
    ends_at: datetime | None
    ended_early_by: str
    reviewed_at: datetime | None
    reviewed_by: str
    review: str
    late: bool
    """Whether the review is overdue."""

    @property
    def resource(self) -> Resource:
        """As access is asked for it."""
        return emergency_resource(self.id, asked_by=self.asked_by)


def emergency_resource(emergency_id: UUID | str = "new", *, asked_by: str = "") -> Resource:
    """An emergency access as access is asked for it."""
    return Resource("Cloud::EmergencyAccess", str(emergency_id), None, {"asked_by": asked_by})


def emergency_views(at: datetime) -> tuple[EmergencyView, ...]:
    """All of them, the newest first."""
    return tuple(emergency_of(row, at) for row in EmergencyAccess.objects.all())


def emergency_view(emergency_id: UUID, at: datetime) -> EmergencyView:
    """One; raises ``EmergencyNotFound``."""
    row = EmergencyAccess.objects.filter(pk=emergency_id).first()
    if row is None:
        raise EmergencyNotFound
    return emergency_of(row, at)


def open_now(account: str, environment_id: UUID | None, at: datetime) -> bool:
    """Whether somebody may get into an environment at a moment; asked by whatever lets them in."""
    rows = EmergencyAccess.objects.filter(asked_by=account, environment_id=environment_id)
    return any(emergency_of(row, at).state is EmergencyState.OPEN for row in rows)


def emergency_names(views: Iterable[EmergencyView]) -> dict[str, str]:
    """The names of those who acted."""
    ids = {w for v in views for w in (v.asked_by, v.opened_by, v.refused_by, v.ended_early_by, v.reviewed_by)}
    return dict(display_names(ids - {""}))


def emergency_of(row: EmergencyAccess, at: datetime) -> EmergencyView:
    """A row as it stands at a moment."""
    state = state_at(
        at,
        asked_at=row.asked_at,
        opened_at=row.opened_at,
        ends_at=row.ends_at,
        refused=row.refused_at is not None,
        reviewed=row.reviewed_at is not None,
    )
    due = row.ends_at + timedelta(days=REVIEW_DAYS) if row.ends_at else None
    return EmergencyView(
        id=row.pk,
        environment_id=row.environment_id,
        target=row.target,
        reason=row.reason,
        hours=row.hours,
        state=state,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        opened_at=row.opened_at,
        opened_by=row.opened_by,
        refused_at=row.refused_at,
        refused_by=row.refused_by,
        ends_at=row.ends_at,
        ended_early_by=row.ended_early_by,
        reviewed_at=row.reviewed_at,
        reviewed_by=row.reviewed_by,
        review=row.review,
        late=state is EmergencyState.TO_REVIEW and due is not None and at > due,
    )

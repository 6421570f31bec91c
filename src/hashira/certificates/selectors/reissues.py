"""Certificates that lost their validity, as their holder is told of them (失効の知らせ)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hashira.certificates.domain.certificate_status import REASON_NAMES
from hashira.certificates.selectors.record_group import members_of
from hashira.certificates.store.models import Reissue
from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class Notice:
    """A certificate that is no longer valid, why, and what becomes of it."""

    id: UUID
    old: UUID
    number: str
    cause: Bilingual
    created_at: datetime
    wish: str
    outcome: str
    new: UUID | None

    @property
    def to_answer(self) -> bool:
        """Whether its holder has not said yet if a new one is wanted."""
        return self.outcome == "open" and self.wish == "asked"

    @property
    def on_its_way(self) -> bool:
        return self.outcome == "open" and self.wish == "wanted"


def notices_of(person_id: UUID, *, made_by: str | None = None) -> tuple[Notice, ...]:
    """What the holder of a person's certificates is to be told, the latest first; not what they declined.

    With ``made_by`` about those that were made through this resident's account.
    """
    rows = (
        Reissue.objects.filter(person_id__in=members_of(person_id))
        .exclude(wish="declined")
        .select_related("old")
    )
    if made_by is not None:
        rows = rows.filter(old__resident_id=made_by)
    return tuple(
        Notice(
            id=row.pk,
            old=row.old_id,
            number=row.old.number,
            cause=REASON_NAMES[row.cause],
            created_at=row.created_at,
            wish=row.wish,
            outcome=row.outcome,
            new=row.new_id,
        )
        for row in rows.order_by("-created_at", "pk")
    )

"""Emergency access: asked with a reason, let in by a second person, over by itself (緊急の立入り)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from hashira.kernel.language import Bilingual

LONGEST_HOURS = 8
"""Of one access; who needs longer asks again."""
WAITS = timedelta(hours=1)
"""For which a request waits for the second person; then it is void."""
REVIEW_DAYS = 5
"""Within which somebody looks at what was done."""


class EmergencyState(StrEnum):
    """How an emergency access stands."""

    ASKED = "asked"
    VOID = "void"
    """Nobody has let them in in time."""
    REFUSED = "refused"
    OPEN = "open"
    TO_REVIEW = "to-review"
    """It is over, and nobody has looked at it yet."""
    REVIEWED = "reviewed"

    @property
    def label(self) -> Bilingual:
        """Its name for people."""
        return _LABELS[self]


_LABELS = {
    EmergencyState.ASKED: Bilingual("承認待ち", "To be let in"),
    EmergencyState.VOID: Bilingual("時間切れ", "Void"),
    EmergencyState.REFUSED: Bilingual("却下", "Refused"),
    EmergencyState.OPEN: Bilingual("立入り中", "Open"),
    EmergencyState.TO_REVIEW: Bilingual("事後確認待ち", "To be reviewed"),
    EmergencyState.REVIEWED: Bilingual("事後確認済み", "Reviewed"),
}


def state_at(
    moment: datetime,
    *,
    asked_at: datetime,
    opened_at: datetime | None,
    ends_at: datetime | None,
    refused: bool,
    reviewed: bool,
) -> EmergencyState:
    """The state at a moment: nothing has to run for an access to end.

    >>> from datetime import UTC
    >>> asked = datetime(2026, 5, 11, 1, tzinfo=UTC)
    >>> state_at(asked + WAITS, asked_at=asked, opened_at=None, ends_at=None, refused=False, reviewed=False)
    <EmergencyState.VOID: 'void'>
    """
    if reviewed:
        return EmergencyState.REVIEWED
    if refused:
        return EmergencyState.REFUSED
    if opened_at is None or ends_at is None:
        return EmergencyState.ASKED if moment < asked_at + WAITS else EmergencyState.VOID
    return EmergencyState.OPEN if moment < ends_at else EmergencyState.TO_REVIEW

"""How an exception to a guardrail stands on a day, and whether one may be asked for (例外の状態)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from hashira.cloud.domain.baseline.entry import BaselineGuardrail, Granter
from hashira.kernel.language import Bilingual


class ExceptionState(StrEnum):
    """How an exception stands."""

    ASKED = "asked"
    EXAMINED = "examined"
    COMING = "coming"
    """Granted, and its first day is to come."""
    IN_FORCE = "in-force"
    EXPIRED = "expired"
    ENDED = "ended"
    """Taken back before its last day."""
    REFUSED = "refused"

    @property
    def label(self) -> Bilingual:
        """Its name for people."""
        return _LABELS[self]


_LABELS = {
    ExceptionState.ASKED: Bilingual("審査待ち", "To be examined"),
    ExceptionState.EXAMINED: Bilingual("決定待ち", "To be granted"),
    ExceptionState.COMING: Bilingual("開始前", "Granted, to begin"),
    ExceptionState.IN_FORCE: Bilingual("有効", "In force"),
    ExceptionState.EXPIRED: Bilingual("期限切れ", "Expired"),
    ExceptionState.ENDED: Bilingual("終了", "Ended"),
    ExceptionState.REFUSED: Bilingual("却下", "Refused"),
}
SOON_DAYS = 30
"""An exception that ends within so many days is shown as ending soon."""


def state_on(
    day: date, *, begins_on: date, ends_on: date, examined: bool, granted: bool, refused: bool, ended: bool
) -> ExceptionState:
    """The state on a day in Japan; both first and last day count.

    >>> state_on(date(2026, 4, 1), begins_on=date(2026, 4, 1), ends_on=date(2026, 4, 1),
    ...     examined=True, granted=True, refused=False, ended=False)
    <ExceptionState.IN_FORCE: 'in-force'>
    """
    if refused:
        return ExceptionState.REFUSED
    if ended:
        return ExceptionState.ENDED
    if not granted:
        return ExceptionState.EXAMINED if examined else ExceptionState.ASKED
    if day < begins_on:
        return ExceptionState.COMING
    return ExceptionState.IN_FORCE if day <= ends_on else ExceptionState.EXPIRED


def objection(
    guardrail: BaselineGuardrail, *, begins_on: date, ends_on: date, today: date
) -> tuple[str, Bilingual] | None:
    """The field and the reason why such an exception cannot be asked for, or nothing."""
    rule = guardrail.exception
    if rule.granter is not Granter.OPERATORS:
        return "guardrail", Bilingual(
            f"このガードレールの例外：{rule.granter.label.ja}",
            f"Exceptions to this guardrail: {rule.granter.label.en}",
        )
    if begins_on < today:
        return "begins_on", Bilingual("始まりの日が過ぎています", "The first day has passed")
    if ends_on < begins_on:
        return "ends_on", Bilingual("終わりの日が始まりの日より前です", "It ends before it begins")
    if ends_on > rule.latest(begins_on):
        return "ends_on", Bilingual(
            f"このガードレールの例外は{rule.longest_days}日までです",
            f"An exception to this guardrail lasts {rule.longest_days} days at most",
        )
    return None

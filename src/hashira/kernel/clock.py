"""Where the time comes from: a port, so that a rule that depends on time can be tested at any time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")


class Clock(Protocol):
    """A source of the present time (時計)."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still.

    >>> FixedClock(datetime(2021, 12, 19, 15, 0, tzinfo=UTC)).now().year
    2021
    """

    moment: datetime

    def __post_init__(self) -> None:
        if self.moment.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")

    def now(self) -> datetime:
        return self.moment.astimezone(UTC)


def today_in_japan(clock: Clock) -> date:
    """The calendar date in Japan, by which dates of doses and certificates are judged.

    >>> today_in_japan(FixedClock(datetime(2021, 12, 19, 15, 0, tzinfo=UTC)))
    datetime.date(2021, 12, 20)
    """
    return clock.now().astimezone(JST).date()

"""When a server runs: days of the week and hours in Japan, or not where offices are closed (稼働の予定).

A change is a moment at which the plan turns a server on or off. Whoever carries it out acts once for the
latest change that is due: what was missed before it is over, and what a person did after it stands.

Source of the days: 国民の祝日に関する法律 (jpholiday); around New Year 地方自治法第4条の2第2項第3号.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

import jpholiday

from hashira.cloud.domain.application.business_days import YEAR_END
from hashira.kernel.clock import JST
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_DAY = timedelta(days=1)
_FAR = timedelta(days=62)
"""How far a change is looked for: no run of holidays is as long."""
WEEKDAYS = frozenset(range(5))


@lru_cache(maxsize=4096)
def _is_holiday(day: date) -> bool:
    return bool(jpholiday.is_holiday(day)) or (day.month, day.day) in YEAR_END


class PlanRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-507"
    what = Bilingual("予定を受け付けられません", "The schedule was not taken")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("指摘を直してください", "Put it right")
    status = 422


@dataclass(frozen=True, slots=True)
class Change:
    """A moment at which a server is to run from then on, or not to."""

    at: datetime
    on: bool


@dataclass(frozen=True, slots=True)
class RunningHours:
    """On from ``begins`` to ``ends`` on the days named, otherwise stopped; ``ends`` before ``begins`` is on
    the next day.

    >>> office = RunningHours(WEEKDAYS, time(8, 30), time(18, 30), off_on_holidays=True)
    >>> [office.runs_at(datetime(2026, *day, 9, tzinfo=JST)) for day in ((12, 1), (11, 23))]
    [True, False]
    """

    days: frozenset[int]
    """0 is Monday, as ``date.weekday`` counts."""
    begins: time
    ends: time
    off_on_holidays: bool

    def __post_init__(self) -> None:
        if not self.days or not self.days <= frozenset(range(7)):
            raise PlanRefused(
                field="days", reason=Bilingual("曜日を選んでください", "Choose days of the week")
            )
        if self.begins == self.ends:
            raise PlanRefused(
                field="ends",
                reason=Bilingual("起動と停止の時刻が同じです", "It begins and ends at the same time"),
            )

    def begins_on(self, day: date) -> bool:
        """Whether it is turned on that day."""
        return day.weekday() in self.days and not (self.off_on_holidays and _is_holiday(day))

    def runs_at(self, moment: datetime) -> bool:
        """Whether the plan has it on."""
        day = moment.astimezone(JST).date()
        spans = (self._span(one) for one in (day - _DAY, day) if self.begins_on(one))
        return any(begins <= moment < ends for begins, ends in spans)

    def changes(self, after: datetime, until: datetime) -> Iterator[Change]:
        """The changes later than ``after``, up to and with ``until``, in their order."""
        day, last = after.astimezone(JST).date() - _DAY, until.astimezone(JST).date()
        while day <= last:
            if self.begins_on(day):
                begins, ends = self._span(day)
                for change in (Change(begins, True), Change(ends, False)):
                    if after < change.at <= until:
                        yield change
            day += _DAY

    def hours_in(self, year: int, month: int) -> Decimal:
        """How many hours of a month it is on, counted by the day on which it is turned on."""
        day, found = date(year, month, 1), timedelta()
        while day.month == month:
            if self.begins_on(day):
                begins, ends = self._span(day)
                found += ends - begins
            day += _DAY
        return Decimal(int(found.total_seconds())) / 3600

    def _span(self, day: date) -> tuple[datetime, datetime]:
        begins = datetime.combine(day, self.begins, JST)
        ends = datetime.combine(day if self.ends > self.begins else day + _DAY, self.ends, JST)
        return begins, ends


def latest_due(
    hours: RunningHours, after: datetime, now: datetime, *, left_on_until: datetime | None
) -> Change | None:
    """The change to carry out now: the latest since ``after``, whatever was missed before it.

    While a server is left on, its stops do not count; when that is over, it is turned off if the plan has
    it off then.
    """
    begun = max(after, now - _FAR)
    found = None
    for change in _all(hours, begun, now, left_on_until):
        found = change
    return found


def next_change(hours: RunningHours, now: datetime, *, left_on_until: datetime | None) -> Change | None:
    """The next change, to be shown.

    >>> office = RunningHours(WEEKDAYS, time(8, 30), time(18, 30), off_on_holidays=True)
    >>> said = next_change(office, datetime(2026, 12, 31, 19, tzinfo=JST), left_on_until=None)
    >>> said.at.isoformat(), said.on
    ('2027-01-04T08:30:00+09:00', True)
    """
    horizon = max(now, left_on_until or now) + _FAR
    return next(iter(_all(hours, now, horizon, left_on_until)), None)


def _all(
    hours: RunningHours, after: datetime, until: datetime, left_on_until: datetime | None
) -> list[Change]:
    found = [
        one
        for one in hours.changes(after, until)
        if one.on or left_on_until is None or one.at >= left_on_until
    ]
    if left_on_until is not None and after < left_on_until <= until and not hours.runs_at(left_on_until):
        found.append(Change(left_on_until, False))
    return sorted(found, key=lambda one: (one.at, one.on))

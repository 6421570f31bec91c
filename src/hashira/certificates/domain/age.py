"""When a minor comes of age, and years later on the calendar (成年・年の応当日)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

MAJORITY: Final = 18
"""Years (民法4条「年齢十八歳をもって、成年とする」, since 2022-04-01)."""


def years_later(day: date, years: int) -> date:
    """The same day so many years on; for a 29 February without one, the day after 28 February.

    So that a period of years ends on the day before it (民法143条2項: where there is no corresponding day,
    the period ends with the last day of the month).

    >>> years_later(date(2008, 2, 29), 18), years_later(date(2008, 2, 29), 20)
    (datetime.date(2026, 3, 1), datetime.date(2028, 2, 29))
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def last_day_as_minor(birth_date: date) -> date:
    """The last day on which somebody is a minor: the day before the 18th birthday.

    年齢計算ニ関する法律 and 民法143条: the age is reached with the end of the day before the birthday.

    >>> last_day_as_minor(date(2008, 4, 1)), last_day_as_minor(date(2008, 2, 29))
    (datetime.date(2026, 3, 31), datetime.date(2026, 2, 28))
    """
    return years_later(birth_date, MAJORITY) - timedelta(days=1)


def is_minor(birth_date: date, *, on: date) -> bool:
    """Whether somebody is a minor on that day."""
    return on <= last_day_as_minor(birth_date)

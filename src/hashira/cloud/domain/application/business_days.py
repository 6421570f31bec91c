"""Days on which a government office works, and the date some of them later (開庁日).

Closed are Saturdays, Sundays, national holidays, and 29 December to 3 January.
Source: 行政機関の休日に関する法律 (昭和63年法律第91号) 第1条第1項; 国民の祝日に関する法律.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import jpholiday

_DAY = timedelta(days=1)


@lru_cache(maxsize=4096)
def is_business_day(day: date) -> bool:
    """Whether offices are open.

    >>> [is_business_day(date(2026, *day)) for day in ((5, 7), (5, 6), (12, 29))]
    [True, False, False]
    """
    if day.weekday() >= 5 or (day.month, day.day) in YEAR_END:
        return False
    return not jpholiday.is_holiday(day)


YEAR_END = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
"""Month and day of the days around New Year on which offices are closed."""


def business_days_after(day: date, count: int) -> date:
    """The ``count``-th business day after a day, which is not counted itself.

    >>> business_days_after(date(2026, 5, 1), 1), business_days_after(date(2026, 12, 28), 1)
    (datetime.date(2026, 5, 7), datetime.date(2027, 1, 4))
    """
    found = day
    for _ in range(count):
        found += _DAY
        while not is_business_day(found):
            found += _DAY
    return found


def business_days_between(start: date, end: date) -> int:
    """How many business days lie after ``start`` up to and including ``end``; negative when it is over.

    >>> business_days_between(date(2026, 5, 1), date(2026, 5, 8))
    2
    """
    if end < start:
        return -business_days_between(end, start)
    return sum(is_business_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

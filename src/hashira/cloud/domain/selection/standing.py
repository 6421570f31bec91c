"""How a service stands, and how its conditions were met month by month (条件付き選定の経過)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hashira.cloud.domain.selection.verdict import Outcome
from hashira.kernel.language import Bilingual

MAX_PERCENT = 100


class Standing(StrEnum):
    """How a service stands."""

    SELECTED = "selected"
    CONDITIONAL = "conditional"
    REJECTED = "rejected"
    LAPSED = "lapsed"


STANDING_NAMES = {
    Standing.SELECTED: Bilingual("選定", "Selected"),
    Standing.CONDITIONAL: Bilingual("条件付きで選定", "Selected on condition"),
    Standing.REJECTED: Bilingual("不選定", "Not selected"),
    Standing.LAPSED: Bilingual("条件を満たさず失効", "Lapsed: condition not met"),
}


class ProgressJudgement(StrEnum):
    """What an assessor says of a month's report."""

    MET = "met"
    ON_TRACK = "on-track"
    LATE = "late"


PROGRESS_NAMES = {
    ProgressJudgement.MET: Bilingual("要件を満たした", "The requirement is met"),
    ProgressJudgement.ON_TRACK: Bilingual("計画どおり", "On track"),
    ProgressJudgement.LATE: Bilingual("遅れている", "Late"),
}


@dataclass(frozen=True, slots=True)
class OpenCondition:
    """A condition with the day on which an assessor found it met, if that has come."""

    requirement: str
    due_on: date
    met_on: date | None = None


@dataclass(frozen=True, slots=True)
class MonthCount:
    """The conditions at the end of a month: met, still open and not due, open after their date."""

    month: date
    met: int
    open: int
    late: int


def standing_of(
    outcome: Outcome, until: date | None, conditions: Sequence[OpenCondition], *, day: date
) -> Standing:
    """How the service stands on that day. ``until`` is included: it lapses the day after.

    >>> late = [OpenCondition("1", date(2026, 3, 31), met_on=date(2026, 4, 2))]
    >>> standing_of(Outcome.CONDITIONAL, date(2026, 3, 31), late, day=date(2026, 4, 3)).value
    'lapsed'
    """
    if outcome is not Outcome.CONDITIONAL or until is None:
        return Standing(outcome.value)
    if all(one.met_on is not None and one.met_on <= until for one in conditions):
        return Standing.SELECTED
    return Standing.LAPSED if day > until else Standing.CONDITIONAL


def first_of_month(day: date) -> date:
    """The first day of the month of that day."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the following month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months(since: date, to: date) -> tuple[date, ...]:
    """The first days of all months from one day to another, both included."""
    found, month = [], first_of_month(since)
    while month <= to:
        found.append(month)
        month = next_month(month)
    return tuple(found)


def month_by_month(
    conditions: Sequence[OpenCondition], *, decided_on: date, day: date
) -> tuple[MonthCount, ...]:
    """For each month since the decision how many conditions were met, open and late at its end, or today."""
    found = []
    for month in months(decided_on, day):
        # Of the month that goes on, as it is today.
        last = min(date.fromordinal(next_month(month).toordinal() - 1), day)
        met = sum(one.met_on is not None and one.met_on <= last for one in conditions)
        late = sum(one.due_on < last and (one.met_on is None or one.met_on > last) for one in conditions)
        found.append(MonthCount(month, met, len(conditions) - met - late, late))
    return tuple(found)

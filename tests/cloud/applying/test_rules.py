"""Rules of an application held to what others published: corporate numbers, holidays, address arithmetic."""

from __future__ import annotations

import doctest
import importlib
import ipaddress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hashira.cloud.domain.application.body import corporate_check_digit, read_corporate_number
from hashira.cloud.domain.application.budget import months_in, scenarios
from hashira.cloud.domain.application.business_days import (
    business_days_after,
    business_days_between,
    is_business_day,
)
from hashira.cloud.domain.application.draft import Draft
from hashira.cloud.domain.application.ranges import bounds, free_range, overlaps
from hashira.cloud.domain.application.refusal import ApplicationRefused

EXAMPLES = ["body", "budget", "business_days", "chain", "draft", "ranges", "refusal", "systems"]
# National Tax Agency, Digital Agency, Ministry of Internal Affairs and Communications: as published.
PUBLISHED = ("7000012050002", "8000012010038", "2000012020001")
# The national holidays of 2026 as the Cabinet Office published them (国民の祝日・休日).
HOLIDAYS_2026 = (
    "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 "
    "10-12 11-03 11-23"
)
RANGES = some.builds(
    lambda base, prefix: str(ipaddress.ip_network((0x0A000000 + (base << 4), prefix), strict=False)),
    some.integers(0, 2**10),
    some.integers(20, 28),
)


@pytest.mark.parametrize("number", PUBLISHED)
def test_corporate_numbers_of_ministries_are_read(number: str) -> None:
    assert read_corporate_number(number) == number
    assert corporate_check_digit(number[1:]) == number[0]
    for place in range(1, 13):
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        with pytest.raises(ApplicationRefused):
            read_corporate_number(wrong)


def test_offices_are_closed_on_the_published_holidays_and_at_the_turn_of_the_year() -> None:
    closed = {f"{date(2026, *map(int, day.split('-'))):%m-%d}" for day in HOLIDAYS_2026.split()}
    day, found = date(2026, 1, 4), set()
    while day < date(2026, 12, 29):
        if day.weekday() < 5 and not is_business_day(day):
            found.add(f"{day:%m-%d}")
        day += timedelta(days=1)
    weekdays = {one for one in closed if date(2026, *map(int, one.split("-"))).weekday() < 5}
    assert found == weekdays - {"01-01"}
    assert not any(is_business_day(date(2026, 12, 29) + timedelta(days=n)) for n in range(6))


@given(some.dates(date(2022, 1, 1), date(2040, 1, 1)), some.integers(1, 40))
def test_days_that_were_counted_are_counted_again(day: date, count: int) -> None:
    after = business_days_after(day, count)
    assert is_business_day(after)
    assert business_days_between(day, after) == count


@given(some.lists(RANGES, max_size=12), some.integers(22, 28))
def test_a_free_range_is_the_first_that_meets_none(taken: list[str], prefix: int) -> None:
    found = free_range("10.0.0.0/18", taken, prefix)
    blocks = [ipaddress.ip_network(one) for one in taken]
    free = (
        one
        for one in ipaddress.ip_network("10.0.0.0/18").subnets(new_prefix=prefix)
        if not any(one.overlaps(block) for block in blocks)
    )
    assert found == (str(first) if (first := next(free, None)) else None)


@given(RANGES, RANGES)
def test_bounds_meet_exactly_where_ranges_overlap(one: str, other: str) -> None:
    first, last = bounds(one)
    met = first <= bounds(other)[1] and last >= bounds(other)[0]
    assert met == ipaddress.ip_network(one).overlaps(ipaddress.ip_network(other))
    assert met == bool(overlaps([one], [(other, "x")]))


@given(some.dates(date(2024, 1, 1), date(2030, 12, 31)), some.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_the_months_of_all_fiscal_years_are_the_months_of_the_use(start: date, end: date) -> None:
    if end < start:
        start, end = end, start
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    assert sum(months_in(year, start, end) for year in range(2023, 2032)) == months


def test_no_scenario_rounds_the_rate_down() -> None:
    assert [one.yen_per_dollar for one in scenarios(Decimal("149.99"))][1:] == [
        Decimal("135.00"),
        Decimal("164.99"),
        Decimal("179.99"),
    ]


@pytest.mark.parametrize("module", EXAMPLES)
def test_examples_in_docstrings_run(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"hashira.cloud.domain.application.{module}"))
    assert found.attempted
    assert not found.failed


def test_an_empty_draft_is_stored_and_read_back() -> None:
    assert Draft.read(Draft().document()) == Draft()

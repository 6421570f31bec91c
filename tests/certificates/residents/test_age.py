"""When somebody comes of age: 民法4条, 年齢計算ニ関する法律, 民法143条."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.certificates.domain.age import is_minor, last_day_as_minor, years_later
from hashira.certificates.domain.linking import Claimant
from hashira.certificates.domain.protection import PeriodNotPossible, ProtectionPeriod
from hashira.certificates.domain.representation import (
    RepresentationNotPossible,
    Representative,
    end_of_representation,
    may_represent,
)

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("born", "last"),
    [
        (date(2004, 4, 1), date(2022, 3, 31)),  # of age on the day the law came into force
        (date(2008, 12, 1), TODAY),
        (date(2008, 2, 29), date(2026, 2, 28)),  # no 29 February in 2026: the month's last day
        (date(2010, 3, 1), date(2028, 2, 29)),
        (date(2008, 1, 1), date(2025, 12, 31)),
    ],
)
def test_the_last_day_as_a_minor(born: date, last: date) -> None:
    assert last_day_as_minor(born) == last
    assert is_minor(born, on=last)
    assert not is_minor(born, on=last + timedelta(days=1))


@given(st.dates(date(1900, 1, 1), date(2080, 12, 31)))
def test_nobody_is_a_minor_on_the_eighteenth_birthday(born: date) -> None:
    day_after = last_day_as_minor(born) + timedelta(days=1)
    assert day_after.year - born.year == 18
    same_day = (day_after.month, day_after.day) == (born.month, born.day)
    assert same_day or ((born.month, born.day) == (2, 29) and (day_after.month, day_after.day) == (3, 1))


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (TODAY, TODAY - timedelta(days=1)),
        (date(2025, 1, 1), date(2025, 6, 1)),  # over already
        (TODAY, years_later(TODAY, 1)),  # a year and a day
    ],
)
def test_a_period_that_is_none(starts: date, ends: date) -> None:
    with pytest.raises(PeriodNotPossible):
        ProtectionPeriod.decided(starts, ends, today=TODAY)


def test_a_year_is_the_longest_period() -> None:
    assert ProtectionPeriod.decided(TODAY, date(2027, 11, 29), today=TODAY).ends_on == date(2027, 11, 29)
    assert ProtectionPeriod.decided(TODAY, TODAY, today=TODAY).starts_on == TODAY


def test_a_representation_ends_as_wanted_or_with_the_majority() -> None:
    born = date(2018, 4, 2)
    assert end_of_representation(born, None, on=TODAY) == date(2036, 4, 1)
    assert end_of_representation(born, date(2030, 1, 1), on=TODAY) == date(2030, 1, 1)
    for wanted in (date(2036, 4, 2), TODAY - timedelta(days=1)):
        with pytest.raises(RepresentationNotPossible):
            end_of_representation(born, wanted, on=TODAY)
    with pytest.raises(RepresentationNotPossible):
        end_of_representation(date(2000, 1, 1), None, on=TODAY)


def test_only_an_adult_represents() -> None:
    assert may_represent(Claimant("親", date(1990, 1, 1)), on=TODAY)
    assert not may_represent(Claimant("親", date(2010, 1, 1)), on=TODAY)
    assert not may_represent(Claimant("親", None), on=TODAY)


def test_the_papers_name_one_representative() -> None:
    named = Representative("髙橋　一郎", date(1980, 1, 1))
    assert named.is_claimed_by(Claimant("高橋一郎", date(1980, 1, 1)))
    assert not named.is_claimed_by(Claimant("高橋　二郎", date(1980, 1, 1)))
    assert not named.is_claimed_by(Claimant("高橋　一郎", date(1980, 1, 2)))

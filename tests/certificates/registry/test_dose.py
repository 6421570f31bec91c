"""What is refused of a dose, what is asked about, and what remains in force of many events."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.certificates.domain.dose import Dose, DoseNotRecordable, RecordedDose, check_dates, warnings
from hashira.certificates.domain.dose_history import DoseEvent, EventKind, in_force
from hashira.certificates.domain.vaccine_product import product

JUNE = date(2021, 6, 1)


def dose(number: int | None = 1, day: date = JUNE, lot: str = "EY5422", code: str = "comirnaty") -> Dose:
    return Dose(product(code), day, lot=lot, number=number)


def recorded(*doses: Dose) -> list[RecordedDose]:
    return [RecordedDose(UUID(int=n), one) for n, one in enumerate(doses, 1)]


@pytest.mark.parametrize(
    ("given", "kept"), [("ＥＹ５４２２", "EY5422"), (" ey5422　", "EY5422"), ("E" * 19, "E" * 19)]
)
def test_a_lot_is_kept_in_half_width(given: str, kept: str) -> None:
    assert dose(lot=given).lot == kept


@pytest.mark.parametrize("lot", ["E" * 20, "Lot EY5422", "ロット EY5422", "EY\n5422", "ＬＯＴ　1"])
def test_no_other_lot_is_taken(lot: str) -> None:
    with pytest.raises(DoseNotRecordable) as refused:
        dose(lot=lot)
    assert refused.value.details["field"] == "lot"


@pytest.mark.parametrize("number", [0, -1, 100])
def test_a_number_is_1_to_99(number: int) -> None:
    with pytest.raises(DoseNotRecordable):
        dose(number)


@pytest.mark.parametrize("country", ["", "JP", "jpn", "JPNX", "J1N"])
def test_a_country_has_three_letters(country: str) -> None:
    with pytest.raises(DoseNotRecordable):
        Dose(product("mr"), JUNE, country=country)


def test_the_days_of_birth_and_of_today_are_both_possible() -> None:
    check_dates(dose(), birth_date=JUNE, today=JUNE)
    for birth, today in ((date(2021, 6, 2), date(2022, 1, 1)), (date(1980, 1, 1), date(2021, 5, 31))):
        with pytest.raises(DoseNotRecordable):
            check_dates(dose(), birth_date=birth, today=today)


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (dose(3, date(2021, 6, 1)), "on that day"),
        (dose(1, date(2021, 8, 1)), "a dose 1 already"),
        (dose(2, date(2021, 5, 1)), "order of the days"),
        (dose(3, date(2020, 12, 1)), "first authorised"),
        (dose(3, date(2021, 8, 1), lot=""), "There is no lot"),
        (dose(2, date(2021, 6, 1), code="spikevax"), "on that day"),
    ],
)
def test_what_looks_wrong_is_asked_about(new: Dose, words: str) -> None:
    assert any(words in warning.en for warning in warnings(new, recorded(dose())))


def test_what_looks_right_is_not() -> None:
    assert warnings(dose(2, date(2021, 6, 22)), recorded(dose())) == ()
    assert warnings(dose(1, JUNE, code="mr"), recorded(dose())) == ()  # another series on the same day


def test_more_than_usual_is_asked_about() -> None:
    assert any("up to 2 times" in w.en for w in warnings(dose(3, code="mr"), ()))
    assert warnings(dose(2, code="mr"), ()) == ()


@st.composite
def histories(draw: st.DrawFn) -> list[DoseEvent]:
    """Events as the store lets them be: each replaces at most one earlier one that is still in force."""
    events: list[DoseEvent] = []
    open_ids: list[UUID] = []
    for sequence in range(1, draw(st.integers(0, 12)) + 1):
        kinds = list(EventKind) if open_ids else [EventKind.RECORDED]
        kind = draw(st.sampled_from(kinds))
        replaces = None
        if kind is not EventKind.RECORDED:
            replaces = draw(st.sampled_from(open_ids))
            open_ids.remove(replaces)
        me = UUID(int=sequence)
        if kind is not EventKind.VOIDED:
            open_ids.append(me)
        what = dose(draw(st.none() | st.integers(1, 5)), date(2021, draw(st.integers(1, 12)), 1))
        told = datetime(2022, 1, 1, tzinfo=UTC)
        events.append(DoseEvent(sequence, me, kind, replaces, what, "counter", "", told, "1"))
    return events


@given(histories(), st.randoms())
def test_the_order_in_which_events_are_read_does_not_matter(events: list[DoseEvent], random: object) -> None:
    mixed = list(events)
    random.shuffle(mixed)
    assert in_force(mixed) == in_force(events)


@given(histories())
def test_as_many_doses_as_were_recorded_and_not_withdrawn(events: list[DoseEvent]) -> None:
    kinds = [event.kind for event in events]
    standing = in_force(events)
    assert len(standing) == kinds.count(EventKind.RECORDED) - kinds.count(EventKind.VOIDED)
    assert [s.dose.given_on for s in standing] == sorted(s.dose.given_on for s in standing)


@given(histories())
def test_withdrawing_one_takes_that_one_alone(events: list[DoseEvent]) -> None:
    before = in_force(events)
    for one in before:
        told = datetime(2022, 1, 2, tzinfo=UTC)
        void = DoseEvent(99, UUID(int=99), EventKind.VOIDED, one.event, one.dose, "counter", "x", told, "1")
        assert in_force([*events, void]) == tuple(other for other in before if other != one)


def test_a_dose_after_the_death_is_asked_about_and_one_on_the_day_is_not() -> None:
    day = date(2021, 6, 1)
    after = [w.en for w in warnings(dose(1, day), (), died_on=date(2021, 5, 31))]
    assert any("after the death (2021-05-31)" in words for words in after)
    for died_on in (day, date(2021, 6, 2), None):
        assert not any("death" in w.en for w in warnings(dose(1, day), (), died_on=died_on))

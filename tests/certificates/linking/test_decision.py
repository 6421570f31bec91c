"""No claim reaches a person whose attributes and number do not both match."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.certificates.domain.linking import (
    CODE_ALPHABET,
    Candidate,
    Claimant,
    NumberUnreadable,
    Why,
    decide_by_code,
    decide_by_coupon,
    grouped,
    new_code,
    outlives_correction,
    read_number,
)

BORN = date(1980, 2, 29)
HANAKO = Claimant("髙橋　花子", BORN, "female")


def person(
    name: str = "髙橋　花子", born: date = BORN, coupon: str = "0000000001", **more: object
) -> Candidate:
    return Candidate(uuid4(), name, born, str(more.get("sex", "female")), coupon, bool(more.get("linked")))


def coupon(claimant: Claimant, number: str, *people: Candidate) -> tuple[UUID | None, Why | None]:
    decision = decide_by_coupon(claimant, number, people)
    return decision.person, decision.why


def test_attributes_and_number_together_make_a_link() -> None:
    she = person()
    assert coupon(HANAKO, "0000000001", she) == (she.id, None)


def test_variant_characters_and_spaces_are_the_same_name() -> None:
    she = person("高橋花子")
    assert coupon(HANAKO, "0000000001", she) == (she.id, None)


@pytest.mark.parametrize(
    "other",
    [
        person("髙橋　花代"),
        person(born=date(1980, 2, 28)),
        person(coupon="0000000002"),
        person(coupon=""),
        person(sex="male"),
        person("タカハシ　ハナコ"),
    ],
    ids=["name", "birth", "number", "no number", "gender", "reading"],
)
def test_anything_else_makes_none(other: Candidate) -> None:
    assert coupon(HANAKO, "0000000001", other) == (None, Why.NONE)


def test_twins_are_told_apart_by_name() -> None:
    hanako, hanayo = person(coupon="0000000001"), person("髙橋　花代", coupon="0000000002")
    assert coupon(HANAKO, "0000000001", hanako, hanayo) == (hanako.id, None)
    assert coupon(HANAKO, "0000000002", hanako, hanayo) == (None, Why.NONE)


def test_two_of_the_same_name_and_birth_are_told_apart_by_number() -> None:
    one, other = person(coupon="0000000001"), person(coupon="0000000002")
    assert coupon(HANAKO, "0000000002", one, other) == (other.id, None)
    assert coupon(HANAKO, "0000000003", one, other) == (None, Why.NONE)


def test_a_register_with_one_number_twice_goes_to_staff() -> None:
    assert coupon(HANAKO, "0000000001", person(), person()) == (None, Why.SEVERAL)


def test_somebody_who_is_linked_already_goes_to_staff() -> None:
    assert coupon(HANAKO, "0000000001", person(linked=True)) == (None, Why.TAKEN)


def test_gender_counts_only_where_both_know_it() -> None:
    she = person(sex="")
    assert coupon(HANAKO, "0000000001", she) == (she.id, None)
    assert coupon(Claimant("髙橋　花子", BORN, ""), "0000000001", person())[0] is not None


def test_nobody_without_a_name_or_birth_is_anybody() -> None:
    assert coupon(Claimant("　", BORN), "0000000001", person("　")) == (None, Why.NONE)
    assert coupon(Claimant("髙橋　花子", None), "0000000001", person()) == (None, Why.NONE)


def test_a_code_names_one_person_and_the_attributes_still_count() -> None:
    she = person(coupon="")
    assert decide_by_code(HANAKO, she).person == she.id
    assert decide_by_code(HANAKO, None).why is Why.NONE
    assert decide_by_code(HANAKO, person(born=date(1999, 1, 1))).why is Why.NONE
    assert decide_by_code(HANAKO, person(linked=True)).why is Why.TAKEN


def test_a_changed_name_goes_to_staff_even_with_the_code() -> None:
    assert decide_by_code(HANAKO, person("佐藤　花子")).why is Why.NAME_DIFFERS


_NAMES = st.sampled_from(
    ["髙橋　花子", "高橋花子", "高橋　華子", "佐藤　花子", "𠮷田　太郎", "吉田　太郎", ""]
)
_BIRTHS = st.sampled_from([BORN, date(1980, 3, 1), date(2020, 1, 1)])
_COUPONS = st.sampled_from(["0000000001", "0000000002", ""])
_SEXES = st.sampled_from(["female", "male", ""])
_PEOPLE = st.builds(Candidate, st.uuids(), _NAMES, _BIRTHS, _SEXES, _COUPONS, st.booleans())
_VARIANTS = str.maketrans({"髙": "高", "𠮷": "吉", "　": None})


@given(
    st.builds(Claimant, _NAMES, st.none() | _BIRTHS, _SEXES),
    st.sampled_from(["0000000001", "0000000002", "9999999999"]),
    st.lists(_PEOPLE, max_size=8, unique_by=lambda p: p.id),
)
def test_a_link_is_only_ever_to_a_person_who_matches_in_everything(
    claimant: Claimant, number: str, people: list[Candidate]
) -> None:
    linked = decide_by_coupon(claimant, number, people).person
    if linked is not None:
        found = next(p for p in people if p.id == linked)
        assert found.coupon_number == number
        assert found.birth_date == claimant.birth_date
        assert found.name.translate(_VARIANTS) == claimant.name.translate(_VARIANTS) != ""
        assert {found.sex, claimant.gender} != {"female", "male"}
        assert not found.linked


@given(st.builds(Claimant, _NAMES, st.none() | _BIRTHS, _SEXES), st.none() | _PEOPLE)
def test_a_code_links_only_to_its_person_and_only_if_everything_matches(
    claimant: Claimant, named: Candidate | None
) -> None:
    decision = decide_by_code(claimant, named)
    assert (decision.person is None) != (decision.why is None)
    if decision.person is not None:
        assert named is not None
        assert decision.person == named.id
        assert named.birth_date == claimant.birth_date
        assert named.name.translate(_VARIANTS) == claimant.name.translate(_VARIANTS) != ""
        assert {named.sex, claimant.gender} != {"female", "male"}
        assert not named.linked


@pytest.mark.parametrize(
    ("before", "after", "stays"),
    [
        (BORN, BORN, True),
        (BORN, date(1980, 3, 1), False),
        (date(1980, 3, 1), BORN, True),  # staff linked, and the register is put right
        (date(1980, 3, 1), date(1980, 3, 1), True),  # staff linked, and nothing was corrected
        (date(1980, 3, 1), date(1980, 3, 2), False),
    ],
)
def test_a_correction_keeps_a_link_only_if_it_leads_to_the_resident(
    before: date, after: date, stays: bool
) -> None:
    assert outlives_correction(HANAKO, before=before, after=after) is stays


def test_a_code_is_read_as_people_write_it() -> None:
    code = new_code()
    assert read_number(f" {grouped(code).lower()} ") == code
    assert read_number("１２３４－５６７８－９０") == "1234567890"


@pytest.mark.parametrize("text", ["", "123456789", "12345678901", "接種券番号", "2" * 400, "0" * 12])
def test_anything_else_is_unreadable(text: str) -> None:
    with pytest.raises(NumberUnreadable):
        read_number(text)


@given(st.integers(0, 11), st.sampled_from(CODE_ALPHABET))
def test_one_wrong_sign_is_noticed(place: int, sign: str) -> None:
    code = new_code()
    changed = code[:place] + sign + code[place + 1 :]
    if changed != code:
        with pytest.raises(NumberUnreadable):
            read_number(changed)


@given(st.integers(0, 9))
def test_two_swapped_signs_are_noticed(place: int) -> None:
    code = new_code()
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        with pytest.raises(NumberUnreadable):
            read_number(swapped)

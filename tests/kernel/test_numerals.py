"""漢数字."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.kernel.numerals import kanji_number, read_number


def test_every_number_comes_back() -> None:
    seen = {kanji_number(number): number for number in range(1, 10_000)}
    assert len(seen) == 9_999
    assert all(read_number(written) == number for written, number in seen.items())


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (100, "百"),
        (110, "百十"),
        (1000, "千"),
        (3337, "三千三百三十七"),
    ],
)
def test_as_law_writes_them(number: int, written: str) -> None:
    assert kanji_number(number) == written


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_other_numbers_are_not_written(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 9999"):
        kanji_number(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("元", 1),
        ("0", 0),
        ("08", 8),
        ("零", 0),
        ("〇", 0),
        ("二〇二六", 2026),
        ("二千二十六", 2026),
        ("一千", 1000),
    ],
)
def test_read(text: str, number: int) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "元元", "十元", "十十", "百千", "二三十", "〇十", "二十〇", "-1", "1.5", "二1", "1" * 10, "万"],
)
def test_what_is_no_number(text: str) -> None:
    assert read_number(text) is None


@given(st.integers(0, 999_999_999))
def test_digits_and_places(number: int) -> None:
    places = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))
    assert read_number(str(number)) == read_number(places) == number

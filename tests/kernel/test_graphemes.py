"""書記素: what a reader counts as one character is never cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.kernel.graphemes import grapheme_length, graphemes, truncate

FAMILY = "👨\u200d👩\u200d👧"
# Clusters by UAX #29; the numbers are what a person counts.
COUNTED = [
    ("", 0),
    ("山田", 2),
    ("𠮷", 1),
    ("葛\U000e0102", 1),
    ("辻\U000e0100子", 2),
    ("葛\ufe00", 1),
    ("か\u3099", 1),
    ("ﾊﾞ", 1),
    ("e\u0301", 1),
    ("\u1112\u1161\u11ab", 1),  # 한 in jamo
    ("가\u11a8", 1),
    ("각\u11a8", 1),
    ("각\u1161", 2),
    ("\u11a8\u1100", 2),
    ("\u1161\u1161", 1),
    ("กำ", 1),
    ("नि", 1),
    (FAMILY, 1),
    ("👍🏽", 1),
    ("a\u200d👩", 2),
    ("❤\u200d❤", 1),
    ("🇯🇵", 1),
    ("🇯🇵🇺🇸", 2),
    ("🇯🇵🇺", 2),
    ("\r\n", 1),
    ("\n\u0301", 2),
    ("a\u200b\u0301", 3),
    ("\U000e0102", 1),
]


@pytest.mark.parametrize(("text", "count"), COUNTED)
def test_counted(text: str, count: int) -> None:
    assert grapheme_length(text) == count


@pytest.mark.parametrize("shape", ["𠮷", "葛\U000e0102", "か\u3099", "\u1112\u1161\u11ab", FAMILY])
def test_a_cut_takes_or_leaves_the_whole(shape: str) -> None:
    assert truncate(shape + "田", 1) == shape
    assert truncate("田" + shape, 1) == "田"
    assert truncate("田" + shape, 2) == "田" + shape


def test_truncate_needs_a_limit_that_is_not_negative() -> None:
    assert truncate("山田", 0) == ""
    with pytest.raises(ValueError, match="negative"):
        truncate("山田", -1)


@given(st.text(), st.integers(0, 10))
def test_clusters_make_up_the_text(text: str, limit: int) -> None:
    clusters = list(graphemes(text))
    assert "".join(clusters) == text
    assert all(clusters)
    assert truncate(text, limit) == "".join(clusters[:limit])

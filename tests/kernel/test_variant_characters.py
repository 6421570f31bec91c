"""異体字: the table is sound."""

from __future__ import annotations

import unicodedata

import pytest

from hashira.kernel.variant_characters import GROUPS, fold_variants


def test_no_character_stands_twice() -> None:
    characters = "".join(GROUPS)
    assert len(set(characters)) == len(characters)
    assert all(len(group) > 1 for group in GROUPS)


def test_every_character_survives_nfkc() -> None:
    # The key is made after NFKC: a shape that NFKC replaces would never be met.
    assert [c for c in "".join(GROUPS) if unicodedata.normalize("NFKC", c) != c] == []


def test_folding_ends_at_once() -> None:
    for group in GROUPS:
        assert {fold_variants(shape) for shape in group} == {group[0]}


@pytest.mark.parametrize(
    "shapes",
    [
        "髙高",
        "﨑崎",
        "齋斎齊斉",
        "邊邉辺",
        "濵濱浜",
        "澤沢",
        "𠮷吉",
        "德徳",
        "櫻桜",
        "廣広",
        "國国",
        "嶋島",
        "冨富",
    ],
)
def test_the_names_met_most(shapes: str) -> None:
    assert len({fold_variants(shape) for shape in shapes}) == 1


@pytest.mark.parametrize("two", ["崎埼", "畑畠", "杉椙", "昌晶", "土士"])
def test_different_characters_stay_different(two: str) -> None:
    assert len({fold_variants(one) for one in two}) == 2

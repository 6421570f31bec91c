"""Text in both languages."""

from __future__ import annotations

import pytest

from hashira.kernel.language import Bilingual

TEXT = Bilingual("接種日", "Date of dose")


@pytest.mark.parametrize("tag", ["en", "EN", "en-GB", "en_us"])
def test_english(tag: str) -> None:
    assert TEXT.in_language(tag) == "Date of dose"


@pytest.mark.parametrize("tag", ["ja", "ja-JP", "fr", ""])
def test_japanese_unless_english(tag: str) -> None:
    assert TEXT.in_language(tag) == "接種日"


def test_named_places_are_filled_by_language() -> None:
    filled = Bilingual("{what}は{count}件", "{count} × {what}").format(what=TEXT, count=2)
    assert filled == Bilingual("接種日は2件", "2 × Date of dose")
    with pytest.raises(KeyError):
        Bilingual("{a}", "a").format()


def test_as_text_it_is_japanese() -> None:
    assert f"{TEXT}" == "接種日"

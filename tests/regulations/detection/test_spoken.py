"""The words of signs, looked for once more: for the very signs that the scan says hold, and no others."""

from __future__ import annotations

import pytest
from tests.regulations.detection.laws import law

from hashira.regulations.adapters.surveyor import surveyor_of
from hashira.regulations.domain.detection import JAPAN
from hashira.regulations.domain.detection.rule import Trigger
from hashira.regulations.domain.detection.spoken import words_of_signs

EVERY = {sign.id for sign in JAPAN.signs if not sign.pattern.match("")}


@pytest.mark.parametrize("trigger", JAPAN.triggers, ids=lambda trigger: trigger.id)
def test_they_are_found_for_the_signs_that_the_scan_says_hold(trigger: Trigger) -> None:
    text = law(f"**第一条（検査の方法）**　この条は、例である。{trigger.example}\n")
    for held in surveyor_of().finder.occurrences(text):
        own = JAPAN.triggers[held.trigger]
        unit = text.units[held.unit]
        words = unit.text[held.start : held.end]
        if unit.text.count(words) > 1:
            continue  # the signs of several places are told together
        asked = {sign.id for sign in JAPAN.signs if sign.asked_for(own.category)} & EVERY
        told = words_of_signs(JAPAN, asked, text.units, text.facts.title, unit.path, words)
        assert set(told) == set(held.signs) & EVERY
        assert all(told.values())


def test_they_are_the_words_of_the_text() -> None:
    text = law(
        "**第一条（点検）**　管理者は、施設の損傷の有無を目視により点検しなければならない。ただし、夜間を除く。\n"
    )
    told = words_of_signs(JAPAN, {"文末.義務", "損傷"}, text.units, "試験条例", text.units[0].path, "目視")
    assert "なければならない" in told["文末.義務"]
    assert told["損傷"] in text.units[0].text


@pytest.mark.parametrize(("path", "words"), [("Mp-At_99", "目視"), ("Mp-At_1-Pr_1", "ない言葉"), ("", "")])
def test_what_is_gone_has_no_words(path: str, words: str) -> None:
    text = law("**第一条**　目視により点検しなければならない。\n")
    assert not words_of_signs(JAPAN, EVERY, text.units, "試験条例", path, words)

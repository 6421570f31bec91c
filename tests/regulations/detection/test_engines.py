"""Three engines, one answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.regulations.detection.laws import law

from hashira.regulations.adapters.sources import Document, documents, read_text
from hashira.regulations.domain.detection import JAPAN, Surveyor, findings
from hashira.regulations.domain.detection.engine import ENGINES, Engine, engine, sieve
from hashira.regulations.domain.detection.occurrence import NOTED, Finder, Reading
from hashira.regulations.domain.detection.rule import Scope

WORDS = ("検査", "検査員", "査", "立入検査", "定期", "𠮷", "目視")
WRITTEN = st.text(st.sampled_from("検査員立入定期𠮷目視。a\n"), max_size=60)


def plainly(text: str) -> list[tuple[int, int]]:
    """Every occurrence, one word after the other."""
    return sorted(
        (start, number)
        for number, word in enumerate(WORDS)
        for start in range(len(text))
        if text.startswith(word, start)
    )


@pytest.mark.parametrize("name", ENGINES)
def test_every_occurrence_is_found_also_within_another(name: str) -> None:
    assert engine(WORDS, name)("定期の立入検査員") == [(0, 4), (3, 3), (5, 0), (5, 1), (6, 2)]


@pytest.mark.parametrize("name", ENGINES)
@given(text=WRITTEN)
def test_an_engine_finds_what_plain_search_finds(name: str, text: str) -> None:
    assert engine(WORDS, name)(text) == plainly(text)


@pytest.mark.parametrize("name", ENGINES)
def test_a_reading_tells_which_units_have_the_words_that_references_need(name: str) -> None:
    items = (
        "- 一 甲法（昭和四十年法律第十四号。以下「甲法」という。）\n- 二 乙法（同年法律第十五号。以下同じ。）"
    )
    text = law(f"# 第一条\n\n第二条を準用する。前条も準用する。\n\n{items}\n\n# 第二条\n\n施設を点検する。")
    reading = Reading(Finder(JAPAN, name), text)
    assert [occurrence.unit for occurrence in reading.occurrences()]
    for word in NOTED:
        having = [place for place, unit in enumerate(text.units) if word in unit.text]
        assert having
        assert list(dict.fromkeys(reading.noted[word])) == having


def test_the_fastest_that_is_installed_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(words: Iterable[str]) -> Engine:
        raise ImportError

    assert engine(WORDS).name == "hyperscan"
    monkeypatch.setitem(ENGINES, "hyperscan", absent)
    assert engine(WORDS).name == "ahocorasick-rs"
    monkeypatch.setitem(ENGINES, "ahocorasick-rs", absent)
    assert engine(WORDS).name == "re"
    with pytest.raises(ImportError):
        engine(WORDS, "hyperscan")  # who names one gets that one or none


PATTERNS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        ("検査|点検", re.DOTALL),
        ("検[^。]{0,2}員", re.DOTALL),
        ("(?<!定期)立入", 0),
        ("^査.{1,}目", re.DOTALL),
        ("員。?$", 0),
        ("^定", re.MULTILINE),
        (r"a\{2}", re.IGNORECASE),
        ("視*", 0),
    )
)
SENTENCES = st.text(st.sampled_from("検査員立入定期目視点。aA{2}\n\ud800"), max_size=40)


@pytest.mark.parametrize("name", ENGINES)
@given(text=SENTENCES)
def test_a_sieve_keeps_back_no_pattern_that_stands_in_a_text(name: str, text: str) -> None:
    may = sieve(PATTERNS, name)(text)
    assert {n for n, pattern in enumerate(PATTERNS) if pattern.search(text)} <= {
        n for n in range(8) if n in may
    }


def test_a_sieve_of_hyperscan_spares_the_search_for_nearly_all() -> None:
    signs = [sign for sign in JAPAN.signs if sign.scope is Scope.SENTENCE]
    may_stand = sieve([sign.pattern for sign in signs], "hyperscan")
    for number, sign in enumerate(signs):
        may = may_stand(sign.example)
        assert number in may
        assert sum(one in may for one in range(len(signs))) < 10


def test_a_pattern_that_hyperscan_does_not_know_is_always_looked_for() -> None:
    may = sieve([re.compile("検査"), re.compile("(?P<a>検)(?P=a)")], "hyperscan")("点検")
    assert 1 in may


@pytest.mark.shared_data
@pytest.mark.long
def test_findings_of_real_law_do_not_depend_on_the_engine(shared_data: Path) -> None:
    texts = []
    for document in documents(shared_data / "law/acts-xml-2025-05.tar.xz"):
        if isinstance(document, Document) and len(texts) < 60:
            texts.append(read_text(document))
        if len(texts) == 60:
            break
    answers = []
    for name in ENGINES:
        surveyor = Surveyor(JAPAN, engine=name)
        answers.append(findings([surveyor.survey(text) for text in texts]))
    assert len(answers[0]) > 100
    assert answers[0] == answers[1] == answers[2]

"""Three engines, one answer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.regulations.adapters.sources import Document, documents, read_text
from hashira.regulations.domain.detection import JAPAN, Surveyor, findings
from hashira.regulations.domain.detection.engine import ENGINES, Engine, engine

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

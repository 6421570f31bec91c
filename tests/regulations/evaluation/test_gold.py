"""The gold set that ships: its form, and that it still speaks of the text that was judged."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from hashira.regulations.adapters.sources import Document, documents, read_text
from hashira.regulations.domain.detection import JAPAN
from hashira.regulations.domain.detection.occurrence import paragraph_path
from hashira.regulations.domain.evaluation.gold import GoldPart, gold_set
from hashira.regulations.domain.law import LawText, Part, UnitKind


def test_every_answer_is_one_of_the_eight_categories() -> None:
    for entry in gold_set():
        assert entry.first | (entry.second or frozenset()) | entry.doubted <= set(JAPAN.categories)
        assert entry.weight >= 1


def test_no_paragraph_stands_twice() -> None:
    places = [(entry.law_id, entry.path) for entry in gold_set()]
    assert len(places) == len(set(places)) >= 400


def test_the_test_part_takes_nothing_that_one_alone_has_read() -> None:
    alone = next(entry for entry in gold_set() if entry.second is None)
    with pytest.raises(ValueError, match="two judges"):
        replace(alone, part=GoldPart.TEST)
    assert replace(alone, part=GoldPart.TEST, second=alone.first).truth("目視") in (0.0, 1.0)


WANTED = {entry.law_id for entry in gold_set()}


def digests(law: LawText) -> dict[tuple[str, str], str]:
    texts: dict[str, list[str]] = defaultdict(list)
    for unit in law.units:
        if unit.part is Part.MAIN:
            label = f"{unit.label}　" if unit.kind is not UnitKind.PARAGRAPH and unit.label else ""
            texts[paragraph_path(unit.path)].append(label + unit.text)
    return {
        (law.facts.law_id, path): hashlib.sha256("\n".join(pieces).encode()).hexdigest()[:16]
        for path, pieces in texts.items()
    }


@pytest.mark.shared_data
@pytest.mark.long
def test_the_texts_are_those_that_were_judged(shared_data: Path) -> None:
    found: dict[tuple[str, str], str] = {}
    for document in documents(shared_data / "law/laws-markdown-2022-06-03.tar.xz"):
        assert isinstance(document, Document)
        if any(law_id in document.name for law_id in WANTED):
            found |= digests(read_text(document))
    assert {(e.law_id, e.path): e.digest for e in gold_set()}.items() <= found.items()

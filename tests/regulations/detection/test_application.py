"""準用: a paragraph is not looked into only where it cannot apply what matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from hashira.regulations.adapters.sources import Document, documents, read_text
from hashira.regulations.domain.detection.application import Numbers
from hashira.regulations.domain.law.law import LawText
from hashira.regulations.domain.law.schema import Part, UnitKind
from hashira.regulations.domain.reference import LawIndex, Recogniser, ReferenceKind
from hashira.regulations.domain.reference.paths import article_path


def applied_by(references: Recogniser, place: int) -> set[str]:
    """What all references of a unit say, read to the end."""
    return {
        target
        for reference in references.references(place)
        if reference.kind is ReferenceKind.APPLICATION and not reference.law
        for target in reference.targets
    }


def missed(law: LawText) -> tuple[list[tuple[str, str]], int]:
    """What a paragraph applies and would not be looked into for, and how many places were asked."""
    references = Recogniser(law.units, LawIndex.of(()), basis={"法": "法", "令": "令"})
    by_article = {}
    for unit in law.units:
        by_article.setdefault(article_path(unit.path), []).append(unit)
    found, asked = [], 0
    for place, unit in enumerate(law.units):
        if "準用する" not in unit.text or unit.part is not Part.MAIN or unit.kind is not UnitKind.PARAGRAPH:
            continue
        targets = applied_by(references, place)
        end = unit.text.rfind("準用する")
        read = {
            target
            for reference in references.applied(place)
            if not reference.law
            for target in reference.targets
        }
        within = {
            target
            for reference in references.references(place)
            if reference.kind is ReferenceKind.APPLICATION and not reference.law and reference.start < end
            for target in reference.targets
        }
        assert read == within, unit.path
        for target in targets & within:
            asked += 1
            likely = by_article.get(article_path(target))
            if likely and not Numbers.of(likely, references).may_be_applied(unit):
                found.append((unit.path, target))
    return found, asked


@pytest.mark.shared_data
@pytest.mark.parametrize("archive", ["acts-xml-2025-05", "laws-markdown-2022-06-03"])
def test_no_paragraph_is_passed_over_that_applies_an_article_that_matters(
    shared_data: Path, archive: str
) -> None:
    asked = read = 0
    for document in documents(shared_data / f"law/{archive}.tar.xz"):
        if isinstance(document, Document):
            found, more = missed(read_text(document))
            assert not found, document.name
            asked += more
            read += 1
        if asked > 1500 or read == 150:
            break
    assert asked > 200

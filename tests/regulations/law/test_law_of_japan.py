"""The law of Japan: what others published, read, written and compared.

``HASHIRA_PROVE_COUNT`` says how many laws are taken from each archive (``./prove law``: all); in ``./test`` a
sample with a fixed seed.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from hashira.regulations.adapters import egov_xml, law_markdown
from hashira.regulations.adapters.sources import Document, documents, read_law, read_text
from hashira.regulations.domain.law.citation import Numerals, cite, read_citation

pytestmark = [pytest.mark.shared_data, pytest.mark.long]
COUNT = int(os.environ.get("HASHIRA_PROVE_COUNT", "40"))
ACTS, TEXTS = "law/acts-xml-2025-05.tar.xz", "law/laws-markdown-2026-07.tar.xz"


@cache
def sample(archive: Path) -> tuple[Document, ...]:
    """COUNT documents of an archive, the same ones in every run."""
    everything = [found for found in documents(archive) if isinstance(found, Document)]
    everything.sort(key=lambda document: document.name)
    return tuple(random.Random(4).sample(everything, min(COUNT, len(everything))))


def canonical(content: bytes) -> bytes:
    return etree.tostring(etree.fromstring(content), method="c14n")


def test_every_act_is_written_as_it_was_read(shared_data: Path) -> None:
    acts = sample(shared_data / ACTS)
    assert len(acts) == min(COUNT, 2093)
    differing = [
        act.name for act in acts if canonical(egov_xml.write_law(read_law(act))) != canonical(act.content)
    ]
    assert differing == []


def test_nothing_of_an_act_is_outside_its_units(shared_data: Path) -> None:
    """Every sentence of the XML stands in a unit, and in one only."""
    for act in sample(shared_data / ACTS):
        said = Counter("".join(unit.text for unit in read_text(act).units))
        root = egov_xml.parse(act.content)
        for reading in list(root.iter("Rt")):
            reading.text = None
        spoken: Counter[str] = Counter()
        for sentence in root.iter("Sentence"):
            if any(above.tag == "Sentence" for above in sentence.iterancestors()):
                continue
            spoken.update("".join(sentence.itertext()))
        missing = {c: n for c, n in (spoken - said).items() if not c.isspace()}
        assert not missing, (act.name, missing)


@pytest.mark.parametrize("archive", [ACTS, TEXTS])
def test_the_scanner_and_the_model_give_the_same_units(archive: str, shared_data: Path) -> None:
    for document in sample(shared_data / archive):
        assert read_text(document).units == list(read_law(document).units()), document.name


@pytest.mark.parametrize("archive", [ACTS, TEXTS])
def test_every_unit_has_a_path_of_its_own_and_a_citation_that_comes_back(
    archive: str, shared_data: Path
) -> None:
    for document in sample(shared_data / archive):
        law = read_text(document)
        paths = [unit.path for unit in law.units]
        assert len(set(paths)) == len(paths), document.name
        for unit, numerals in ((unit, numerals) for unit in law.units for numerals in Numerals):
            read = read_citation(cite(law.facts.title, unit.path, numerals, amendment=unit.amendment))
            own = f"{law.facts.law_id}-Sp"
            assert read.path == (unit.path if not unit.path.startswith(own) else unit.path[len(own) - 2 :])


def pairs(shared_data: Path) -> Iterator[tuple[Document, Document]]:
    """The same text of an Act, once as XML and once as Markdown, by its day of enforcement."""
    texts = {Path(found.name).stem: found for found in everything(shared_data / TEXTS)}
    for act in sample(shared_data / ACTS):
        facts = read_text(act).facts
        text = texts.get(facts.law_id)
        if text is not None:
            same = law_markdown.read_units(text.content).facts.revision.enforced_at
            if same == facts.revision.enforced_at:
                yield act, text


@cache
def everything(archive: Path) -> tuple[Document, ...]:
    return tuple(found for found in documents(archive) if isinstance(found, Document))


def squeezed(text: str) -> str:
    return re.sub(r"[\s　|\\*-]", "", text)


def test_the_articles_are_the_same_in_xml_and_in_markdown(shared_data: Path) -> None:
    """Paragraphs, items and subitems of the main provisions: path and text.

    What differs is counted and named, and may be one unit in 500 at most.
    """
    compared = laws = clean = 0
    differing: list[str] = []
    for act, text in pairs(shared_data):
        there = {unit.path: squeezed(unit.text) for unit in read_text(text).units}
        before = len(differing)
        for unit in read_text(act).units:
            if unit.path.startswith("Mp-At") and unit.kind.value in ("項", "号", "号の細分"):
                compared += 1
                if there.get(unit.path) != squeezed(unit.text):
                    differing.append(f"{act.name} {unit.path}")
        laws += 1
        clean += before == len(differing)
    print(f"{laws} Acts, {compared} units, {len(differing)} differ in {laws - clean} Acts: {differing[:20]}")
    assert laws > COUNT // 2
    assert len(differing) <= compared / 500

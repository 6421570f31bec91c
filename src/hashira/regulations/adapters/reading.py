"""Documents as they go into the store: read, packed and cut into pairs, on all processors (読み込み)."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from hashira.regulations.adapters.packing import pack_units
from hashira.regulations.adapters.refusals import Refused
from hashira.regulations.adapters.sources import Document, each, read_text
from hashira.regulations.domain.law.law import LawFacts
from hashira.regulations.domain.search.bigram import pairs


@dataclass(frozen=True, slots=True)
class Reading:
    """A document that was read: its facts, the document itself, and what is found in it quickly."""

    facts: LawFacts
    digest: str
    document: Document
    units: bytes
    """Packed, see ``adapters.packing``."""
    count: int
    entries: tuple[tuple[int, str, str], ...]
    """Place, text and pairs of every unit that has words."""


def digest_of(document: Document) -> str:
    """What tells a document from every other: SHA-256 over its bytes and the facts beside it, hexadecimal.

    Its name belongs to it where no number of the law stands in it; see ``ordinance_text``.
    """
    digest = hashlib.sha256(len(document.content).to_bytes(8, "big"))
    for part in (document.content, document.companion, document.name.encode()):
        digest.update(part)
    return digest.hexdigest()


def read(document: Document) -> Reading:
    """One document. Raises ``HashiraError``."""
    text = read_text(document)
    return Reading(
        facts=text.facts,
        digest=digest_of(document),
        document=document,
        units=pack_units(text.units),
        count=len(text.units),
        entries=tuple(
            (place, unit.text, pairs(unit.text)) for place, unit in enumerate(text.units) if unit.text.strip()
        ),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A document that is kept already, bit for bit."""

    name: str


def read_all(
    source: Path, *, known: Container[str], processes: int = 1
) -> Iterator[Reading | Known | Refused]:
    """Every document of a source; of those that are known only that they are. Raises ``UnreadableSource``.

    Known ones are told before the others of their batch.
    """
    passed: deque[Known] = deque()

    def wanted(document: Document) -> bool:
        if digest_of(document) not in known:
            return True
        passed.append(Known(document.name))
        return False

    for answer in each(source, read, processes, wanted):
        while passed:
            yield passed.popleft()
        yield answer
    yield from passed

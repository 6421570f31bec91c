"""Reading the references of texts, in several processes where there are many (参照の読み取り)."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hashira.regulations.adapters.packed_text import PackedText
from hashira.regulations.domain.reference import LawIndex, Recogniser, ReferenceKind
from hashira.regulations.domain.reference.law_index import plain_number
from hashira.regulations.domain.reference.recogniser import UNKNOWN

_WORTH_A_PROCESS = 200
_INDICES: dict[str, LawIndex] = {}
"""The indices of this process by the body whose laws they know."""


@dataclass(frozen=True, slots=True)
class TextToRead:
    """A text that is kept: what reading its references needs."""

    key: int
    law_id: str
    body: str
    text: PackedText


Edge = tuple[str, str, str, str]
"""The path of the unit that names, the kind, the law that is named, the path in it."""


def edges_of(task: TextToRead) -> tuple[int, list[Edge]]:
    """What a text names, each once, in the order of the text; words in quotes name nothing."""
    units = task.text.read_units()
    found: dict[Edge, None] = {}
    for place, reference in Recogniser(units, _INDICES[task.body]).every():
        if reference.kind is ReferenceKind.QUOTED or reference.law == UNKNOWN:
            continue
        # The number of a law that is not kept is told as printed; by it the law is known when it comes.
        law = plain_number(reference.law) or reference.law or task.law_id
        for target in reference.targets:
            found[units[place].path, reference.kind.value, law, target] = None
    return task.key, list(found)


def read_edges(
    tasks: Iterable[TextToRead], indices: dict[str, LawIndex], count: int, processes: int
) -> Iterator[tuple[int, list[Edge]]]:
    """The edges of ``count`` texts, in their order."""
    if processes <= 1 or count < _WORTH_A_PROCESS:
        know(indices)
        yield from map(edges_of, tasks)
        return
    with multiprocessing.get_context("spawn").Pool(processes, know, (indices,)) as pool:
        yield from pool.imap(edges_of, tasks, chunksize=8)


def know(indices: dict[str, LawIndex]) -> None:
    """Tells this process the names of laws."""
    _INDICES.clear()
    _INDICES.update(indices)

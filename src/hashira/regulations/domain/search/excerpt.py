"""The words around what was found, with the finds marked (前後の文)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hashira.regulations.domain.search.bigram import fold

ROOM = 120
"""Characters of an excerpt."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of an excerpt: found, or around it."""

    text: str
    found: bool


def excerpt(text: str, spellings: Sequence[str], room: int = ROOM) -> tuple[Stretch, ...]:
    """About ``room`` characters around the first find, every find in them marked.

    >>> [(s.text, s.found) for s in excerpt("毎年一回、目視により点検する。", ["目視"])]
    [('毎年一回、', False), ('目視', True), ('により点検する。', False)]
    """
    pattern = re.compile("|".join(re.escape(spelling) for spelling in spellings))
    return marked(text, [m.span() for m in pattern.finditer(fold(text))], room)


def marked(text: str, spans: Sequence[tuple[int, int]], room: int = ROOM) -> tuple[Stretch, ...]:
    """The same for places that are known. Places are in order and do not overlap."""
    start = max(0, spans[0][0] - room // 3) if spans else 0
    stop = min(len(text), start + max(room, (spans[0][1] - start) if spans else 0))
    stretches: list[Stretch] = []
    position = start
    for first, ends in spans:
        if first < position or first >= stop:
            continue
        last = min(ends, stop)
        if first > position:
            stretches.append(Stretch(text[position:first], found=False))
        if last > first:
            stretches.append(Stretch(text[first:last], found=True))
        position = last
    if position < stop:
        stretches.append(Stretch(text[position:stop], found=False))
    if stretches and start > 0:
        stretches[0] = Stretch("…" + stretches[0].text, stretches[0].found)
    if stretches and stop < len(text):
        stretches[-1] = Stretch(stretches[-1].text + "…", stretches[-1].found)
    return tuple(stretches)

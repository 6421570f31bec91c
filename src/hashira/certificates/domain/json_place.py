"""On which line of a JSON text a member stands, for messages about what it says (JSON の行).

The parser of the standard library keeps no places. This reads a text that it has accepted, once more, only
to know where members and elements begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import JSONDecoder

_SPACE = re.compile(r"[ \t\n\r]*")
_READ = JSONDecoder()


def lines_of(text: str) -> dict[str, int]:
    """The line of every member and element by its place, as ``products[0].codes.cvx[1].code``, from 1 on.

    >>> lines_of('{\\n "a": [1,\\n  {"b": 2}]}')
    {'a': 2, 'a[0]': 2, 'a[1]': 3, 'a[1].b': 3}
    """
    breaks = [place for place, letter in enumerate(text) if letter == "\n"]
    found: dict[str, int] = {}
    line = 0
    for place, start in sorted(_members(text), key=lambda one: one[1]):
        while line < len(breaks) and breaks[line] < start:
            line += 1
        found.setdefault(place, line + 1)
    return found


def _members(text: str) -> Iterator[tuple[str, int]]:
    """The place and the first character of each; with a stack of our own, however deep the text is."""
    open_: list[tuple[str, int | None]] = []  # the place, and of an array the number of the next element
    at = _after_space(text, 0)
    while at < len(text):
        if text[at] in "}],":
            if text[at] != ",":
                open_.pop()
            at = _after_space(text, at + 1)
            continue
        start, place = at, ""
        if open_:
            parent, number = open_[-1]
            if number is None:
                name, at = _READ.raw_decode(text, at)
                place = f"{parent}.{name}".lstrip(".")
                at = _after_space(text, text.index(":", at) + 1)
            else:
                place, open_[-1] = f"{parent}[{number}]", (parent, number + 1)
            yield place, start
        if text[at] in "{[":
            open_.append((place, None if text[at] == "{" else 0))
            at += 1
        else:
            at = _READ.raw_decode(text, at)[1]
        at = _after_space(text, at)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at

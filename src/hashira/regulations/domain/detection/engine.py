"""One pass for all words: hyperscan where it is installed, else ahocorasick-rs, else ``re`` (走査).

All three find every occurrence of every literal, overlapping ones too, and give them in the same order:
by start, then by end. So which one runs changes the time and nothing else.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Sequence
from typing import Protocol

Hit = tuple[int, int]
"""Where a literal starts, in characters, and its number."""


class Engine(Protocol):
    """Finds all literals in a text."""

    name: str

    def __call__(self, text: str) -> list[Hit]:
        """Every occurrence, sorted."""
        ...


class RegularExpressions:
    """The standard library. Slow; always there."""

    name = "re"

    def __init__(self, literals: Iterable[str]) -> None:
        self.literals = tuple(literals)
        self.by_start: dict[str, list[tuple[str, int]]] = {}
        numbers = {literal: number for number, literal in enumerate(self.literals)}
        # One alternation finds the longest at each place; those that are the beginning of it are looked up.
        longest = sorted(self.literals, key=len, reverse=True)
        self.pattern = re.compile("(?=(" + "|".join(map(re.escape, longest)) + "))")
        self.beginnings = {
            literal: [
                numbers[literal[:end]] for end in range(1, len(literal) + 1) if literal[:end] in numbers
            ]
            for literal in self.literals
        }

    def __call__(self, text: str) -> list[Hit]:
        return sorted(
            (found.start(), number)
            for found in self.pattern.finditer(text)
            for number in self.beginnings[found[1]]
        )


class AhoCorasick:
    """ahocorasick-rs with its deterministic automaton."""

    name = "ahocorasick-rs"

    def __init__(self, literals: Iterable[str]) -> None:
        import ahocorasick_rs

        self.automaton = ahocorasick_rs.AhoCorasick(
            list(literals), implementation=ahocorasick_rs.Implementation.DFA
        )

    def __call__(self, text: str) -> list[Hit]:
        return sorted(
            (start, number)
            for number, start, _end in self.automaton.find_matches_as_indexes(text, overlapping=True)
        )


class Hyperscan:
    """Hyperscan over UTF-16, in which nearly every character is two octets, so that its offsets are ours."""

    name = "hyperscan"

    def __init__(self, literals: Iterable[str]) -> None:
        import hyperscan

        words = [literal.encode("utf-16-le") for literal in literals]
        self.lengths = [len(word) for word in words]
        self.database = hyperscan.Database()
        self.database.compile(
            expressions=["".join(f"\\x{octet:02x}" for octet in word).encode() for word in words],
            ids=list(range(len(words))),
            elements=len(words),
            flags=hyperscan.HS_FLAG_DOTALL,
        )

    def __call__(self, text: str) -> list[Hit]:
        lengths = self.lengths
        met: list[tuple[int, int]] = []

        def at(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            met.append((end, number))

        octets = text.encode("utf-16-le", "surrogatepass")
        self.database.scan(octets, match_event_handler=at)
        starts = [(end - lengths[number], number) for end, number in met]
        # A match across two characters is none.
        found = sorted([(start >> 1, number) for start, number in starts if not start & 1])
        if len(octets) == 2 * len(text):
            return found
        # Some characters are four octets: each moves what comes after it by one.
        double = [place + count for count, place in enumerate(_of_four_octets(text))]
        return sorted((start - bisect_left(double, start), number) for start, number in found)


def _of_four_octets(text: str) -> list[int]:
    return [place for place, character in enumerate(text) if character > "\uffff"]


ENGINES: dict[str, Callable[[Iterable[str]], Engine]] = {
    "hyperscan": Hyperscan,
    "ahocorasick-rs": AhoCorasick,
    "re": RegularExpressions,
}
"""From the fastest to the one that is always there."""


def engine(literals: Iterable[str], name: str = "") -> Engine:
    """The engine of this name, or the fastest that is installed. Raises ``ImportError`` for a named one."""
    words = tuple(literals)
    if name:
        return ENGINES[name](words)
    for build in ENGINES.values():
        try:
            return build(words)
        except ImportError:
            continue
    raise AssertionError("re is always there")


Sieve = Callable[[str], Container[int]]
"""Answers the numbers of the patterns that may stand in a text: never without one that does."""
_REPEATED = re.compile(r"(?<!\\)\{(?:\d+(?:,\d*)?|,\d+)\}")


def sieve(patterns: Sequence[re.Pattern[str]], name: str) -> Sieve:
    """What spares the search for most patterns: with hyperscan one pass over a text, else nothing.

    Those that are left have to be looked for in earnest, so that it changes the time and nothing else.
    """
    every = range(len(patterns))
    if name != Hyperscan.name or not patterns:
        return lambda text: every
    import hyperscan

    database = hyperscan.Database()
    try:
        database.compile(
            # Any number of times instead of so many: compiled in a tenth of the time, and hardly more is met.
            expressions=[_REPEATED.sub("*", pattern.pattern).encode() for pattern in patterns],
            ids=list(every),
            elements=len(patterns),
            flags=[_flags(pattern) for pattern in patterns],
        )
    except hyperscan.error:  # a pattern that it does not know
        return lambda text: every

    def may_stand(text: str) -> Container[int]:
        found: set[int] = set()

        def met(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            found.add(number)

        try:
            octets = text.encode()
        except UnicodeEncodeError:  # half a character
            return every
        database.scan(octets, match_event_handler=met)
        return found

    return may_stand


def _flags(pattern: re.Pattern[str]) -> int:
    """As Python looks for it, told once a text; what hyperscan cannot do (look-arounds) it passes over."""
    import hyperscan

    flags = hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_UCP | hyperscan.HS_FLAG_SINGLEMATCH
    flags |= hyperscan.HS_FLAG_ALLOWEMPTY | hyperscan.HS_FLAG_PREFILTER
    for python, other in (
        (re.DOTALL, hyperscan.HS_FLAG_DOTALL),
        (re.IGNORECASE, hyperscan.HS_FLAG_CASELESS),
        (re.MULTILINE, hyperscan.HS_FLAG_MULTILINE),
    ):
        flags |= other if pattern.flags & python else 0
    return int(flags)

"""Which law a name or a number means (題名・略称・法令番号から法令へ)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from hashira.kernel.errors import HashiraError
from hashira.regulations.domain.law.law import LawFacts
from hashira.regulations.domain.law.number import LawNumber

LONGEST = 120
"""Characters of a title that are looked for in front of a place."""


@dataclass(frozen=True, slots=True)
class LawIndex:
    """Names and numbers of laws, to their ids. An empty one knows no law."""

    names: Mapping[str, str]
    numbers: Mapping[str, str]
    endings: frozenset[str]
    """The last characters of the names, which tell quickly that no name ends somewhere."""

    @classmethod
    def of(cls, laws: Iterable[LawFacts]) -> LawIndex:
        """An index; of two laws with one name the first has it."""
        names: dict[str, str] = {}
        numbers: dict[str, str] = {}
        short: dict[str, str] = {}
        for facts in laws:
            names.setdefault(facts.title, facts.law_id)
            numbers.setdefault(plain_number(facts.number), facts.law_id)
            for name in facts.abbreviations:
                short.setdefault(name, facts.law_id)
        names = short | names
        names.pop("", None)
        numbers.pop("", None)
        return cls(names, numbers, frozenset(name[-1] for name in names))

    def named_before(self, text: str, end: int) -> tuple[str, str]:
        """The longest name that ends there: the name and the id of its law, or two empty words."""
        if end == 0 or text[end - 1] not in self.endings:
            return "", ""
        for start in range(max(0, end - LONGEST), end):
            name = text[start:end]
            if name in self.names:
                return name, self.names[name]
        return "", ""


@lru_cache(maxsize=65_536)
def plain_number(number: str) -> str:
    """A number of a law in the one form that the index keeps; empty if it is none.

    >>> plain_number("明治二十九年法律第八十九号") == plain_number("明治29年法律第89号")
    True
    """
    try:
        return str(LawNumber.read(number))
    except HashiraError:
        return ""

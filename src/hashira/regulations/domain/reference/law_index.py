"""Which law a name or a number means (題名・略称・法令番号から法令へ)."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
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

    @property
    def knows_names(self) -> bool:
        """Whether a law may be known by a name, not by its number alone."""
        return bool(self.endings)

    def named_before(self, text: str, end: int) -> tuple[str, str]:
        """The longest name that ends there: the name and the id of its law, or two empty words."""
        if end == 0 or text[end - 1] not in self.endings:
            return "", ""
        for start in range(max(0, end - LONGEST), end):
            name = text[start:end]
            if name in self.names:
                return name, self.names[name]
        return "", ""


_TITLE_LIKE = re.compile(r"[^、。「」（）()\s]{2,120}(?:法律?|令|規則|規程|条例)\Z")
_NO_TITLES = (
    "この法律", "本法", "同法", "新法", "旧法", "同令", "新令", "旧令", "この政令", "この省令", "この府令",
    "この規則", "この条例", "この命令", "同規則", "同条例", "法令", "命令", "の規程", "政令", "府令", "省令",
)  # fmt: skip
TITLE = "題名:"
"""Before words that end with the title of a law; which one, an index of laws tells later."""


class TitlesAhead(LawIndex):
    """Knows no law, and takes what looks like a title for one: for a law that is looked at by itself."""

    @property
    def knows_names(self) -> bool:
        """Whatever looks like one."""
        return True

    def named_before(self, text: str, end: int) -> tuple[str, str]:
        """The words that end there with a title, and the same words marked as such."""
        if end == 0 or text[end - 1] not in "法律令則程例":
            return "", ""
        found = _TITLE_LIKE.search(text, max(0, end - LONGEST), end)
        if found is None or found[0].endswith(_NO_TITLES):
            return "", ""
        return found[0], TITLE + found[0]


def title_at_the_end(words: str, titles: Container[str]) -> str:
    """The longest of the titles with which marked words end; empty if there is none.

    >>> title_at_the_end("題名:及び地方税法", {"地方税法", "税法"})
    '地方税法'
    """
    told = words.removeprefix(TITLE)
    if told == words:
        return ""
    return next((told[start:] for start in range(len(told) - 1) if told[start:] in titles), "")


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

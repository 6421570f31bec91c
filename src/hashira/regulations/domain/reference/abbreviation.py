"""What a law calls other laws for short, and where that holds (略称).

Of abbreviations (以下「法」という) each holds from where it is defined, to the end of the law or of the
article, paragraph or chapter that the definition names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hashira.regulations.domain.law.units import Unit
from hashira.regulations.domain.reference.law_index import LawIndex, plain_number
from hashira.regulations.domain.reference.paths import article_path, paragraph_path

_DEFINED = re.compile(
    r"[（(](?:(?P<number>(?:明治|大正|昭和|平成|令和)[^（）()。]*?号)。)?以下"
    r"(?P<scope>この(?:編|章|節|款|目|条|項|号|附則)[^「」。]{0,20}において)?(?:単に)?「(?P<short>[^」]{1,40})」という。?[）)]"
)
_BEFORE = re.compile(r"[^、。「」（）()\s]{2,80}\Z")


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """What a short name means, and where."""

    name: str
    law: str
    first: int
    """The unit and the place in its text after the definition."""
    offset: int
    within: str
    """The path in which it holds; empty for the rest of the law."""


def definitions(
    units: Sequence[Unit], index: LawIndex, numbered: Iterable[int] | None = None
) -> Iterator[Abbreviation]:
    """What laws are called in the text of one, in the order of their definitions.

    ``numbered`` are the places of the units that have 号。以下, if that is known already.
    """
    if index.knows_names or numbered is None:  # of one without a number the law stays unknown
        sign = "」という" if index.knows_names else "号。以下"
        numbered = [place for place, unit in enumerate(units) if sign in unit.text]
    for place in dict.fromkeys(numbered):
        unit = units[place]
        text = unit.text
        for found in _DEFINED.finditer(text):
            named = _BEFORE.search(text, max(0, found.start() - 80), found.start())
            if named is None:
                continue
            name, law = index.named_before(named[0], len(named[0]))
            if found["number"]:
                law = index.numbers.get(plain_number(found["number"]), law or found["number"])
            elif not name:
                continue  # a definition of something else than a law
            yield Abbreviation(found["short"], law, place, found.end(), _scope(found["scope"] or "", unit))


def _scope(words: str, unit: Unit) -> str:
    if "条" in words[:4]:
        return article_path(unit.path)
    if "項" in words[:4] or "号" in words[:4]:
        return paragraph_path(unit.path)
    return ""

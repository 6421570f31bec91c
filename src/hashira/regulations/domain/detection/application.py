"""Paragraphs that apply others by their numbers (準用): 第三条の規定は、…について準用する.

Such a paragraph does not name the act itself. What it applies may be likely a finding, and then it is one
too. Reading the references of a paragraph takes a hundred times as long as telling that it cannot name any
of the articles that matter, so that is asked first (:class:`_Numbers`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hashira.regulations.domain.law.labels import article_number
from hashira.regulations.domain.law.schema import Part, UnitKind
from hashira.regulations.domain.law.units import Unit
from hashira.regulations.domain.reference import Recogniser
from hashira.regulations.domain.reference.paths import article_path
from hashira.regulations.domain.reference.wording import before_application


class Application(NamedTuple):
    """A paragraph that applies others by their numbers (準用)."""

    unit: Unit
    targets: tuple[str, ...]
    """Paths of articles or paragraphs of the same law."""


def applications(
    places: Iterable[int], references: Recogniser, likely: Sequence[Unit]
) -> Iterator[Application]:
    """The paragraphs that could apply one of the ``likely`` units; others only by chance.

    ``places`` are of the units that have 準用する.
    """
    numbers = Numbers.of(likely, references)
    for place in dict.fromkeys(places):
        unit = references.units[place]
        if unit.part is Part.MAIN and unit.kind is UnitKind.PARAGRAPH and numbers.may_be_applied(unit):
            targets = [
                target
                for reference in references.applied(place)
                if not reference.law
                for target in reference.targets
            ]
            if targets:
                yield Application(unit, tuple(targets))


_NUMBER = "[〇一二三四五六七八九十百千0-9０-９]+"
_ARTICLE = f"第({_NUMBER}[条條](?:の{_NUMBER})*)"
_NAMED_ARTICLE = re.compile(_ARTICLE)
_OF_AN_ARTICLE = re.compile(f"(?:{_ARTICLE}|[前次]条)(?:第{_NUMBER}項)?(?:第{_NUMBER}号)?")
_OF_THE_OWN = re.compile("[項号]|[本の]条")
_NEAR_ARTICLE = re.compile("前[二三四五六七八九十]?条|次条")
_SAME = re.compile("同[条項号]")
_RANGE = re.compile("から[第前次同本この附別]")
_BRACKETS = re.compile(r"[（(][^（）()\n]*[）)]")
_CLOSING = re.compile("[）)]")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The articles of some units, to tell quickly that a paragraph cannot apply any of them."""

    articles: frozenset[str]
    mains: frozenset[int]
    """The numbers of the articles without their branches: 9 for 第九条の三."""
    near: frozenset[str]
    """The paths of the articles from which 前条, 前十条 or 次条 may lead to one of them."""
    outside: bool
    """Whether some of the units stand in no article."""
    others: bool
    """Whether some stand in an article that has no plain number."""

    @classmethod
    def of(cls, units: Sequence[Unit], references: Recogniser) -> Numbers:
        articles = frozenset(unit.article for unit in units)
        heads = [article.partition("_")[0] for article in articles if article]
        order, paths = references.order, references.articles
        places = {order[path] for unit in units if (path := article_path(unit.path))}
        return cls(
            articles,
            frozenset(int(head) for head in heads if head.isdigit()),
            frozenset(path for place in places for path in paths[max(0, place - 1) : place + 11]),
            "" in articles,
            not all(head.isdigit() for head in heads),
        )

    def may_be_applied(self, unit: Unit) -> bool:
        """Whether the unit may apply one of them; never no where it does."""
        if self.others:
            return True
        text = before_application(unit.text)
        if _SAME.search(text) or _CLOSING.search(_without_brackets(text)):
            text = unit.text  # what is meant stands further in front
        if self.outside and ("附則" in text or "別表" in text):
            return True
        if unit.article in self.articles and _OF_THE_OWN.search(_OF_AN_ARTICLE.sub("", text)):
            return True
        if _NEAR_ARTICLE.search(text) and (article_path(unit.path) in self.near or _RANGE.search(text)):
            return True
        named = [article_number("第" + found.replace("條", "条")) for found in _NAMED_ARTICLE.findall(text)]
        if not self.articles.isdisjoint(named) or not all(named):
            return True
        if not _RANGE.search(text):
            return False
        # A range names all between its ends. Which two are one is not asked: between the least and the most.
        heads = [int(number.partition("_")[0]) for number in named]
        return bool(heads) and any(min(heads) <= number <= max(heads) for number in self.mains)


def _without_brackets(text: str) -> str:
    """What is left has a closing bracket only where none of the same words opened it."""
    while (shorter := _BRACKETS.sub("", text)) != text:
        text = shorter
    return text

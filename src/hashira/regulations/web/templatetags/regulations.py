"""What the templates of the review ask of their values (テンプレートの部品)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from django import template

from hashira.kernel.language import Bilingual
from hashira.regulations.domain.detection.finding import shown_score
from hashira.regulations.web.names import SHORT_NAMES

register = template.Library()


@register.filter
def of(findings: Mapping[str, Sequence[object]], path: str) -> Sequence[object]:
    """The findings of a unit."""
    return findings.get(path, ())


@register.filter
def naming(named: Mapping[str, tuple[int, str]], path: str) -> tuple[int, str] | None:
    """How many provisions name an article, and where they are listed."""
    return named.get(path)


class Pieces(Protocol):
    """The pieces of the units of a law."""

    def of(self, place: int) -> Sequence[tuple[str, str]]:
        """Text and address of each piece of a unit."""
        ...


@register.filter
def at(pieces: Pieces, place: int) -> Sequence[tuple[str, str]]:
    """The pieces of the unit at a place."""
    return pieces.of(place)


@register.filter
def heading_level(depth: int) -> int:
    """The level of a heading of a law on a page: below the title, and never deeper than HTML goes."""
    return min(depth + 1, 6)


@register.filter
def short(category: str) -> Bilingual | str:
    """A category in a word, for a mark in the margin."""
    return SHORT_NAMES.get(category, category)


@register.filter
def surely(score: float) -> str:
    """How sure the scan is, in two digits."""
    return shown_score(score)

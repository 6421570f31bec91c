"""One reference: words in one provision that name another (参照)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReferenceKind(StrEnum):
    """What the provision does with what it names."""

    MENTION = "引用"
    APPLICATION = "準用"
    """It applies it to something else (…の規定は、…について準用する)."""
    DELEGATION = "委任"
    """It lays down what the other left to it (法第三条の政令で定める…は)."""
    QUOTED = "字句"
    """The words stand in quotes (「第三条」とあるのは): they are spoken of, and nothing is referred to."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference where it stands.

    ``start`` and ``end`` are places in the text of the unit. ``law`` is the id or, where no index knows it,
    its number as printed, or ``?``; empty for the same law. ``targets`` are paths as in
    :mod:`hashira.regulations.domain.law.units`, several for 前二項 and for a range; empty where the words
    name no place that there is.
    """

    start: int
    end: int
    words: str
    kind: ReferenceKind
    law: str
    targets: tuple[str, ...]
    """Of another law they are as the words say, whether or not it has them."""

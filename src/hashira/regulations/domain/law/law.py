"""A law, an ordinance or a notice with its facts and its text (法令)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from hashira.regulations.domain.law.citation import Letters, Numerals, cite
from hashira.regulations.domain.law.element import Element
from hashira.regulations.domain.law.number import Revision
from hashira.regulations.domain.law.schema import ELEMENTS
from hashira.regulations.domain.law.units import Unit, units


class Rank(StrEnum):
    """What kind of document it is, from the highest rank to the lowest (法令種別).

    The values of e-Gov for what it holds; those below belong to bodies and municipalities.
    """

    CONSTITUTION = "Constitution"
    ACT = "Act"
    CABINET_ORDER = "CabinetOrder"
    IMPERIAL_ORDER = "ImperialOrder"
    MINISTERIAL_ORDINANCE = "MinisterialOrdinance"
    RULE = "Rule"
    MISCELLANEOUS = "Misc"
    ORDINANCE = "Ordinance"
    """条例."""
    ORDINANCE_RULE = "OrdinanceRule"
    """規則 of a municipality."""
    NOTIFICATION = "Notification"
    """告示."""
    NOTICE = "Notice"
    """通知, 通達."""
    GUIDELINE = "Guideline"
    """要綱, 要領."""

    @property
    def letters(self) -> Letters:
        """How it letters what is smaller than an item: laws イロハ, ordinances and notices アイウ."""
        return Letters.AIUEO if self in _OF_BODIES else Letters.IROHA

    @property
    def numerals(self) -> Numerals:
        """How its citations write numbers: laws 第九条, ordinances and notices 第9条."""
        return Numerals.ARABIC if self in _OF_BODIES else Numerals.KANJI

    @classmethod
    def read(cls, text: str) -> Rank:
        """From e-Gov's word; what is unknown is ``MISCELLANEOUS``."""
        try:
            return cls(text)
        except ValueError:
            return cls.MISCELLANEOUS


_OF_BODIES = frozenset({Rank.ORDINANCE, Rank.ORDINANCE_RULE, Rank.NOTIFICATION, Rank.NOTICE, Rank.GUIDELINE})


@dataclass(frozen=True, slots=True)
class LawFacts:
    """What is known of a law beside its text. What a source does not tell is empty or ``None``."""

    law_id: str
    title: str
    number: str = ""
    """法令番号 as printed."""
    rank: Rank = Rank.MISCELLANEOUS
    kana: str = ""
    abbreviations: tuple[str, ...] = ()
    category: str = ""
    """事項別分類 of e-Gov."""
    revision: Revision = field(default_factory=lambda: Revision(""))
    promulgated_at: date | None = None
    source: str = ""
    """Where it was read: a path or an address."""
    issuer: str = ""
    """Who wrote a notice (発出者), as printed; several are joined by 、."""
    addressee: str = ""
    """To whom a notice is written (宛先), as printed."""
    remarks: tuple[str, ...] = ()
    """What the importer had to assume, for people: that the layout is unknown, that characters are broken."""


def citation_of(title: str, rank: Rank, unit: Unit) -> str:
    """The citation of a unit in the manner of its kind of document.

    An ordinance's is 見本市広場条例第8条第1項, an Act's 見本法第八条第一項.
    """
    return citation_at(title, rank, unit.path, unit.amendment)


def citation_at(title: str, rank: Rank, path: str, amendment: str = "") -> str:
    """The same for the path of a unit, and for the law that brought its 附則."""
    return cite(title, path, rank.numerals, amendment=amendment, letters=rank.letters)


@dataclass(frozen=True, slots=True)
class Law:
    """One text of one law: its facts and its tree (root ``Law``)."""

    facts: LawFacts
    tree: Element

    @property
    def law_id(self) -> str:
        return self.facts.law_id

    @property
    def title(self) -> str:
        return self.facts.title

    @property
    def number(self) -> str:
        return self.facts.number

    @property
    def revision(self) -> Revision:
        return self.facts.revision

    def units(self) -> Iterator[Unit]:
        """Its units in the order of the text."""
        return units(self.tree, self.law_id)

    def unknown_elements(self) -> tuple[str, ...]:
        """The names of elements in it that 法令標準XML does not have; kept as they stand."""
        return tuple(sorted({e.tag for e in self.tree.iter() if e.tag not in ELEMENTS}))


@dataclass(frozen=True, slots=True)
class LawText:
    """The facts and units of a law without its tree: what a scan needs."""

    facts: LawFacts
    units: tuple[Unit, ...] | list[Unit]

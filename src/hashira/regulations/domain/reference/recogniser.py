"""Finding references in the text of one law, and what they name (参照の読み取り).

Read are places with numbers (第九条の三第一項第二号イ, 附則第三条, 別表第一), with or without a law in front
(民法第七百九条, 法第三条, 新法附則第二条), places told from where the words stand (前項, 前二条, 次の各号,
同条第三項), lists that go on (第三条第一項及び第二項) and ranges (第三条から第五条まで). Of abbreviations
(以下「法」という) each holds from where it is defined, to the end of the law or of the article, paragraph or
chapter that the definition names. What is not certain has no target.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from hashira.kernel.numerals import read_number
from hashira.regulations.domain.law.labels import IROHA, article_number
from hashira.regulations.domain.law.schema import Part, UnitKind
from hashira.regulations.domain.law.units import Unit
from hashira.regulations.domain.reference.abbreviation import Abbreviation, definitions
from hashira.regulations.domain.reference.law_index import LawIndex, plain_number
from hashira.regulations.domain.reference.paths import (
    article_path,
    paragraph_path,
    paragraphs_near,
    section_path,
)
from hashira.regulations.domain.reference.reference import Reference, ReferenceKind
from hashira.regulations.domain.reference.wording import (
    PLACE,
    STARTS,
    end_of_application,
    joined_by,
    kind_of,
    names_a_form,
    quoted,
)

_ANY_BRACKET = re.compile("[（()）]")
_NUMBERED = re.compile(
    r"[（(](?:(?P<number>(?:明治|大正|昭和|平成|令和)[^（）()。]*?号)(?:。[^（）()]*)?|(?:以下|次[条項号]において)[^（）()]*という。?)[）)]\Z"
)
_OWN = ("この法律", "本法", "この政令", "この省令", "この府令", "この規則", "この条例", "この命令")
_NUMBER_AFTER = re.compile(r"[（(]((?:明治|大正|昭和|平成|令和)[^（）()。]*?号)")
_SAME_LAW = ("同法", "同令")
UNKNOWN = "?"
"""The law of a reference to a law whose name nobody told."""
_NO_LAW = re.compile(r"[ぁ-ん、。「」（）()\s]\Z")


@dataclass(slots=True)
class _Named:
    """What was named last: for 同条, 同項 and for lists that go on."""

    law: str = ""
    section: str = ""
    article: str = ""
    paragraph: str = ""
    item: str = ""
    end: int = -1
    continues: bool = False
    """Whether brackets opened right after a place, of which they go on to speak."""

    def inside(self, *, continues: bool) -> _Named:
        """What brackets begin with."""
        return _Named(self.law, self.section, self.article, self.paragraph, self.item, -1, continues)


class Recogniser:
    """The references of one law. ``index`` tells other laws by their names."""

    def __init__(
        self,
        units: Sequence[Unit],
        index: LawIndex,
        *,
        basis: Mapping[str, str] | None = None,
        numbered: Iterable[int] | None = None,
    ) -> None:
        """``basis`` says what the law calls 法 or 令 as long as it does not say so itself: word to law.

        ``numbered`` are the places of the units that have 号。以下, if that is known already.
        """
        self.units = units
        self.index = index
        self.basis = basis or {}
        self.numbered = numbered
        self._read: dict[int, list[Reference]] = {}

    @cached_property
    def abbreviations(self) -> tuple[Abbreviation, ...]:
        """What laws are called in the text, in the order of their definitions."""
        before = (Abbreviation(word, law, 0, 0, "") for word, law in self.basis.items())
        return (*before, *definitions(self.units, self.index, self.numbered))

    @cached_property
    def _by_ending(self) -> Mapping[str, list[Abbreviation]]:
        """The same by their last characters, the latest definition first."""
        found: dict[str, list[Abbreviation]] = {}
        for short in reversed(self.abbreviations):
            found.setdefault(short.name[-1:], []).append(short)
        return found

    @cached_property
    def entries(self) -> Mapping[str, list[str]]:
        """The paths of what stands directly in each path, in the order of the text."""
        found: dict[str, list[str]] = {}
        for unit in self.units:
            found.setdefault(unit.path.rpartition("-")[0], []).append(unit.path)
        return found

    @cached_property
    def items(self) -> Mapping[str, list[str]]:
        """The paths of the items (号) that stand directly in each path, in the order of the text."""
        found: dict[str, list[str]] = {}
        for unit in self.units:
            if unit.kind is UnitKind.ITEM:
                found.setdefault(unit.path.rpartition("-")[0], []).append(unit.path)
        return found

    @cached_property
    def paths(self) -> frozenset[str]:
        """The path of every unit."""
        return frozenset([unit.path for unit in self.units])

    @cached_property
    def known(self) -> frozenset[str]:
        """Every path of the law, also of what units stand in."""
        found = level = set(self.paths)
        while level:
            level = {path.rpartition("-")[0] for path in level} - found
            found |= level
        return frozenset(found - {""})

    @cached_property
    def articles(self) -> tuple[str, ...]:
        """The paths of its articles in their order."""
        found: dict[str, None] = {}
        inside = "-"
        for unit in self.units:
            if not unit.path.startswith(inside):  # most stand in the article of the one before them
                path = article_path(unit.path)
                inside = f"{path}-"
                if path:
                    found[path] = None
        return tuple(found)

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Where in their order each article is."""
        return {path: place for place, path in enumerate(self.articles)}

    def references(self, place: int) -> list[Reference]:
        """The references in a unit, in the order of its text."""
        if place not in self._read:
            self._read[place] = self._references(place, len(self.units[place].text))
        return self._read[place]

    def applied(self, place: int) -> list[Reference]:
        """The references in a unit that say what it applies (準用); its 読替え is not gone through."""
        end = end_of_application(self.units[place].text)
        return [r for r in self._references(place, end) if r.kind is ReferenceKind.APPLICATION]

    def _references(self, place: int, end: int) -> list[Reference]:
        """Those that begin before ``end``."""
        unit = self.units[place]
        text = unit.text
        found: list[Reference] = []
        named = [_Named()]  # what was named last, at each depth of brackets
        position = counted = 0
        while (start := STARTS.search(text, position)) and start.start() < end:
            match = PLACE.match(text, start.start())
            if match is None or match.end() == match.start() or names_a_form(text, *match.span()):
                position = start.end()
                continue
            _follow_brackets(named, text, counted, start.start())
            counted = start.start()
            found.append(self._reference(place, unit, text, match, named[-1]))
            position = named[-1].end = match.end()
        return _with_ranges(found, text, self)

    def every(self) -> Iterator[tuple[int, Reference]]:
        """Every reference of the law with the place of its unit."""
        for place, unit in enumerate(self.units):
            if STARTS.search(unit.text):
                for reference in self.references(place):
                    yield place, reference

    def _reference(self, place: int, unit: Unit, text: str, match: re.Match[str], last: _Named) -> Reference:
        start, end = match.span()
        begins, law, told = self._law_before(place, text, start)
        if begins >= 2 and text.startswith(_SAME_LAW, begins - 2) and not told:
            begins, told = begins - 2, True
            law = self._named_last(place, text, begins, text[begins + 1])
        joined = last.end >= 0 and not told and joined_by(text[last.end : start])
        if last.continues and not told and not match["article"] and not match["near_article"]:
            joined = True  # 第三条第一項（第二号に係る部分に限る。）
        last.continues = False
        same = match["near_article"] == "同条" or (
            not match["article"] and not match["near_article"] and match["near_paragraph"] in ("同項",)
        )
        if (joined or same or match["near_item"] == "同号") and not told:
            law = last.law
        targets = self._targets(unit, match, law, last, joined=joined)
        if quoted(text, start):
            return Reference(begins, end, text[begins:end], ReferenceKind.QUOTED, law, ())
        return Reference(begins, end, text[begins:end], kind_of(text, end), law, targets)

    def _law_before(self, place: int, text: str, start: int) -> tuple[int, str, bool]:
        """Where the reference with its law begins, the law (empty: this one), and whether one is named."""
        head = text[:start].rstrip("　 ")
        number = _NUMBERED.search(head[-160:]) if head.endswith(("）", ")")) else None
        name_end = len(head) - (len(number[0]) if number else 0)
        told = (number["number"] or "") if number else ""
        known = self.index.numbers.get(plain_number(told), "") if told else ""
        short = self._abbreviated(place, text, name_end)
        if short is not None:
            return name_end - len(short.name), short.law, True
        name, law = self.index.named_before(head, name_end)
        if name:
            return name_end - len(name), law, True
        if known:
            return name_end, known, True
        if head.endswith(_OWN):
            own = next(word for word in _OWN if head.endswith(word))
            return len(head) - len(own), "", True
        if told:
            return name_end, told, True
        if head.endswith(_SAME_LAW):
            return start, "", False
        if head and head[-1] in "法律令則例約定程" and not head.endswith(("規定", "協定")):
            return start, UNKNOWN, True
        return start, "", False

    def _named_last(self, place: int, text: str, end: int, letter: str) -> str:
        """The law that was named last before 同法 or 同令; ``UNKNOWN`` where its name is not known."""
        endings = "法律" if letter == "法" else "令則程"
        for stop in range(end, 0, -1):
            if text[stop - 1] not in endings or text.endswith(_SAME_LAW, 0, stop):
                continue
            if text.endswith(_OWN, 0, stop):
                return ""
            short = self._abbreviated(place, text, stop)
            if short is not None:
                return short.law
            _name, law = self.index.named_before(text, stop)
            if law:
                return law
            number = _NUMBER_AFTER.match(text, stop)
            if number:
                return self.index.numbers.get(plain_number(number[1]), number[1])
            if text[stop : stop + 1] in ("第", "の", "に", "、", "（", "及", "又"):
                return UNKNOWN
        return UNKNOWN

    def _abbreviated(self, place: int, text: str, end: int) -> Abbreviation | None:
        """The abbreviation that ends there and holds there."""
        for short in self._by_ending.get(text[end - 1 : end], ()):
            begins = end - len(short.name)
            if text.endswith(short.name, 0, end) and self._holds(short, place, end):
                before = text[begins - 1 : begins] if begins else ""
                if len(short.name) > 1 or not before or _NO_LAW.match(before):
                    return short
        return None

    def _holds(self, short: Abbreviation, place: int, offset: int) -> bool:
        if (place, offset) < (short.first, short.offset):
            return False
        return not short.within or self.units[place].path.startswith(short.within)

    def _targets(
        self, unit: Unit, match: re.Match[str], law: str, last: _Named, *, joined: bool
    ) -> tuple[str, ...]:
        if law == UNKNOWN:
            last.law, last.article, last.paragraph, last.item = UNKNOWN, "", "", ""
            return ()
        if match["table"]:
            number = article_number("第" + match["table"].removeprefix("別表第") + "条") or "1"
            return self._there(law, [f"Mpat_{number}"])
        section = self._section(unit, match, law, last, joined=joined)
        articles = self._article(unit, match, section, law, last, joined=joined)
        if not articles:
            return ()
        paragraphs = self._paragraph(unit, match, articles, law, last, joined=joined)
        targets = self._item(unit, match, paragraphs, law, last, joined=joined)
        if match["letter"] and len(targets) == 1 and "-It_" in targets[0]:
            targets = [f"{targets[0]}-Su_{IROHA.index(match['letter']) + 1}"]
        last.law, last.section = law, section
        return self._there(law, targets)

    def _section(self, unit: Unit, match: re.Match[str], law: str, last: _Named, *, joined: bool) -> str:
        if match["section"]:
            if law:  # the law's own 附則, as e-Gov writes it
                return f"{law}-Sp"
            return section_path(unit.path) if unit.part is Part.SUPPLEMENT else self._own_supplement()
        if joined and last.section and not match["near_article"]:
            return last.section
        return "Mp"

    def _own_supplement(self) -> str:
        return self._first_supplement

    @cached_property
    def _first_supplement(self) -> str:
        """The 附則 that comes first, which is the law's own; those of amending laws follow it."""
        return next((section_path(unit.path) for unit in self.units if "Sp-" in unit.path), "Sp")

    def _article(
        self, unit: Unit, match: re.Match[str], section: str, law: str, last: _Named, *, joined: bool
    ) -> list[str]:
        """The paths of the articles; of a law without articles its section."""
        near = match["near_article"]
        own = article_path(unit.path)
        if match["article"]:
            path = f"{section}-At_{article_number(match['article'].replace('條', '条'))}"
            last.article, last.paragraph, last.item = path, "", ""
            return [path]
        if near == "同条":
            last.paragraph = last.item = ""
            return [last.article] if last.article else []
        if near:
            count = (read_number(match["articles"]) or 1) if match["articles"] else 1
            found = self._neighbours(own, near, count)
            last.article, last.paragraph, last.item = (found[-1] if found else ""), "", ""
            return found
        if match["section"] and match["paragraph"]:
            return [section]
        if (joined or match["near_paragraph"] == "同項" or match["near_item"] == "同号") and last.article:
            return [last.article]
        if law:
            return []
        last.article = own or section_path(unit.path)
        return [last.article]

    def _neighbours(self, own: str, near: str, count: int) -> list[str]:
        place = self.order.get(own)
        if place is None:
            return []
        if near in ("本条", "この条"):
            return [own]
        after = near == "次条"
        found = list(
            self.articles[place + 1 : place + 2] if after else self.articles[max(0, place - count) : place]
        )
        whole = len(found) == (1 if near == "次条" else count)
        return found if whole and all(section_path(p) == section_path(own) for p in found) else []

    def _paragraph(
        self, unit: Unit, match: re.Match[str], articles: list[str], law: str, last: _Named, *, joined: bool
    ) -> list[str]:
        near = match["near_paragraph"]
        if match["paragraph"]:
            number = read_number(_plain(match["paragraph"][1:-1]))
            path = f"{articles[-1]}-Pr_{number}"
            last.paragraph, last.item = path, ""
            return [path]
        if near == "同項":
            last.item = ""
            return [last.paragraph] if last.paragraph else []
        if near:
            found = paragraphs_near(unit, near, read_number(match["paragraphs"] or "一") or 1)
            last.paragraph, last.item = (found[-1] if found else ""), ""
            return found
        if match["item"] or match["near_item"]:
            if match["article"] or match["near_article"]:
                last.paragraph = f"{articles[-1]}-Pr_1"
            elif joined and last.paragraph:
                pass
            else:
                last.paragraph = paragraph_path(unit.path)
            return [last.paragraph]
        return articles

    def _item(
        self, unit: Unit, match: re.Match[str], above: list[str], law: str, last: _Named, *, joined: bool
    ) -> list[str]:
        near = match["near_item"]
        if not above:
            return []
        if match["item"]:
            number = article_number(match["item"].replace("号", "条"))
            last.item = f"{above[-1]}-It_{number}"
            return [last.item]
        if near == "同号":
            return [last.item] if last.item else []
        if near in ("次の各号", "各号"):
            return list(self.items.get(above[-1], ())) if not law else above
        if near and unit.item:
            mine = paragraph_path(unit.path)
            items = self.items.get(mine, [])
            own = f"{mine}-It_{unit.item}"
            if own not in items:
                return []
            place = items.index(own)
            if near == "この号":
                return [own]
            if near == "次号":
                return items[place + 1 : place + 2]
            if near == "前各号":
                return items[:place]
            count = read_number(match["items"] or "一") or 1
            last.item = items[place - 1] if place else ""
            return items[place - count : place] if place >= count else []
        return [] if near else above

    def _there(self, law: str, targets: list[str]) -> tuple[str, ...]:
        """Those that there are; of another law all of them."""
        return tuple(targets) if law else tuple(path for path in targets if self.exists(path))

    def exists(self, path: str) -> bool:
        """Whether this law has the place."""
        return path in self.paths or path in self.order or path in self.known  # the last takes the longest


def _follow_brackets(named: list[_Named], text: str, first: int, last: int) -> None:
    """What stands in brackets begins with what was named before them, and ends with them."""
    for bracket in _ANY_BRACKET.finditer(text, first, last):
        if bracket[0] in "（(":
            named.append(named[-1].inside(continues=bracket.start() == named[-1].end))
        elif len(named) > 1:
            named.pop()


def _with_ranges(found: list[Reference], text: str, law: Recogniser) -> list[Reference]:
    """第三条から第五条まで: the second of the two stands for all between them."""
    done: list[Reference] = []
    for reference in found:
        before = done[-1] if done else None
        if (
            before is not None
            and text[before.end : reference.start] == "から"
            and text.startswith("まで", reference.end)
            and before.law == reference.law
            and len(before.targets) == len(reference.targets) == 1
        ):
            between = _between(before.targets[0], reference.targets[0], law if not reference.law else None)
            done[-1] = replace(before, kind=reference.kind)
            done.append(replace(reference, targets=between))
            continue
        done.append(reference)
    return done


def _between(first: str, last: str, law: Recogniser | None) -> tuple[str, ...]:
    head, _, from_ = first.rpartition("_")
    other, _, to = last.rpartition("_")
    if law is not None:
        articles = law.order
        if first in articles and last in articles:
            return tuple(law.articles[articles[first] + 1 : articles[last] + 1])
        paths = law.entries.get(first.rpartition("-")[0], [])
        if first in paths and last in paths:
            return tuple(paths[paths.index(first) + 1 : paths.index(last) + 1])
    if head == other and from_.isdigit() and to.isdigit() and int(to) - int(from_) < 200:
        return tuple(f"{head}_{number}" for number in range(int(from_) + 1, int(to) + 1))
    return (last,)


def _plain(number: str) -> str:
    return number.translate(str.maketrans("０１２３４５６７８９", "0123456789"))

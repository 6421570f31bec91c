"""Where the words of the rules stand in a law, and what signs stand around them (検出箇所).

One pass finds the literals of all triggers in the whole law; each that its trigger confirms becomes an
:class:`Occurrence` with the ids of the signs that hold there. Nothing is judged here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from hashira.regulations.domain.detection.engine import engine, sieve
from hashira.regulations.domain.detection.rule import RuleSet, Scope, Sign
from hashira.regulations.domain.law.law import LawText
from hashira.regulations.domain.law.points import top_point
from hashira.regulations.domain.law.schema import Part, UnitKind
from hashira.regulations.domain.law.units import Unit

WINDOW = 24
"""Characters to each side of a trigger in which the nearest signs are looked for."""
SURROUNDINGS = 48
"""Characters to each side of which a model may know short strings."""
_AT_LITERAL = 12
_BRACKET = re.compile("（[^（）]*）")
_LONGEST_CHAPEAU = 400
NOTED = ("準用する", "号。以下")
"""Words of which a reading tells the units that have them: for references, found in the same pass."""
_SMALLER = re.compile("-(?:It|Su|Tb|Li|No|Xx)_")


class Occurrence(NamedTuple):
    """A trigger at its place."""

    unit: int
    """The index of the unit in the law."""
    trigger: int
    """The index of the trigger in the rule set."""
    start: int
    end: int
    """Within the unit's text."""
    surroundings: str
    """The words around it, within the sentence, cut into strings by a model."""
    signs: tuple[str, ...]
    """The ids of the signs that hold, with ``部.附則`` and the like for the part it stands in."""


_Searches = tuple[tuple[str, Callable[[str], object]], ...]
"""The ids of signs with what looks for them."""


class _Group:
    """The signs that are asked together, by where they are looked for."""

    def __init__(self, signs: Iterable[Sign], in_sentences: Sequence[Sign]) -> None:
        """``in_sentences`` are the signs of all groups that one sieve is made of."""
        by_scope: dict[Scope, list[tuple[str, Callable[[str], object]]]] = {scope: [] for scope in Scope}
        for sign in signs:
            by_scope[sign.scope].append((sign.id, sign.pattern.search))
        self.window: _Searches = tuple(by_scope[Scope.WINDOW])
        self.before: _Searches = tuple(by_scope[Scope.BEFORE])
        self.after: _Searches = tuple(by_scope[Scope.AFTER])
        numbers = {sign.id: number for number, sign in enumerate(in_sentences)}
        self.sentence = tuple((numbers[id], id, search) for id, search in by_scope[Scope.SENTENCE])
        self.bare: _Searches = tuple(by_scope[Scope.BARE])
        self.article: _Searches = tuple(by_scope[Scope.ARTICLE])
        self.caption: _Searches = tuple(by_scope[Scope.CAPTION])
        self.title: _Searches = tuple(by_scope[Scope.TITLE])


class Finder:
    """Finds the occurrences of one rule set. Built once: its automaton takes a moment."""

    def __init__(self, rules: RuleSet, engine_name: str = "") -> None:
        self.rules = rules
        literals = dict.fromkeys(NOTED, ()) | rules.literals()
        self.words = tuple(literals)
        self.triggers_of = tuple(literals.values())
        self.engine = engine(self.words, engine_name)
        in_sentences = tuple(sign for sign in rules.signs if sign.scope is Scope.SENTENCE)
        self.sieve = sieve([sign.pattern for sign in in_sentences], self.engine.name)
        self.of_all = _Group((sign for sign in rules.signs if not sign.only), in_sentences)
        self.of_one = {
            category: _Group((sign for sign in rules.signs if category in sign.only), in_sentences)
            for category in rules.categories
        }

    def occurrences(self, law: LawText) -> Iterator[Occurrence]:
        """Every confirmed trigger of a law, in the order of the text."""
        return Reading(self, law).occurrences()


class Reading:
    """One law while it is read: what several triggers of a sentence, article or caption share is kept."""

    def __init__(self, finder: Finder, law: LawText) -> None:
        self.finder = finder
        self.units: Sequence[Unit] = law.units
        self.title = law.facts.title
        self.required: dict[tuple[int, int, int], bool] = {}
        self.sentences: dict[tuple[int, int, int], tuple[str, Container[int]]] = {}
        self.above: dict[str, str] = {}
        self.by_place: dict[str, list[str]] | None = None
        self.noted: dict[str, list[int]] = {word: [] for word in NOTED}
        """The indices of the units that have a word; when all occurrences were found."""

    def occurrences(self) -> Iterator[Occurrence]:
        """Every confirmed trigger, in the order of the text."""
        texts = [unit.text for unit in self.units]
        if not texts:
            return
        finder = self.finder
        of_all = _Signs(finder.of_all, self)
        of_one = {category: _Signs(own, self) for category, own in finder.of_one.items()}
        triggers = finder.rules.triggers
        index, begins, ends = 0, 0, len(texts[0])
        met: set[tuple[int, int, int]] = set()
        for at, literal in finder.engine("\n".join(texts)):
            while at > ends:
                index += 1
                begins = ends + 1
                ends = begins + len(texts[index])
            word = finder.words[literal]
            if word in self.noted:
                self.noted[word].append(index)
            start = at - begins
            end = start + len(word)
            text = texts[index]
            if end > len(text):
                continue
            span: tuple[int, int] | None = None  # the same for all triggers of the literal
            for number in finder.triggers_of[literal]:
                key = (index, number, start)
                if key in met:
                    continue
                met.add(key)
                trigger = triggers[number]
                excludes = trigger.excludes
                if excludes is not None and excludes.search(
                    text, max(0, start - _AT_LITERAL), min(len(text), end + _AT_LITERAL)
                ):
                    continue
                first, last = span = span or sentence_span(text, start, end, finder.rules.sentence_end)
                if trigger.requires is not None and not self._has_required(index, number, first, last):
                    continue
                unit = self.units[index]
                place = (index, start, end, first, last)
                signs = (
                    of_all.at(place) + of_one[trigger.category].at(place) + _standing(unit.part, unit.kind)
                )
                surroundings = text[max(first, start - SURROUNDINGS) : min(last, end + SURROUNDINGS)]
                yield Occurrence(index, number, start, end, surroundings, signs)

    def _has_required(self, index: int, number: int, first: int, last: int) -> bool:
        """Whether what the trigger requires stands in the sentence, or in it and the one above it."""
        key = (index, number, first)
        held = self.required.get(key)
        if held is None:
            unit = self.units[index]
            required = self.finder.rules.triggers[number].requires
            assert required is not None
            sentence = unit.text[first:last]
            held = self.required[key] = bool(
                required.search(sentence)
                or (unit.kind is not UnitKind.PARAGRAPH and required.search(self.chapeau(index) + sentence))
            )
        return held

    def sentence(self, index: int, first: int, last: int) -> tuple[str, Container[int]]:
        """A sentence, for an item with the one above it, and which signs may stand in it, by number."""
        key = (index, first, last)
        known = self.sentences.get(key)
        if known is None:
            unit = self.units[index]
            text = unit.text[first:last]
            if unit.kind is not UnitKind.PARAGRAPH:
                text = self.chapeau(index) + text
            known = self.sentences[key] = (text, self.finder.sieve(text))
        return known

    def chapeau(self, index: int) -> str:
        """The sentence of the paragraph above an item (柱書), the nearest last."""
        return self.text_above(index)[:_LONGEST_CHAPEAU]

    def text_above(self, index: int) -> str:
        """The text of what says who and how for an item; empty where nothing stands above it."""
        path = above_path(self.units[index])
        text = self.above.get(path)
        if text is None:
            text = ""
            while index >= 0 and self.units[index].path.startswith(path):  # it stands before what is in it
                if self.units[index].path == path:
                    text = self.units[index].text
                    break
                index -= 1
            self.above[path] = text
        return text

    def article(self, index: int) -> str:
        """The text of all units of the article of a unit, or of what holds it where there is no article."""
        units = self.units
        name = article_path(units[index])
        if "-At_" not in name:
            return "\n".join(self._texts_at(name))
        inside = f"{name}-"
        first = last = index  # the units of an article stand together
        while first and (units[first - 1].path.startswith(inside) or units[first - 1].path == name):
            first -= 1
        while last + 1 < len(units) and units[last + 1].path.startswith(inside):
            last += 1
        paragraphs = f"{name}-Pr_"  # nearly all: what stands in one has this article
        return "\n".join(
            [
                unit.text
                for unit in units[first : last + 1]
                if unit.path.startswith(paragraphs) or article_path(unit) == name
            ]
        )

    def _texts_at(self, name: str) -> list[str]:
        if self.by_place is None:
            self.by_place = {}
            for other in self.units:
                self.by_place.setdefault(article_path(other), []).append(other.text)
        return self.by_place[name]


@cache
def _standing(part: Part, kind: UnitKind) -> tuple[str, ...]:
    """What a unit is and where it stands, as signs; nothing for a paragraph of the main provisions."""
    signs = [] if part is Part.MAIN else [f"部.{part.value}"]
    return tuple(signs if kind is UnitKind.PARAGRAPH else [*signs, f"単位.{kind.value}"])


class _Signs:
    """The signs of one group while a law is read: of those for all categories, or of those for one alone."""

    def __init__(self, group: _Group, reading: Reading) -> None:
        self.group = group
        self.reading = reading
        self.title = _held(group.title, reading.title)
        self.of_place: dict[tuple[int, int, int], tuple[str, ...]] = {}
        self.of_sentence: dict[tuple[int, int], tuple[str, ...]] = {}
        self.of_article: dict[str, tuple[str, ...]] = {}
        self.of_caption: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    def at(self, place: tuple[int, int, int, int, int]) -> tuple[str, ...]:
        """The ids of those that hold at a place: unit, start, end, and the span of the sentence."""
        index, start, end, first, last = place
        key = (index, start, end)
        held = self.of_place.get(key)
        if held is None:
            group = self.group
            unit = self.reading.units[index]
            text = unit.text
            left, right = max(first, start - WINDOW), min(last, end + WINDOW)
            held = _held(group.window, text[left:right])
            if group.before:
                held += _held(group.before, text[left:start])
            if group.after:
                held += _held(group.after, text[end:right])
            if group.sentence or group.bare:
                held += self._sentence(index, first, last)
            if group.article:
                held += self._article(index)
            if group.caption:
                held += self._caption(unit)
            held = self.of_place[key] = held + self.title
        return held

    def _sentence(self, index: int, first: int, last: int) -> tuple[str, ...]:
        held = self.of_sentence.get((index, first))
        if held is None:
            text, may = self.reading.sentence(index, first, last)
            signs = self.group.sentence
            held = tuple([id for number, id, search in signs if number in may and search(text)])
            if self.group.bare:
                held += _held(self.group.bare, without_brackets(text))
            self.of_sentence[index, first] = held
        return held

    def _article(self, index: int) -> tuple[str, ...]:
        name = article_path(self.reading.units[index])
        held = self.of_article.get(name)
        if held is None:
            held = self.of_article[name] = _held(self.group.article, self.reading.article(index))
        return held

    def _caption(self, unit: Unit) -> tuple[str, ...]:
        key = (unit.caption, unit.headings)
        held = self.of_caption.get(key)
        if held is None:
            text = "\n".join((f"（{unit.caption}）", *unit.headings))
            held = self.of_caption[key] = _held(self.group.caption, text)
        return held


def _held(searches: _Searches, text: str) -> tuple[str, ...]:
    """The ids of the signs that stand in a text."""
    return tuple([id for id, search in searches if search(text)])


def sentence_span(text: str, start: int, end: int, stop: str) -> tuple[int, int]:
    """Where the sentence around a place begins, and where it ends, with what ends it.

    A stop within brackets that the place stands outside of ends nothing: laws define terms there.

    >>> sentence_span("甲。乙を検査する。丙。", 4, 6, "。")
    (2, 9)
    >>> sentence_span("簿（丙をいう。）を備え置く。", 9, 12, "。")
    (0, 14)
    >>> sentence_span("One. Two here. Three.", 9, 13, ". ")
    (5, 15)
    """
    before = text.rfind(stop, 0, start)
    while before >= 0 and text.count("）", before, start) > text.count("（", before, start):
        before = text.rfind(stop, 0, before)
    after = text.find(stop, end)
    while after >= 0 and text.count("（", end, after) > text.count("）", end, after):
        after = text.find(stop, after + len(stop))
    return (
        before + len(stop) if before >= 0 else 0,
        after + len(stop) if after >= 0 else len(text),
    )


def without_brackets(text: str) -> str:
    """A text without what stands in brackets, and in brackets within brackets.

    >>> without_brackets("帳簿（電磁的記録（ファイルをいう。）を含む。）を備える。")
    '帳簿を備える。'
    """
    while "（" in text and (shorter := _BRACKET.sub("", text)) != text:
        text = shorter
    return text


def paragraph_path(path: str) -> str:
    """The path of the paragraph that a unit belongs to; the appendix's for a unit in one.

    >>> paragraph_path("Mp-At_9_3-Pr_1-It_2-Su_1"), paragraph_path("Mpat_1-Tb_1-Tr_2")
    ('Mp-At_9_3-Pr_1', 'Mpat_1')
    """
    smaller = _SMALLER.search(path)
    return path[: smaller.start()] if smaller else path


def article_path(unit: Unit) -> str:
    """The path of the article of a unit, or of what holds it where there is no article."""
    head, found, _ = unit.path.partition("-Pr_")
    return head if found else top_point(unit.path) or paragraph_path(unit.path)


def above_path(unit: Unit) -> str:
    """The path of what says who and how for an item: its paragraph; for a point the point that it is in."""
    return unit.parent if unit.kind is UnitKind.POINT else paragraph_path(unit.path)

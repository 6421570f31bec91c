"""The words of a text that a sign held by (手掛かりの言葉).

A scan asks of each sign only whether it holds: there are millions of places. Whoever looks at one finding
wants to see the words, and here they are looked for once more, in the same stretches of text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from hashira.regulations.domain.detection.occurrence import (
    WINDOW,
    above_path,
    article_path,
    sentence_span,
    without_brackets,
)
from hashira.regulations.domain.detection.rule import RuleSet, Scope
from hashira.regulations.domain.law.schema import UnitKind
from hashira.regulations.domain.law.units import Unit


def words_of_signs(
    rules: RuleSet, signs: Collection[str], units: Sequence[Unit], title: str, path: str, words: str
) -> Mapping[str, str]:
    """For each sign (by its id) the words by which it holds at the trigger's ``words`` in the unit ``path``.

    A sign that holds by what something is (a row of a table, a 附則), or by text that is not there any more,
    is left out. Where the words of the trigger stand more than once, the first place where a sign holds is
    told.
    """
    unit = next((unit for unit in units if unit.path == path), None)
    if unit is None:
        return {}
    told: dict[str, str] = {}
    for start in _places(unit.text, words):
        texts = _texts(rules, units, title, unit, start, start + len(words))
        for sign in rules.signs:
            if sign.id in signs and sign.id not in told and (met := sign.pattern.search(texts[sign.scope])):
                told[sign.id] = met.group()
    return {sign: words for sign, words in told.items() if words}


def _places(text: str, words: str) -> Iterator[int]:
    at = text.find(words) if words else -1
    while at >= 0:
        yield at
        at = text.find(words, at + 1)


def _texts(
    rules: RuleSet, units: Sequence[Unit], title: str, unit: Unit, start: int, end: int
) -> Mapping[Scope, str]:
    first, last = sentence_span(unit.text, start, end, rules.sentence_end)
    left, right = max(first, start - WINDOW), min(last, end + WINDOW)
    sentence = unit.text[first:last]
    if unit.kind is not UnitKind.PARAGRAPH:
        above = above_path(unit)
        sentence = "".join(other.text for other in units if other.path == above) + sentence
    article = article_path(unit)
    return {
        Scope.WINDOW: unit.text[left:right],
        Scope.BEFORE: unit.text[left:start],
        Scope.AFTER: unit.text[end:right],
        Scope.SENTENCE: sentence,
        Scope.BARE: without_brackets(sentence),
        Scope.ARTICLE: "\n".join(other.text for other in units if article_path(other) == article),
        Scope.CAPTION: "\n".join((f"（{unit.caption}）", *unit.headings)),
        Scope.TITLE: title,
    }

"""Detection rules as self-describing values: triggers, signs, and the sets they are registered in (検出規則).

A **trigger** says which words could make a provision an analog regulation of a category. A **sign** is
something about the place where a trigger stands that speaks for or against it: the ending of the sentence, a
penalty, an electronic alternative. Triggers capture broadly; what is worth reading is decided by the model,
which weighs the trigger and its signs (:mod:`hashira.regulations.domain.detection.model`).

A jurisdiction registers a :class:`RuleSet` of its own; nothing else here knows Japanese.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class Scope(StrEnum):
    """What text a sign is looked for in."""

    WINDOW = "前後"
    """The words just before and after the trigger (24 characters to each side, within the sentence)."""
    BEFORE = "前"
    """The 24 characters before the trigger."""
    AFTER = "後"
    """The 24 characters after it."""
    SENTENCE = "文"
    """The sentence of the trigger, with the sentence of the paragraph above an item (柱書)."""
    BARE = "括弧の外"
    """That sentence without what stands in brackets: laws say there what a word also means."""
    ARTICLE = "条"
    """All units of the article."""
    CAPTION = "見出し"
    """The caption of the article (見出し) and its chapter and section."""
    TITLE = "法令名"
    """The title of the law."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Words that could make a provision an analog regulation of ``category``.

    ``literals`` are found in one pass over all law; ``requires``, if given, must match in the sentence, and
    ``excludes`` must not match at the literal itself (a window of 12 characters to each side). ``prior`` is
    the log odds that the trigger starts from before anything was learnt.
    """

    id: str
    category: str
    literals: tuple[str, ...]
    why: Bilingual
    example: str
    """A sentence that the trigger must catch."""
    counterexample: str
    """A sentence with something near to it that it must not catch."""
    requires: re.Pattern[str] | None = None
    excludes: re.Pattern[str] | None = None
    prior: float = -1.0


@dataclass(frozen=True, slots=True)
class Sign:
    """Something about the place of a trigger that speaks for or against.

    ``prior`` is its weight in log odds before anything was learnt, for all categories or for those named.
    """

    id: str
    scope: Scope
    pattern: re.Pattern[str]
    why: Bilingual
    example: str
    counterexample: str
    prior: float = 0.0
    priors: dict[str, float] = field(default_factory=dict)
    """Categories for which the prior is another."""
    only: frozenset[str] = frozenset()
    """The categories that it is asked for; empty: all."""

    def asked_for(self, category: str) -> bool:
        """Whether it tells something of a category."""
        return not self.only or category in self.only

    def prior_for(self, category: str) -> float:
        """The weight it starts from in a category."""
        return self.priors.get(category, self.prior)


class RuleClash(HashiraError):
    """Details: ``rule``, ``set``."""

    code = "REG-040"
    what = Bilingual("検出規則の名前が重なっています", "Two detection rules have the same id")
    why = Bilingual(
        "規則の組「{set}」に「{rule}」が二つあります", "“{rule}” stands twice in the rule set “{set}”"
    )
    remedy = Bilingual("どちらかの名前を変えてください", "Give one of them another id")


class UnknownRuleSet(HashiraError):
    """Details: ``set``, ``known``."""

    code = "REG-041"
    what = Bilingual("その検出規則の組はありません", "There is no such rule set")
    why = Bilingual("「{set}」は登録されていません", "“{set}” is not registered")
    remedy = Bilingual("登録済みの組: {known}", "Registered: {known}")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of one jurisdiction, in one version. Raises ``RuleClash`` if two share an id."""

    id: str
    """``ja-JP``."""
    version: str
    categories: tuple[str, ...]
    triggers: tuple[Trigger, ...]
    signs: tuple[Sign, ...]
    sentence_end: str = "。"
    spellings: tuple[tuple[str, str], ...] = ()
    """Letters that may stand for others, old before new (旧字体): ``("檢", "検")``."""

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for id in (*(trigger.id for trigger in self.triggers), *(sign.id for sign in self.signs)):
            if id in seen:
                raise RuleClash(rule=id, set=self.id)
            seen.add(id)

    def literals(self) -> dict[str, tuple[int, ...]]:
        """Each literal, in every spelling, with the numbers of the triggers that it starts."""
        found: dict[str, list[int]] = {}
        for number, trigger in enumerate(self.triggers):
            for literal in trigger.literals:
                for spelled in self._spelled(literal):
                    found.setdefault(spelled, []).append(number)
        return {literal: tuple(numbers) for literal, numbers in sorted(found.items())}

    def _spelled(self, literal: str) -> list[str]:
        old = literal
        for before, after in self.spellings:
            old = old.replace(after, before)
        return [literal] if old == literal else [literal, old]


_SETS: dict[str, RuleSet] = {}


def register(rules: RuleSet) -> RuleSet:
    """Makes a rule set known by its id; a later one of the same id takes its place."""
    _SETS[rules.id] = rules
    return rules


def rule_set(id: str) -> RuleSet:
    """The registered set. Raises ``UnknownRuleSet``."""
    try:
        return _SETS[id]
    except KeyError:
        raise UnknownRuleSet(set=id, known=", ".join(sorted(_SETS)) or "—") from None


def registered() -> tuple[RuleSet, ...]:
    """Every registered set."""
    return tuple(_SETS.values())

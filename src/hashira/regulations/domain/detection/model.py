"""How sure the system is, and why: one small linear model a category (採点).

The log odds of an occurrence are a sum: the category's start, the weight of its trigger, the weights of the
signs around it, and of short strings in its window that training found telling. The score is the logistic of
that sum after a calibration of two numbers (Platt, *Probabilistic Outputs for Support Vector Machines*,
1999). Since it is a sum, its terms are the reasons; no second model has to guess what the first one meant.

Without trained weights a rule set scores by the priors that its rules declare.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, NamedTuple

from hashira.regulations.domain.detection.finding import LEARNT, Reason, reason
from hashira.regulations.domain.detection.occurrence import Occurrence
from hashira.regulations.domain.detection.rule import RuleSet

START = "始点"
"""The reason that stands for what a category starts from."""
SHORTEST, LONGEST = 2, 4
"""Of the strings that a window is cut into."""
_MENTIONED = 0.05
"""A smaller term is not worth an officer's time."""


@dataclass(frozen=True)
class Weights:
    """The weights of one category, in log odds."""

    start: float
    triggers: Mapping[str, float]
    signs: Mapping[str, float]
    strings: Mapping[str, float] = field(default_factory=dict)
    slope: float = 1.0
    """Of the calibration: the score is the logistic of ``slope * sum + offset``."""
    offset: float = 0.0

    def met(self, window: str) -> set[str]:
        """Which of the strings stand in a window: what :func:`strings` would have in common with them."""
        try:
            return set(self._automaton.find_matches_as_strings(window, overlapping=True))
        except UnicodeEncodeError:  # half a character, which no string has
            whole = window.encode(errors="replace").decode()
            return set(self._automaton.find_matches_as_strings(whole, overlapping=True))

    @cached_property
    def _automaton(self) -> Any:
        """One pass for all strings."""
        import ahocorasick_rs

        return ahocorasick_rs.AhoCorasick(
            list(self.strings), implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )

    @cached_property
    def told(self) -> _Terms:
        """The terms worth telling, of signs and of strings: made once, since a scan has millions of them."""
        signs = [Reason(sign, "", self.slope * weight) for sign, weight in self.signs.items()]
        strings = [Reason(LEARNT, string, self.slope * weight) for string, weight in self.strings.items()]
        kept = [term for term in (*signs, *strings) if abs(term.weight) >= _MENTIONED]
        kept.sort(key=lambda term: (-abs(term.weight), term.rule, term.words))
        return _Terms(
            {term.rule: (place, term) for place, term in enumerate(kept) if not term.words},
            {term.words: (place, term) for place, term in enumerate(kept) if term.words},
        )


class _Terms(NamedTuple):
    """Terms with their places among all of the category, the strongest first."""

    of_signs: Mapping[str, tuple[int, Reason]]
    of_strings: Mapping[str, tuple[int, Reason]]


@dataclass(frozen=True, slots=True)
class Model:
    """The weights of every category of a rule set."""

    rules: str
    version: str
    weights: Mapping[str, Weights]

    def log_odds(self, rules: RuleSet, occurrence: Occurrence) -> float:
        """Calibrated; the logistic of it is the score."""
        return self.weighed(rules, occurrence)[0]

    def weighed(self, rules: RuleSet, occurrence: Occurrence) -> tuple[float, set[str]]:
        """The log odds, and the strings that were met, of which :meth:`reasons` tells."""
        trigger = rules.triggers[occurrence.trigger]
        own = self.weights[trigger.category]
        total = own.start + own.triggers.get(trigger.id, 0.0)
        signs, strings = own.signs, own.strings
        for sign in occurrence.signs:
            total += signs.get(sign, 0.0)
        met = own.met(occurrence.surroundings) if strings else set()
        if met:  # fsum: the same sum in whatever order they are met
            total += math.fsum([strings[string] for string in met])
        return own.slope * total + own.offset, met

    def reasons(
        self, rules: RuleSet, occurrence: Occurrence, words: str, met: Collection[str]
    ) -> tuple[Reason, ...]:
        """The terms of the sum, the strongest first. ``words`` are those of the trigger as they stand."""
        trigger = rules.triggers[occurrence.trigger]
        own = self.weights[trigger.category]
        first = reason(trigger.id, words, own.slope * own.triggers.get(trigger.id, 0.0))
        signs, strings = own.told
        terms = [signs[sign] for sign in occurrence.signs if sign in signs]
        terms += [strings[string] for string in met if string in strings]
        return (first, *(term for _place, term in sorted(terms)))


def score(log_odds: float) -> float:
    """The probability for log odds."""
    if log_odds < -40:
        return 0.0
    return 1.0 / (1.0 + math.exp(-log_odds))


def strings(window: str) -> frozenset[str]:
    """Every string of two to four characters in a window, each once.

    >>> sorted(strings("掲示板"))
    ['掲示', '掲示板', '示板']
    """
    return frozenset(
        [  # a list is made twice as fast as a generator is walked
            window[start : start + length]
            for length in range(SHORTEST, LONGEST + 1)
            for start in range(len(window) - length + 1)
        ]
    )


def prior_model(rules: RuleSet) -> Model:
    """The model that a rule set declares itself, before anything was learnt."""
    return Model(
        rules.id,
        "prior",
        {
            category: Weights(
                start=0.0,
                triggers={t.id: t.prior for t in rules.triggers if t.category == category},
                signs={
                    s.id: weight
                    for s in rules.signs
                    if s.asked_for(category) and (weight := s.prior_for(category))
                },
            )
            for category in rules.categories
        },
    )


@cache
def trained_model(rules_id: str) -> Model:
    """The weights that ship for a rule set. Raises ``FileNotFoundError`` where none do."""
    from importlib.resources import files  # here, because it is slow to import

    text = files(__package__).joinpath("weights", f"{rules_id}.json").read_text(encoding="utf-8")
    return model_of(json.loads(text))


def model_of(document: Mapping[str, Any]) -> Model:
    """A model from its JSON document (see :func:`document_of`)."""
    return Model(
        document["rules"],
        document["version"],
        {
            category: Weights(
                own["start"], own["triggers"], own["signs"], own["strings"], own["slope"], own["offset"]
            )
            for category, own in document["weights"].items()
        },
    )


def document_of(model: Model) -> dict[str, Any]:
    """The JSON document of a model, weights to four places, names sorted."""

    def rounded(weights: Mapping[str, float]) -> dict[str, float]:
        return {name: round(value, 4) for name, value in sorted(weights.items()) if round(value, 4)}

    return {
        "rules": model.rules,
        "version": model.version,
        "weights": {
            category: {
                "start": round(own.start, 4),
                "triggers": rounded(own.triggers),
                "signs": rounded(own.signs),
                "strings": rounded(own.strings),
                "slope": round(own.slope, 4),
                "offset": round(own.offset, 4),
            }
            for category, own in model.weights.items()
        },
    }

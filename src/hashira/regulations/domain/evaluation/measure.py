"""The measures of a ranking: recall for what is read, average precision, calibration, agreement (評価の尺度).

Cases that stand for many (a stratified sample) carry a weight. Intervals are by bootstrap over laws, since
provisions of one law are worded alike: drawing laws, not provisions, keeps them honest (Efron and Tibshirani,
*An Introduction to the Bootstrap*, 1993, ch. 8).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Interval(NamedTuple):
    """A figure with the 2.5th and the 97.5th percentile of its bootstrap."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A case somebody judged: its law, its score (``None``: not found at all), the truth, its weight."""

    law_id: str
    score: float | None
    truth: float
    weight: float = 1.0


def recall(cases: Sequence[Judged], cut: float) -> float:
    """The share of the true that scores ``cut`` or more. 0 where nothing is true.

    >>> recall([Judged("a", 0.9, 1), Judged("a", 0.2, 1), Judged("b", 0.9, 0)], 0.5)
    0.5
    """
    total = sum(case.truth * case.weight for case in cases)
    met = sum(c.truth * c.weight for c in cases if c.score is not None and c.score >= cut)
    return met / total if total else 0.0


def precision(cases: Sequence[Judged], cut: float) -> float:
    """The share of what scores ``cut`` or more that is true. 0 where nothing does."""
    read = [case for case in cases if case.score is not None and case.score >= cut]
    total = sum(case.weight for case in read)
    return sum(case.truth * case.weight for case in read) / total if total else 0.0


def average_precision(cases: Sequence[Judged]) -> float:
    """The mean precision over the true, those not found counting 0; equal scores are read together.

    >>> average_precision([Judged("a", 0.9, 1), Judged("a", 0.8, 0), Judged("a", 0.7, 1)])
    0.8333333333333333
    """
    total = sum(case.truth * case.weight for case in cases)
    if not total:
        return 0.0
    by_score: dict[float, list[Judged]] = defaultdict(list)
    for case in cases:
        if case.score is not None:
            by_score[case.score].append(case)
    read = met = summed = 0.0
    for score in sorted(by_score, reverse=True):
        here = by_score[score]
        found = sum(case.truth * case.weight for case in here)
        read += sum(case.weight for case in here)
        met += found
        summed += found * met / read
    return summed / total


def calibration(cases: Sequence[Judged], bins: int = 5) -> list[tuple[float, float, int]]:
    """For each fifth of the scale from 0 to 1: the mean score, the share that is true, and how many cases.

    Both means are weighted. Empty bins are left out.
    """
    held: dict[int, list[Judged]] = defaultdict(list)
    for case in cases:
        if case.score is not None:
            held[min(bins - 1, int(case.score * bins))].append(case)
    answers = []
    for number in sorted(held):
        here = held[number]
        weight = sum(case.weight for case in here)
        mean = sum((case.score or 0.0) * case.weight for case in here) / weight
        answers.append((mean, sum(case.truth * case.weight for case in here) / weight, len(here)))
    return answers


def agreement(first: Sequence[bool], second: Sequence[bool]) -> float:
    """Cohen's kappa of two judges (*A Coefficient of Agreement for Nominal Scales*, 1960).

    >>> agreement([True, True, False, False], [True, False, False, False])
    0.5
    """
    if len(first) != len(second) or not first:
        raise ValueError("two judges of the same cases")
    same = sum(a == b for a, b in zip(first, second, strict=True)) / len(first)
    one, two = sum(first) / len(first), sum(second) / len(second)
    chance = one * two + (1 - one) * (1 - two)
    return 1.0 if chance == 1 else (same - chance) / (1 - chance)


def bootstrap(
    cases: Sequence[Judged], measure: Callable[[Sequence[Judged]], float], draws: int = 500, seed: int = 2022
) -> Interval:
    """A measure with its interval, drawing laws with replacement."""
    by_law: dict[str, list[Judged]] = defaultdict(list)
    for case in cases:
        by_law[case.law_id].append(case)
    laws = sorted(by_law)
    value = measure(cases)
    if not laws:
        return Interval(value, value, value)
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    drawn = sorted(
        measure([case for law in chance.choices(laws, k=len(laws)) for case in by_law[law]])
        for _ in range(draws)
    )
    return Interval(value, drawn[int(0.025 * draws)], drawn[min(draws - 1, int(0.975 * draws))])

"""How many provisions are missed below a cut: a drawn sample, an officer's answers, an estimate
(見逃しの推定).

What is not read cannot be known, only sampled. The paragraphs that were rejected fall into two strata:
those that have a score below the cut, and those that have none. The officer judges a drawn sample of each;
the share of yes in a stratum, times its size, estimates what it holds.

The interval of each stratum is exact (Clopper and Pearson, *The Use of Confidence or Fiducial Limits*,
1934) at 97.5 %, so that both hold together with at least 95 % (Bonferroni), and the sums of their ends
bound the total.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hashira.regulations.domain.evaluation.measure import Interval

SCORED, UNSCORED = "点数がある", "点数がない"
"""The strata: scored, but below the cut; not scored at all."""
_CONFIDENCE = 0.975
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stratum:
    """What an officer said about the sample of one stratum."""

    size: int
    """Paragraphs in the stratum."""
    judged: int
    positive: int

    def __post_init__(self) -> None:
        if not 0 <= self.positive <= self.judged <= self.size:
            raise ValueError("0 <= positive <= judged <= size")


def drawn(strata: Mapping[str, Sequence[T]], count: int, seed: int) -> dict[str, list[T]]:
    """A sample of ``count``, half from each stratum, or all of a smaller one; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
    answer = {}
    for name in sorted(strata):
        items = strata[name]
        answer[name] = chance.sample(list(items), min(len(items), max(1, count // len(strata))))
    return answer


def share(positive: int, judged: int, confidence: float = _CONFIDENCE) -> Interval:
    """A share with its exact interval; nothing judged means that nothing is known.

    >>> share(0, 100, 0.95)
    Interval(value=0.0, low=0.0, high=0.0362)
    """
    if not judged:
        return Interval(0.0, 0.0, 1.0)
    tail = (1 - confidence) / 2
    low = 0.0 if not positive else _solved(lambda p: 1 - _at_most(positive - 1, judged, p), tail)
    high = 1.0 if positive == judged else 1 - _solved(lambda q: _at_most(positive, judged, 1 - q), tail)
    return Interval(positive / judged, round(low, 4), round(high, 4))


def estimated_misses(strata: Sequence[Stratum], confidence: float = _CONFIDENCE) -> Interval:
    """How many provisions the rejected hold, with an interval."""
    parts = [(stratum.size, share(stratum.positive, stratum.judged, confidence)) for stratum in strata]
    known = sum(stratum.positive for stratum in strata)
    return Interval(
        sum(size * part.value for size, part in parts),
        max(float(known), sum(size * part.low for size, part in parts)),
        sum(size * part.high for size, part in parts),
    )


def _at_most(k: int, n: int, p: float) -> float:
    """The chance of at most ``k`` of ``n``."""
    if p <= 0:
        return 1.0
    if p >= 1:
        return 1.0 if k >= n else 0.0
    return math.fsum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))


def _solved(rising: Callable[[float], float], target: float) -> float:
    """Where a rising function of a share reaches a target, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if rising(middle) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2

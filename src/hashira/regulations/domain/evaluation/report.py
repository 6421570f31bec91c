"""How good the detector is, category by category: on labels of what was amended, and on the gold set
(評価報告).

**Labels** are positives only, so they can tell recall and what has to be read for it, never precision.
What is read is counted in paragraphs (項) of main provisions, against the number that the plain keyword
list returns.
**The gold set** was judged both ways, so it tells precision, average precision and calibration as well;
each of its paragraphs counts for as many as it stands for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from hashira.regulations.domain.evaluation.gold import GoldEntry
from hashira.regulations.domain.evaluation.measure import (
    Interval,
    Judged,
    agreement,
    average_precision,
    bootstrap,
    calibration,
    precision,
    recall,
)

Place = tuple[str, str]
"""Law id and path of a paragraph."""
SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0)
"""Reading budgets, as shares of what the keyword list returns."""
AIM = 0.95
BEST = 1000
LISTED = 0.02
"""The least score that a scan lists unless told otherwise."""


@dataclass(frozen=True, slots=True)
class LabelReport:
    """One category on labelled provisions."""

    category: str
    labels: int
    """Labelled paragraphs."""
    existing: int
    """Of those, how many stand in the text that was scanned; the rest came later and cannot be found."""
    found: int
    """Of those, how many have any score."""
    keyword_load: int | None
    """Paragraphs that the keyword list returns; ``None`` where it was not measured."""
    keyword_recall: float | None
    recall_at: Mapping[float, Interval]
    """Recall among the existing after reading this share of the keyword load."""
    read_for_aim: int | None
    """Paragraphs to read until 95 % of the existing are found; ``None`` if that is never reached."""
    missed: tuple[Place, ...]
    """Existing ones without any score."""


@dataclass(frozen=True, slots=True)
class GoldReport:
    """One category on the gold set."""

    category: str
    judged: int
    positive: float
    """How many are true; where the judges differ a half."""
    kappa: float | None
    """Cohen's, over what two judges read; ``None`` where there is no such entry."""
    estimated: float
    """How many paragraphs of the laws that the part was drawn from are true, by what the judged stand for."""
    average_precision: Interval
    recall_listed: Interval
    """Of what a scan lists, see ``LISTED``."""
    recall_at_half: Interval
    """At a score of 0.5."""
    recall_at_tenth: Interval
    """At a score of 0.1."""
    precision_at_half: Interval
    calibration: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True, slots=True)
class WholeReport:
    """All categories together on the gold set."""

    judged: int
    estimated: float
    """How many (paragraph, category) of the laws that the part was drawn from are true."""
    recall_at: Mapping[float, Interval]
    """By the least score that is read."""
    best: int
    """How many of the judged stand among the best findings."""
    precision_of_best: Interval


def label_report(
    category: str,
    labels: Collection[Place],
    existing: Collection[Place],
    scores: Mapping[Place, float],
    keyword_hits: Collection[Place] | None,
) -> LabelReport:
    """Measures one category on labels. ``scores`` are those of every paragraph that has any."""
    here = sorted(place for place in set(labels) if place in existing)
    ranked = sorted(scores.values(), reverse=True)
    cases = [Judged(place[0], scores.get(place), 1.0) for place in here]
    load = len(keyword_hits) if keyword_hits is not None else None
    at: dict[float, Interval] = {}
    if load:
        for share in SHARES:
            cut = _cut(ranked, int(share * load))
            at[share] = bootstrap(cases, partial(recall, cut=cut))
    needed = None
    for score in sorted({c.score for c in cases if c.score is not None}, reverse=True):
        if recall(cases, score) >= AIM:
            needed = sum(other >= score for other in ranked)
            break
    return LabelReport(
        category,
        len(set(labels)),
        len(here),
        sum(case.score is not None for case in cases),
        load,
        (sum(p in keyword_hits for p in here) / len(here) if here else 0.0)
        if keyword_hits is not None
        else None,
        at,
        needed,
        tuple(place for place in here if place not in scores),
    )


def _cut(ranked: Sequence[float], budget: int) -> float:
    """The score that the last paragraph of a budget has; what ties with the next is not read."""
    if budget >= len(ranked):
        return 0.0
    last, following = ranked[budget - 1] if budget else 2.0, ranked[budget]
    if last > following:
        return last
    return min((score for score in ranked[:budget] if score > following), default=2.0)


def gold_report(category: str, entries: Sequence[GoldEntry], scores: Mapping[Place, float]) -> GoldReport:
    """Measures one category on entries of the gold set."""
    cases = _cases(category, entries, scores)
    return GoldReport(
        category,
        len(entries),
        sum(entry.truth(category) for entry in entries),
        _kappa(category, entries),
        sum(case.truth * case.weight for case in cases),
        bootstrap(cases, average_precision),
        bootstrap(cases, lambda drawn: recall(drawn, LISTED)),
        bootstrap(cases, lambda drawn: recall(drawn, 0.5)),
        bootstrap(cases, lambda drawn: recall(drawn, 0.1)),
        bootstrap(cases, lambda drawn: precision(drawn, 0.5)),
        tuple(calibration(cases)),
    )


def _kappa(category: str, entries: Sequence[GoldEntry]) -> float | None:
    twice = [(category in e.first, category in e.second) for e in entries if e.second is not None]
    return agreement([a for a, _ in twice], [b for _, b in twice]) if twice else None


def whole_report(
    entries: Sequence[GoldEntry], scores: Mapping[str, Mapping[Place, float]], best: int = BEST
) -> WholeReport:
    """Measures all categories together: what a scan lists, and what stands first in it."""
    every = [case for category, own in scores.items() for case in _cases(category, entries, own)]
    ranked = sorted((score for own in scores.values() for score in own.values()), reverse=True)
    cut = ranked[min(best, len(ranked)) - 1] if ranked else 1.0
    first = [case for case in every if case.score is not None and case.score >= cut]
    return WholeReport(
        len(entries),
        sum(case.truth * case.weight for case in every),
        {least: bootstrap(every, partial(recall, cut=least)) for least in (LISTED, 0.1)},
        len(first),
        bootstrap(first, lambda drawn: precision(drawn, cut)),
    )


def _cases(category: str, entries: Sequence[GoldEntry], scores: Mapping[Place, float]) -> list[Judged]:
    return [
        Judged(entry.law_id, scores.get((entry.law_id, entry.path), 0.0), entry.truth(category), entry.weight)
        for entry in entries
    ]

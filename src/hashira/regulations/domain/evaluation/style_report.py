"""Whether provisions are still found when they are written as an ordinance (例規の書き方での再現率).

Each labelled provision is scored twice under the same conditions: its law by itself, without other laws that
could lift it, and the same articles restyled, by themselves too. So the difference is that of the style.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

from hashira.regulations.domain.evaluation.measure import Interval, Judged, bootstrap, recall
from hashira.regulations.domain.evaluation.report import Place

CUTS = (0.02, 0.1, 0.5)
"""The scores from which a provision counts as found: what a scan keeps, what is worth reading, likely."""


@dataclass(frozen=True, slots=True)
class StyleReport:
    """One category."""

    category: str
    labels: int
    """Labelled paragraphs that stand in the text."""
    read_back: int
    """Of those, how many the importer of ordinances found again in the restyled text."""
    original: Mapping[float, Interval]
    """Recall at each of :data:`CUTS`, as the law has it."""
    restyled: Mapping[float, Interval]
    """The same in the style of an ordinance; what was not read back counts as not found."""


def style_report(
    category: str,
    labels: Collection[Place],
    original: Mapping[Place, float],
    restyled: Mapping[Place, float],
    read_back: Collection[Place],
) -> StyleReport:
    """Measures one category. ``labels`` are those that stand in the text of the laws."""
    places = sorted(set(labels))
    return StyleReport(
        category,
        len(places),
        sum(place in read_back for place in places),
        _recalls(places, original),
        _recalls(places, restyled),
    )


def _recalls(places: Collection[Place], scores: Mapping[Place, float]) -> Mapping[float, Interval]:
    cases = [Judged(place[0], scores.get(place), 1.0) for place in places]
    return {cut: bootstrap(cases, partial(recall, cut=cut)) for cut in CUTS}

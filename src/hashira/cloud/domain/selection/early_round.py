"""Which bodies and systems migrate first: a call with criteria, scored by several, ranked (先行事業の採択).

Modelled on the call of 2021, in which eight of 52 applicants were chosen (ガバメントクラウド先行事業).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MOST_POINTS, MOST_WEIGHT, MOST_CRITERIA = 10, 10, 20
SCORERS = 2
"""At least so many people score each application."""
APART = Decimal(30)
"""Points of a hundred by which two scorers may differ before somebody has to talk to them."""


class EarlyRoundRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-111"
    what = Bilingual("先行事業の処理ができません", "The early round cannot do this")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("内容を確かめて、もう一度行ってください", "Check it and try again")
    status = 422


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion with its weight; each scorer gives 0 to ``MOST_POINTS`` points."""

    id: str
    title: Bilingual
    weight: int

    def __post_init__(self) -> None:
        if not 1 <= self.weight <= MOST_WEIGHT or not self.title.ja.strip():
            raise EarlyRoundRefused(
                field="criteria",
                reason=Bilingual(
                    "基準には名前と1から10までの重みが要ります",
                    "A criterion has a name and a weight of 1 to 10",
                ),
            )


@dataclass(frozen=True, slots=True)
class Ranked:
    """An application in its place. Those of equal points share a place, so the next one is skipped."""

    application: str
    points: Decimal
    place: int
    apart: bool
    """Whether two scorers are far from each other."""
    chosen: bool


def parse_criteria(text: str) -> tuple[Criterion, ...]:
    """Criteria from lines such as ``3 移行の準備 / Readiness``; the weight comes first.

    >>> [(c.weight, c.title.en) for c in parse_criteria("3 準備 / Readiness")]
    [(3, 'Readiness')]
    """
    found = []
    for number, line in enumerate((row for row in text.splitlines() if row.strip()), start=1):
        weight, _blank, words = line.strip().partition(" ")
        if not weight.isdecimal() or not words.strip():
            raise EarlyRoundRefused(
                field="criteria",
                reason=Bilingual(
                    f"{number}行目は「重み 名前」の形ではありません",
                    f"Line {number} is not a weight and a name",
                ),
            )
        ja, _slash, en = words.partition(" / ")
        found.append(Criterion(str(number), Bilingual(ja.strip(), en.strip() or ja.strip()), int(weight)))
    if not 1 <= len(found) <= MOST_CRITERIA:
        raise EarlyRoundRefused(
            field="criteria", reason=Bilingual("基準は1件から20件です", "There are 1 to 20 criteria")
        )
    return tuple(found)


def points_of(criteria: Sequence[Criterion], score: Mapping[str, int]) -> Decimal:
    """The points of one scorer, of a hundred.

    Raises ``EarlyRoundRefused`` for a missing or impossible one.
    """
    for one in criteria:
        given = score.get(one.id)
        if given is None or not 0 <= given <= MOST_POINTS:
            raise EarlyRoundRefused(
                field=f"criterion_{one.id}",
                reason=Bilingual(
                    f"「{one.title.ja}」に0から{MOST_POINTS}の点を付けてください",
                    f"Give 0 to {MOST_POINTS} points for {one.title.en}",
                ),
            )
    full = sum(one.weight for one in criteria) * MOST_POINTS
    reached = sum(one.weight * score[one.id] for one in criteria)
    return (Decimal(reached) * 100 / full).quantize(Decimal("0.01"), ROUND_HALF_UP)


def rank(
    criteria: Sequence[Criterion],
    scores: Mapping[str, Sequence[Mapping[str, int]]],
    *,
    places: int,
    least: Decimal,
) -> tuple[Ranked, ...]:
    """All applications by the mean of their scorers, best first.

    The best ``places`` of at least ``least`` points are chosen. Where the last place is shared by more than
    fit, none of those is: nobody is preferred by chance. Raises ``EarlyRoundRefused`` for one with fewer than
    two scorers.
    """
    means: dict[str, tuple[Decimal, bool]] = {}
    for application, given in scores.items():
        if len(given) < SCORERS:
            raise EarlyRoundRefused(
                reason=Bilingual(
                    f"{SCORERS}人以上が採点していない申請があります",
                    f"An application has fewer than {SCORERS} scorers",
                )
            )
        points = [points_of(criteria, one) for one in given]
        mean = (sum(points, Decimal(0)) / len(points)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        means[application] = mean, max(points) - min(points) > APART
    ordered = sorted(means, key=lambda one: (-means[one][0], one))
    ranked: list[Ranked] = []
    for application in ordered:
        mean, apart = means[application]
        place = sum(other > mean for other, _ in means.values()) + 1
        sharing = sum(other == mean for other, _ in means.values())
        chosen = place + sharing - 1 <= places and mean >= least
        ranked.append(Ranked(application, mean, place, apart, chosen))
    return tuple(ranked)

"""What laws say of each other: a duty in an Act and what spells it out lift each other (委任による引き上げ).

A survey looks at one law by itself. What other laws need of it is little, its :class:`Outline`; the outlines
of all laws together tell how much each candidate is lifted by others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hashira.regulations.domain.detection.occurrence import paragraph_path
from hashira.regulations.domain.law.citation import cite
from hashira.regulations.domain.law.law import LawFacts, Rank, citation_at
from hashira.regulations.domain.law.law_family import family_of
from hashira.regulations.domain.reference.law_index import plain_number, title_at_the_end

LIFT = 0.9
"""The most that another provision lifts this one by, in log odds. Set by hand, not trained."""
DELEGATION = "参照.委任"
BASIS = "参照.根拠"
_KNOWN_BY_TITLE = (Rank.ACT, Rank.CABINET_ORDER)

Lifts = Mapping[tuple[str, str, str], tuple[str, str, float]]
"""By law, path and category: the rule, the words and the weight of the reason."""


class Resting(NamedTuple):
    """A candidate that refers to other laws."""

    path: str
    amendment: str
    category: str
    log_odds: float
    basis: tuple[tuple[str, str], ...]
    """``法``, ``令`` or the number of the law, and a path."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What other laws need of the survey of one."""

    facts: LawFacts
    units: int
    strongest: Mapping[tuple[str, str], tuple[float, str]]
    """Of each paragraph and category the strongest candidate: its log odds and its path."""
    resting: tuple[Resting, ...]


def lifts(outlines: Sequence[Outline]) -> Lifts:
    """What provisions of the same family of laws say of each other."""
    laws = {o.facts.title: o for o in outlines if o.facts.rank in _KNOWN_BY_TITLE}
    numbered = {number: o for o in outlines if (number := plain_number(o.facts.number))}
    best: dict[str, dict[tuple[str, str], tuple[float, str]]] = defaultdict(dict)
    for outline in outlines:
        mine = best[outline.facts.law_id]
        for key, (odds, path) in outline.strongest.items():
            if key not in mine or odds > mine[key][0]:
                mine[key] = (odds, path)
    found: dict[tuple[str, str, str], tuple[str, str, float]] = {}

    def lift(key: tuple[str, str, str], rule: str, words: str, odds: float) -> None:
        weight = LIFT * max(0.0, min(1.0, odds / 3))
        if weight > 0.05 and (key not in found or found[key][2] < weight):
            found[key] = (rule, words, weight)

    for outline in outlines:
        facts = outline.facts
        family = family_of(facts.title)
        for resting in outline.resting:
            for law, path in resting.basis:
                above = (
                    laws.get(_title_of(law, family))
                    or numbered.get(plain_number(law))
                    or laws.get(title_at_the_end(law, laws))
                )
                if above is None or above is outline:
                    continue
                for target in (path, f"{path}-Pr_1") if "-Pr_" not in path else (paragraph_path(path),):
                    met = best[above.facts.law_id].get((target, resting.category))
                    if met is None:
                        continue
                    odds, lifting = met
                    lift(
                        (facts.law_id, resting.path, resting.category),
                        BASIS,
                        cite(above.facts.title, target),
                        odds,
                    )
                    lift(
                        (above.facts.law_id, lifting, resting.category),
                        DELEGATION,
                        citation_at(facts.title, facts.rank, resting.path, resting.amendment),
                        resting.log_odds,
                    )
    return found


def names_of(facts: LawFacts) -> frozenset[str]:
    """What other laws know this one by: its number, and its title if it is an Act or a 政令."""
    number = plain_number(facts.number)
    title = facts.title if facts.rank in _KNOWN_BY_TITLE else ""
    return frozenset(name for name in (title, number) if name)


def named_by(outline: Outline) -> frozenset[str]:
    """The names of the laws that the candidates of a law rest on: it lifts them, and they lift it."""
    family = family_of(outline.facts.title)
    return frozenset(
        name
        for resting in outline.resting
        for law, _path in resting.basis
        for name in (_title_of(law, family), plain_number(law))
        if name
    )


def _title_of(law: str, family: str) -> str:
    """The title of what an order calls 法 or 令; empty for a law that is known by its number."""
    return {"法": family, "令": f"{family}施行令"}.get(law, "")

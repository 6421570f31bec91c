"""From the text of laws to findings, best first (洗い出し).

It goes in two steps. :class:`Surveyor` looks at one law by itself, so that many can be looked at side by
side, and answers with a :class:`Survey`: its candidates, and what they refer to. :func:`findings` puts the
surveys together: a duty in an Act is often spelled out in its 施行規則 (委任), or applied elsewhere
(準用), so what is sure in one place lifts what it rests on and what rests on it. Then provisions of the
same wording become families.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hashira.regulations.domain.detection.application import Application, applications
from hashira.regulations.domain.detection.family import family_id
from hashira.regulations.domain.detection.finding import Finding, Reason, reason
from hashira.regulations.domain.detection.kind import kind_of
from hashira.regulations.domain.detection.lifting import LIFT, Lifts, Outline, Resting, lifts
from hashira.regulations.domain.detection.model import Model, prior_model, score, trained_model
from hashira.regulations.domain.detection.occurrence import (
    Finder,
    Occurrence,
    Reading,
    paragraph_path,
    sentence_span,
)
from hashira.regulations.domain.detection.rule import RuleSet
from hashira.regulations.domain.law.law import LawFacts, LawText, Rank, citation_of
from hashira.regulations.domain.law.law_family import family_of
from hashira.regulations.domain.law.schema import UnitKind
from hashira.regulations.domain.law.units import Unit
from hashira.regulations.domain.ministry import ministry_of
from hashira.regulations.domain.reference import LawIndex, Recogniser
from hashira.regulations.domain.reference.law_index import TitlesAhead
from hashira.regulations.domain.reference.recogniser import UNKNOWN

FLOOR = 0.02
"""What scores less is not kept; ``below-cut`` estimates how many true ones that loses."""
EXCERPT = 200
_APPLIED = 1.6
"""How much less sure a provision is than the one that it applies (準用) without naming the act. By hand."""
APPLICATION = "参照.準用"

_BASIS = {"法": "法", "令": "令"}
"""What an order calls the Act and the order above it before it says so: known by their titles later."""
_OTHER_LAW = re.compile("[法令則）)例程]第[〇一二三四五六七八九十百千0-9０-９]+条")
_NO_INDEX = LawIndex.of(())
"""One law is looked at by itself: other laws are known by their numbers only."""
_TITLES_AHEAD = TitlesAhead({}, {}, frozenset())


class Candidate(NamedTuple):
    """One category in one unit, before other provisions were looked at."""

    unit: Unit
    category: str
    log_odds: float
    reasons: tuple[Reason, ...]
    type: str
    phase: str
    excerpt: str
    family: str
    basis: tuple[tuple[str, str], ...]
    """What it refers to in other laws: ``法``, ``令`` or the number of the law, and a path."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What one law holds."""

    facts: LawFacts
    units: int
    candidates: tuple[Candidate, ...]
    applications: tuple[Application, ...]

    def outline(self) -> Outline:
        """What other laws need of it."""
        strongest: dict[tuple[str, str], tuple[float, str]] = {}
        for candidate in self.candidates:
            key = (paragraph_path(candidate.unit.path), candidate.category)
            if key not in strongest or candidate.log_odds > strongest[key][0]:
                strongest[key] = (candidate.log_odds, candidate.unit.path)
        resting = tuple(
            Resting(c.unit.path, c.unit.amendment, c.category, c.log_odds, c.basis)
            for c in self.candidates
            if c.basis
        )
        return Outline(self.facts, self.units, strongest, resting)


class _Scored(NamedTuple):
    """An occurrence with its log odds, and the strings around it that the model knows."""

    log_odds: float
    occurrence: Occurrence
    strings: set[str]


class Surveyor:
    """Looks at one law after the other with one rule set and its model."""

    def __init__(
        self,
        rules: RuleSet,
        model: Model | None = None,
        engine: str = "",
        floor: float = FLOOR,
        *,
        titles: bool = False,
    ) -> None:
        """With ``titles`` provisions also rest on laws called by their titles alone (地方税法第五条)."""
        self.index = _TITLES_AHEAD if titles else _NO_INDEX
        self.rules = rules
        self.floor = floor
        self.model = model or _model_for(rules)
        self.finder = Finder(rules, engine)

    def survey(self, law: LawText) -> Survey:
        """The candidates of one law, in the order of the text."""
        best: dict[tuple[int, str], _Scored] = {}
        reading = Reading(self.finder, law)
        for occurrence in reading.occurrences():
            category = self.rules.triggers[occurrence.trigger].category
            odds, met = self.model.weighed(self.rules, occurrence)
            key = (occurrence.unit, category)
            if score(odds + LIFT) >= self.floor and (key not in best or odds > best[key].log_odds):
                best[key] = _Scored(odds, occurrence, met)
        references = Recogniser(law.units, self.index, basis=_BASIS, numbered=reading.noted["号。以下"])
        candidates = tuple(
            self._candidate(law, category, best[unit, category], reading, references)
            for unit, category in sorted(best)
        )
        # Only a provision that is likely one lets another, which applies it, be one.
        likely = [candidate.unit for candidate in candidates if candidate.log_odds >= 0]
        applying = tuple(applications(reading.noted["準用する"], references, likely)) if likely else ()
        return Survey(law.facts, len(law.units), candidates, applying)

    def _candidate(
        self,
        law: LawText,
        category: str,
        scored: _Scored,
        reading: Reading,
        references: Recogniser,
    ) -> Candidate:
        odds, occurrence, met = scored
        unit = law.units[occurrence.unit]
        text = unit.text
        first, last = sentence_span(text, occurrence.start, occurrence.end, self.rules.sentence_end)
        sentence = text[first:last]
        start = occurrence.start - first
        if unit.kind is not UnitKind.PARAGRAPH:  # an item says what, the sentence above it who and how
            above = reading.text_above(occurrence.unit)
            sentence, start = above + sentence, start + len(above)
        kind = kind_of(category, sentence, start, start + occurrence.end - occurrence.start)
        words = text[occurrence.start : occurrence.end]
        reasons = self.model.reasons(self.rules, occurrence, words, met)
        kinds = [
            reason(f"類型.{kind.type}", kind.type_words, 0.0),
            reason(f"Phase.{kind.phase}", kind.phase_words, 0.0),
        ]
        return Candidate(
            unit,
            category,
            odds,
            (*reasons, *(one for one in kinds if one.words)),
            kind.type,
            kind.phase,
            _excerpt(text, occurrence),
            family_id(text),
            _basis(occurrence.unit, references) if law.facts.rank is not Rank.ACT else (),
        )


def _model_for(rules: RuleSet) -> Model:
    try:
        return trained_model(rules.id)
    except FileNotFoundError:
        return prior_model(rules)


def _excerpt(text: str, occurrence: Occurrence) -> str:
    room = EXCERPT - (occurrence.end - occurrence.start)
    start = max(0, min(occurrence.start - room // 2, len(text) - EXCERPT))
    return text[start : start + EXCERPT].replace("\n", " ")


def _basis(place: int, references: Recogniser) -> tuple[tuple[str, str], ...]:
    """What other laws the unit refers to."""
    if not _OTHER_LAW.search(references.units[place].text):
        return ()
    return tuple(
        (reference.law, target)
        for reference in references.references(place)
        if reference.law and reference.law != UNKNOWN
        for target in reference.targets
    )


def findings(
    surveys: Iterable[Survey],
    *,
    floor: float = FLOOR,
    ministries: Mapping[str, str] | None = None,
    only: Container[str] | None = None,
    in_charge: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Every finding of the surveyed laws, best first; equal scores in the order of law and text.

    ``ministries`` gives the ministry (所管) for a law's number where the number does not tell; an Act without
    an entry takes that of its 施行規則, if that is among the surveyed. With ``only`` the findings of these
    laws (by id) alone are answered, the others lift them as ever; ``in_charge`` then says the ministry of
    each law.
    """
    every = list(surveys)
    known = ministries_of((s.facts for s in every), ministries or {}) if in_charge is None else in_charge
    lifted = lifts([survey.outline() for survey in every])
    found: list[tuple[float, int, Finding]] = []
    for survey in every:
        law_id = survey.facts.law_id
        if only is None or law_id in only:
            for probability, finding in findings_of(survey, lifted, known.get(law_id, ""), floor):
                found.append((probability, len(found), finding))
    found.sort(key=lambda entry: (-entry[0], entry[1]))
    return [finding for _probability, _place, finding in found]


def findings_of(
    survey: Survey, lifted: Lifts, ministry: str, floor: float
) -> Iterator[tuple[float, Finding]]:
    """The findings of one law and how likely each is, in the order of the text."""
    facts = survey.facts
    revision_id = facts.revision.revision_id
    for candidate in (*_lifted(survey, lifted), *_applied(survey)):
        probability = score(candidate.log_odds)
        if probability >= floor:
            yield probability, _finding(facts, revision_id, candidate, probability, ministry)


def ministries_of(laws: Iterable[LawFacts], given: Mapping[str, str]) -> dict[str, str]:
    """The ministry (所管) of every law by its id; empty where nothing tells."""
    known: dict[str, str] = {}
    by_family: dict[str, str] = {}
    unknown: list[LawFacts] = []
    for facts in laws:
        ministry = given.get(facts.number) or ministry_of(facts.number)
        known[facts.law_id] = ministry
        if not ministry:
            unknown.append(facts)
        elif facts.title.endswith("施行規則"):
            by_family[family_of(facts.title)] = ministry
    for facts in unknown:
        known[facts.law_id] = by_family.get(family_of(facts.title), "")
    return known


def _lifted(survey: Survey, lifted: Lifts) -> Iterator[Candidate]:
    for candidate in survey.candidates:
        key = (survey.facts.law_id, candidate.unit.path, candidate.category)
        if key not in lifted:
            yield candidate
            continue
        rule, words, weight = lifted[key]
        yield candidate._replace(
            log_odds=candidate.log_odds + weight,
            reasons=(*candidate.reasons, Reason(rule, words, weight)),
        )


def _applied(survey: Survey) -> Iterable[Candidate]:
    """Candidates of paragraphs that apply a provision by its number and do not name the act themselves."""
    if not survey.applications:
        return
    named = {(paragraph_path(c.unit.path), c.category) for c in survey.candidates}
    by_article: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in survey.candidates:
        paragraph = paragraph_path(candidate.unit.path)
        by_article[paragraph].append(candidate)
        by_article[paragraph.partition("-Pr_")[0]].append(candidate)
    for application in survey.applications:
        strongest: dict[str, Candidate] = {}
        for target in application.targets:
            for candidate in by_article.get(target, ()):
                known = strongest.get(candidate.category)
                if known is None or candidate.log_odds > known.log_odds:
                    strongest[candidate.category] = candidate
        for category, source in strongest.items():
            if (application.unit.path, category) in named or source.log_odds < 0:
                continue
            words = citation_of(survey.facts.title, survey.facts.rank, source.unit)
            odds = min(source.log_odds, 2.5) - _APPLIED
            yield source._replace(
                unit=application.unit,
                log_odds=odds,
                reasons=(Reason(APPLICATION, words, odds),),
                excerpt=application.unit.text[:EXCERPT],
                family=family_id(application.unit.text),
            )


def _finding(
    facts: LawFacts, revision_id: str, candidate: Candidate, probability: float, ministry: str
) -> Finding:
    unit = candidate.unit
    return Finding(
        law_id=facts.law_id,
        law_title=facts.title,
        law_num=facts.number,
        citation=citation_of(facts.title, facts.rank, unit),
        ministry=ministry,
        part=unit.part.value,
        path=unit.path,
        article=unit.article,
        paragraph=unit.paragraph,
        item=unit.item,
        subitem="-".join(unit.subitems),
        revision_id=revision_id,
        enforced_at=facts.revision.enforced_at,
        family_id=candidate.family,
        category=candidate.category,
        type=candidate.type,
        phase=candidate.phase,
        score=round(probability, 4),
        reasons=candidate.reasons,
        excerpt=candidate.excerpt,
    )

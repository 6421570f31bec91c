"""Assessments as assessors see them, and the verdict that follows (評価の閲覧と判定)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from hashira.cloud.domain.selection.judgement import Compared, Finding, Judgement, compare
from hashira.cloud.domain.selection.verdict import Verdict, decide
from hashira.cloud.selectors.catalogues import load_catalogue, rules_of
from hashira.cloud.selectors.proposals import (
    AnswerLine,
    answer_lines,
    find_proposal,
    registration_of,
    requirements_of,
)
from hashira.cloud.store.models import (
    Assessment,
    ItemJudgement,
    ItemSettlement,
    Proposal,
    SelectionDecision,
)
from hashira.core.accounts.selectors import display_names
from hashira.kernel.canonical_json import JSON, canonical_json

PLACES = (1, 2)


@dataclass(frozen=True, slots=True)
class AssessorLine:
    """One of the two assessors."""

    place: int
    assessor: str
    name: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A requirement with its answer and what one assessor finds of it so far."""

    answer: AnswerLine
    judgement: Judgement | None


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """A requirement with both judgements side by side."""

    answer: AnswerLine
    compared: Compared


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A verdict that was put forward."""

    outcome: str
    until: date | None
    proposed_by: str
    proposed_by_name: str
    proposed_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Computed:
    """The verdict with what it is published as, and the digest of all that it follows from."""

    verdict: Verdict
    findings: tuple[dict[str, JSON], ...]
    digest: str


def assessors_of(proposal_id: UUID) -> tuple[AssessorLine, ...]:
    """Those who assess it, in their places."""
    rows = list(Assessment.objects.filter(proposal_id=proposal_id))
    names = display_names({row.assessor for row in rows})
    return tuple(
        AssessorLine(row.place, row.assessor, names.get(row.assessor, ""), row.finished_at) for row in rows
    )


def both_finished(proposal_id: UUID) -> bool:
    """Whether two have finished: before that, neither sees what the other finds."""
    rows = assessors_of(proposal_id)
    return len(rows) == len(PLACES) and all(row.finished_at is not None for row in rows)


def own_lines(proposal_id: UUID, assessor: str) -> tuple[JudgedLine, ...]:
    """Every requirement with the assessor's own judgement."""
    judged = _judgements(proposal_id).get(assessor, {})
    return tuple(JudgedLine(line, judged.get(line.requirement.id)) for line in answer_lines(proposal_id))


def compared_lines(proposal_id: UUID) -> tuple[ComparedLine, ...]:
    """Both judgements side by side; nothing until both have finished."""
    if not both_finished(proposal_id):
        return ()
    lines = answer_lines(proposal_id)
    compared = _compared(find_proposal(proposal_id), [line.requirement.id for line in lines])
    return tuple(ComparedLine(line, one) for line, one in zip(lines, compared, strict=True))


def decision_view(proposal_id: UUID) -> DecisionView | None:
    """The verdict that was put forward or confirmed."""
    row = SelectionDecision.objects.filter(proposal_id=proposal_id).first()
    if row is None:
        return None
    name = display_names({row.proposed_by}).get(row.proposed_by, "")
    return DecisionView(row.outcome, row.until, row.proposed_by, name, row.proposed_at, row.confirmed_at)


def computed_verdict(proposal_id: UUID, day: date) -> Computed:
    """What follows from the judgements and the rules on that day; raises ``NotAllJudged``."""
    row = find_proposal(proposal_id)
    requirements = requirements_of(row)
    ids = [one.id for one in requirements.values()]
    settled: dict[str, Judgement] = {}
    if both_finished(proposal_id):
        for one in _compared(row, ids):
            if one.settled is not None:
                settled[one.requirement] = one.settled
    registration, rules = registration_of(row), rules_of(row.round)
    verdict = decide(list(requirements.values()), settled, rules, registration, day=day)
    findings: tuple[dict[str, JSON], ...] = tuple(_published(id, settled[id]) for id in ids)
    submission = row.submissions.last()
    document: JSON = {
        "catalogue": load_catalogue(row.round.catalogue).digest,
        "submission": submission.digest if submission else "",
        "rules": [rules.latest_condition_on.isoformat(), rules.ismap.value],
        "ismap": registration.expires_on.isoformat() if registration else None,
        "findings": list(findings),
        "outcome": verdict.outcome.value,
        "until": verdict.until.isoformat() if verdict.until else None,
        "reasons": [reason.document() for reason in verdict.reasons],
    }
    return Computed(verdict, findings, sha256(canonical_json(document)).hexdigest())


def _published(id: str, judged: Judgement) -> dict[str, JSON]:
    return {
        "requirement": id,
        "finding": judged.finding.value,
        "planned_on": judged.planned_on.isoformat() if judged.planned_on else None,
        "reason": judged.reason,
    }


def _compared(row: Proposal, ids: list[str]) -> tuple[Compared, ...]:
    by_assessor = _judgements(row.pk)
    first, second = (by_assessor.get(one.assessor, {}) for one in assessors_of(row.pk))
    revisions = {answer.item_id: answer.revision for answer in row.answers.all()}
    settlements = {
        one.item.identifier: _value(one)
        for one in ItemSettlement.objects.filter(proposal=row).select_related("item")
        if one.revision == revisions.get(one.item_id)
    }
    return compare(ids, first, second, settlements)


def _judgements(proposal_id: UUID) -> Mapping[str, Mapping[str, Judgement]]:
    """By assessor and requirement what counts for the present revision of each answer."""
    revisions = dict(find_proposal(proposal_id).answers.values_list("item_id", "revision"))
    found: dict[str, dict[str, Judgement]] = {}
    rows = ItemJudgement.objects.filter(assessment__proposal_id=proposal_id)
    for one in rows.select_related("assessment", "item"):
        if one.revision == revisions.get(one.item_id):
            found.setdefault(one.assessment.assessor, {})[one.item.identifier] = _value(one)
    return found


def _value(row: ItemJudgement | ItemSettlement) -> Judgement:
    return Judgement(Finding(row.finding), row.reason, row.planned_on, row.evidence)

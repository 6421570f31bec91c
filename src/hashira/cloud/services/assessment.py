"""Two people judge each requirement by themselves; where they differ, it is resolved (評価)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from hashira.cloud.domain.selection.judgement import Finding, Judgement, JudgementRefused
from hashira.cloud.selectors.assessments import PLACES, compared_lines, own_lines
from hashira.cloud.selectors.proposals import ProposalNotFound, members_of, resource_of
from hashira.cloud.services.proposals import locked, tell
from hashira.cloud.store.models import (
    Assessment,
    ItemJudgement,
    ItemSettlement,
    Proposal,
    ProposalAnswer,
    RequirementItem,
)
from hashira.core import access
from hashira.core.access import Principal
from hashira.core.accounts.models import RoleAssignment
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_STATE = Proposal.State


class AssessmentRefused(HashiraError):
    """Details: ``reason``."""

    code = "CLD-130"
    what = Bilingual("評価できません", "It cannot be assessed")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("提案のいまの状態を確かめてください", "Look at how the proposal stands now")
    status = 409


class OwnBody(HashiraError):
    """The account has, or once had, a role in a body that proposes."""

    code = "CLD-131"
    what = Bilingual("この提案は評価できません", "You cannot assess this proposal")
    why = Bilingual(
        "あなたは、提案した事業者に役割があるか、以前にありました",
        "You have, or once had, a role in a body that proposes it",
    )
    remedy = Bilingual("ほかの評価者に頼んでください", "Ask another assessor")
    status = 403


@service(action="cloud:AssessProposal")
def begin_assessment(*, actor: Principal, proposal_id: UUID, at: datetime) -> int:
    """Takes one of the two places.

    Taking it again gives the same. Raises ``AssessmentRefused``, ``OwnBody``.
    """
    row = locked(proposal_id)
    as_outsider(actor, "cloud:AssessProposal", row)
    mine = row.assessments.filter(assessor=actor.id).first()
    if mine is None:
        _in_state(row, _STATE.SUBMITTED, _STATE.RETURNED)
        taken = set(row.assessments.values_list("place", flat=True))
        free = [place for place in PLACES if place not in taken]
        if not free:
            raise AssessmentRefused(
                reason=Bilingual("もう二人が評価しています", "Two people are assessing it already")
            )
        mine = Assessment.objects.create(proposal=row, place=free[0], assessor=actor.id, begun_at=at)
    tell(actor, "cloud:AssessProposal", row, {"act": "begun", "place": mine.place})
    return mine.place


@service(action="cloud:AssessProposal")
def judge_requirement(
    *, actor: Principal, proposal_id: UUID, key: int, judgement: Judgement, at: datetime
) -> None:
    """Saves what the assessor finds; until the assessment is finished it can be changed.

    Raises ``JudgementRefused`` or ``AssessmentRefused``.
    """
    row = locked(proposal_id)
    as_outsider(actor, "cloud:AssessProposal", row)
    mine = _own(row, actor)
    judgement.check(today=today_in_japan(FixedClock(at)), latest=row.round.latest_condition_on)
    item = _judge(row, mine, key, judgement, at)
    tell(
        actor,
        "cloud:AssessProposal",
        row,
        {"act": "judged", "requirement": item.identifier, "finding": judgement.finding},
    )


@service(action="cloud:AssessProposal")
def judge_met(*, actor: Principal, proposal_id: UUID, keys: Sequence[int], at: datetime) -> int:
    """Finds several requirements met at once; how many."""
    row = locked(proposal_id)
    as_outsider(actor, "cloud:AssessProposal", row)
    mine = _own(row, actor)
    if not keys:
        raise AssessmentRefused(reason=Bilingual("要件が選ばれていません", "No requirement was chosen"))
    for key in dict.fromkeys(keys):
        _judge(row, mine, key, Judgement(Finding.MET), at)
    tell(actor, "cloud:AssessProposal", row, {"act": "judged met", "count": len(set(keys))})
    return len(set(keys))


@service(action="cloud:AssessProposal")
def finish_assessment(*, actor: Principal, proposal_id: UUID, at: datetime) -> None:
    """Ends one's own assessment; when both have, each sees the other's. Raises ``AssessmentRefused``."""
    row = locked(proposal_id)
    as_outsider(actor, "cloud:AssessProposal", row)
    mine = _own(row, actor)
    _in_state(row, _STATE.SUBMITTED)
    open_ = [
        line.answer.requirement.id for line in own_lines(proposal_id, actor.id) if line.judgement is None
    ]
    if open_:
        raise AssessmentRefused(
            reason=Bilingual(
                f"評価していない要件が{len(open_)}件あります（はじめは{open_[0]}）",
                f"{len(open_)} requirements are not judged yet (the first: {open_[0]})",
            )
        )
    mine.finished_at = at
    mine.save(update_fields=["finished_at"])
    tell(actor, "cloud:AssessProposal", row, {"act": "finished", "place": mine.place})


@service(action="cloud:SettleProposal")
def settle_difference(
    *, actor: Principal, proposal_id: UUID, key: int, judgement: Judgement, at: datetime
) -> None:
    """Resolves a difference between the two, with a reason that the public reads.

    Raises ``AssessmentRefused`` where there is none, ``JudgementRefused``.
    """
    row = locked(proposal_id)
    as_outsider(actor, "cloud:SettleProposal", row)
    _undecided(row)
    if not judgement.reason.strip():
        raise JudgementRefused(
            field="reason",
            reason=Bilingual("どう決めたかの理由を書いてください", "Give the reason for what counts"),
        )
    judgement.check(today=today_in_japan(FixedClock(at)), latest=row.round.latest_condition_on)
    found = next((one for one in compared_lines(proposal_id) if one.answer.requirement.key == key), None)
    if found is None or not found.compared.differs:
        raise AssessmentRefused(reason=Bilingual("この要件に差はありません", "The two do not differ on it"))
    ItemSettlement.objects.update_or_create(
        proposal=row,
        item_id=key,
        revision=found.answer.revision,
        defaults={
            "finding": judgement.finding.value,
            "reason": judgement.reason,
            "planned_on": judgement.planned_on,
            "evidence": judgement.evidence,
            "settled_at": at,
            "settled_by": actor.id,
        },
    )
    facts: dict[str, str | int | bool | None] = {
        "requirement": found.answer.requirement.id,
        "finding": judgement.finding.value,
    }
    tell(actor, "cloud:SettleProposal", row, facts)


@service(action="cloud:ReturnProposal")
def return_requirements(
    *, actor: Principal, proposal_id: UUID, keys: Sequence[int], reason: str, at: datetime
) -> None:
    """Sends answers back to be corrected, with a reason; only these can be edited then.

    Both assessments go on: what is corrected is judged anew. Raises ``AssessmentRefused``.
    """
    row = locked(proposal_id)
    as_outsider(actor, "cloud:ReturnProposal", row)
    _in_state(row, _STATE.SUBMITTED, _STATE.RETURNED)
    _undecided(row)
    if not reason.strip() or len(reason) > 2000:
        raise AssessmentRefused(
            reason=Bilingual(
                "差し戻す理由を2,000文字以内で書いてください", "Give the reason, in up to 2,000 characters"
            )
        )
    answers = list(ProposalAnswer.objects.filter(proposal=row, item_id__in=set(keys)).select_related("item"))
    if not answers or len(answers) != len(set(keys)):
        raise AssessmentRefused(reason=Bilingual("差し戻す要件を選んでください", "Choose what is returned"))
    for answer in answers:
        answer.returned_reason, answer.returned_by = reason.strip(), actor.id
        answer.save(update_fields=["returned_reason", "returned_by"])
    row.assessments.update(finished_at=None)
    row.state = _STATE.RETURNED
    row.save(update_fields=["state"])
    tell(
        actor,
        "cloud:ReturnProposal",
        row,
        {"count": len(answers), "first": answers[0].item.identifier},
    )


def as_outsider(actor: Principal, action: str, row: Proposal) -> None:
    """Access, and that the account never had a role in a body that proposes; raises ``OwnBody``."""
    access.require(actor, action, resource_of(row, actor))
    if RoleAssignment.objects.filter(account_id=actor.id, organisation_id__in=members_of(row)).exists():
        raise OwnBody


def _in_state(row: Proposal, *states: str) -> None:
    if row.state not in states:
        raise AssessmentRefused(
            reason=Bilingual(
                "提出されていないか、もう決まっています", "It is not handed in, or decided already"
            )
        )


def _undecided(row: Proposal) -> None:
    if hasattr(row, "decision"):
        raise AssessmentRefused(
            reason=Bilingual(
                "判定が提案されています。先に取り下げてください",
                "A verdict is put forward: take it back first",
            )
        )


def _own(row: Proposal, actor: Principal) -> Assessment:
    mine = row.assessments.filter(assessor=actor.id).first()
    if mine is None:
        raise AssessmentRefused(
            reason=Bilingual("先に評価を引き受けてください", "Take up the assessment first")
        )
    if mine.finished_at is not None:
        raise AssessmentRefused(
            reason=Bilingual("あなたの評価は終わっています", "Your assessment is finished")
        )
    _undecided(row)
    return mine


def _judge(row: Proposal, mine: Assessment, key: int, judgement: Judgement, at: datetime) -> RequirementItem:
    answer = row.answers.select_related("item").filter(item_id=key).first()
    if answer is None:
        raise ProposalNotFound
    ItemJudgement.objects.update_or_create(
        assessment=mine,
        item_id=key,
        revision=answer.revision,
        defaults={
            "finding": judgement.finding.value,
            "reason": judgement.reason,
            "planned_on": judgement.planned_on,
            "evidence": judgement.evidence,
            "judged_at": at,
        },
    )
    return answer.item

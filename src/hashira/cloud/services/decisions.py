"""A verdict is put forward by one and confirmed by another; then it is published (判定の決定)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hashira.cloud.domain.selection.verdict import Outcome
from hashira.cloud.selectors.assessments import computed_verdict
from hashira.cloud.selectors.proposals import requirements_of, resource_of
from hashira.cloud.services.assessment import AssessmentRefused, as_outsider
from hashira.cloud.services.proposals import locked, tell
from hashira.cloud.store.models import (
    Proposal,
    SelectionCondition,
    SelectionDecision,
    StandingChange,
)
from hashira.core import access
from hashira.core.access import Principal
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_STATE = Proposal.State


class VerdictChanged(HashiraError):
    """What it follows from is not what it was when it was put forward."""

    code = "CLD-132"
    what = Bilingual("判定を確定しませんでした", "The verdict was not confirmed")
    why = Bilingual(
        "提案されてから、評価、期日、または登録が変わりました",
        "The judgements, a date or the registration have changed since it was put forward",
    )
    remedy = Bilingual("判定を取り下げ、もう一度提案してください", "Take it back and put it forward again")
    status = 409


class SecondPersonNeeded(HashiraError):
    """Whoever put it forward does not confirm it."""

    code = "CLD-133"
    what = Bilingual("確定できません", "You cannot confirm it")
    why = Bilingual("判定を提案した人と確定する人は、別の人です", "It was put forward by you")
    remedy = Bilingual(
        "ほかのクラウド運用者に確定を頼んでください", "Ask another cloud operator to confirm it"
    )
    status = 403


@service(action="cloud:ProposeVerdict")
def propose_verdict(*, actor: Principal, proposal_id: UUID, at: datetime) -> None:
    """Puts forward what is computed. Raises ``NotAllJudged``, ``AssessmentRefused``, ``OwnBody``."""
    row = locked(proposal_id)
    as_outsider(actor, "cloud:ProposeVerdict", row)
    if row.state != _STATE.SUBMITTED or hasattr(row, "decision"):
        raise AssessmentRefused(
            reason=Bilingual(
                "差し戻し中か、判定がもう提案されています",
                "It is returned, or a verdict is put forward already",
            )
        )
    computed = computed_verdict(proposal_id, today_in_japan(FixedClock(at)))
    verdict = computed.verdict
    SelectionDecision.objects.create(
        proposal=row,
        outcome=verdict.outcome.value,
        until=verdict.until,
        reasons=[reason.document() for reason in verdict.reasons],
        findings=list(computed.findings),
        counts={"mandatory": dict(verdict.mandatory), "optional": dict(verdict.optional)},
        digest=computed.digest,
        proposed_at=at,
        proposed_by=actor.id,
    )
    tell(actor, "cloud:ProposeVerdict", row, {"outcome": verdict.outcome, "digest": computed.digest})


@service(action="cloud:ProposeVerdict")
def take_back_verdict(*, actor: Principal, proposal_id: UUID) -> None:
    """Takes back what was put forward and not confirmed yet, so that the assessment can go on."""
    row = locked(proposal_id)
    as_outsider(actor, "cloud:ProposeVerdict", row)
    decision = SelectionDecision.objects.filter(proposal=row, confirmed_at=None).first()
    if decision is None:
        raise AssessmentRefused(
            reason=Bilingual("取り下げられる判定がありません", "There is no verdict to take back")
        )
    decision.delete()
    tell(actor, "cloud:ProposeVerdict", row, {"act": "taken back"})


@service(action="cloud:ConfirmVerdict")
def confirm_verdict(*, actor: Principal, proposal_id: UUID, at: datetime) -> None:
    """A second person confirms and publishes what, computed again, has come out the same.

    Raises ``SecondPersonNeeded``, ``VerdictChanged``, ``AssessmentRefused``, ``OwnBody``.
    """
    row = locked(proposal_id)
    decision = SelectionDecision.objects.select_for_update().filter(proposal=row).first()
    if decision is not None and decision.proposed_by == actor.id and _may_propose(actor, row):
        # Said in plain words; the policy forbids it as well, and so does the database.
        raise SecondPersonNeeded
    as_outsider(actor, "cloud:ConfirmVerdict", row)
    if decision is None or decision.confirmed_at is not None:
        raise AssessmentRefused(
            reason=Bilingual("確定を待つ判定がありません", "No verdict waits for a confirmation")
        )
    computed = computed_verdict(proposal_id, today_in_japan(FixedClock(at)))
    if computed.digest != decision.digest:
        raise VerdictChanged
    decision.confirmed_at, decision.confirmed_by = at, actor.id
    decision.save(update_fields=["confirmed_at", "confirmed_by"])
    keys = {one.id: key for key, one in requirements_of(row).items()}
    if computed.verdict.outcome is Outcome.CONDITIONAL:
        SelectionCondition.objects.bulk_create(
            SelectionCondition(decision=decision, item_id=keys[one.requirement], due_on=one.due_on)
            for one in computed.verdict.conditions
        )
    StandingChange.objects.create(decision=decision, standing=decision.outcome, at=at)
    row.state = _STATE.DECIDED
    row.save(update_fields=["state"])
    tell(actor, "cloud:ConfirmVerdict", row, {"outcome": decision.outcome, "digest": decision.digest})


def _may_propose(actor: Principal, row: Proposal) -> bool:
    return access.may(actor, "cloud:ProposeVerdict", resource_of(row, actor))

"""The months after a conditional selection: reported, judged, fulfilled or lapsed (条件付き選定の経過)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from hashira.cloud.domain.selection.standing import (
    ProgressJudgement,
    Standing,
    first_of_month,
    standing_of,
)
from hashira.cloud.domain.selection.verdict import Outcome
from hashira.cloud.selectors.proposals import ProposalNotFound, resource_of
from hashira.cloud.selectors.standings import conditions_of, latest_standing
from hashira.cloud.services.assessment import as_outsider
from hashira.cloud.services.catalogue import AREA
from hashira.cloud.services.proposals import locked, tell
from hashira.cloud.store.models import (
    ProgressReport,
    SelectionCondition,
    SelectionDecision,
    StandingChange,
)
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class ProgressRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-134"
    what = Bilingual("進捗を保存できません", "The progress cannot be saved")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("対象の月と内容を確かめてください", "Check the month and what you entered")
    status = 422


@service(action="cloud:ReportProgress")
def report_progress(
    *, actor: Principal, condition_id: UUID, month: date, percent: int, words: str, at: datetime
) -> UUID:
    """Reports a month of a condition; until it is judged it can be corrected. Raises ``ProgressRefused``."""
    condition = _condition(condition_id)
    row = locked(condition.decision.proposal_id)
    access.require(actor, "cloud:ReportProgress", resource_of(row, actor))
    _still_conditional(condition, at)
    month = first_of_month(month)
    today = today_in_japan(FixedClock(at))
    decided = today_in_japan(FixedClock(condition.decision.confirmed_at))
    if not first_of_month(decided) <= month <= today:
        raise ProgressRefused(
            field="month",
            reason=Bilingual(
                "決定の月から今月までの月を選んでください",
                "Choose a month from that of the decision to this one",
            ),
        )
    if not 0 <= percent <= 100:
        raise ProgressRefused(
            field="percent", reason=Bilingual("進み具合は0から100です", "Progress is from 0 to 100")
        )
    if not 1 <= len(words.strip()) <= 2000:
        raise ProgressRefused(
            field="words",
            reason=Bilingual("内容を2,000文字以内で書いてください", "Write up to 2,000 characters"),
        )
    known = ProgressReport.objects.filter(condition=condition, month=month).first()
    if known is not None and known.judged_at is not None:
        raise ProgressRefused(
            field="month", reason=Bilingual("この月は評価が済んでいます", "This month has been judged")
        )
    made, _new = ProgressReport.objects.update_or_create(
        condition=condition,
        month=month,
        defaults={
            "percent": percent,
            "words": words.strip(),
            "reported_at": at,
            "reported_by": actor.id,
        },
    )
    facts: dict[str, str | int | bool | None] = {"month": month.isoformat(), "percent": percent}
    tell(actor, "cloud:ReportProgress", row, facts)
    return made.pk


@service(action="cloud:JudgeProgress")
def judge_progress(
    *, actor: Principal, report_id: UUID, judgement: ProgressJudgement, reason: str, at: datetime
) -> Standing:
    """An assessor judges a month; how the service stands then.

    When the last condition is met the service is selected. Raises ``ProgressRefused``, ``OwnBody``.
    """
    report = ProgressReport.objects.select_related("condition").filter(pk=report_id).first()
    if report is None:
        raise ProposalNotFound
    condition = _condition(report.condition_id)
    row = locked(condition.decision.proposal_id)
    as_outsider(actor, "cloud:JudgeProgress", row)
    _still_conditional(condition, at)
    report.refresh_from_db()
    if report.judged_at is not None:
        raise ProgressRefused(reason=Bilingual("この月は評価が済んでいます", "This month has been judged"))
    if not 1 <= len(reason.strip()) <= 2000:
        raise ProgressRefused(
            field="reason",
            reason=Bilingual("理由を書いてください。公開されます", "Give the reason; it is public"),
        )
    report.judgement, report.judgement_reason = judgement.value, reason.strip()
    report.judged_at, report.judged_by = at, actor.id
    report.save()
    if judgement is ProgressJudgement.MET and condition.met_on is None:
        condition.met_on = today_in_japan(FixedClock(at))
        condition.save(update_fields=["met_on"])
    standing = _review(condition.decision, at, by_clock=False)
    facts: dict[str, str | int | bool | None] = {
        "month": report.month.isoformat(),
        "judgement": judgement.value,
        "standing": standing.value,
    }
    tell(actor, "cloud:JudgeProgress", row, facts)
    return standing


@service(action="cloud:ReviewStandings")
def review_standings(*, actor: Principal, at: datetime) -> int:
    """Lets lapse what has not been met by its date; how many services. By the clock, with audit."""
    access.require(actor, "cloud:ReviewStandings", AREA)
    changed = 0
    due = SelectionDecision.objects.select_for_update().filter(
        outcome=Outcome.CONDITIONAL.value,
        confirmed_at__isnull=False,
        until__lt=today_in_japan(FixedClock(at)),
    )
    for decision in due:
        before = latest_standing(decision.pk)
        if before is Standing.CONDITIONAL and _review(decision, at, by_clock=True) is not before:
            changed += 1
            audit.record(
                actor=actor,
                action="cloud:ReviewStandings",
                subjects=[Subject("proposal", str(decision.proposal_id))],
                facts={"from": before.value, "to": latest_standing(decision.pk).value},
            )
    audit.record(actor=actor, action="cloud:ReviewStandings", facts={"changed": changed})
    return changed


def standings_are_due(at: datetime) -> bool:
    """Whether a date has passed that decides something: so that nothing is told where nothing is to do."""
    due = SelectionDecision.objects.filter(
        outcome=Outcome.CONDITIONAL.value,
        confirmed_at__isnull=False,
        until__lt=today_in_japan(FixedClock(at)),
    )
    return any(latest_standing(key) is Standing.CONDITIONAL for key in due.values_list("pk", flat=True))


def _review(decision: SelectionDecision, at: datetime, *, by_clock: bool) -> Standing:
    """Writes how the service stands if that has changed."""
    now = standing_of(
        Outcome(decision.outcome),
        decision.until,
        conditions_of(decision.pk),
        day=today_in_japan(FixedClock(at)),
    )
    if now is not latest_standing(decision.pk):
        StandingChange.objects.create(decision=decision, standing=now.value, at=at, by_clock=by_clock)
    return now


def _condition(condition_id: UUID) -> SelectionCondition:
    found = SelectionCondition.objects.select_related("decision").filter(pk=condition_id).first()
    if found is None:
        raise ProposalNotFound
    return found


def _still_conditional(condition: SelectionCondition, at: datetime) -> None:
    """Also when the clock has not come round yet: after the date nothing is met any more."""
    decision = condition.decision
    today = today_in_japan(FixedClock(at))
    late = decision.until is not None and today > decision.until
    if late or latest_standing(decision.pk) is not Standing.CONDITIONAL:
        raise ProgressRefused(
            reason=Bilingual("条件の期間は終わっています", "The time of the conditions is over")
        )
    if condition.met_on is not None:
        raise ProgressRefused(
            reason=Bilingual("この要件はもう満たされています", "This requirement is met already")
        )

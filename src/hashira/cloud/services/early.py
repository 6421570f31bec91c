"""Choosing who migrates first: a call, applications, scores of several, a choice of two (先行事業)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from hashira.cloud.domain.selection.early_round import Criterion, EarlyRoundRefused, points_of
from hashira.cloud.selectors.early import (
    CallNotFound,
    application_resource,
    call_view,
    computed_result,
    criteria_of,
)
from hashira.cloud.services.assessment import OwnBody
from hashira.cloud.services.catalogue import AREA
from hashira.cloud.services.decisions import SecondPersonNeeded, VerdictChanged
from hashira.cloud.store.models import EarlyApplication, EarlyCall, EarlyScore
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.accounts.models import RoleAssignment
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.language import Bilingual

_STATE = EarlyApplication.State


@service(action="cloud:ManageEarlyCalls")
def open_call(
    *,
    actor: Principal,
    title: Bilingual,
    description: Bilingual,
    criteria: tuple[Criterion, ...],
    places: int,
    least_points: int,
    opens_on: date,
    closes_on: date,
    at: datetime,
) -> UUID:
    """Opens a call; its criteria do not change any more. Raises ``EarlyRoundRefused``."""
    access.require(actor, "cloud:ManageEarlyCalls", AREA)
    today = today_in_japan(FixedClock(at))
    for wrong, field, reason in (
        (not title.ja.strip(), "title", Bilingual("題名がありません", "The title is missing")),
        (closes_on < today, "closes_on", Bilingual("締切りが過ぎています", "It closes in the past")),
        (closes_on < opens_on, "closes_on", Bilingual("締切りが開始より前です", "It closes before it opens")),
        (places < 1, "places", Bilingual("採択の数は1以上です", "At least one is chosen")),
        (
            not 0 <= least_points <= 100,
            "least_points",
            Bilingual("最低の点は0から100です", "The least points are from 0 to 100"),
        ),
        (not criteria, "criteria", Bilingual("基準がありません", "The criteria are missing")),
    ):
        if wrong:
            raise EarlyRoundRefused(field=field, reason=reason)
    row = EarlyCall.objects.create(
        title=title.ja,
        title_en=title.en,
        description=description.ja,
        description_en=description.en,
        criteria=[{"id": c.id, "ja": c.title.ja, "en": c.title.en, "weight": c.weight} for c in criteria],
        places=places,
        least_points=least_points,
        opens_on=opens_on,
        closes_on=closes_on,
        opened_at=at,
        opened_by=actor.id,
    )
    _tell(actor, "cloud:ManageEarlyCalls", row, {"criteria": len(criteria), "places": places})
    return row.pk


@service(action="cloud:ApplyEarly")
def save_application(
    *,
    actor: Principal,
    call_id: UUID,
    organisation_id: UUID,
    systems: str,
    plan: str,
    cloud_service: str,
    submit: bool,
    at: datetime,
) -> UUID:
    """Saves the application of the own body as far as it is, and with ``submit`` hands it in.

    Raises ``EarlyRoundRefused`` outside the days of the call, for what is missing, or after handing in.
    """
    access.require(actor, "cloud:ApplyEarly", application_resource(organisation_id))
    call = _locked(call_id)
    today = today_in_japan(FixedClock(at))
    if not call.opens_on <= today <= call.closes_on:
        raise EarlyRoundRefused(
            reason=Bilingual(
                f"受付は{call.opens_on.isoformat()}から{call.closes_on.isoformat()}までです",
                f"Applications are taken from {call.opens_on.isoformat()} to {call.closes_on.isoformat()}",
            )
        )
    known = call.applications.filter(organisation_id=organisation_id).first()
    if known is not None and known.state == _STATE.SUBMITTED:
        raise EarlyRoundRefused(
            reason=Bilingual(
                "もう提出しています。先に取り下げてください", "It is handed in: withdraw it first"
            )
        )
    if max(len(systems), len(cloud_service) * 10) > 2000 or len(plan) > 8000:
        raise EarlyRoundRefused(field="plan", reason=Bilingual("長すぎます", "It is too long"))
    if submit:
        for value, field, reason in (
            (systems, "systems", Bilingual("移行するシステムがありません", "No system is named")),
            (plan, "plan", Bilingual("移行の計画がありません", "The plan is missing")),
        ):
            if not value.strip():
                raise EarlyRoundRefused(field=field, reason=reason)
    row, _made = EarlyApplication.objects.update_or_create(
        call=call,
        organisation_id=organisation_id,
        defaults={
            "systems": systems,
            "plan": plan,
            "service": cloud_service,
            "state": _STATE.SUBMITTED if submit else _STATE.DRAFT,
            "saved_at": at,
            "saved_by": actor.id,
            "submitted_at": at if submit else None,
        },
    )
    _tell(actor, "cloud:ApplyEarly", call, {"submitted": submit}, organisation=str(organisation_id))
    return row.pk


@service(action="cloud:ApplyEarly")
def withdraw_application(*, actor: Principal, application_id: UUID, at: datetime) -> None:
    """Takes an application back while the call is open; it can be corrected and handed in again."""
    row = EarlyApplication.objects.filter(pk=application_id).first()
    if row is None:
        raise CallNotFound
    access.require(actor, "cloud:ApplyEarly", application_resource(row.organisation_id, row.pk))
    call = _locked(row.call_id)
    if today_in_japan(FixedClock(at)) > call.closes_on:
        raise EarlyRoundRefused(reason=Bilingual("締切りが過ぎています", "The call is closed"))
    row.state, row.submitted_at = _STATE.DRAFT, None
    row.save(update_fields=["state", "submitted_at"])
    _tell(actor, "cloud:ApplyEarly", call, {"act": "withdrawn"}, organisation=str(row.organisation_id))


@service(action="cloud:ScoreEarly")
def score_application(
    *, actor: Principal, application_id: UUID, points: Mapping[str, int], reason: str, at: datetime
) -> None:
    """Scores an application once by each scorer, after the call has closed; not of a body of one's own.

    Raises ``EarlyRoundRefused``, ``OwnBody``.
    """
    row = EarlyApplication.objects.filter(pk=application_id).first()
    if row is None:
        raise CallNotFound
    access.require(actor, "cloud:ScoreEarly", application_resource(row.organisation_id, row.pk))
    _outsider(actor, (str(row.organisation_id),))
    call = _locked(row.call_id)
    if today_in_japan(FixedClock(at)) <= call.closes_on or row.state != _STATE.SUBMITTED:
        raise EarlyRoundRefused(
            reason=Bilingual("採点は締切りの後に、提出された応募に行います", "Only after the call has closed")
        )
    if call.proposed_at is not None:
        raise EarlyRoundRefused(
            reason=Bilingual("採択がもう提案されています", "A choice is put forward already")
        )
    if not 1 <= len(reason.strip()) <= 2000:
        raise EarlyRoundRefused(field="reason", reason=Bilingual("理由を書いてください", "Give the reason"))
    total = points_of(criteria_of(call), points)
    kept = {one.id: points[one.id] for one in criteria_of(call)}
    if row.scores.filter(scorer=actor.id).exists():
        raise EarlyRoundRefused(reason=Bilingual("もう採点しています", "You have scored it already"))
    EarlyScore.objects.create(
        application=row, scorer=actor.id, points=kept, reason=reason.strip(), scored_at=at
    )
    facts: dict[str, str | int | bool | None] = {"application": str(row.pk), "points": str(total)}
    _tell(actor, "cloud:ScoreEarly", call, facts)


@service(action="cloud:ProposeEarly")
def propose_choice(*, actor: Principal, call_id: UUID, at: datetime) -> None:
    """Puts the computed ranking forward. Raises ``EarlyRoundRefused`` before all are scored by two."""
    call = _locked(call_id)
    today = today_in_japan(FixedClock(at))
    view = call_view(call_id, today)
    access.require(actor, "cloud:ProposeEarly", view.resource)
    _outsider(actor, view.members)
    if today <= call.closes_on or call.proposed_at is not None:
        raise EarlyRoundRefused(
            reason=Bilingual(
                "締切りの前か、もう提案されています", "The call is open, or it is put forward already"
            )
        )
    if not view.applications:
        raise EarlyRoundRefused(reason=Bilingual("応募がありません", "There is no application"))
    call.result, call.digest = computed_result(call)
    call.proposed_at, call.proposed_by = at, actor.id
    call.save(update_fields=["result", "digest", "proposed_at", "proposed_by"])
    _tell(actor, "cloud:ProposeEarly", call, {"digest": call.digest})


@service(action="cloud:ConfirmEarly")
def confirm_choice(*, actor: Principal, call_id: UUID, at: datetime) -> None:
    """A second person confirms the choice, which is public then.

    Raises ``SecondPersonNeeded``, ``VerdictChanged``.
    """
    call = _locked(call_id)
    view = call_view(call_id, today_in_japan(FixedClock(at)))
    if call.proposed_by == actor.id and access.may(actor, "cloud:ProposeEarly", view.resource):
        raise SecondPersonNeeded
    access.require(actor, "cloud:ConfirmEarly", view.resource)
    _outsider(actor, view.members)
    if call.proposed_at is None or call.confirmed_at is not None:
        raise EarlyRoundRefused(reason=Bilingual("確定を待つ採択がありません", "No choice waits"))
    if computed_result(call)[1] != call.digest:
        raise VerdictChanged
    call.confirmed_at, call.confirmed_by = at, actor.id
    call.save(update_fields=["confirmed_at", "confirmed_by"])
    _tell(actor, "cloud:ConfirmEarly", call, {"digest": call.digest})


def _outsider(actor: Principal, members: tuple[str, ...]) -> None:
    if RoleAssignment.objects.filter(account_id=actor.id, organisation_id__in=members).exists():
        raise OwnBody


def _locked(call_id: UUID) -> EarlyCall:
    row = EarlyCall.objects.select_for_update().filter(pk=call_id).first()
    if row is None:
        raise CallNotFound
    return row


def _tell(
    actor: Principal,
    action: str,
    call: EarlyCall,
    facts: dict[str, str | int | bool | None],
    organisation: str | None = None,
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("call", str(call.pk))],
        organisation=organisation,
        facts=facts,
    )

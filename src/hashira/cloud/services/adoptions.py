"""Adopting an account that exists: proposed with its plan, decided on by another, released again (取込み).

The plan is rehearsed when it is proposed, and again before it is carried out: what would be done beyond what
was approved is not done.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.domain.adoption.plan import AdoptionPlan, plan_from_json, plan_to_json
from hashira.cloud.domain.adoption.port import surveyor_of
from hashira.cloud.domain.application.ranges import overlaps
from hashira.cloud.domain.engine import Engine
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.environment_state import OVER, EnvironmentState
from hashira.cloud.domain.order_record import order_from_json, order_to_json
from hashira.cloud.selectors.adoptions import AdoptionNotFound, adoption_resource, line_of
from hashira.cloud.selectors.application_facts import ranges_met
from hashira.cloud.selectors.baseline_versions import current_terms
from hashira.cloud.selectors.environments import EnvironmentNotFound, resource_of
from hashira.cloud.selectors.surveys import AccountView, surveyed_account
from hashira.cloud.services.environments import NotNow, OrderRefused, order_environment, set_going, tell
from hashira.cloud.services.step_taking import Pace, insist
from hashira.cloud.store.models import AdoptionProposal, Environment, EnvironmentStep, OrganisationSurvey
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_STATE = AdoptionProposal.State
_RELEASABLE = (EnvironmentState.READY, EnvironmentState.DEVIATING, EnvironmentState.PARKED)
MOST = 2_000
"""Characters of a reason."""
_PATIENCE_SECONDS = 20.0
"""For which somebody waits at a page for a plan."""


class AdoptionBlocked(HashiraError):
    """The account cannot be adopted as it is. Details: ``count``, ``first``, ``remedy``."""

    code = "CLD-603"
    what = Bilingual("このままでは取り込めません", "It cannot be adopted as it is")
    why = Bilingual(
        "妨げが{count}件あります。はじめは：{first}", "{count} things stand against it; the first: {first}"
    )
    remedy = Bilingual(
        "次のようにしてから、もう一度行ってください：{remedy}", "Do this, then try again: {remedy}"
    )
    status = 409


class AdoptionRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-606"
    what = Bilingual("取込みを受け付けられません", "The adoption was not taken")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("指摘を直してください", "Put it right")
    status = 422


class AdoptionElsewhere(HashiraError):
    """Details: ``state``."""

    code = "CLD-608"
    what = Bilingual("この提案には、いまこの操作はできません", "This cannot be done with the proposal now")
    why = Bilingual("状態は「{state}」です", "It is “{state}”")
    remedy = Bilingual(
        "画面を読み直して、いまの状態を確かめてください", "Load the page again to see how it stands"
    )
    status = 409


class BeyondThePlan(HashiraError):
    """Carrying it out would take more than was approved. Details: ``more``."""

    code = "CLD-609"
    what = Bilingual("承認された計画と違ってきました", "It is no longer as the approved plan has it")
    why = Bilingual("計画になかったことが要ります：{more}", "It would take what was not in the plan: {more}")
    remedy = Bilingual(
        "この環境の取込みを取り消し、計画を作り直して、もう一度承認を受けてください",
        "Release this environment, make the plan anew, and have it approved again",
    )
    status = 409


def plan_adoption(order: EnvironmentOrder) -> AdoptionPlan:
    """What adopting would do, rehearsed now. Raises ``NothingToSurvey`` and the errors of the engine."""
    surveyor = surveyor_of(engine_of(order.engine))
    pace = replace(Pace.of_settings(), patience=_PATIENCE_SECONDS)
    return insist(lambda: surveyor.plan(order), pace, lambda: None)


def propose_adoption(
    *, actor: Principal, survey_id: UUID, order: EnvironmentOrder, words: str, at: datetime
) -> UUID:
    """Rehearses the adoption and proposes it to a second person; the id of the proposal.

    The cloud is asked outside of any transaction. Raises ``SurveyNotFound``, ``AdoptionRefused``,
    ``AdoptionBlocked``, and the errors of the engine.
    """
    access.require(actor, "cloud:ProposeAdoption", adoption_resource(_organisation_of(order)))
    order = replace(order, baseline=current_terms())
    found = surveyed_account(survey_id, order.adopts)
    _check(found, order, words, at)
    plan = plan_adoption(order)
    if plan.obstacles:
        first = plan.obstacles[0]
        raise AdoptionBlocked(count=len(plan.obstacles), first=first.words, remedy=first.remedy)
    return keep_proposal(
        actor=actor, survey_id=survey_id, name=found.line.name, order=order, plan=plan, words=words, at=at
    )


@service(action="cloud:ProposeAdoption")
def keep_proposal(
    *,
    actor: Principal,
    survey_id: UUID,
    name: str,
    order: EnvironmentOrder,
    plan: AdoptionPlan,
    words: str,
    at: datetime,
) -> UUID:
    """Keeps a proposal with the plan that was rehearsed for it. Raises ``AdoptionRefused``."""
    organisation = _organisation_of(order)
    access.require(actor, "cloud:ProposeAdoption", adoption_resource(organisation))
    survey = OrganisationSurvey.objects.defer("document").get(pk=survey_id)
    row = AdoptionProposal(
        engine=order.engine,
        cloud=survey.cloud,
        account=order.adopts,
        account_name=name,
        organisation_id=organisation or None,
        body_name=order.body_name,
        system_name=order.system_name,
        order=order_to_json(order),
        plan=plan_to_json(plan),
        words=words.strip(),
        proposed_at=at,
        proposed_by=actor.id,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the constraint, which also holds for two who propose in the same moment
        raise _refused(
            "account",
            "このアカウントには、承認を待つ提案があります",
            "A proposal of it waits already",
        ) from None
    _tell(actor, "cloud:ProposeAdoption", row, {"account": order.adopts, "acts": len(plan.acts)})
    return row.pk


@service(action="cloud:DecideAdoption")
def approve_adoption(*, actor: Principal, adoption_id: UUID, at: datetime) -> UUID:
    """A second person approves the plan; its environment is ordered and adopted. The id of the environment.

    Raises ``AdoptionNotFound``, ``AdoptionElsewhere``, ``AdoptionRefused``.
    """
    row = _locked(actor, "cloud:DecideAdoption", adoption_id)
    if _held(row.engine, row.account):
        raise _refused(
            "account", "このアカウントは、もう環境になっています", "The account is an environment already"
        )
    environment_id = order_environment(
        actor=actor, order=order_from_json(row.order), application_id=None, at=at
    )
    row.state, row.decided_at, row.decided_by = _STATE.APPROVED, at, actor.id
    row.environment_id = environment_id
    row.save(update_fields=["state", "decided_at", "decided_by", "environment"])
    _tell(actor, "cloud:DecideAdoption", row, {"act": "approved", "environment": str(environment_id)})
    return environment_id


@service(action="cloud:DecideAdoption")
def refuse_adoption(*, actor: Principal, adoption_id: UUID, reason: str, at: datetime) -> None:
    """A second person refuses it, with a reason. Nothing was changed and nothing will be."""
    row = _locked(actor, "cloud:DecideAdoption", adoption_id)
    _end(row, actor, _STATE.REFUSED, reason, at)
    _tell(actor, "cloud:DecideAdoption", row, {"act": "refused"})


@service(action="cloud:WithdrawAdoption")
def withdraw_adoption(*, actor: Principal, adoption_id: UUID, reason: str, at: datetime) -> None:
    """Takes a proposal back before it was decided on."""
    row = _locked(actor, "cloud:WithdrawAdoption", adoption_id)
    _end(row, actor, _STATE.WITHDRAWN, reason, at)
    _tell(actor, "cloud:WithdrawAdoption", row, {"act": "withdrawn"})


@service(action="cloud:ReleaseEnvironment")
def release_environment(*, actor: Principal, environment_id: UUID, reason: str, at: datetime) -> None:
    """Undoes an adoption: the account goes back to where it lay, and is nobody's environment any more.

    It is never closed. Raises ``EnvironmentNotFound``, ``NotNow``, ``OrderRefused`` without a reason.
    """
    row = Environment.objects.select_for_update(no_key=True).filter(pk=environment_id).first()
    if row is None:
        raise EnvironmentNotFound
    access.require(
        actor,
        "cloud:ReleaseEnvironment",
        resource_of(str(row.pk), organisation=str(row.organisation_id or "")),
    )
    state = EnvironmentState(row.state)
    if state not in _RELEASABLE or not row.order.get("adopts"):
        raise NotNow(state=state.label)
    if not reason.strip():
        raise OrderRefused(field="reason", reason=Bilingual("理由がありません", "The reason is missing"))
    said = reason.strip()[:400]
    set_going(row, actor, EnvironmentState.REQUESTED, "cloud.give_up", at, "releasing", said)
    tell(actor, "cloud:ReleaseEnvironment", row, {"was": state.value})


def require_as_approved(environment_id: UUID, engine: Engine, order: EnvironmentOrder, pace: Pace) -> None:
    """Rehearses an adoption once more before it is carried out.

    Raises ``BeyondThePlan``, ``AdoptionBlocked``.

    One that was carried out before is not asked again: what is missing then is made, as everywhere. What
    stands against it is asked before the first step alone, since a step that was half done may look like it.
    """
    proposal = AdoptionProposal.objects.filter(environment_id=environment_id).first()
    if proposal is None or Environment.objects.filter(pk=environment_id, vended_at__isnull=False).exists():
        return
    surveyor = surveyor_of(engine)
    plan = insist(lambda: surveyor.plan(order), pace, lambda: None)
    begun = EnvironmentStep.objects.filter(environment_id=environment_id).exists()
    if plan.obstacles and not begun:
        first = plan.obstacles[0]
        raise AdoptionBlocked(count=len(plan.obstacles), first=first.words, remedy=first.remedy)
    more = plan.beyond(plan_from_json(proposal.plan))
    if more:
        raise BeyondThePlan(more=", ".join(more)[:400])


def _check(found: AccountView, order: EnvironmentOrder, words: str, at: datetime) -> None:
    if found.management:
        raise _refused(
            "account",
            "管理アカウントにはSCPが効かないので、取り込めません",
            "No SCP holds for the management account: it cannot be adopted",
        )
    if found.line.environment is not None or _held(order.engine, order.adopts):
        raise _refused(
            "account", "このアカウントは、もう環境になっています", "The account is an environment already"
        )
    if not order.roles:
        raise _refused("officer_email", "責任者を書いてください", "Name the responsible officer")
    asked = list(order.address_ranges)
    met = overlaps(asked, ranges_met(asked, UUID(order.key), today_in_japan(FixedClock(at))))
    if met:
        first = met[0]
        raise _refused(
            "address_ranges",
            f"{first.asked}は、{first.holder}の{first.other}と重なっています",
            f"{first.asked} overlaps {first.other} of {first.holder}",
        )
    if len(words) > MOST:
        raise _refused("words", f"{MOST}文字以内で書いてください", f"Write at most {MOST} characters")


def _held(engine: str, account: str) -> bool:
    """Whether the account is an environment of ours, or is about to become one."""
    rows = Environment.objects.filter(engine=engine).exclude(state__in=[one.value for one in OVER])
    return rows.filter(account=account).exists() or rows.filter(adoption__account=account).exists()


def _organisation_of(order: EnvironmentOrder) -> str:
    body = Organisation.objects.filter(code=order.body_code).values_list("pk", flat=True).first()
    return str(body or "")


def _locked(actor: Principal, action: str, adoption_id: UUID) -> AdoptionProposal:
    rows = AdoptionProposal.objects.select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=adoption_id).first()
    if row is None:
        raise AdoptionNotFound
    access.require(actor, action, line_of(row).resource)
    if row.state != _STATE.PROPOSED:
        raise AdoptionElsewhere(state=STATE_NAMES[row.state])
    return row


STATE_NAMES = {
    _STATE.PROPOSED.value: Bilingual("承認待ち", "Waiting for approval"),
    _STATE.APPROVED.value: Bilingual("承認済み", "Approved"),
    _STATE.REFUSED.value: Bilingual("却下", "Refused"),
    _STATE.WITHDRAWN.value: Bilingual("取下げ", "Withdrawn"),
}
"""How a proposal stands, in words."""


def _end(row: AdoptionProposal, actor: Principal, state: str, reason: str, at: datetime) -> None:
    if not reason.strip() or len(reason) > MOST:
        raise _refused("reason", "理由を書いてください", "Write the reason")
    row.state, row.decided_at, row.decided_by, row.decision = state, at, actor.id, reason.strip()
    row.save(update_fields=["state", "decided_at", "decided_by", "decision"])


def _refused(field: str, ja: str, en: str) -> AdoptionRefused:
    return AdoptionRefused(field=field, reason=Bilingual(ja, en))


def _tell(
    actor: Principal, action: str, row: AdoptionProposal, facts: dict[str, str | int | bool | None]
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("adoption", str(row.pk))],
        organisation=str(row.organisation_id) if row.organisation_id else None,
        facts=facts,
    )

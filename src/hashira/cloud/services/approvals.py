"""Deciding on applications: step by step by different people; the last word orders (利用申請の承認)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from hashira.cloud.domain.application.chain import (
    CHAINS,
    ApplicationState,
    Step,
    check_turn,
    expected_on,
    remaining,
)
from hashira.cloud.domain.application.draft import ApplicationKind, Draft
from hashira.cloud.domain.application.orders import environment_orders
from hashira.cloud.domain.application.preflight import blocks, preflight
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.environment_state import OVER, EnvironmentState
from hashira.cloud.selectors.application_facts import facts_of
from hashira.cloud.selectors.applications import (
    base_of,
    digest_of,
    resource_of,
    tenant_of,
    words_of,
)
from hashira.cloud.selectors.baseline_versions import current_terms
from hashira.cloud.selectors.exceptions_in_force import exceptions_of_order
from hashira.cloud.selectors.vending_terms import terms_of
from hashira.cloud.services.amendments import ask_amendment
from hashira.cloud.services.applications import (
    ApplicationClosed,
    locked,
    note,
    reason_of,
    stands_for,
    tell,
)
from hashira.cloud.services.endings import SUSPENDABLE, retire
from hashira.cloud.services.environments import NotNow, order_environment
from hashira.cloud.store.models import (
    ApplicationAct,
    Environment,
    EnvironmentAmendment,
    HeldRange,
    UseApplication,
)
from hashira.core import access
from hashira.core.access import Principal
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_STATE = ApplicationState
_KIND = ApplicationAct.Kind
ADDRESSES_FREE_AFTER = timedelta(days=90)
"""How long the addresses of an ended use stay held: closed accounts can be reached for so long."""


class ApprovalBlocked(HashiraError):
    """Details: ``count``, ``first``."""

    code = "CLD-165"
    what = Bilingual("承認できません", "It cannot be approved")
    why = Bilingual(
        "事前確認に、直すところが{count}件あります。はじめは：{first}",
        "The pre-flight finds {count} things to be put right; the first: {first}",
    )
    remedy = Bilingual(
        "申請者が直せることは差し戻し、枠や条件は運用者が直してください",
        "Return what the applicant can put right; quota and terms are the operator's",
    )
    status = 409


@service(action="cloud:DecideApplication")
def approve_application(
    *, actor: Principal, application_id: UUID, digest: str, words: str = "", at: datetime
) -> bool:
    """Approves the step at which it waits; whether that was the last one, by which environments are ordered.

    ``digest`` is that of what the approver has read: what was handed in again since is not approved unread.
    Raises ``ApprovalBlocked``, ``ApplicationClosed``, ``NotYourTurn``.
    """
    row, step, instead_of = _at_step(actor, application_id, at)
    if digest != digest_of(row):
        raise ApplicationClosed(
            reason=Bilingual(
                "読んだ後に、申請が出し直されています。もう一度読んでください",
                "It was handed in anew since you read it: read it again",
            )
        )
    today = today_in_japan(FixedClock(at))
    draft = Draft.read(row.content)
    found = blocks(preflight(draft, ApplicationKind(row.kind), facts_of(row, draft, today)))
    if found:
        raise ApprovalBlocked(count=len(found), first=found[0].words)
    note(row, actor, _KIND.APPROVED, at, step=step.key, on_behalf_of=instead_of, words=words.strip()[:2000])
    left = remaining(CHAINS[row.chain], words_of(row))
    if left:
        if left[0].key != step.key:
            row.step, row.step_since = left[0].key, today
            row.expected_on = expected_on(left, begun_on=today)
        row.save(update_fields=["step", "step_since", "expected_on"])
    else:
        row.state, row.step, row.decided_at = _STATE.APPROVED.value, "", at
        row.save(update_fields=["state", "step", "decided_at"])
        _carry_out(actor, row, draft, at)
    tell(
        actor,
        "cloud:DecideApplication",
        row,
        {"act": "approved", "step": step.key, "last": not left, "deputy": bool(instead_of)},
    )
    return not left


@service(action="cloud:DecideApplication")
def return_application(*, actor: Principal, application_id: UUID, words: str, at: datetime) -> None:
    """Sends it back to be corrected, with words; handed in anew, it goes through all steps again."""
    row, step, instead_of = _at_step(actor, application_id, at)
    said = reason_of(words)
    row.state, row.step = _STATE.RETURNED.value, ""
    row.save(update_fields=["state", "step"])
    note(row, actor, _KIND.RETURNED, at, step=step.key, on_behalf_of=instead_of, words=said)
    tell(actor, "cloud:DecideApplication", row, {"act": "returned", "step": step.key})


@service(action="cloud:DecideApplication")
def refuse_application(*, actor: Principal, application_id: UUID, words: str, at: datetime) -> None:
    """Refuses it for good, with reasons that the applicant reads; its addresses are free again."""
    row, step, instead_of = _at_step(actor, application_id, at)
    said = reason_of(words)
    row.state, row.step, row.decided_at = _STATE.REFUSED.value, "", at
    row.save(update_fields=["state", "step", "decided_at"])
    row.ranges.all().delete()
    note(row, actor, _KIND.REFUSED, at, step=step.key, on_behalf_of=instead_of, words=said)
    tell(actor, "cloud:DecideApplication", row, {"act": "refused", "step": step.key})


def _at_step(actor: Principal, application_id: UUID, at: datetime) -> tuple[UseApplication, Step, str]:
    """The row at the step at which it waits, and for whom a deputy speaks; nobody decides on the own one."""
    row = locked(application_id)
    today = today_in_japan(FixedClock(at))
    if row.state != _STATE.SUBMITTED:
        access.require(actor, "cloud:ViewApplication", resource_of(row, today))
        raise ApplicationClosed(
            reason=Bilingual("いま審査している申請ではありません", "It is not being decided on")
        )
    step = next(one for one in CHAINS[row.chain].steps if one.key == row.step)
    instead_of = stands_for(actor, step.role, "", today)
    check_turn(actor.id, wrote=row.writers, words=words_of(row), on_behalf_of=instead_of)
    access.require(actor, "cloud:DecideApplication", resource_of(row, today))
    return row, step, instead_of


def _carry_out(actor: Principal, row: UseApplication, draft: Draft, at: datetime) -> None:
    """What follows from the last word: orders for what is new, addresses held for what goes on."""
    kind = ApplicationKind(row.kind)
    if kind is ApplicationKind.CHANGE:
        HeldRange.objects.filter(use=row.use).exclude(application=row).delete()
    if kind is ApplicationKind.END:
        ending = draft.ending
        assert ending is not None
        HeldRange.objects.filter(use=row.use).update(held_until=ending.ends_on + ADDRESSES_FREE_AFTER)
        return
    base = base_of(row)
    known = {one.key for one in base.environments} if base is not None else set()
    terms = terms_of(row.service) if row.service is not None else None
    assert terms is not None
    orders = environment_orders(
        draft,
        body_code=row.body_code,
        body_name=row.body_name,
        tenant=tenant_of(row.organisation),
        engine=terms.engine,
    )
    today = today_in_japan(FixedClock(at))
    ordered = [one for one in orders if one.key not in known]
    changed = [_changed(actor, row, one, at) for one in orders if one.key in known]
    for key in known - {one.key for one in orders}:  # what the change gives up
        changing = Environment.objects.filter(pk=key, state__in=_CHANGING).first()
        if changing is not None:
            raise NotNow(state=EnvironmentState(changing.state).label)
        if Environment.objects.filter(pk=key, state__in=SUSPENDABLE).exists():
            retire(actor, UUID(key), f"変更の申請 {row.number}", at)
    for order in ordered:
        hold = exceptions_of_order(row.organisation_id, None, row.pk, today)
        whole = replace(order, exceptions=hold, baseline=current_terms())
        order_environment(actor=actor, order=whole, application_id=row.pk, at=at)
    if ordered or any(changed):
        note(row, actor, _KIND.ORDERED, at)


def _changed(actor: Principal, row: UseApplication, order: EnvironmentOrder, at: datetime) -> bool:
    """Whether an environment that is there has to become other for what was approved."""
    environment = Environment.objects.filter(pk=order.key).exclude(state__in=_PAST_CHANGE).first()
    if environment is None:
        return False
    today = today_in_japan(FixedClock(at))
    hold = exceptions_of_order(row.organisation_id, environment.pk, row.pk, today)
    asked = ask_amendment(
        actor=actor,
        environment_id=environment.pk,
        change=lambda last: replace(order, exceptions=hold, baseline=last.baseline),
        cause=EnvironmentAmendment.Cause.APPLICATION.value,
        application_id=row.pk,
        at=at,
    )
    return asked is not None


_CHANGING = (EnvironmentState.AMENDING.value, EnvironmentState.STALLED.value)
"""In which no environment is suspended: a change of it ends first, or is put right."""
_PAST_CHANGE = tuple(state.value for state in (*OVER, EnvironmentState.CLOSING))

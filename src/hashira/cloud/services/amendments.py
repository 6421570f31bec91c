"""Changing environments that are there: what is asked for waits its turn, one at a time (環境の変更の指図).

An environment keeps the order that counts until a new one is carried out and read back. What is asked for
meanwhile rests on what was asked for last, so that nothing is lost, and takes the place of what only waits.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from hashira.cloud.domain.engine import Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.environment_state import EnvironmentState, StepState
from hashira.cloud.domain.order_changes import order_changes
from hashira.cloud.domain.order_record import order_from_json, order_to_json
from hashira.cloud.selectors.environments import EnvironmentNotFound, resource_of
from hashira.cloud.services.environments import NotNow, OrderRefused, note, set_going, tell
from hashira.cloud.store.models import Environment, EnvironmentAmendment, EnvironmentStep
from hashira.core import access
from hashira.core.access import Principal
from hashira.core.services import service
from hashira.kernel.language import Bilingual

ACTION = "cloud:AmendEnvironment"
_STATE = EnvironmentState
_AS = EnvironmentAmendment.State
_CAUSE = EnvironmentAmendment.Cause
OPEN = (_AS.WAITING.value, _AS.RUNNING.value)
STARTABLE = (_STATE.READY, _STATE.DEVIATING, _STATE.STALLED)
"""In which a change begins; in another state it waits."""
_NEVER = (_STATE.WITHDRAWN, _STATE.CLOSING, _STATE.CLOSED)


@service(action=ACTION)
def ask_amendment(
    *,
    actor: Principal,
    environment_id: UUID,
    change: Callable[[EnvironmentOrder], EnvironmentOrder],
    cause: str,
    at: datetime,
    application_id: UUID | None = None,
    rollout_id: UUID | None = None,
    reason: str = "",
) -> int | None:
    """Asks that the environment become what ``change`` makes of the order that was given last.

    Its id, or None where nothing has to be done. Raises ``EnvironmentNotFound``, ``NotNow`` for an
    environment that is closed, ``OrderFixed`` for what no environment changes.
    """
    row = _locked(environment_id)
    access.require(actor, ACTION, resource_of(str(row.pk), organisation=str(row.organisation_id or "")))
    if EnvironmentState(row.state) in _NEVER:
        raise NotNow(state=EnvironmentState(row.state).label)
    counts = order_from_json(row.order)
    newest = row.amendments.filter(state__in=OPEN).first()
    after = change(order_from_json(newest.after) if newest is not None else counts)
    changes = order_changes(counts, after)
    made: EnvironmentAmendment | None = None
    asked = newest is not None and order_from_json(newest.after) == after
    mixed = [] if asked else _superseded(row, at)
    busy = row.amendments.filter(state=_AS.RUNNING.value).exists()
    if not asked and (changes or mixed or busy):
        made = EnvironmentAmendment.objects.create(
            environment=row,
            cause=cause,
            application_id=application_id,
            rollout_id=rollout_id,
            before=row.order,
            after=order_to_json(after),
            mixed=mixed,
            reason=reason[:400],
            asked_at=at,
            asked_by=actor.id,
        )
        note(row, actor, "change", at, {"cause": cause, "amendment": str(made.pk), "reason": reason[:200]})
        _start(row, actor, at)
    tell(actor, ACTION, row, {"cause": cause, "changes": len(changes), "asked": made is not None})
    return made.pk if made is not None else None


@service(action="cloud:RetryEnvironment")
def give_change_up(*, actor: Principal, environment_id: UUID, reason: str, at: datetime) -> None:
    """Gives up a change that stopped: what it had done already is taken back and read back.

    Raises ``EnvironmentNotFound``, ``NotNow``, ``OrderRefused`` without a reason.
    """
    row = _locked(environment_id)
    resource = resource_of(str(row.pk), organisation=str(row.organisation_id or ""))
    access.require(actor, "cloud:RetryEnvironment", resource)
    if row.state != _STATE.STALLED.value:
        raise NotNow(state=EnvironmentState(row.state).label)
    if not reason.strip():
        raise OrderRefused(field="reason", reason=Bilingual("理由がありません", "The reason is missing"))
    mixed = _superseded(row, at)
    EnvironmentAmendment.objects.create(
        environment=row,
        cause=_CAUSE.RETURN.value,
        before=row.order,
        after=row.order,
        mixed=mixed,
        reason=reason.strip()[:400],
        asked_at=at,
        asked_by=actor.id,
    )
    note(row, actor, "change given up", at, {"reason": reason.strip()[:200]})
    _start(row, actor, at)
    tell(actor, "cloud:RetryEnvironment", row, {"act": "give the change up"})


def start_what_waits(row: Environment, actor: Principal, at: datetime) -> None:
    """Begins the change that waits for an environment that has just settled in use."""
    if EnvironmentState(row.state) is not _STATE.STALLED and row.amendments.filter(state__in=OPEN).exists():
        _start(row, actor, at)


def take_up(environment_id: UUID, at: datetime) -> EnvironmentAmendment | None:
    """The change that the job on an environment carries out: one that stopped, or the one that waits."""
    found = EnvironmentAmendment.objects.filter(environment_id=environment_id)
    row = found.filter(state=_AS.RUNNING.value).first() or found.filter(state=_AS.WAITING.value).first()
    if row is not None and row.state == _AS.WAITING.value:
        # What counts may have become other since it was asked for.
        row.before = Environment.objects.values_list("order", flat=True).get(pk=environment_id)
        row.state, row.begun_at = _AS.RUNNING.value, at
        row.save(update_fields=["before", "state", "begun_at"])
    return row


def finish(amendment_id: int, facts: Facts, at: datetime) -> EnvironmentState:
    """What was asked for counts from now on; how the environment stands then."""
    made = EnvironmentAmendment.objects.select_related("environment").get(pk=amendment_id)
    row, order = made.environment, order_from_json(made.after)
    row.order, row.facts = made.after, {**row.facts, **facts}
    for column, value in (
        ("body_name", order.body_name),
        ("tenant_class", order.tenant_class.value),
        ("system_name", order.system_name),
        ("stage", order.stage.value),
    ):
        setattr(row, column, value)
    row.save(update_fields=["order", "facts", "body_name", "tenant_class", "system_name", "stage"])
    taken = {step.name: step for step in made.steps.all()}
    kept = list(EnvironmentStep.objects.filter(environment=row, name__in=taken))
    for step in kept:
        done = taken[step.name]
        step.state, step.problem, step.evidence = done.state, None, done.evidence
        step.verified_at = done.verified_at
    EnvironmentStep.objects.bulk_update(kept, ["state", "problem", "evidence", "verified_at"])
    made.state, made.ended_at = _AS.DONE.value, at
    made.save(update_fields=["state", "ended_at"])
    missing = EnvironmentStep.objects.filter(environment=row, state=StepState.MISSING.value).exists()
    return _STATE.DEVIATING if missing else _STATE.READY


def _start(row: Environment, actor: Principal, at: datetime) -> None:
    """Begins the change that is open, where the environment is in a state to; with it whatever a change that
    stopped has left, unless the cloud itself has begun anew since."""
    if EnvironmentState(row.state) not in STARTABLE:
        return
    if row.state != _STATE.STALLED.value:
        for left in row.amendments.filter(state=_AS.RUNNING.value):
            left.steps.all().delete()
            left.facts = {}
            left.save(update_fields=["facts"])
    set_going(row, actor, _STATE.AMENDING, "cloud.amend", at, "amending", "")


def _superseded(row: Environment, at: datetime) -> list[dict[str, Any]]:
    """Puts aside what waits, and a change that stopped; the orders of which parts may be at the provider."""
    mixed: list[dict[str, Any]] = []
    rows = row.amendments.filter(state=_AS.WAITING.value)
    if row.state == _STATE.STALLED.value:
        rows = row.amendments.filter(state__in=OPEN)
    for one in rows:
        mixed += one.mixed
        if one.state == _AS.RUNNING.value:
            mixed.append(one.after)
        one.state, one.ended_at = _AS.SUPERSEDED.value, at
        one.save(update_fields=["state", "ended_at"])
    return mixed


def _locked(environment_id: UUID) -> Environment:
    row = Environment.objects.select_for_update(no_key=True).filter(pk=environment_id).first()
    if row is None:
        raise EnvironmentNotFound
    return row

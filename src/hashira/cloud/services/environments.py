"""Ordering an environment; the job that vends it is asked for with the commit (環境の払出しの指図)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from hashira.cloud.adapters.engines.registry import engine_keys
from hashira.cloud.domain.engine import EngineUnknown
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.domain.order_record import order_from_json, order_to_json
from hashira.cloud.selectors.environments import EnvironmentNotFound, resource_of
from hashira.cloud.store.models import Environment, EnvironmentAct
from hashira.core import access, audit, jobs
from hashira.core.access import Principal, Resource
from hashira.core.accounts.models import Organisation
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

AREA = Resource("Portal::Area", "cloud")
_AGAIN = (
    EnvironmentState.PARKED,
    EnvironmentState.STALLED,
    EnvironmentState.DEVIATING,
    EnvironmentState.LOST,
)
_IN_USE = (EnvironmentState.READY, EnvironmentState.DEVIATING)
VENDING = Principal.system("vending")
"""In whose name the jobs run."""


class OrderedOtherwise(HashiraError):
    """An order of the same key has other contents. Details: ``key``."""

    code = "CLD-312"
    what = Bilingual("払い出しを指図できません", "The environment cannot be ordered")
    why = Bilingual(
        "同じ番号（{key}）で、内容の違う指図がすでにあります",
        "There is an order of the same key ({key}) with other contents",
    )
    remedy = Bilingual("新しい番号で指図してください", "Order it under a key of its own")
    status = 409


class OrderRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-313"
    what = Bilingual("払い出しを指図できません", "The environment cannot be ordered")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("申請の内容を直してください", "Put the application right")
    status = 422


class NotNow(HashiraError):
    """Details: ``state``."""

    code = "CLD-315"
    what = Bilingual("いまは行えません", "It cannot be done now")
    why = Bilingual("環境の状態が「{state}」です", "The state of the environment is: {state}")
    remedy = Bilingual(
        "環境の画面を開き直し、状態を確かめてください", "Open its page again and see how it is"
    )
    status = 409


@service(action="cloud:OrderEnvironment")
def order_environment(
    *, actor: Principal, order: EnvironmentOrder, application_id: UUID | None, at: datetime
) -> UUID:
    """Keeps the order as one environment and asks for its vending; the same order again changes nothing.

    The id is that of ``order.key``. Raises ``EngineUnknown``, ``OrderRefused``, ``OrderedOtherwise``.
    """
    body = Organisation.objects.filter(code=order.body_code).first()
    organisation = str(body.pk) if body is not None else ""
    access.require(actor, "cloud:OrderEnvironment", resource_of(order.key, organisation=organisation))
    environment_id = _checked(order)
    kept = order_to_json(order)
    row, made = Environment.objects.get_or_create(
        pk=environment_id,
        defaults={
            "application_id": application_id,
            "order": kept,
            "engine": order.engine,
            "organisation": body,
            "body_code": order.body_code,
            "body_name": order.body_name,
            "tenant_class": order.tenant_class.value,
            "system_code": order.system_code,
            "system_name": order.system_name,
            "stage": order.stage.value,
            "region": order.region,
            "state": EnvironmentState.REQUESTED.value,
            "requested_at": at,
            "requested_by": actor.id,
            "changed_at": at,
        },
    )
    if order_from_json(row.order) != order or row.application_id != application_id:
        raise OrderedOtherwise(key=order.key)
    if made:
        ask_for(row, "cloud.vend")
        note(row, actor, "ordered", at, {})
    tell(actor, "cloud:OrderEnvironment", row, {"again": not made, "engine": order.engine})
    return environment_id


@service(action="cloud:RetryEnvironment")
def vend_again(*, actor: Principal, environment_id: UUID, at: datetime) -> None:
    """Tries again what stopped, makes what is missing, or vends anew what the cloud forgot. A change that
    stopped goes on where it did.

    Raises ``EnvironmentNotFound``, ``NotNow``.
    """
    row = _asked_of(actor, "cloud:RetryEnvironment", environment_id, _AGAIN)
    if row.state == EnvironmentState.STALLED:
        set_going(row, actor, EnvironmentState.AMENDING, "cloud.amend", at, "again", "")
    else:
        set_going(row, actor, EnvironmentState.REQUESTED, "cloud.vend", at, "again", "")
    tell(actor, "cloud:RetryEnvironment", row, {"act": "again"})


@service(action="cloud:RetryEnvironment")
def vend_all_lost_again(*, actor: Principal, at: datetime) -> int:
    """Vends anew whatever was lost with its cloud, as far as the actor may; how many."""
    access.require(actor, "cloud:RetryEnvironment", AREA)
    count = 0
    lost = Environment.objects.select_for_update(no_key=True).filter(state=EnvironmentState.LOST.value)
    for row in lost.order_by("requested_at"):
        resource = resource_of(str(row.pk), organisation=str(row.organisation_id or ""))
        if access.may(actor, "cloud:RetryEnvironment", resource):
            set_going(row, actor, EnvironmentState.REQUESTED, "cloud.vend", at, "again", "")
            count += 1
    facts: dict[str, str | int | bool | None] = {"act": "all", "count": count}
    audit.record(actor=actor, action="cloud:RetryEnvironment", subjects=[], facts=facts)
    return count


@service(action="cloud:VerifyEnvironment")
def read_back(*, actor: Principal, environment_id: UUID) -> UUID:
    """Asks for a read-back of the environment now; the id of the job. Raises ``EnvironmentNotFound``."""
    row = Environment.objects.filter(pk=environment_id).first()
    if row is None:
        raise EnvironmentNotFound
    access.require(
        actor,
        "cloud:VerifyEnvironment",
        resource_of(str(row.pk), organisation=str(row.organisation_id or "")),
    )
    asked = jobs.request(actor=VENDING, kind="cloud.verify", parameters={"environment": str(row.pk)})
    tell(actor, "cloud:VerifyEnvironment", row, {"act": "asked"})
    return asked.id


@service(action="cloud:GiveUpEnvironment")
def give_up(*, actor: Principal, environment_id: UUID, reason: str, at: datetime) -> None:
    """Gives up what stopped before it was ready: what was made is taken away. Raises ``NotNow``."""
    row = _asked_of(actor, "cloud:GiveUpEnvironment", environment_id, (EnvironmentState.PARKED,))
    set_going(row, actor, EnvironmentState.REQUESTED, "cloud.give_up", at, "giving up", _said(reason))
    tell(actor, "cloud:GiveUpEnvironment", row, {"act": "give up"})


@service(action="cloud:RetireEnvironment")
def suspend(
    *, actor: Principal, environment_id: UUID, reason: str, closes_on: date | None, at: datetime
) -> None:
    """Lets nobody in any more. With ``closes_on`` its use ends: on that day it is closed for good.

    Raises ``NotNow``, ``OrderRefused`` without a reason or with a day before the retention is over.
    """
    row = _asked_of(actor, "cloud:RetireEnvironment", environment_id, _IN_USE)
    words = _said(reason)
    today = today_in_japan(FixedClock(at))
    if closes_on is not None and closes_on < today + timedelta(days=settings.HASHIRA_CLOUD_RETENTION_DAYS):
        raise OrderRefused(
            field="closes_on",
            reason=Bilingual(
                f"廃止は、休止から{settings.HASHIRA_CLOUD_RETENTION_DAYS}日以後の日にしてください",
                f"It can be closed {settings.HASHIRA_CLOUD_RETENTION_DAYS} days after it was suspended",
            ),
        )
    row.closes_on = closes_on
    set_going(row, actor, EnvironmentState.SUSPENDING, "cloud.suspend", at, "suspending", words)
    tell(
        actor,
        "cloud:RetireEnvironment",
        row,
        {"act": "suspend", "closes": closes_on.isoformat() if closes_on else None},
    )


@service(action="cloud:RetireEnvironment")
def resume(*, actor: Principal, environment_id: UUID, at: datetime) -> None:
    """Lets everybody in again; the day on which it was to be closed is off. Raises ``NotNow``."""
    row = _asked_of(actor, "cloud:RetireEnvironment", environment_id, (EnvironmentState.SUSPENDED,))
    row.closes_on = None
    set_going(row, actor, EnvironmentState.RESUMING, "cloud.resume", at, "resuming", "")
    tell(actor, "cloud:RetireEnvironment", row, {"act": "resume"})


@service(action="cloud:CloseEnvironments")
def close_what_is_due(*, actor: Principal, at: datetime) -> int:
    """Closes what is suspended and whose day has come; how many."""
    access.require(actor, "cloud:CloseEnvironments", AREA)
    rows = list(_due(at).select_for_update(no_key=True))
    for row in rows:
        set_going(row, actor, EnvironmentState.CLOSING, "cloud.close", at, "closing", "")
        tell(actor, "cloud:CloseEnvironments", row, {"act": "close"})
    if not rows:
        audit.record(actor=actor, action="cloud:CloseEnvironments", subjects=[], facts={"closed": 0})
    return len(rows)


def closing_is_due(at: datetime) -> bool:
    """Whether ``close_what_is_due`` would find anything."""
    return _due(at).exists()


def _due(at: datetime) -> QuerySet[Environment]:
    return Environment.objects.filter(
        state=EnvironmentState.SUSPENDED.value,
        closes_on__lte=today_in_japan(FixedClock(at)),
        problem__isnull=True,
    )


def _asked_of(
    actor: Principal, action: str, environment_id: UUID, states: tuple[EnvironmentState, ...]
) -> Environment:
    row = Environment.objects.select_for_update(no_key=True).filter(pk=environment_id).first()
    if row is None:
        raise EnvironmentNotFound
    access.require(actor, action, resource_of(str(row.pk), organisation=str(row.organisation_id or "")))
    if EnvironmentState(row.state) not in states:
        raise NotNow(state=EnvironmentState(row.state).label)
    return row


def set_going(
    row: Environment,
    actor: Principal,
    state: EnvironmentState,
    kind: str,
    at: datetime,
    act: str,
    reason: str,
) -> None:
    """Puts an environment into a state in which a job works on it, and asks for the job."""
    facts: dict[str, str | int | bool | None] = {"was": row.state} | ({"reason": reason} if reason else {})
    row.state, row.problem, row.changed_at, row.begun_at = state.value, None, at, None
    row.save(update_fields=["state", "problem", "changed_at", "begun_at", "closes_on"])
    note(row, actor, act, at, facts)
    ask_for(row, kind)


def _said(reason: str) -> str:
    if not reason.strip():
        raise OrderRefused(field="reason", reason=Bilingual("理由がありません", "The reason is missing"))
    return reason.strip()[:400]


def ask_for(row: Environment, kind: str) -> None:
    """Asks for a job on the environment, within the transaction, and keeps which."""
    job = jobs.request(
        actor=VENDING, kind=kind, parameters={"environment": str(row.pk), "engine": row.engine}
    )
    row.job_id = job.id
    row.save(update_fields=["job_id"])


def note(
    row: Environment, actor: Principal, act: str, at: datetime, facts: dict[str, str | int | bool | None]
) -> None:
    """Adds to what was done with the environment."""
    EnvironmentAct.objects.create(environment=row, at=at, actor=actor.id, act=act, facts=facts)


def tell(actor: Principal, action: str, row: Environment, facts: dict[str, str | int | bool | None]) -> None:
    """Leaves the audit event of an act on the environment."""
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("environment", str(row.pk))],
        organisation=str(row.organisation_id) if row.organisation_id else None,
        facts=facts,
    )


def _checked(order: EnvironmentOrder) -> UUID:
    """The id of the environment, once nothing is wrong that can be told without the provider."""
    if order.engine not in engine_keys():
        raise EngineUnknown(key=order.engine)
    try:
        environment_id = UUID(order.key)
    except ValueError:
        raise OrderRefused(
            field="key", reason=Bilingual("番号がUUIDではありません", "The key is no UUID")
        ) from None
    for field, value, most in (
        ("body_code", order.body_code, 16),
        ("body_name", order.body_name, 120),
        ("system_code", order.system_code, 40),
        ("system_name", order.system_name, 200),
        ("region", order.region, 40),
    ):
        if not value.strip() or len(value) > most:
            raise OrderRefused(
                field=field,
                reason=Bilingual(
                    f"{field} は1文字から{most}文字です", f"{field} has between one and {most} characters"
                ),
            )
    return environment_id

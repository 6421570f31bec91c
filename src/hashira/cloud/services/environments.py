"""Ordering an environment; the job that vends it is asked for with the commit (環境の払出しの指図)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hashira.cloud.adapters.engines.registry import engine_keys
from hashira.cloud.domain.engine import EngineUnknown
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.domain.order_record import order_to_json
from hashira.cloud.selectors.environments import resource_of
from hashira.cloud.store.models import Environment, EnvironmentAct
from hashira.core import access, audit, jobs
from hashira.core.access import Principal
from hashira.core.accounts.models import Organisation
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

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
    if row.order != kept or row.application_id != application_id:
        raise OrderedOtherwise(key=order.key)
    if made:
        ask_for(row, "cloud.vend")
        note(row, actor, "ordered", at, {})
    tell(actor, "cloud:OrderEnvironment", row, {"again": not made, "engine": order.engine})
    return environment_id


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

"""Naming a deputy for a time, and ending it (代理を決める・終える)."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from hashira.cloud.domain.application.refusal import bounded, refuse
from hashira.cloud.selectors.deputies import ROLES, DeputyNotFound, deputy_resource
from hashira.cloud.store.models import NamedDeputy
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.accounts.models import RoleAssignment
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.language import Bilingual

LONGEST_DAYS = 92
"""Three months: who is away for longer has a successor."""


@service(action="cloud:NameDeputy")
def name_deputy(
    *,
    actor: Principal,
    organisation_id: UUID,
    role: str,
    absent_id: UUID,
    deputy_id: UUID,
    valid_from: date,
    valid_until: date,
    reason: str,
    at: datetime,
) -> UUID:
    """Lets somebody of the same body confirm or decide in the place of another, both days included.

    Raises ``ApplicationRefused`` for a period that is over or too long, for somebody of another body, and for
    two deputies of one person at a time.
    """
    access.require(actor, "cloud:NameDeputy", deputy_resource(organisation_id, role, str(absent_id)))
    today = today_in_japan(FixedClock(at))
    words = bounded("reason", reason, 400, Bilingual("理由", "The reason"))
    if role not in ROLES or not _has_role(absent_id, organisation_id, at, role):
        raise refuse("post", "その役割の人ではありません", "That person does not have the role")
    if deputy_id == absent_id:
        raise refuse("deputy", "代理は別の人にしてください", "A deputy is somebody else")
    if not _has_role(deputy_id, organisation_id, at):
        raise refuse(
            "deputy", "同じ団体の職員から選んでください", "Choose somebody of the staff of the same body"
        )
    if valid_from < today or valid_until < valid_from:
        raise refuse(
            "valid_until",
            "期間はきょうからで、終わりは始まりより後です",
            "The period begins today or later and ends after it begins",
        )
    if (valid_until - valid_from).days >= LONGEST_DAYS:
        raise refuse(
            "valid_until",
            f"代理は{LONGEST_DAYS}日までです。長く離れるときは、役割を引き継いでください",
            f"A deputy stands in for up to {LONGEST_DAYS} days: for longer, hand the role over",
        )
    others = NamedDeputy.objects.filter(
        absent_id=absent_id,
        role=role,
        organisation_id=organisation_id,
        ended_at=None,
        valid_from__lte=valid_until,
        valid_until__gte=valid_from,
    )
    if others.exists():
        raise refuse(
            "valid_from", "その期間には、もう代理がいます", "There is a deputy for that time already"
        )
    row = NamedDeputy.objects.create(
        organisation_id=organisation_id,
        role=role,
        absent_id=absent_id,
        deputy_id=deputy_id,
        valid_from=valid_from,
        valid_until=valid_until,
        reason=words,
        named_at=at,
        named_by=actor.id,
    )
    _tell(actor, row, {"act": "named", "role": role, "until": valid_until.isoformat()})
    return row.pk


@service(action="cloud:NameDeputy")
def end_deputy(*, actor: Principal, deputy_id: UUID, at: datetime) -> None:
    """Ends it at once; what the deputy has said stays. Raises ``DeputyNotFound``."""
    row = NamedDeputy.objects.select_for_update().filter(pk=deputy_id).first()
    if row is None:
        raise DeputyNotFound
    resource = deputy_resource(row.organisation_id, row.role, str(row.absent_id), str(row.pk))
    access.require(actor, "cloud:NameDeputy", resource)
    if row.ended_at is not None:
        raise DeputyNotFound
    row.ended_at, row.ended_by = at, actor.id
    row.save(update_fields=["ended_at", "ended_by"])
    _tell(actor, row, {"act": "ended", "role": row.role})


def _has_role(account_id: UUID, organisation_id: UUID, at: datetime, role: str = "") -> bool:
    rows = RoleAssignment.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=at),
        account_id=account_id,
        organisation_id=organisation_id,
        account__is_active=True,
        valid_from__lte=at,
    )
    return (rows.filter(role=role) if role else rows).exists()


def _tell(actor: Principal, row: NamedDeputy, facts: dict[str, str | int | bool | None]) -> None:
    audit.record(
        actor=actor,
        action="cloud:NameDeputy",
        subjects=[Subject("deputy", str(row.pk))],
        organisation=str(row.organisation_id),
        facts=facts,
    )

"""Carrying out the approved end of a use on its day: environments are suspended, then closed (利用終了)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from hashira.cloud.domain.application.chain import ApplicationState
from hashira.cloud.domain.application.draft import ApplicationKind
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.services.catalogue import AREA
from hashira.cloud.services.environments import suspend
from hashira.cloud.store.models import Environment, UseApplication
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan

SUSPENDABLE = (EnvironmentState.READY.value, EnvironmentState.DEVIATING.value)


@service(action="cloud:EndUses")
def end_what_is_due(*, actor: Principal, at: datetime) -> int:
    """Suspends the environments of every use whose approved end has come; how many environments.

    They are closed for good once the retention is over. One that is not in use at that moment (still being
    vended, stopped at an error) is left, and its use is tried again the next time.
    """
    access.require(actor, "cloud:EndUses", AREA)
    suspended = 0
    for row in _due(at).select_for_update():
        environments = environments_of_use(row.use)
        for one in environments.filter(state__in=SUSPENDABLE):
            retire(actor, one.pk, f"利用終了の申請 {row.number}", at)
            suspended += 1
        left = environments.exclude(state__in=[*_GONE, *SUSPENDABLE]).exists()
        if not left:
            row.ended_at = at
            row.save(update_fields=["ended_at"])
        audit.record(
            actor=actor,
            action="cloud:EndUses",
            subjects=[Subject("application", str(row.pk))],
            organisation=str(row.organisation_id),
            facts={"suspended": suspended, "whole": not left},
        )
    if not suspended:
        audit.record(actor=actor, action="cloud:EndUses", facts={"suspended": 0})
    return suspended


def endings_are_due(at: datetime) -> bool:
    """Whether ``end_what_is_due`` would find anything."""
    return any(environments_of_use(row.use).filter(state__in=SUSPENDABLE).exists() for row in _due(at))


def environments_of_use(use: UUID) -> QuerySet[Environment]:
    """The environments that all applications of a use have brought."""
    applications = UseApplication.objects.filter(use=use).values("pk")
    return Environment.objects.filter(application_id__in=applications)


def retire(actor: Principal, environment_id: UUID, reason: str, at: datetime) -> None:
    """Suspends an environment; it is closed when the retention is over."""
    closes_on = today_in_japan(FixedClock(at)) + timedelta(days=settings.HASHIRA_CLOUD_RETENTION_DAYS)
    suspend(actor=actor, environment_id=environment_id, reason=reason, closes_on=closes_on, at=at)


_GONE = tuple(
    state.value
    for state in (
        EnvironmentState.SUSPENDING,
        EnvironmentState.SUSPENDED,
        EnvironmentState.CLOSING,
        EnvironmentState.CLOSED,
        EnvironmentState.WITHDRAWN,
        EnvironmentState.LOST,
    )
)


def _due(at: datetime) -> QuerySet[UseApplication]:
    return UseApplication.objects.filter(
        kind=ApplicationKind.END.value,
        state=ApplicationState.APPROVED.value,
        ended_at=None,
        ends_on__lte=today_in_japan(FixedClock(at)),
    )

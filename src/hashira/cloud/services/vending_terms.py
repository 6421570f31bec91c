"""Laying down how environments of a selected service are vended (払出しの条件)."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from hashira.cloud.adapters.engines.registry import engine_keys
from hashira.cloud.domain.application.preflight import Terms
from hashira.cloud.domain.application.ranges import read_pool
from hashira.cloud.domain.application.refusal import refuse
from hashira.cloud.selectors.services import ServiceNotFound
from hashira.cloud.selectors.vending_terms import choosable_services
from hashira.cloud.services.catalogue import AREA
from hashira.cloud.store.models import VendingTerms
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.services import service

_REGION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}\Z")
MOST_REGIONS, MOST_QUOTA, MOST_BASELINE = 20, 1_000_000, Decimal(10_000_000)


@service(action="cloud:ManageTerms")
def set_terms(*, actor: Principal, service_id: UUID, terms: Terms, at: datetime) -> None:
    """Lays them down, or anew; applications that are open meet them at once.

    Raises ``ServiceNotFound`` for a service that is not selected, ``ApplicationRefused``.
    """
    access.require(actor, "cloud:ManageTerms", AREA)
    if service_id not in {one.id for one in choosable_services()}:
        raise ServiceNotFound
    if terms.engine not in engine_keys():
        raise refuse("engine", "エンジンを選んでください", "Choose the engine")
    if not 1 <= len(terms.regions) <= MOST_REGIONS or not all(map(_REGION.match, terms.regions)):
        raise refuse("regions", "リージョンを1行に一つ書いてください", "Name the regions, one a line")
    if not 0 <= terms.account_quota <= MOST_QUOTA:
        raise refuse("account_quota", "アカウントの枠は0以上です", "The quota is 0 or more")
    if not 0 <= terms.baseline_yen <= MOST_BASELINE:
        raise refuse("baseline_yen", "費用は0円以上です", "The cost is 0 yen or more")
    pool = read_pool(terms.pool)
    VendingTerms.objects.update_or_create(
        pk=service_id,
        defaults={
            "engine": terms.engine,
            "regions": list(dict.fromkeys(terms.regions)),
            "account_quota": terms.account_quota,
            "baseline_yen": terms.baseline_yen,
            "pool": pool,
            "changed_at": at,
            "changed_by": actor.id,
        },
    )
    audit.record(
        actor=actor,
        action="cloud:ManageTerms",
        subjects=[Subject("service", str(service_id))],
        facts={
            "engine": terms.engine,
            "quota": terms.account_quota,
            "baseline_yen": int(terms.baseline_yen),
            "pool": pool,
        },
    )

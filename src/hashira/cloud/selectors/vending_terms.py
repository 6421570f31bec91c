"""Which selected services can be applied for, and on which terms they are vended (申請できるサービス)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from hashira.cloud.domain.application.preflight import Terms
from hashira.cloud.domain.selection.catalogue import CatalogueKind
from hashira.cloud.domain.selection.standing import Standing
from hashira.cloud.selectors.services import ServiceLine, service_lines
from hashira.cloud.store.models import VendingTerms
from hashira.kernel.language import Bilingual

CHOOSABLE = (Standing.SELECTED, Standing.CONDITIONAL)


@dataclass(frozen=True, slots=True)
class TermsLine:
    """A selected service with its terms, if there are any."""

    id: UUID
    service: Bilingual
    standing: Standing
    until: date | None
    terms: Terms | None
    changed_at: datetime | None


def choosable_services() -> tuple[ServiceLine, ...]:
    """The services on which environments can be had: selected or conditional, no finished software."""
    return tuple(
        one for one in service_lines() if one.standing in CHOOSABLE and one.kind is CatalogueKind.IAAS_PAAS
    )


def terms_lines() -> tuple[TermsLine, ...]:
    """All services that can be chosen, with their terms."""
    known = {row.pk: row for row in VendingTerms.objects.all()}
    return tuple(
        TermsLine(
            one.id,
            one.service,
            one.standing,
            one.until,
            terms_value(known[one.id]) if one.id in known else None,
            known[one.id].changed_at if one.id in known else None,
        )
        for one in choosable_services()
    )


def terms_of(service_id: UUID) -> Terms | None:
    """The terms of a service, if it has any."""
    row = VendingTerms.objects.filter(pk=service_id).first()
    return terms_value(row) if row is not None else None


def services_of_engine(engine: str) -> tuple[UUID, ...]:
    """The services that are vended by one engine, and so share its quota."""
    return tuple(VendingTerms.objects.filter(engine=engine).values_list("pk", flat=True))


def terms_value(row: VendingTerms) -> Terms:
    """The row as a value."""
    return Terms(row.engine, tuple(row.regions), row.account_quota, Decimal(row.baseline_yen), row.pool)

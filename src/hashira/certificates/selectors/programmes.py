"""Vaccine programmes and the requests for new versions, as they are shown (プログラムの一覧)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from hashira.certificates.domain.vaccine_catalogue import Catalogue
from hashira.certificates.domain.vaccine_product import VaccineProduct
from hashira.certificates.domain.vaccine_programme import Change, changes_between, read_programme
from hashira.certificates.store.models import ProgrammeVersion
from hashira.certificates.store.programme_source import SOURCE
from hashira.core.access import Principal
from hashira.core.accounts.selectors import display_names
from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """A programme in the list, with the version that is in force."""

    name: str
    title: Bilingual
    version: int
    valid_from: date
    products: int
    coming: str
    """The version that is approved and not in force yet, with its day."""


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request for a version."""

    id: UUID
    programme: str
    version: int
    valid_from: date
    digest: str
    requested_by: str
    requested_at: datetime
    decided_by: str
    decided_at: datetime | None
    state: str
    """``waiting``, ``expired``, ``approved`` or ``rejected``."""
    own: bool


def programme_lines() -> tuple[ProgrammeLine, ...]:
    """Every programme."""
    known = SOURCE.catalogue()
    return tuple(line for name in known.programmes if (line := _line(known, name)) is not None)


def _line(known: Catalogue, name: str) -> ProgrammeLine | None:
    now, last = known.in_force(name), known.latest(name)
    if now is None or last is None:
        return None
    coming = f"{last.version} ({last.valid_from})" if last.version > now.version else ""
    return ProgrammeLine(name, now.title, now.version, now.valid_from, len(now.products), coming)


def products_of(name: str) -> tuple[VaccineProduct, ...] | None:
    """The products of the version that is in force; ``None`` for an unknown programme."""
    found = SOURCE.catalogue().in_force(name)
    return found.products if found else None


def document_of(name: str) -> object | None:
    """The document of the last version, as a start for the next one; ``None`` for an unknown programme."""
    from hashira.certificates.domain.vaccine_catalogue import built_in_documents

    approved = ProgrammeVersion.objects.filter(programme=name, decision=ProgrammeVersion.Decision.APPROVED)
    last = approved.order_by("-version").values_list("document", flat=True).first()
    return last if last is not None else built_in_documents().get(name)


def request_lines(principal: Principal, now: datetime) -> tuple[RequestLine, ...]:
    """The requests, the latest first."""
    rows = list(ProgrammeVersion.objects.order_by("-requested_at"))
    names = display_names({row.requested_by for row in rows} | {row.decided_by for row in rows})
    return tuple(
        RequestLine(
            id=row.pk,
            programme=row.programme,
            version=row.version,
            valid_from=row.valid_from,
            digest=row.digest,
            requested_by=names.get(row.requested_by, row.requested_by),
            requested_at=row.requested_at,
            decided_by=names.get(row.decided_by, row.decided_by),
            decided_at=row.decided_at,
            state="expired" if row.decision == "waiting" and row.expires_at <= now else row.decision,
            own=row.requested_by == principal.id,
        )
        for row in rows
    )


def changes_of(request_id: UUID) -> tuple[Change, ...]:
    """What a requested version changes against the one before it."""
    row = ProgrammeVersion.objects.get(pk=request_id)
    programme = read_programme(row.document)
    versions = SOURCE.catalogue().versions_of(row.programme)
    before = [one for one in versions if one.version < programme.version]
    return changes_between(before[-1] if before else None, programme)

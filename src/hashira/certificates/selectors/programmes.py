"""Vaccine programmes and the requests for new versions, as they are shown (プログラムの一覧)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from hashira.certificates.domain.vaccine_catalogue import Catalogue
from hashira.certificates.domain.vaccine_product import VaccineProduct
from hashira.certificates.domain.vaccine_programme import Change, changes_between, read_programme
from hashira.certificates.store.models import DoseEvent, ProgrammeVersion
from hashira.certificates.store.programme_source import SOURCE
from hashira.core.access import Principal
from hashira.core.accounts.selectors import display_names
from hashira.kernel.clock import SystemClock, today_in_japan
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
    """``waiting``, ``expired``, ``approved``, ``rejected`` or ``withdrawn``."""
    own: bool
    withdrawable: bool
    """Approved, and not in force yet: nothing is recorded with what it adds."""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version of a programme."""

    version: int
    valid_from: date
    products: int
    state: str
    """``past``, ``now`` or ``coming``."""


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


def versions_of(name: str) -> tuple[VersionLine, ...]:
    """The versions of a programme, the latest first."""
    known = SOURCE.catalogue()
    now = known.in_force(name)
    number = now.version if now else 0
    return tuple(
        VersionLine(
            one.version,
            one.valid_from,
            len(one.products),
            "now" if one.version == number else "past" if one.version < number else "coming",
        )
        for one in reversed(known.versions_of(name))
    )


def document_of(name: str, *, version: int | None = None) -> object | None:
    """The document of the last version, as a start for the next one, or of that one; ``None``: unknown."""
    from hashira.certificates.domain.vaccine_catalogue import built_in_documents

    approved = ProgrammeVersion.objects.filter(programme=name, decision=ProgrammeVersion.Decision.APPROVED)
    if version is not None:
        approved = approved.filter(version=version)
    last: object | None = approved.order_by("-version").values_list("document", flat=True).first()
    if last is not None:
        return last
    first = built_in_documents().get(name)
    return first if version is None or _number_of(first) == version else None


def _number_of(document: object) -> object:
    return document.get("version") if isinstance(document, dict) else None


def not_in_force_yet(row: ProgrammeVersion) -> bool:
    """Whether an approved version can be taken back: its day is to come, and nothing shows what it adds.

    The first version of a programme counts from the moment of its approval, since doses are older than it.
    """
    if row.decision != ProgrammeVersion.Decision.APPROVED:
        return False
    if row.valid_from <= today_in_japan(SystemClock()):
        return False
    later = ProgrammeVersion.objects.filter(programme=row.programme, version__gt=row.version)
    if later.exclude(decision=ProgrammeVersion.Decision.REJECTED).exists():
        return False
    before = document_of(row.programme, version=row.version - 1)
    known = {one["code"] for one in before["products"]} if isinstance(before, dict) else set()
    added = {one["code"] for one in row.document["products"]} - known
    return not DoseEvent.objects.filter(vaccine__in=added).exists()


WITHDRAWN = "withdrawn:"
"""Before the account in ``decided_by`` of a version that was taken back."""


def _state(row: ProgrammeVersion, now: datetime) -> str:
    if row.decided_by.startswith(WITHDRAWN):
        return "withdrawn"
    return "expired" if row.decision == "waiting" and row.expires_at <= now else row.decision


def request_lines(principal: Principal, now: datetime) -> tuple[RequestLine, ...]:
    """The requests, the latest first."""
    rows = list(ProgrammeVersion.objects.order_by("-requested_at"))
    deciders = {row.pk: row.decided_by.removeprefix(WITHDRAWN) for row in rows}
    names = display_names({row.requested_by for row in rows} | set(deciders.values()))
    return tuple(
        RequestLine(
            id=row.pk,
            programme=row.programme,
            version=row.version,
            valid_from=row.valid_from,
            digest=row.digest,
            requested_by=names.get(row.requested_by, row.requested_by),
            requested_at=row.requested_at,
            decided_by=names.get(deciders[row.pk], deciders[row.pk]),
            decided_at=row.decided_at,
            state=_state(row, now),
            own=row.requested_by == principal.id,
            withdrawable=not_in_force_yet(row),
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

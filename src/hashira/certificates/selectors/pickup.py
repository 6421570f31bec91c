"""Codes that were given out for the certificates of a person (受取コードの閲覧)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hashira.certificates.domain.certificate_kind import TITLES, CertificateKind
from hashira.certificates.selectors.own_record import OwnDose, own_record
from hashira.certificates.store.models import CertificateStatus, PickupCode, State
from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A code as staff see it; the code itself is kept nowhere."""

    id: UUID
    number: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    state: str
    """``waiting``, ``used``, ``withdrawn`` or ``over``."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A valid certificate for which a code could be given out."""

    id: UUID
    number: str
    title: Bilingual
    issued_at: datetime


def pickup_codes_of(person_id: UUID, at: datetime) -> tuple[CodeLine, ...]:
    """The codes of a person, the latest first."""
    rows = PickupCode.objects.filter(person_id=person_id).select_related("certificate")
    return tuple(
        CodeLine(
            id=row.pk,
            number=row.certificate.number,
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
            state=_state(row, at),
        )
        for row in rows
    )


def offered_for_pickup(person_id: UUID) -> tuple[Offered, ...]:
    """The valid certificates of a person, the latest first."""
    rows = CertificateStatus.objects.filter(certificate__person_id=person_id, state=State.VALID)
    return tuple(
        Offered(
            row.certificate.pk,
            row.certificate.number,
            TITLES[CertificateKind(row.certificate.kind)],
            row.certificate.issued_at,
        )
        for row in rows.select_related("certificate").order_by("-issued_at", "-pk")
        if row.certificate is not None
    )


def offered_doses(person_id: UUID) -> tuple[OwnDose, ...]:
    """The doses of a person that a domestic certificate could show."""
    return tuple(dose for dose in own_record(person_id).doses if dose.card_refusal is None)


def _state(row: PickupCode, at: datetime) -> str:
    if row.used_at is not None:
        return "used"
    if row.withdrawn_at is not None:
        return "withdrawn"
    return "over" if row.expires_at <= at else "waiting"

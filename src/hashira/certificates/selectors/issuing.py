"""Certificates that were issued, as they are shown again (発行した証明書)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from hashira.certificates.domain import hcert, shc, vds_nc
from hashira.certificates.domain.certificate_kind import TITLES, CertificateKind
from hashira.certificates.domain.content import CertificateContent
from hashira.certificates.domain.vaccine_product import product
from hashira.certificates.selectors.own_record import OwnDose, OwnRecord, own_record
from hashira.certificates.selectors.record_group import collapsed_into, members_of, root_of
from hashira.certificates.store.models import IssuedCertificate
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class CertificateNotFound(HashiraError):
    """There is no certificate of that id."""

    code = "CERT-184"
    what = Bilingual("証明書が見つかりません", "There is no such certificate")
    why = Bilingual("アドレスが違います", "The address is not right")
    remedy = Bilingual("「わたしの接種記録」から開いてください", "Open it from your vaccination records")
    status = 404


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A certificate in a list."""

    id: UUID
    title: Bilingual
    number: str
    issued_at: datetime
    state: str
    """``valid``, ``revoked`` or ``superseded``."""
    outdated: bool
    """Whether the record has changed since: a dose corrected, withdrawn or added."""


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate with all that its page shows."""

    id: UUID
    person_id: UUID
    format: str
    kind: str
    number: str
    issued_at: datetime
    expires_at: datetime | None
    """When it ends by itself; certificates of the EU do."""
    municipality: Bilingual
    registered_name: str
    """The name in the register, for paper; a card may keep it back."""
    text: str
    """The compact JWS of a card, the JSON of a seal, the ``HC1:`` text of the others."""
    content: CertificateContent
    doses: tuple[OwnDose, ...]
    """The doses shown, as the register has them; a corrected one is missing here."""
    withdrawn: int
    """How many of the doses shown are no longer in force."""
    added: int
    """How many doses came to the record since."""
    nationality: str = ""
    """Of the passport, three letters: a seal does not carry it."""
    state: str = "valid"
    """``valid``, ``revoked`` or ``superseded``."""
    made_by: UUID | None = None
    """The resident through whose account it was made."""

    @property
    def is_card(self) -> bool:
        return self.kind == CertificateKind.CARD


def certificates_of(
    person_id: UUID, in_force: frozenset[UUID], *, made_by: str | None = None
) -> tuple[CertificateLine, ...]:
    """The certificates of a person, the newest first; ``in_force`` are the events that count now.

    With ``made_by`` those that were made through this resident's account: what a representative sees.
    """
    members = members_of(person_id)
    same = collapsed_into(members)
    every = IssuedCertificate.objects.filter(person_id__in=members)
    rows = (
        (every if made_by is None else every.filter(resident_id=made_by))
        .select_related("status")
        .prefetch_related("doses")
    )
    lines = []
    for row in rows:
        shown = {same.get(dose.event_id, dose.event_id) for dose in row.doses.all()}
        lines.append(
            CertificateLine(
                id=row.pk,
                title=TITLES[row.kind],
                number=row.number,
                issued_at=row.issued_at,
                state=_state(row),
                outdated=not shown <= in_force,
            )
        )
    return tuple(lines)


def certificate_view(certificate_id: UUID) -> CertificateView:
    """The certificate; raises ``CertificateNotFound``."""
    return certificate_and_record(certificate_id)[0]


def certificate_and_record(certificate_id: UUID) -> tuple[CertificateView, OwnRecord]:
    """The certificate and the record that it is of; raises ``CertificateNotFound``."""
    rows = IssuedCertificate.objects.select_related("status").prefetch_related("doses")
    row = rows.filter(pk=certificate_id).first()
    if row is None:
        raise CertificateNotFound
    record = own_record(row.person_id)
    shown = {dose.event_id for dose in row.doses.all()}
    if not shown <= {
        dose.event_id for dose in record.doses
    }:  # one was corrected, or is another since a merge
        same = collapsed_into(members_of(record.person_id))
        shown = {same.get(event, event) for event in shown}
    view = CertificateView(
        id=row.pk,
        person_id=record.person_id,
        format=row.format,
        kind=row.kind,
        number=row.number,
        issued_at=row.issued_at,
        expires_at=_expiry(row.format, row.text),
        municipality=record.municipality,
        registered_name=record.name,
        text=row.text,
        content=_content(row.format, row.text),
        doses=tuple(_as_issued(dose, row.issued_at) for dose in record.doses if dose.event_id in shown),
        withdrawn=len(shown - {dose.event_id for dose in record.doses}),
        state=_state(row),
        made_by=row.resident_id,
        added=sum(dose.recorded_at > row.issued_at for dose in record.doses if dose.event_id not in shown),
        nationality=row.nationality,
    )
    return view, record


def _state(row: IssuedCertificate) -> str:
    return row.status.state if hasattr(row, "status") else "valid"


def _as_issued(own: OwnDose, at: datetime) -> OwnDose:
    """The dose with the product as the programme had it on the day of the certificate."""
    day = today_in_japan(FixedClock(at))
    return replace(own, dose=replace(own.dose, product=product(own.dose.product.code, on=day)))


def person_of_number(number: str, organisations: frozenset[UUID]) -> UUID | None:
    """The person whose certificate has that number (証明書ID), among those of the organisations."""
    row = IssuedCertificate.objects.filter(number=number, organisation_id__in=organisations).first()
    return root_of(row.person_id) if row else None


def shown_name(row: IssuedCertificate) -> str:
    """The name that a certificate shows; empty where it shows none."""
    holder = _content(row.format, row.text).holder
    return holder.name or " ".join(part for part in (holder.family or "", *holder.given) if part)


def _content(kind: str, text: str) -> CertificateContent:
    """What the signature covers, read back from the signed text: a page shows nothing else as signed."""
    if kind == shc.NAME:
        return shc.decode(text).content
    return hcert.decode(text).content if kind == hcert.NAME else vds_nc.decode(text).content


def _expiry(kind: str, text: str) -> datetime | None:
    """As the signed text says it: of those issued here only certificates of the EU expire."""
    expires = hcert.decode(text).expires_at if kind == hcert.NAME else None
    return None if expires is None else datetime.fromtimestamp(expires, UTC)

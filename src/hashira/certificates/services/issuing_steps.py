"""What the issue of a certificate of any kind goes through, in this order (証明書の発行の手順).

The record is held and read, a request that was carried out before is answered, the doses are found; then the
certificate is signed, and ``keep`` writes it, its doses and its place in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hashira.certificates.adapters.issuing_keys import IssuingKeys
from hashira.certificates.domain import p256
from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.domain.certificate_number import CertificateNumber
from hashira.certificates.domain.protection import AlertKind
from hashira.certificates.selectors.own_record import OwnDose, OwnRecord, own_record
from hashira.certificates.services.keys import certificate_kid, publish_keys
from hashira.certificates.services.own_record import require_own
from hashira.certificates.services.protection import one, raise_alerts
from hashira.certificates.services.status import enter
from hashira.certificates.store.models import (
    CertificateSerial,
    IssuedCertificate,
    IssuedDose,
    Person,
    SigningKey,
)
from hashira.core import audit
from hashira.core.access import Principal, PrincipalKind
from hashira.core.audit import Subject
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

ISSUE = "certificates:IssueOwnCertificate"


class DosesChanged(HashiraError):
    """A dose that was chosen is not, or no longer, in force."""

    code = "CERT-182"
    what = Bilingual("証明書を作れませんでした", "The certificate was not made")
    why = Bilingual(
        "選んだ接種記録が、その間に訂正されたか取り消されました",
        "A dose you chose has been corrected or withdrawn in the meantime",
    )
    remedy = Bilingual(
        "もう一度はじめから、いまの接種記録を選んでください", "Begin again with the record as it is now"
    )
    status = 409


class RequestTaken(HashiraError):
    """The number of the request belongs to another certificate."""

    code = "CERT-183"
    what = Bilingual("証明書を作れませんでした", "The certificate was not made")
    why = Bilingual(
        "同じ申請番号が別の証明書に使われています",
        "The number of this request belongs to another certificate",
    )
    remedy = Bilingual("もう一度はじめから作ってください", "Begin again")
    status = 409


def held_record(actor: Principal, person_id: UUID) -> OwnRecord:
    """The record as it is once nobody else can change it: a correction waits, or has been seen."""
    record = own_record(person_id)
    require_own(actor, ISSUE, record, record.resource)
    Person.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    return own_record(person_id)


def made_before(request_id: UUID, record: OwnRecord, kind: str) -> bool:
    """Whether the request was carried out already; raises ``RequestTaken`` where it made something else."""
    made = IssuedCertificate.objects.filter(pk=request_id).values_list("person_id", "kind").first()
    if made is None:
        return False
    if made != (record.person_id, kind):
        raise RequestTaken
    return True


def repeated(actor: Principal, record: OwnRecord, request_id: UUID, *, action: str = ISSUE) -> UUID:
    """The answer to a request that was carried out before: nothing is made, and that is told."""
    _tell(actor, record, {"repeated": True}, action=action)
    return request_id


def chosen_doses(record: OwnRecord, events: Sequence[UUID], kind: CertificateKind) -> tuple[OwnDose, ...]:
    """The doses of those events, in the order of the record.

    All of them must be in force, and such as the kind can show; the page offers no others.
    """
    wanted = set(events)
    doses = tuple(dose for dose in record.doses if dose.event_id in wanted)
    if not wanted or len(doses) != len(wanted) or any(dose.refusals[kind] for dose in doses):
        raise DosesChanged
    return doses


def next_number(record: OwnRecord, state: str, at: datetime) -> CertificateNumber:
    """The next 証明書ID of the municipality on that day in Japan. The row is locked until the commit."""
    day = today_in_japan(FixedClock(at))
    counter, made = CertificateSerial.objects.select_for_update(no_key=True).get_or_create(
        organisation_id=record.organisation_id, issued_on=day, defaults={"last": 1}
    )
    if not made:
        counter.last += 1
        counter.save(update_fields=["last"])
    return CertificateNumber(state, record.municipality_code, day, counter.last)


def keep(
    actor: Principal,
    record: OwnRecord,
    doses: Sequence[OwnDose],
    keys: IssuingKeys,
    certificate: IssuedCertificate,
    *,
    resident: UUID | None = None,
    action: str = ISSUE,
    more: Mapping[str, str] | None = None,
) -> UUID:
    """Writes a signed certificate with what it shows, enters it in the ledger and tells of it."""
    certificate.person_id = record.person_id
    certificate.organisation_id = record.organisation_id
    certificate.resident_id = UUID(actor.id) if actor.kind is PrincipalKind.RESIDENT else resident
    try:
        with transaction.atomic():
            certificate.save(force_insert=True)
    except IntegrityError:
        # The same request, carried out by another process at the same moment; anything else is a fault.
        if not made_before(certificate.id, record, certificate.kind):
            raise
        return repeated(actor, record, certificate.id, action=action)
    IssuedDose.objects.bulk_create(
        IssuedDose(certificate=certificate, event_id=dose.event_id, position=position)
        for position, dose in enumerate(doses, start=1)
    )
    _publish_unless_known(keys, certificate.issued_at)
    enter(certificate)
    raise_alerts(one(record.person_id), kind=AlertKind.ISSUE, actor=actor, at=certificate.issued_at)
    facts: dict[str, str | int | bool | None] = {
        "format": certificate.format,
        "number": certificate.number,
        "doses": len(doses),
        **(more or {}),
    }
    _tell(actor, record, facts, evidence=certificate.text.encode("utf-8"), action=action)
    return certificate.id


def _publish_unless_known(keys: IssuingKeys, at: datetime) -> None:
    """A key nobody knows of yet is published in the transaction of the first certificate it signs.

    After the certificate is written and before it is told: publishing takes the turn of the audit, and
    whoever has that turn must not wait for a row any more (see ``audit.recording``).
    """
    wanted = {p256.thumbprint(keys.card.public_key_spki)}
    certified = (keys.seal, keys.document)
    wanted |= {certificate_kid(s) for s in certified if s is not None and s.certificate_chain}
    if SigningKey.objects.filter(kid__in=wanted).count() < len(wanted):
        publish_keys(actor=Principal.system("certificates"), keys=keys, at=at)


def _tell(
    actor: Principal,
    record: OwnRecord,
    facts: dict[str, str | int | bool | None],
    evidence: bytes | None = None,
    *,
    action: str = ISSUE,
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("person", str(record.person_id))],
        organisation=str(record.organisation_id),
        facts=facts,
        evidence=evidence,
    )

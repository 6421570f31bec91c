"""Issuing certificates: signed projections of the doses in force, kept with the events they show (発行)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from hashira.certificates.adapters.issuing_keys import IssuingKeys
from hashira.certificates.domain import base64url, p256, shc, vds_nc
from hashira.certificates.domain.certificate_number import CertificateNumber, new_uvci
from hashira.certificates.domain.mrz import Zone
from hashira.certificates.domain.passport import Passport, accept_passport
from hashira.certificates.domain.projection import card_content, seal_content
from hashira.certificates.selectors.issuing import CertificateView, certificate_view
from hashira.certificates.selectors.own_record import OwnDose, OwnRecord, own_record
from hashira.certificates.services.keys import chosen_keys, publish_keys, seal_kid
from hashira.certificates.services.status import enter
from hashira.certificates.store.models import (
    CertificateSerial,
    IssuedCertificate,
    IssuedDose,
    Person,
    SigningKey,
)
from hashira.core import access, audit
from hashira.core.access import Principal, PrincipalKind
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_RID_OCTETS = 8


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


@service(action="certificates:IssueOwnCertificate")
def issue_card(
    *,
    actor: Principal,
    person_id: UUID,
    request_id: UUID,
    events: Sequence[UUID],
    shows_name: bool,
    shows_birth_date: bool,
    at: datetime,
) -> UUID:
    """A domestic certificate (SMART Health Card) of the doses; returns its id.

    ``request_id`` becomes the id: asking twice with the same one gives one certificate. Raises
    ``DosesChanged``, ``RequestTaken``, ``CardNotWritable``, ``CardTooLarge`` or an error of the keys.
    """
    record = _record(actor, person_id)
    if _made_before(request_id, record, shc.NAME):
        return _repeated(actor, record, request_id)
    doses, keys = _chosen(record, events), chosen_keys(at)
    card = _card(
        record, doses, keys, request_id, at, shows_name=shows_name, shows_birth_date=shows_birth_date
    )
    return _keep(actor, record, doses, keys, card)


@service(action="certificates:IssueOwnCertificate")
def issue_seal(
    *,
    actor: Principal,
    person_id: UUID,
    request_id: UUID,
    events: Sequence[UUID],
    zone: Zone,
    at: datetime,
) -> UUID:
    """A certificate for travel (VDS-NC) with the passport of ``zone``; returns its id.

    As ``issue_card``; raises also ``PassportNotUsable``, ``SealNotWritable``, ``SealTooLarge`` or
    ``SignerNotFit``.
    """
    record = _record(actor, person_id)
    if _made_before(request_id, record, vds_nc.NAME):
        return _repeated(actor, record, request_id)
    passport = accept_passport(
        zone, birth_date=record.birth_date, names=record.names, on=today_in_japan(FixedClock(at))
    )
    doses, keys = _chosen(record, events), chosen_keys(at)
    return _keep(actor, record, doses, keys, _seal(record, doses, keys, passport, request_id, at))


@service(action="certificates:ViewOwnCertificate")
def view_certificate(*, actor: Principal, certificate_id: UUID) -> CertificateView:
    """A certificate of one's own, to be shown; raises ``CertificateNotFound`` or ``AccessDenied``."""
    view = certificate_view(certificate_id)
    record = own_record(view.person_id)
    access.require(actor, "certificates:ViewOwnCertificate", record.resource)
    audit.record(
        actor=actor,
        action="certificates:ViewOwnCertificate",
        subjects=[Subject("person", str(view.person_id))],
        organisation=str(record.organisation_id),
        facts={"number": view.number},
    )
    return view


def _record(actor: Principal, person_id: UUID) -> OwnRecord:
    """The record as it is once nobody else can change it: a correction waits, or has been seen."""
    access.require(actor, "certificates:IssueOwnCertificate", own_record(person_id).resource)
    Person.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    return own_record(person_id)


def _made_before(request_id: UUID, record: OwnRecord, kind: str) -> bool:
    made = IssuedCertificate.objects.filter(pk=request_id).values_list("person_id", "format").first()
    if made is None:
        return False
    if made != (record.person_id, kind):
        raise RequestTaken
    return True


def _repeated(
    actor: Principal,
    record: OwnRecord,
    request_id: UUID,
    *,
    action: str = "certificates:IssueOwnCertificate",
) -> UUID:
    """The answer to a request that was carried out before: nothing is made, and that is told."""
    _tell(actor, record, {"repeated": True}, action=action)
    return request_id


def _chosen(record: OwnRecord, events: Sequence[UUID]) -> tuple[OwnDose, ...]:
    """The doses of those events, in the order of the record; all of them must be in force."""
    wanted = set(events)
    doses = tuple(dose for dose in record.doses if dose.event_id in wanted)
    if not wanted or len(doses) != len(wanted):
        raise DosesChanged
    return doses


def _publish_unless_known(keys: IssuingKeys, at: datetime) -> None:
    """A key nobody knows of yet is published in the transaction of the first certificate it signs.

    After the certificate is written and before it is told: publishing takes the turn of the audit, and
    whoever has that turn must not wait for a row any more (see ``audit.recording``).
    """
    wanted = {p256.thumbprint(keys.card.public_key_spki), seal_kid(keys)}
    if SigningKey.objects.filter(kid__in=wanted).count() < len(wanted):
        publish_keys(actor=Principal.system("certificates"), keys=keys, at=at)


def _next_number(record: OwnRecord, state: str, at: datetime) -> CertificateNumber:
    """The next 証明書ID of the municipality on that day in Japan. The row is locked until the commit."""
    day = today_in_japan(FixedClock(at))
    counter, made = CertificateSerial.objects.select_for_update(no_key=True).get_or_create(
        organisation_id=record.organisation_id, issued_on=day, defaults={"last": 1}
    )
    if not made:
        counter.last += 1
        counter.save(update_fields=["last"])
    return CertificateNumber(state, record.municipality_code, day, counter.last)


def _keep(
    actor: Principal,
    record: OwnRecord,
    doses: Sequence[OwnDose],
    keys: IssuingKeys,
    certificate: IssuedCertificate,
    *,
    resident: UUID | None = None,
    action: str = "certificates:IssueOwnCertificate",
) -> UUID:
    certificate.person_id = record.person_id
    certificate.organisation_id = record.organisation_id
    certificate.resident_id = UUID(actor.id) if actor.kind is PrincipalKind.RESIDENT else resident
    try:
        with transaction.atomic():
            certificate.save(force_insert=True)
    except IntegrityError:
        # The same request, carried out by another process at the same moment; anything else is a fault.
        if not _made_before(certificate.id, record, certificate.format):
            raise
        return _repeated(actor, record, certificate.id, action=action)
    IssuedDose.objects.bulk_create(
        IssuedDose(certificate=certificate, event_id=dose.event_id, position=position)
        for position, dose in enumerate(doses, start=1)
    )
    _publish_unless_known(keys, certificate.issued_at)
    enter(certificate)
    facts = {"format": certificate.format, "number": certificate.number, "doses": len(doses)}
    _tell(actor, record, facts, evidence=certificate.text.encode("utf-8"), action=action)
    return certificate.id


def _tell(
    actor: Principal,
    record: OwnRecord,
    facts: dict[str, str | int | bool | None],
    evidence: bytes | None = None,
    *,
    action: str = "certificates:IssueOwnCertificate",
) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[Subject("person", str(record.person_id))],
        organisation=str(record.organisation_id),
        facts=facts,
        evidence=evidence,
    )


def card_by_staff(
    *,
    actor: Principal,
    action: str,
    record: OwnRecord,
    certificate_id: UUID,
    events: Sequence[UUID],
    at: datetime,
) -> UUID:
    """A card with name and date of birth for somebody who has no account; told as ``action``.

    In the caller's transaction, which has asked for access and holds the person. As ``issue_card``.
    """
    if _made_before(certificate_id, record, shc.NAME):
        return _repeated(actor, record, certificate_id, action=action)
    doses, keys = _chosen(record, events), chosen_keys(at)
    card = _card(record, doses, keys, certificate_id, at, shows_name=True, shows_birth_date=True)
    return _keep(actor, record, doses, keys, card, action=action)


def seal_by_staff(
    *,
    actor: Principal,
    action: str,
    record: OwnRecord,
    certificate_id: UUID,
    events: Sequence[UUID],
    passport: Passport,
    at: datetime,
) -> UUID:
    """A seal for somebody who has no account, with the passport that was shown; as ``card_by_staff``."""
    if _made_before(certificate_id, record, vds_nc.NAME):
        return _repeated(actor, record, certificate_id, action=action)
    doses, keys = _chosen(record, events), chosen_keys(at)
    seal = _seal(record, doses, keys, passport, certificate_id, at)
    return _keep(actor, record, doses, keys, seal, action=action)


def replace_card(
    *,
    actor: Principal,
    old: IssuedCertificate,
    certificate_id: UUID,
    doses: Sequence[OwnDose],
    at: datetime,
) -> UUID:
    """A card in the place of an old one: as much of the holder as that showed, as the register has it now.

    In the caller's transaction, which has asked for access. Raises as ``issue_card``.
    """
    record, keys = own_record(old.person_id), chosen_keys(at)
    card = _card(
        record,
        doses,
        keys,
        certificate_id,
        at,
        shows_name=old.shows_name,
        shows_birth_date=old.shows_birth_date,
    )
    return _keep(actor, record, doses, keys, card, resident=old.resident_id)


def replace_seal(
    *,
    actor: Principal,
    old: IssuedCertificate,
    certificate_id: UUID,
    doses: Sequence[OwnDose],
    at: datetime,
) -> UUID:
    """A seal in the place of an old one, for the passport that the old one was signed for.

    As ``replace_card``; the passport was read when the old one was made and is in what was signed.
    """
    record, keys = own_record(old.person_id), chosen_keys(at)
    before = vds_nc.decode(old.text).content.holder
    passport = Passport(
        number=before.document_number or "",
        name=before.name or "",
        nationality=old.nationality,
        sex=None,
        expires=today_in_japan(FixedClock(at)),  # neither of these two is written anywhere
    )
    seal = _seal(record, doses, keys, passport, certificate_id, at)
    return _keep(actor, record, doses, keys, seal, resident=old.resident_id)


def _card(
    record: OwnRecord,
    doses: Sequence[OwnDose],
    keys: IssuingKeys,
    certificate_id: UUID,
    at: datetime,
    *,
    shows_name: bool,
    shows_birth_date: bool,
) -> IssuedCertificate:
    """A card, signed, under the next number; not kept yet."""
    number, rid = _next_number(record, keys.state, at), base64url.encode(secrets.token_bytes(_RID_OCTETS))
    content = card_content(
        [chosen.dose for chosen in doses],
        name=record.name if shows_name else None,
        birth_date=record.birth_date if shows_birth_date else None,
        authority=keys.authority,
        on=today_in_japan(FixedClock(at)),
    )
    text = shc.issue(
        holder=content.holder,
        doses=content.doses,
        issuer=keys.card_issuer,
        signer=keys.card,
        at=at,
        rid=rid,
    )
    return IssuedCertificate(
        id=certificate_id,
        format=shc.NAME,
        number=number.text,
        kid=p256.thumbprint(keys.card.public_key_spki),
        rid=rid,
        text=text,
        shows_name=shows_name,
        shows_birth_date=shows_birth_date,
        issued_at=at,
    )


def _seal(
    record: OwnRecord,
    doses: Sequence[OwnDose],
    keys: IssuingKeys,
    passport: Passport,
    certificate_id: UUID,
    at: datetime,
) -> IssuedCertificate:
    """A seal, signed, under the next number; not kept yet."""
    number, uvci = _next_number(record, keys.state, at), new_uvci()
    content = seal_content(
        [chosen.dose for chosen in doses], passport, birth_date=record.birth_date, authority=keys.authority
    )
    text = vds_nc.issue(
        holder=content.holder,
        doses=content.doses,
        issuer=keys.state,
        uvci=uvci,
        certificate_number=number.text,
        signer=keys.seal,
        at=at,
        grouped=False,
    )
    return IssuedCertificate(
        id=certificate_id,
        format=vds_nc.NAME,
        number=number.text,
        kid=seal_kid(keys),
        uvci=uvci,
        text=text,
        nationality=passport.nationality.rstrip("<"),
        issued_at=at,
    )

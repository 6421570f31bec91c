"""Issuing certificates: signed projections of the doses in force, kept with the events they show (発行)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from hashira.certificates.adapters.issuing_keys import IssuingKeys
from hashira.certificates.domain import base64url, p256, shc, vds_nc
from hashira.certificates.domain.certificate_kind import CertificateKind
from hashira.certificates.domain.certificate_number import new_uvci
from hashira.certificates.domain.mrz import Zone
from hashira.certificates.domain.passport import Passport, accept_passport
from hashira.certificates.domain.projection import card_content, seal_content
from hashira.certificates.domain.protection import AlertKind
from hashira.certificates.selectors.issuing import CertificateView, certificate_and_record
from hashira.certificates.selectors.own_record import OwnDose, OwnRecord, own_record
from hashira.certificates.services.issuing_steps import (
    DosesChanged,
    RequestTaken,
    chosen_doses,
    held_record,
    keep,
    made_before,
    next_number,
    repeated,
)
from hashira.certificates.services.keys import certificate_kid, chosen_keys
from hashira.certificates.services.own_record import require_own
from hashira.certificates.services.protection import one, raise_alerts
from hashira.certificates.store.models import IssuedCertificate
from hashira.core import audit
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan

__all__ = [
    "DosesChanged",
    "RequestTaken",
    "issue_card",
    "issue_seal",
    "new_card",
    "newest_that_fit",
    "replace_card",
    "replace_seal",
    "view_certificate",
]

_RID_OCTETS = 8


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
    record = held_record(actor, person_id)
    if made_before(request_id, record, CertificateKind.CARD):
        return repeated(actor, record, request_id)
    doses, keys = chosen_doses(record, events, CertificateKind.CARD), chosen_keys(at)
    card = _card(
        record, doses, keys, request_id, at, shows_name=shows_name, shows_birth_date=shows_birth_date
    )
    return keep(actor, record, doses, keys, card)


@service(action="certificates:IssueOwnCertificate")
def issue_seal(
    *,
    actor: Principal,
    person_id: UUID,
    request_id: UUID,
    events: Sequence[UUID],
    zone: Zone,
    grouped: bool = False,
    at: datetime,
) -> UUID:
    """A certificate for travel (VDS-NC) with the passport of ``zone``; returns its id.

    ``grouped`` leaves Japan's layout and puts the doses of one product together, for a smaller code. As
    ``issue_card``; raises also ``PassportNotUsable``, ``SealNotWritable``, ``SealTooLarge`` or
    ``SignerNotFit``.
    """
    record = held_record(actor, person_id)
    if made_before(request_id, record, CertificateKind.SEAL):
        return repeated(actor, record, request_id)
    passport = accept_passport(
        zone, birth_date=record.birth_date, names=record.names, on=today_in_japan(FixedClock(at))
    )
    doses, keys = chosen_doses(record, events, CertificateKind.SEAL), chosen_keys(at)
    seal = _seal(record, doses, keys, passport, request_id, at, grouped=grouped)
    return keep(actor, record, doses, keys, seal)


@service(action="certificates:ViewOwnCertificate")
def view_certificate(*, actor: Principal, certificate_id: UUID) -> CertificateView:
    """A certificate of one's own, to be shown; raises ``CertificateNotFound`` or ``AccessDenied``.

    A representative opens those that were made through the own account: another's may name a passport.
    """
    view, record = certificate_and_record(certificate_id)
    require_own(
        actor,
        "certificates:ViewOwnCertificate",
        record,
        record.resource_of_certificate(view.made_by),
    )
    if not record.is_own(actor.id):
        raise_alerts(one(view.person_id), kind=AlertKind.ISSUE, actor=actor, at=datetime.now(UTC))
    audit.record(
        actor=actor,
        action="certificates:ViewOwnCertificate",
        subjects=[Subject("person", str(view.person_id))],
        organisation=str(record.organisation_id),
        facts={"number": view.number},
    )
    return view


def card_by_staff(
    *,
    actor: Principal,
    action: str,
    record: OwnRecord,
    certificate_id: UUID,
    events: Sequence[UUID],
    at: datetime,
    facts: Mapping[str, str] | None = None,
) -> UUID:
    """A card with name and date of birth for somebody who has no account; told as ``action`` with ``facts``.

    In the caller's transaction, which has asked for access and holds the person. As ``issue_card``.
    """
    if made_before(certificate_id, record, CertificateKind.CARD):
        return repeated(actor, record, certificate_id, action=action)
    doses, keys = chosen_doses(record, events, CertificateKind.CARD), chosen_keys(at)
    card = _card(record, doses, keys, certificate_id, at, shows_name=True, shows_birth_date=True)
    return keep(actor, record, doses, keys, card, action=action, more=facts)


def newest_that_fit(record: OwnRecord, *, at: datetime) -> tuple[UUID, ...]:
    """The events of the newest doses that one card of the person has room for: a childhood may have too many.

    Measured on a card that nobody signs. Its number for revocation is longer than any of ours, so that octets
    that compress a little worse do not make the promise untrue.
    """
    shown, keys = [dose for dose in record.doses if dose.card_refusal is None], chosen_keys(at)
    for first in range(len(shown)):
        content = card_content(
            [own.dose for own in shown[first:]],
            name=record.name,
            birth_date=record.birth_date,
            authority=keys.authority,
            on=today_in_japan(FixedClock(at)),
        )
        with suppress(shc.CardTooLarge):
            shc.issue(
                holder=content.holder,
                doses=content.doses,
                issuer=keys.card_issuer,
                signer=_Unsigned(keys.card.public_key_spki),
                at=at,
                rid=base64url.encode(secrets.token_bytes(_RID_OCTETS + 4)),
            )
            return tuple(own.event_id for own in shown[first:])
    return ()


@dataclass(frozen=True, slots=True)
class _Unsigned:
    """Takes the place of a signer where only the length counts: nothing it gives verifies."""

    public_key_spki: bytes
    certificate_chain: tuple[bytes, ...] = ()

    def sign(self, message: bytes) -> bytes:
        return bytes(64)


def seal_by_staff(
    *,
    actor: Principal,
    action: str,
    record: OwnRecord,
    certificate_id: UUID,
    events: Sequence[UUID],
    passport: Passport,
    at: datetime,
    facts: Mapping[str, str] | None = None,
) -> UUID:
    """A seal for somebody who has no account, with the passport that was shown; as ``card_by_staff``."""
    if made_before(certificate_id, record, CertificateKind.SEAL):
        return repeated(actor, record, certificate_id, action=action)
    doses, keys = chosen_doses(record, events, CertificateKind.SEAL), chosen_keys(at)
    seal = _seal(record, doses, keys, passport, certificate_id, at, grouped=False)
    return keep(actor, record, doses, keys, seal, action=action, more=facts)


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
    return keep(actor, record, doses, keys, card, resident=old.resident_id)


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
    seal_before = vds_nc.decode(old.text)
    before = seal_before.content.holder
    passport = Passport(
        number=before.document_number or "",
        name=before.name or "",
        nationality=old.nationality,
        sex=None,
        expires=today_in_japan(FixedClock(at)),  # neither of these two is written anywhere
    )
    grouped = seal_before.grouped
    seal = _seal(record, doses, keys, passport, certificate_id, at, grouped=grouped)
    return keep(actor, record, doses, keys, seal, resident=old.resident_id)


def new_card(
    *, actor: Principal, record: OwnRecord, certificate_id: UUID, doses: Sequence[OwnDose], at: datetime
) -> UUID:
    """A card with name and date of birth that staff make for somebody; asking twice with an id makes one.

    In the caller's transaction, which holds the person and has asked for access. Raises as ``issue_card``.
    """
    if made_before(certificate_id, record, CertificateKind.CARD):
        return certificate_id
    keys = chosen_keys(at)
    card = _card(record, doses, keys, certificate_id, at, shows_name=True, shows_birth_date=True)
    return keep(actor, record, doses, keys, card)


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
    number, rid = next_number(record, keys.state, at), base64url.encode(secrets.token_bytes(_RID_OCTETS))
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
        kind=CertificateKind.CARD,
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
    *,
    grouped: bool,
) -> IssuedCertificate:
    """A seal, signed, under the next number; not kept yet."""
    number, uvci = next_number(record, keys.state, at), new_uvci()
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
        grouped=grouped,
    )
    return IssuedCertificate(
        id=certificate_id,
        format=vds_nc.NAME,
        kind=CertificateKind.SEAL,
        number=number.text,
        kid=certificate_kid(keys.seal),
        uvci=uvci,
        text=text,
        nationality=passport.nationality.rstrip("<"),
        issued_at=at,
    )

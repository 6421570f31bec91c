"""Issuing certificates of the EU and the WHO: one dose each, in an HCERT (EU・WHOの証明書の発行)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from hashira.certificates.adapters.issuing_keys import IssuingKeys
from hashira.certificates.domain import dcc, hcert, hcert_issue, icvp, uvci
from hashira.certificates.domain.certificate_kind import EU_CLAIM, FORMATS, ICVP_CLAIM, CertificateKind
from hashira.certificates.domain.content import Holder
from hashira.certificates.domain.dcc_value_set import codes_on, total_doses
from hashira.certificates.domain.mrz import Zone
from hashira.certificates.domain.passport import accept_passport
from hashira.certificates.domain.state_certificate import read_listed_certificate
from hashira.certificates.domain.state_code import two_letters
from hashira.certificates.selectors.own_record import OwnDose, OwnRecord, own_record
from hashira.certificates.services.issuing_steps import (
    DosesChanged,
    chosen_doses,
    held_record,
    keep,
    made_before,
    next_number,
    repeated,
)
from hashira.certificates.services.keys import certificate_kid, chosen_keys
from hashira.certificates.store.models import IssuedCertificate
from hashira.core.access import Principal
from hashira.core.services import service
from hashira.kernel.clock import FixedClock, today_in_japan
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.person_name import WrittenName

_LIFE = timedelta(days=365)
"""A certificate of the EU must expire; a year, or the end of its signer's certificate if that is earlier."""
_SEXES = {"F": "female", "M": "male", "X": "other"}


@dataclass(frozen=True, slots=True)
class _Bearer:
    """What of a travel document goes into a yellow card."""

    name: str
    sex: str
    nationality: str
    number: str | None


class RomanNameMissing(HashiraError):
    """Neither the register nor a passport says how the name is written in Roman letters."""

    code = "CERT-186"
    what = Bilingual("EUの証明書を作れません", "The certificate for the EU cannot be made")
    why = Bilingual(
        "氏名のローマ字が登録されていません", "The register has no writing of the name in Roman letters"
    )
    remedy = Bilingual(
        "旅券の機械読取領域を入力するか、窓口でローマ字氏名の登録を申し出てください",
        "Enter the machine-readable zone of your passport, or ask the counter to register your Roman name",
    )
    status = 422


@service(action="certificates:IssueOwnCertificate")
def issue_eu(
    *, actor: Principal, person_id: UUID, request_id: UUID, event: UUID, zone: Zone | None, at: datetime
) -> UUID:
    """A certificate of the EU (DCC) of one dose; returns its id.

    The Roman name is that of the passport where its ``zone`` is given, else that of the register. As
    ``issue_card``; raises also ``RomanNameMissing``, ``PassportNotUsable``, ``DccNotWritable``,
    ``HcertTooLarge``, ``DocumentSignerNotFit`` or ``IssuingNotConfigured``.
    """
    record = held_record(actor, person_id)
    if made_before(request_id, record, CertificateKind.EU):
        return repeated(actor, record, request_id)
    name = record.names.roman
    if zone is not None:
        accept_passport(zone, birth_date=record.birth_date, names=record.names, on=_today(at))
        name = zone.name
    if name is None:
        raise RomanNameMissing
    doses, keys = chosen_doses(record, [event], CertificateKind.EU), chosen_keys(at)
    made = _eu(record, doses[0], keys, dcc.transliterated(name), request_id, at)
    return keep(actor, record, doses, keys, made)


@service(action="certificates:IssueOwnCertificate")
def issue_icvp(
    *, actor: Principal, person_id: UUID, request_id: UUID, event: UUID, zone: Zone, at: datetime
) -> UUID:
    """A yellow card of the WHO (ICVP) of one dose, with the passport of ``zone``; returns its id.

    As ``issue_card``; raises also ``PassportNotUsable``, ``IcvpNotWritable``, ``HcertTooLarge``,
    ``DocumentSignerNotFit`` or ``IssuingNotConfigured``.
    """
    record = held_record(actor, person_id)
    if made_before(request_id, record, CertificateKind.ICVP):
        return repeated(actor, record, request_id)
    passport = accept_passport(zone, birth_date=record.birth_date, names=record.names, on=_today(at))
    doses, keys = chosen_doses(record, [event], CertificateKind.ICVP), chosen_keys(at)
    bearer = _Bearer(
        passport.name, _SEXES.get(passport.sex or "", "unknown"), passport.nationality, passport.number
    )
    return keep(actor, record, doses, keys, _icvp(record, doses[0], keys, bearer, request_id, at))


def replace_eu(
    *,
    actor: Principal,
    old: IssuedCertificate,
    certificate_id: UUID,
    doses: tuple[OwnDose, ...],
    at: datetime,
) -> UUID:
    """A certificate of the EU in the place of an old one, with the transliterated name of that one.

    In the caller's transaction, which has asked for access. Raises as ``issue_eu``.
    """
    record, keys = own_record(old.person_id), chosen_keys(at)
    before = hcert.decode(old.text).content
    assert isinstance(before, dcc.DccContent)
    surname, _, forename = before.transliterated.partition("<<")
    made = _eu(record, doses[0], keys, (surname, forename), certificate_id, at)
    return keep(actor, record, doses, keys, made, resident=old.resident_id)


def replace_icvp(
    *,
    actor: Principal,
    old: IssuedCertificate,
    certificate_id: UUID,
    doses: tuple[OwnDose, ...],
    at: datetime,
) -> UUID:
    """A yellow card in the place of an old one, for the passport that the old one was signed for."""
    record, keys = own_record(old.person_id), chosen_keys(at)
    before = hcert.decode(old.text).content
    assert isinstance(before, icvp.IcvpContent)
    bearer = _Bearer(
        before.holder.name or "",
        before.sex or "unknown",
        before.nationality or "",
        before.holder.document_number,
    )
    made = _icvp(record, doses[0], keys, bearer, certificate_id, at)
    return keep(actor, record, doses, keys, made, resident=old.resident_id)


def _eu(
    record: OwnRecord,
    chosen: OwnDose,
    keys: IssuingKeys,
    name: tuple[str, str],
    certificate_id: UUID,
    at: datetime,
) -> IssuedCertificate:
    """A certificate of the EU, signed, under the next number; not kept yet."""
    signer, country = keys.document_signer, two_letters(keys.state) or ""
    dose, written = chosen.dose, WrittenName.split(record.name)
    codes = codes_on(dose.product.code, _today(at))
    if codes is None or dose.number is None:  # such doses are not offered
        raise DosesChanged
    number, named = next_number(record, keys.state, at), uvci.new_uvci(country)
    claim = dcc.write_vaccination(
        holder=Holder(
            name=None,
            family=written.family,
            given=(written.given,) if written.given else (),
            birth_date=record.birth_date.isoformat(),
        ),
        surname=name[0],
        forename=name[1],
        day=dose.given_on,
        codes=codes,
        number=dose.number,
        total=total_doses(dose.number, first_product=_first_of_series(record, chosen)),
        country=two_letters(dose.country) or "",
        authority=keys.authority,
        uvci=named,
    )
    ends = read_listed_certificate(signer.certificate_chain[0]).not_after
    text = hcert_issue.issue(
        claim=claim, kind=EU_CLAIM, issuer=country, signer=signer, at=at, expires=min(at + _LIFE, ends)
    )
    return IssuedCertificate(
        id=certificate_id,
        format=FORMATS[CertificateKind.EU],
        kind=CertificateKind.EU,
        number=number.text,
        kid=certificate_kid(signer),
        uvci=named,
        text=text,
        issued_at=at,
    )


def _first_of_series(record: OwnRecord, chosen: OwnDose) -> str:
    """The product of the course's first dose, which decides how many doses the course has."""
    series = chosen.dose.product.series
    first = [d for d in record.doses if d.dose.product.series == series and d.number == 1]
    return (first[0] if first else chosen).dose.product.code


def _icvp(
    record: OwnRecord,
    chosen: OwnDose,
    keys: IssuingKeys,
    bearer: _Bearer,
    certificate_id: UUID,
    at: datetime,
) -> IssuedCertificate:
    """A yellow card, signed, under the next number; not kept yet."""
    signer, dose = keys.document_signer, chosen.dose
    product = icvp.prequalified(dose.product.code)
    if product is None or dose.number is None:  # such doses are not offered
        raise DosesChanged
    number = next_number(record, keys.state, at)
    claim = icvp.write(
        name=bearer.name,
        birth_date=record.birth_date,
        sex=bearer.sex,
        nationality=bearer.nationality,
        document_number=bearer.number,
        product=product,
        day=dose.given_on,
        batch=dose.lot,
        number=dose.number,
        authority=keys.authority,
        valid_from=icvp.first_valid_day(dose.given_on, dose.number),
    )
    text = hcert_issue.issue(
        claim=claim, kind=ICVP_CLAIM, issuer=keys.state, signer=signer, at=at, expires=None, purpose=None
    )
    return IssuedCertificate(
        id=certificate_id,
        format=FORMATS[CertificateKind.ICVP],
        kind=CertificateKind.ICVP,
        number=number.text,
        kid=certificate_kid(signer),
        text=text,
        issued_at=at,
    )


def _today(at: datetime) -> date:
    return today_in_japan(FixedClock(at))

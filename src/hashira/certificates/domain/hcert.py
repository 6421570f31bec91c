"""HCERT, the container of the EU and the WHO: read and verify (EU・WHOの証明書).

``HC1:`` and Base45 of a zlib stream of a COSE_Sign1 whose payload is a CWT. What a certificate says stands in
the claim -260 under the number of its kind: 1 EU DCC, 3 and 4 WHO DDCC, -6 WHO ICVP; each has a module.
The container names its signer by 8 octets; the certificate comes from the trust store.

What is written, strictly, says :mod:`hcert_issue`. Read is also what real issuers did: no tag or two, key
identifier or algorithm in the unprotected header, fractions of a second, P-384 keys under ES256, an issuer
that is no country.

Sources: HCERT 1.1.1 (WHO SMART Trust), RFC 9052, RFC 8392, RFC 9285.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeGuard

from cryptography.exceptions import InvalidSignature

from hashira.certificates.domain import base45, cose, dcc, ddcc, icvp, strict_cbor
from hashira.certificates.domain.content import CertificateContent
from hashira.certificates.domain.document_signer import (
    KID_OCTETS,
    Purpose,
    SignerNotAllowed,
    StateWrong,
    check_purpose,
    check_state,
    check_time,
)
from hashira.certificates.domain.state_certificate import (
    CertificateUnreadable,
    StateCertificate,
    read_listed_certificate,
)
from hashira.certificates.domain.state_chain import signing_period
from hashira.certificates.domain.trust import StateKey, TrustStore
from hashira.certificates.domain.verdict import (
    MAY_BE_REVOKED,
    CertificateExpired,
    CertificateInvalid,
    CertificateMalformed,
    CertificateRevoked,
    CertificateUnsupported,
    CertificateUntrusted,
    Evidence,
    NotVerified,
    Verified,
)
from hashira.kernel.clock import JST
from hashira.kernel.language import Bilingual
from hashira.kernel.value import value

NAME = "hcert"
TITLE = Bilingual("HCERT（EU・WHO）", "HCERT (EU, WHO)")
REFERENCE = "HCERT 1.1.1"
PREFIX = "HC1:"

MAX_READ = 16 * 1024
"""Letters that are read; a code of version 40 has room for 4,296."""
MAX_INFLATED = 64 * 1024
ISS, EXP, IAT, HCERT = 1, 4, 6, -260
"""Claims of the CWT: RFC 8392 §3.1, HCERT 1.1.1 §3.3."""
_CLOCK_SKEW = timedelta(minutes=5).total_seconds()
_LAST_SECOND = 253_402_300_799


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of content."""

    claim: int
    name: str
    title: Bilingual
    reference: str
    read: Callable[..., CertificateContent]
    domains: frozenset[str]
    """Trust domains of the GDHCN in which its signers are listed."""
    expires: bool
    """Whether an expiry must be there."""


KINDS: Mapping[int, Kind] = MappingProxyType(
    {
        kind.claim: kind
        for kind in (
            Kind(
                1,
                dcc.KIND,
                Bilingual("EU デジタルCOVID証明書", "EU Digital COVID Certificate"),
                "DCC 1.3.3",
                dcc.read,
                frozenset({"DCC", "DDCC"}),
                True,
            ),
            Kind(
                3,
                ddcc.VACCINATION,
                Bilingual("WHO DDCC（接種）", "WHO DDCC (vaccination)"),
                "WHO DDCC:VS 1.0",
                ddcc.read_vaccination,
                frozenset({"DCC", "DDCC"}),
                False,
            ),
            Kind(
                4,
                ddcc.TEST,
                Bilingual("WHO DDCC（検査）", "WHO DDCC (test)"),
                "WHO DDCC:TR 1.0",
                ddcc.read_test,
                frozenset({"DCC", "DDCC"}),
                False,
            ),
            Kind(
                -6,
                icvp.KIND,
                Bilingual(
                    "WHO 国際予防接種証明書（ICVP）", "WHO International Certificate of Vaccination (ICVP)"
                ),
                "IHR (2005) Annex 6; smart-icvp 1",
                icvp.read,
                frozenset({"ICVP", "DVC", "DDCC"}),
                False,
            ),
        )
    }
)
_ANY_DOMAIN = frozenset({"", "-"})
_NOT_A_CLAIM = (dcc.NotADcc, ddcc.NotADdcc, icvp.NotAnIcvp)


# --- reading


@value
class Hcert:
    """A certificate as read, before anything of it is believed."""

    signed: cose.Signed
    issuer: str
    issued_at: float
    expires_at: float | None
    kind: Kind
    claim: dict[Any, Any]
    content: CertificateContent
    signed_at: datetime
    """``issued_at`` as a moment."""


def sniff(text: str) -> bool:
    """Whether the text begins as an HCERT does."""
    return text.lstrip()[: len(PREFIX)].upper() == PREFIX


def decode(text: str) -> Hcert:
    """The parts; raises ``CertificateMalformed`` or ``CertificateUnsupported``. Nothing is verified."""
    signed = _signed(unpack(text))
    return _claims(signed)


def unpack(text: str) -> bytes:
    """The COSE message of the text of a code; raises ``CertificateMalformed``."""
    text = text.strip()
    if len(text) > MAX_READ:
        raise _malformed("長すぎます", "It is too long")
    if text[: len(PREFIX)].upper() != PREFIX:
        raise _malformed("HC1: で始まりません", "It does not begin with HC1:")
    try:
        packed = base45.decode(text[len(PREFIX) :])
    except base45.NotBase45 as error:
        raise _malformed("Base45として読めません", "It is not Base45") from error
    stream = zlib.decompressobj()
    try:
        message = stream.decompress(packed, MAX_INFLATED)
    except zlib.error as error:
        raise _malformed("展開できません", "It does not inflate") from error
    if not stream.eof or stream.unused_data:
        raise _malformed("展開できないか、余りがあります", "It is too large, cut off, or has a rest")
    return message


@lru_cache(maxsize=256)
def key_identifier(certificate: bytes) -> bytes:
    """The first 8 octets of the SHA-256 of the certificate (HCERT 1.1.1 §2.3); kept."""
    return hashlib.sha256(certificate).digest()[:KID_OCTETS]


def _signed(message: bytes) -> cose.Signed:
    try:
        return cose.read(message)
    except cose.NotCose as error:
        raise _malformed(f"COSE: {error}", f"COSE: {error}") from error
    except cose.AlgorithmUnsupported as error:
        raise CertificateUnsupported(
            reason=Bilingual("知らない署名方式です", "Its signature algorithm is not known")
        ) from error


def _claims(signed: cose.Signed) -> Hcert:
    try:
        claims = strict_cbor.read(signed.payload)
    except strict_cbor.NotCbor as error:
        raise _malformed(f"CBOR: {error}", f"CBOR: {error}") from error
    if not isinstance(claims, dict):
        raise _malformed("CWTではありません", "It is no CWT")
    issuer, issued, expires = claims.get(ISS), claims.get(IAT), claims.get(EXP)
    contents = claims.get(HCERT)
    if not isinstance(issuer, str) or not 0 < len(issuer) <= 200 or not issuer.isprintable():
        raise _malformed("発行者がありません", "It names no issuer")
    if not _is_time(issued) or not (expires is None or _is_time(expires)):
        raise _malformed("発行日時か有効期限が読めません", "Its times are not readable")
    if not isinstance(contents, dict):
        raise _malformed("健康証明がありません（-260）", "It holds no health certificate (-260)")
    number = next(iter(contents), None) if len(contents) == 1 else None
    kind = KINDS.get(number) if type(number) is int else None
    if kind is None:
        raise CertificateUnsupported(
            reason=Bilingual("知らない種類の健康証明です", "A kind of health certificate that is not known")
        )
    if kind.expires and expires is None:
        raise _malformed("有効期限がありません", "It has no expiry")
    claim = contents[kind.claim]
    signed_at = datetime.fromtimestamp(issued, UTC)
    try:
        content = kind.read(claim, issuer=issuer, signed_at=signed_at)
    except _NOT_A_CLAIM as error:
        raise _malformed(f"内容が読めません（{error}）", f"Its content is not readable ({error})") from error
    return Hcert(signed, issuer, issued, expires, kind, claim, content, signed_at)


def _is_time(value: object) -> TypeGuard[float]:
    """A NumericDate (RFC 8392 §2) within the years that a clock can show; Spain wrote fractions."""
    return type(value) in (int, float) and 0 <= value <= _LAST_SECOND  # type: ignore[operator]  # mypy does not follow type() in


def _malformed(ja: str, en: str) -> CertificateMalformed:
    return CertificateMalformed(reason=Bilingual(ja, en))


# --- verifying


def verify(text: str, *, trust: TrustStore, at: datetime) -> Verified:
    """What the certificate says and why it holds at the moment ``at``; raises a ``NotVerified`` otherwise.

    The order is: container, key and signature, content, purpose and state and time of the signer, validity,
    revocation. The content is read after the signature, so that what nobody signed is never shown as content.
    """
    signed = _signed(unpack(text))
    found = _Findings(signed)
    try:
        certificate = _judge(signed, trust, at, found)
    except NotVerified as error:
        error.evidence = found.evidence(at)
        error.content = found.read.content if found.read else None
        raise
    return Verified(certificate.content, found.evidence(at))


@dataclass(slots=True)
class _Findings:
    """What has been found out so far."""

    signed: cose.Signed
    checks: tuple[str, ...] = ("form",)
    remarks: tuple[str, ...] = ()
    revoked_by: str | None = None
    key: StateKey | None = None
    signer: StateCertificate | None = None
    read: Hcert | None = None

    def evidence(self, at: datetime) -> Evidence:
        signer, read = self.signer, self.read
        return Evidence(
            format=NAME,
            judged_at=at,
            issuer=read.issuer if read else None,
            kid=signer.sha256 if signer else self.signed.kid.hex(),
            key_source=self.key.source if self.key else None,
            chain=(signer.subject_text,) if signer else (),
            fingerprints=(signer.sha256,) if signer else (),
            signed_at=read.signed_at if read else None,
            checks=self.checks,
            remarks=self.remarks,
            revoked_by=self.revoked_by,
        )


def _judge(signed: cose.Signed, trust: TrustStore, at: datetime, found: _Findings) -> Hcert:
    candidates = trust.signers_of(signed.kid)
    if not candidates:
        found.read = _claims(signed)
        raise CertificateUntrusted(
            reason=Bilingual(
                "発行者「{issuer}」の署名者（{kid}）が信頼情報にありません",
                "The trust information has no signer {kid} of {issuer}",
            ).format(issuer=found.read.issuer, kid=signed.kid.hex()[:40])
        )
    found.key, found.signer = _signing_key(signed, candidates)
    found.checks += ("signature",)
    found.read = certificate = _claims(signed)
    _check_signer(certificate, found)
    _check_validity(certificate, at)
    found.checks += ("validity",)
    _check_withdrawal(certificate, trust, at, found)
    _check_lists(certificate, trust, found)
    return certificate


def _check_lists(certificate: Hcert, trust: TrustStore, found: _Findings) -> None:
    """A list revokes. Its summary only says that it may be; where the list is at hand nobody asks that."""
    if not trust.revocations and not trust.filters:
        return
    kid = certificate.signed.kid.hex()
    lists, filters = trust.revocations_of(kid), trust.filters_of(kid)
    if not lists and not filters:
        return
    hashes = revocation_hashes(certificate)
    if any(hashes.get(listed.method, "") in listed.entries for listed in lists):
        raise CertificateRevoked(reason=Bilingual("発行者が失効させました", "Its issuer has revoked it"))
    known = {listed.method for listed in lists}
    open_ = [summary for summary in filters if summary.method not in known]
    if any(summary.may_hold(hashes[summary.method]) for summary in open_ if summary.method in hashes):
        found.remarks += (MAY_BE_REVOKED,)
    else:
        found.checks += ("revocation",)


def _check_withdrawal(certificate: Hcert, trust: TrustStore, at: datetime, found: _Findings) -> None:
    """A compromised signer writes whatever time its thief likes, so that ``iat`` does not count."""
    assert found.signer is not None
    withdrawn = trust.withdrawal_of(found.signer.sha256)
    if withdrawn is None or withdrawn.since > at:
        return
    if trust.existed_before(withdrawn.since, format=NAME, signature=certificate.signed.signature):
        found.remarks += ("existed-before-withdrawal",)
        return
    found.revoked_by = f"key {withdrawn.kid[:16]} ({withdrawn.since:%Y-%m-%d}, {withdrawn.reason})"
    raise CertificateRevoked(
        reason=Bilingual("署名した鍵が無効にされています", "The key that signed it has been withdrawn")
    )


def revocation_hashes(certificate: Hcert) -> dict[str, str]:
    """By what the EU's revocation lists name a certificate: method to 128 bits in hexadecimal.

    ``SIGNATURE`` is over R alone where it is ECDSA, since S has a second spelling. Source: eHealth Network,
    DCC revocation of 2022 ("hash types"), as the gateway distributes them.
    """
    signature = certificate.signed.signature
    if certificate.signed.algorithm != cose.PS256:
        signature = signature[: len(signature) // 2]
    hashes = {"SIGNATURE": signature}
    number = certificate.content.certificate_number
    if number is not None:
        hashes |= {"UCI": number.encode(), "COUNTRYCODEUCI": (certificate.issuer + number).encode()}
    return {method: hashlib.sha256(octets).digest()[:16].hex() for method, octets in hashes.items()}


def _signing_key(signed: cose.Signed, candidates: tuple[StateKey, ...]) -> tuple[StateKey, StateCertificate]:
    """Of all signers with that identifier the one whose key made the signature (HCERT 1.1.1 §2.3)."""
    for key in candidates:
        try:
            signer = read_listed_certificate(key.certificate)
            cose.check(signed, signer.key)
        except (CertificateUnreadable, InvalidSignature):
            continue
        return key, signer
    raise CertificateInvalid(reason=Bilingual("電子署名が一致しません", "The signature does not match"))


def _check_signer(certificate: Hcert, found: _Findings) -> None:
    key, signer = found.key, found.signer
    assert key is not None and signer is not None  # noqa: PT018  (the signature was checked)
    kind = certificate.kind
    if key.domain not in kind.domains and key.domain not in _ANY_DOMAIN:
        raise CertificateUntrusted(
            reason=Bilingual(
                f"署名者は別の目的（{key.domain}）の信頼リストにあります",
                f"The signer is listed for another purpose ({key.domain})",
            )
        )
    purpose: Purpose | None = getattr(certificate.content, "purpose", None)
    try:
        held, begins, ends = _may_sign(signer, purpose, certificate.issuer, key.participant)
        found.checks += held
        if not begins <= certificate.signed_at <= ends:
            check_time(signer, certificate.signed_at)
    except SignerNotAllowed as error:
        if isinstance(error, StateWrong):  # which is asked after the purpose
            found.checks += ("purpose",)
        raise CertificateUntrusted(reason=error.reason) from error


@lru_cache(maxsize=1024)
def _may_sign(
    signer: StateCertificate, purpose: Purpose | None, issuer: str, participant: str
) -> tuple[tuple[str, ...], datetime, datetime]:
    """What holds of a signer and a state, and when its key may sign; kept, since signers come again."""
    check_purpose(signer, purpose, listed=bool(participant))
    of_state = check_state(issuer, participant=participant, signer=signer)
    return ("purpose", "state") if of_state else ("purpose",), *signing_period(signer)


def _check_validity(certificate: Hcert, at: datetime) -> None:
    now = at.timestamp()
    if certificate.issued_at > now + _CLOCK_SKEW:
        raise CertificateExpired(
            reason=Bilingual("{day}から有効です", "It is valid from {day}").format(
                day=_day(certificate.issued_at)
            )
        )
    # The last second counts: "rejected after the expiration time" (HCERT 1.1.1 §3.3.2), unlike RFC 8392.
    if certificate.expires_at is not None and certificate.expires_at < now:
        raise CertificateExpired(
            reason=Bilingual("{day}に期限が切れました", "It expired on {day}").format(
                day=_day(certificate.expires_at)
            )
        )


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, JST):%Y-%m-%d}"

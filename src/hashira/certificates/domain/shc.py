"""SMART Health Cards 1.4.0: issue and verify (接種証明書・国内用).

A card is a compact JWS (RFC 7515) whose payload is raw DEFLATE (RFC 1951) of minified JSON.
Strict on what is written, liberal on what real issuers did: a fractional ``nbf`` and deprecated
chunks are read.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeGuard

import orjson
from cryptography.exceptions import InvalidSignature

from hashira.certificates.domain import base64url, card_revocation_list, p256, shc_layout, shc_qr, strict_json
from hashira.certificates.domain.content import CertificateContent, Holder, ShownDose
from hashira.certificates.domain.revocation_id import fhir_digest_id
from hashira.certificates.domain.shc_fhir import CardNotWritable, NotABundle, read_bundle, write_bundle
from hashira.certificates.domain.shc_layout import END_OF_CLOCK, HEALTH_CARD, Layout
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.trust import TrustedKey, TrustStore
from hashira.certificates.domain.verdict import (
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
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.value import value

NAME = "shc"
TITLE = Bilingual("SMART Health Card（国内用）", "SMART Health Card (domestic)")
REFERENCE = "SMART Health Cards Framework 1.4.0"

MAX_PAYLOAD = 64 * 1024
"""Octets of the inflated payload that are read at most."""
MAX_JWS_READ = shc_qr.MAX_JWS * shc_qr.MAX_CHUNKS
_CLOCK_SKEW = timedelta(minutes=5).total_seconds()
# A whole card is one block of DEFLATE at this memory level (2,048 symbols), as at the highest, and is packed
# in a third of the time, which goes into clearing memory.
_MEMORY_LEVEL = 5
_RID = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
_MAX_RID = 24


class CardTooLarge(HashiraError):
    """The card does not fit one QR code of version 22."""

    code = "CERT-008"
    what = Bilingual("二次元コードに入りきりません", "The card does not fit one QR code")
    why = Bilingual("{letters}文字あり、上限は{most}文字です", "It has {letters} letters of {most} at most")
    remedy = Bilingual("表示する接種記録を減らしてください", "Choose fewer doses to show")


def issue(
    *,
    holder: Holder,
    doses: tuple[ShownDose, ...],
    issuer: str,
    signer: Signer,
    at: datetime,
    rid: str | None = None,
    expires: datetime | None = None,
) -> str:
    """A signed card as compact JWS.

    ``issuer`` is an https URL without a slash at its end, under which the key is published;
    ``at`` becomes ``nbf`` in whole seconds. Raises ``CardNotWritable`` or ``CardTooLarge``.
    """
    if not issuer.startswith("https://") or issuer.endswith("/"):
        raise CardNotWritable(
            reason=Bilingual("発行者URLの形が違います", "The issuer URL is not of the right form")
        )
    if rid is not None and (not 0 < len(rid) <= _MAX_RID or not _RID.issuperset(rid)):
        raise CardNotWritable(reason=Bilingual("失効番号の形が違います", "The rid is not of the right form"))
    credential: dict[str, Any] = {
        "type": [HEALTH_CARD],  # further types are deprecated since 1.4.0
        "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": write_bundle(holder, doses)},
    }
    if rid is not None:
        credential["rid"] = rid
    claims: dict[str, Any] = {"iss": issuer, "nbf": int(at.timestamp())}
    if expires is not None:
        claims["exp"] = int(expires.timestamp())
    claims["vc"] = credential
    jws = _sign(orjson.dumps(claims), signer)
    if len(jws) > shc_qr.MAX_JWS:
        raise CardTooLarge(letters=len(jws), most=shc_qr.MAX_JWS)
    return jws


def _sign(payload: bytes, signer: Signer) -> str:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15, _MEMORY_LEVEL)
    body = base64url.encode(squeeze.compress(payload) + squeeze.flush())
    text = f"{_header(p256.thumbprint(signer.public_key_spki))}.{body}"
    return f"{text}.{base64url.encode(signer.sign(text.encode('ascii')))}"


@lru_cache(maxsize=256)
def _header(kid: str) -> str:
    return base64url.encode(orjson.dumps({"alg": "ES256", "zip": "DEF", "kid": kid}))


def sniff(text: str) -> bool:
    """Whether the text looks like a card: QR text, or a compact JWS."""
    head = text.lstrip()[:5]
    return shc_qr.sniff(text) or (head.startswith("eyJ") and text.count(".") == 2)


@value
class Card:
    """A card as read, before anything of it is believed."""

    kid: str
    message: bytes
    signature: bytes
    payload: bytes
    """The claims as JSON."""
    nbf: float
    exp: float | None
    rid: str | None
    content: CertificateContent

    @property
    def claims(self) -> dict[str, Any]:
        """All of them as their issuer wrote them; parsed only for whoever asks."""
        written: dict[str, Any] = orjson.loads(self.payload)
        return written

    @property
    def bundle(self) -> dict[str, Any]:
        """The FHIR bundle among the claims."""
        written: dict[str, Any] = self.claims["vc"]["credentialSubject"]["fhirBundle"]
        return written


def decode(text: str) -> Card:
    """The parts of a card, from QR text or compact JWS; nothing is verified.

    Raises ``CertificateMalformed``, or ``CertificateUnsupported`` for another algorithm.
    """
    jws = text.strip()
    if jws.startswith(shc_qr.PREFIX) or shc_qr.sniff(jws):
        try:
            jws = shc_qr.read(jws)
        except shc_qr.NotQRText as error:
            raise _malformed(f"二次元コードの内容: {error}", f"QR text: {error}") from error
    parts = jws.split(".")
    if len(jws) > MAX_JWS_READ or len(parts) != 3:
        raise _malformed("JWSの形ではありません", "not a compact JWS")
    header, body, seal = parts
    kid = _kid(header)
    try:
        signature = base64url.decode(seal)
        payload = _inflate(base64url.decode(body))
        read = shc_layout.read(payload) or _read(strict_json.read(payload))
    except ValueError as error:
        raise _malformed("中身を展開できません", "its payload does not open") from error
    content = CertificateContent(read.holder, read.doses, read.issuer)
    message = jws[: -len(seal) - 1].encode("ascii")
    return Card(kid, message, signature, payload, read.nbf, read.exp, read.rid, content)


@lru_cache(maxsize=1024)
def _kid(header: str) -> str:
    """The ``kid`` of a protected header, kept: one issuer writes the same header on every card."""
    try:
        members = strict_json.read(base64url.decode(header))
    except ValueError as error:
        raise _malformed("ヘッダーを読めません", "its header is not JSON") from error
    if not isinstance(members, dict) or not isinstance(members.get("kid"), str):
        raise _malformed("ヘッダーに kid がありません", "its header has no kid")
    if members.get("alg") != "ES256" or members.get("zip") != "DEF" or "crit" in members:
        raise CertificateUnsupported(
            reason=Bilingual("ES256・DEF 以外のヘッダーです", "its header is not ES256 with DEF")
        )
    return str(members["kid"])


def _inflate(octets: bytes) -> bytes:
    stream = zlib.decompressobj(-15)
    try:
        payload = stream.decompress(octets, MAX_PAYLOAD)
    except zlib.error as error:
        raise ValueError("not DEFLATE") from error
    if not stream.eof or stream.unused_data:
        raise ValueError("too large, cut off, or followed by something else")
    return payload


def _read(claims: object) -> Layout:
    """The same of a payload in any layout, or why it is none."""
    if not isinstance(claims, dict):
        raise _malformed("中身がJSONオブジェクトではありません", "its payload is no JSON object")
    issuer, nbf, exp = claims.get("iss"), claims.get("nbf"), claims.get("exp")
    credential = claims.get("vc")
    subject = credential.get("credentialSubject") if isinstance(credential, dict) else None
    if not isinstance(issuer, str) or not _is_time(nbf) or not (exp is None or _is_time(exp)):
        raise _malformed("iss・nbf・exp のいずれかが読めません", "one of iss, nbf, exp is not readable")
    if not isinstance(credential, dict) or not isinstance(subject, dict):
        raise _malformed("vc がありません", "it has no vc")
    kinds = credential.get("type")
    if not isinstance(kinds, list) or HEALTH_CARD not in kinds:
        raise CertificateUnsupported(
            reason=Bilingual("健康証明書の種別がありません", "it does not say that it is a health card")
        )
    try:
        holder, doses = read_bundle(subject.get("fhirBundle"))
    except NotABundle as error:
        raise _malformed(f"FHIR: {error}", f"FHIR: {error}") from error
    rid = credential.get("rid")
    return Layout(issuer, nbf, exp, rid if isinstance(rid, str) else None, holder, doses)


def _is_time(value: object) -> TypeGuard[float]:
    """A NumericDate (RFC 7519 §2) within the years a clock can show; Japan wrote fractions."""
    return type(value) in (int, float) and 0 <= value < END_OF_CLOCK  # type: ignore[operator]  # mypy does not follow type() in


def _malformed(ja: str, en: str) -> CertificateMalformed:
    return CertificateMalformed(reason=Bilingual(ja, en))


def verify(text: str, *, trust: TrustStore, at: datetime) -> Verified:
    """What the card says and why it holds at the moment ``at``; raises a ``NotVerified`` otherwise.

    The order is: form, key, signature, chain of the key at the time of signing, validity,
    revocation. Each error carries the evidence so far.
    """
    card = decode(text)
    found = _Findings()
    try:
        _judge(card, trust, at, found)
    except NotVerified as error:
        error.evidence, error.content = found.evidence(card, at), card.content
        raise
    return Verified(card.content, found.evidence(card, at))


@dataclass(slots=True)
class _Findings:
    """What has been found out about a card so far."""

    checks: tuple[str, ...] = ("form",)
    key: TrustedKey | None = None
    subjects: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    revoked_by: str | None = None

    def evidence(self, card: Card, at: datetime) -> Evidence:
        return Evidence(
            format=NAME,
            judged_at=at,
            issuer=card.content.issuer,
            kid=card.kid,
            key_source=self.key.source if self.key else None,
            chain=self.subjects,
            fingerprints=self.fingerprints,
            signed_at=datetime.fromtimestamp(card.nbf, UTC),
            checks=self.checks,
            remarks=self.remarks,
            revoked_by=self.revoked_by,
        )


def _judge(card: Card, trust: TrustStore, at: datetime, found: _Findings) -> None:
    key = found.key = _signing_key(card, trust)
    found.checks += ("signature",)
    if key.issuer is not None:
        found.checks += ("issuer",)
    if trust.withdrawn:
        _check_withdrawal(card, trust, found)
    if key.x5c:
        _check_chain(card, key, found)
    _check_validity(card, at)
    found.checks += ("validity",)
    if trust.revocations or key.crl_version is not None:
        _check_revocation(card, key, trust, found)


def _check_withdrawal(card: Card, trust: TrustStore, found: _Findings) -> None:
    """A compromised key signs whatever time its thief likes, so that ``nbf`` does not count."""
    withdrawn = trust.withdrawal_of(card.kid)
    if withdrawn is None:
        return
    if trust.existed_before(withdrawn.since, format=NAME, signature=card.signature):
        found.remarks += ("existed-before-withdrawal",)
        return
    found.revoked_by = f"key {withdrawn.kid} ({withdrawn.since:%Y-%m-%d}, {withdrawn.reason})"
    raise CertificateRevoked(
        reason=Bilingual("署名した鍵が無効にされています", "The key that signed it has been withdrawn")
    )


def _check_revocation(card: Card, key: TrustedKey, trust: TrustStore, found: _Findings) -> None:
    lists = trust.revocations_of(card.kid, card.content.issuer)
    if key.crl_version is not None:
        latest = max((listed.counter for listed in lists), default=0)
        if latest < key.crl_version:
            found.remarks += ("revocation-list-old" if lists else "revocation-list-missing",)
    if not lists:
        return
    hit = card_revocation_list.find(lists, _identifiers(card, {x.method for x in lists}), card.nbf)
    if hit is not None:
        found.revoked_by = str(hit)
        raise CertificateRevoked(reason=Bilingual("発行者が失効させました", "Its issuer has revoked it"))
    found.checks += ("revocation",)


def _identifiers(card: Card, methods: set[str]) -> dict[str, str]:
    """By what the card can be named in a list; the digest only where one asks for it, since it costs."""
    if card.rid is not None:
        return {card_revocation_list.RID: card.rid}
    if card_revocation_list.HASH_FHIR not in methods:
        return {}
    try:
        return {card_revocation_list.HASH_FHIR: fhir_digest_id(card.bundle)}
    except HashiraError as error:  # a value without a canonical form, such as an endless integer
        raise _malformed("中身を一意に書けません", "its bundle has no canonical form") from error


def _signing_key(card: Card, trust: TrustStore) -> TrustedKey:
    """The key that made the signature, of those published for this issuer under this ``kid``."""
    issuer, known = card.content.issuer, False
    for key in trust.keys_of(card.kid):
        if key.issuer is not None and key.issuer != issuer:
            continue
        known = True
        try:
            p256.check_signature(key.spki, card.message, card.signature)
        except (InvalidSignature, p256.NotP256):
            continue
        return key
    if known:
        raise CertificateInvalid(reason=Bilingual("電子署名が一致しません", "The signature does not match"))
    raise CertificateUntrusted(
        reason=Bilingual(
            "発行者「{issuer}」の鍵が信頼情報にありません",
            "The trust information has no such key of {issuer}",
        ).format(issuer=issuer)
    )


def _check_chain(card: Card, key: TrustedKey, found: _Findings) -> None:
    """Certificates published beside the key are judged at the time of signing.

    All of Japan's leaves have expired since, and the cards they signed have not.
    """
    from hashira.certificates.domain.x5c_chain import BrokenChain, check_chain

    signed_at = datetime.fromtimestamp(card.nbf, UTC)
    try:
        chain = check_chain(key.x5c, spki=key.spki, issuer=card.content.issuer, signed_at=signed_at)
    except BrokenChain as error:
        raise CertificateUntrusted(reason=error.reason) from error
    found.subjects, found.fingerprints = chain.subjects, chain.fingerprints
    found.checks += ("chain",)


def _check_validity(card: Card, at: datetime) -> None:
    now = at.timestamp()
    if card.nbf > now + _CLOCK_SKEW:
        raise CertificateExpired(
            reason=Bilingual("{day}から有効です", "It is valid from {day}").format(day=_day(card.nbf))
        )
    if card.exp is not None and card.exp <= now:
        raise CertificateExpired(
            reason=Bilingual("{day}に期限が切れました", "It expired on {day}").format(day=_day(card.exp))
        )


def _day(seconds: float) -> str:
    """The day of a NumericDate as a person in Japan has it in the calendar."""
    return f"{datetime.fromtimestamp(seconds, JST):%Y-%m-%d}"

"""ICAO VDS-NC health seals: issue and verify (接種証明書・海外用).

A seal is JSON text: ``data`` (header and message) and ``sig`` (algorithm, signer's certificate, signature).
Signed is the canonical form (RFC 8785) of ``data``, so white space and the order of members do not count.
The signer's certificate travels in the seal; what a verifier needs is the authority (CSCA) of the state.

Strict on what is written. Read is also what real issuers did: members in any order, a list of one seal,
base64url with padding or without, certificates that carry NULL parameters or spell their curve out.
A seal has no signing time: see :mod:`state_chain` for how it is judged without one.

Source: ICAO Technical Report "Visible Digital Seals for non-constrained environments" 1.1.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

from hashira.certificates.domain import base64url, state_crl, vds_nc_layout
from hashira.certificates.domain.content import Holder, ShownDose
from hashira.certificates.domain.named_curve import CurveKey
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.state_certificate import (
    CertificateUnreadable,
    StateCertificate,
    read_certificate,
)
from hashira.certificates.domain.state_chain import (
    ChainBroken,
    Forged,
    OutsideTime,
    check_chain,
    check_signer,
    signing_period,
)
from hashira.certificates.domain.state_code import is_state
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.vds_nc_layout import Layout
from hashira.certificates.domain.vds_nc_message import (
    MAX_BRACKETS,
    TEST,
    VACCINATION,
    NotAMessage,
    SealContent,
    SealNotWritable,
    last_dose,
    last_event,
    read_message,
    write_message,
)
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
from hashira.kernel.canonical_json import canonical_json, canonical_json_read
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual
from hashira.kernel.value import value

NAME = "vds-nc"
TITLE = Bilingual("ICAO VDS-NC（海外用）", "ICAO VDS-NC (travel)")
REFERENCE = "ICAO TR VDS-NC 1.1"

MAX_WRITTEN = 2953
"""Octets of a QR code of version 40, level L (ISO/IEC 18004): what does not fit cannot be printed."""
MAX_READ = 16 * 1024
"""Characters of a seal that are read; with the white space of a file it may be longer than a code."""

_DOCUMENT_TYPES = {VACCINATION: "NV", TEST: "NT"}
_ALGORITHMS = {
    "ES256": ec.ECDSA(SHA256()),
    "ES384": ec.ECDSA(SHA384()),
    "ES512": ec.ECDSA(SHA512()),
}
_STATE_LETTERS = 3


class SealTooLarge(HashiraError):
    """The seal does not fit one QR code. Details: ``octets``, ``most``."""

    code = "CERT-051"
    what = Bilingual("二次元コードに入りきりません", "The seal does not fit one QR code")
    why = Bilingual("{octets}バイトあり、上限は{most}バイトです", "It has {octets} octets of {most} at most")
    remedy = Bilingual(
        "表示する接種記録を減らすか、同じ製品の接種をまとめてください",
        "Choose fewer doses to show, or group the doses of one product",
    )


class SignerNotFit(HashiraError):
    """The key at hand may not sign this. Details: ``reason``."""

    code = "CERT-052"
    what = Bilingual("この署名鍵では海外用の証明書を発行できません", "This key may not sign travel seals")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "VDS-NC用の署名者証明書（docs/how-to/hsm.md）を設定してください",
        "Configure a signer's certificate for VDS-NC (docs/how-to/hsm.md)",
    )
    status = 503


# --- issuing


def issue(
    *,
    holder: Holder,
    doses: tuple[ShownDose, ...],
    issuer: str,
    uvci: str,
    signer: Signer,
    at: datetime,
    certificate_number: str | None = None,
    sex: str | None = None,
    grouped: bool = False,
) -> str:
    """A signed seal of vaccination, as the text of its QR code.

    ``issuer`` is the state's three letters, as in the signer's certificate; ``holder.name`` is in Roman
    letters (``seal_name``); the doses carry ICD-11 codes; ``uvci`` and ``certificate_number`` come from
    ``certificate_number``; ``grouped`` leaves Japan's layout for a smaller code. Raises
    ``SealNotWritable``, ``SealTooLarge`` or ``SignerNotFit``.
    """
    message = write_message(
        holder=holder,
        doses=doses,
        uvci=uvci,
        other_number=certificate_number,
        sex=sex,
        grouped=grouped,
    )
    if len(issuer) != _STATE_LETTERS or not is_state(issuer):
        raise SealNotWritable(
            field="is", reason=Bilingual("国の3文字ではありません", "not the three letters of a state")
        )
    if last_dose(doses) > at:
        raise SealNotWritable(field="dvc", reason=Bilingual("接種日が未来です", "a dose lies in the future"))
    certificate = _fit_certificate(signer, issuer=issuer, at=at)
    data: Any = {"hdr": {"is": issuer, "t": VACCINATION, "v": 1}, "msg": message}
    signature = signer.sign(canonical_json(data))
    document: Any = {
        "data": data,
        # Padding as in Japan's seals: the certificate has it, the signature has not.
        "sig": {"alg": "ES256", "cer": _padded(certificate), "sigvl": base64url.encode(signature)},
    }
    text = canonical_json(document)
    if len(text) > MAX_WRITTEN:
        raise SealTooLarge(octets=len(text), most=MAX_WRITTEN)
    return text.decode()


def _padded(octets: bytes) -> str:
    text = base64url.encode(octets)
    return text + "=" * (-len(text) % 4)


def _fit_certificate(signer: Signer, *, issuer: str, at: datetime) -> bytes:
    """The signer's certificate, if it is one for this state's seals now; else ``SignerNotFit``."""
    chain = signer.certificate_chain
    if not chain:
        raise SignerNotFit(
            reason=Bilingual("署名者の証明書がありません", "There is no certificate of the signer")
        )
    try:
        certificate = read_certificate(chain[0])
        check_signer(certificate, state=issuer, document_type=_DOCUMENT_TYPES[VACCINATION])
    except ChainBroken as error:
        raise SignerNotFit(reason=error.reason) from error
    except CertificateUnreadable as error:
        raise SignerNotFit(
            reason=Bilingual("署名者の証明書を読めません", "The signer's certificate is not readable")
        ) from error
    if certificate.spki != signer.public_key_spki:
        raise SignerNotFit(
            reason=Bilingual("証明書が別の鍵のものです", "The certificate is about another key")
        )
    begins, ends = signing_period(certificate)
    if not begins <= at <= ends:
        raise SignerNotFit(
            reason=Bilingual(
                f"署名鍵の使用期間（{begins:%Y-%m-%d}から{ends:%Y-%m-%d}）の外です",
                f"Outside the period of the key ({begins:%Y-%m-%d} to {ends:%Y-%m-%d})",
            )
        )
    return chain[0]


# --- reading


@value
class Seal:
    """A seal as read, before anything of it is believed."""

    content: SealContent
    signed: bytes
    """The canonical form of ``data``."""
    algorithm: str
    signer: StateCertificate
    signature: bytes
    """R‖S."""
    grouped: bool = False
    """Whether doses of one product stand together; Japan gives each dose a ``ve`` of its own."""


def sniff(text: str) -> bool:
    """Whether the text looks like a seal: JSON that has a VDS-NC's own members."""
    head = text[:MAX_READ].lstrip("\ufeff \t\r\n")
    return head.startswith(("{", "[")) and ('"sigvl"' in head or '"hdr"' in head)


def decode(text: str) -> Seal:
    """The parts of a seal; raises ``CertificateMalformed`` or ``CertificateUnsupported``."""
    layout = (vds_nc_layout.read(text) if len(text) <= MAX_READ else None) or _read(text)
    try:
        return Seal(
            layout.content,
            layout.signed,
            layout.algorithm,
            _signer(layout.certificate),
            _octets(layout.signature),
            layout.grouped,
        )
    except CertificateUnreadable as error:
        raise _malformed(
            "署名者の証明書が読めません", "The signer's certificate in it is not readable"
        ) from error
    except ValueError as error:
        raise _malformed("base64url ではありません", "It has something that is not base64url") from error


def _read(text: str) -> Layout:
    """The same of a seal in any layout, or why it is none."""
    document = _parse(text)
    data, sig = document["data"], document["sig"]
    if not isinstance(data, dict) or not isinstance(sig, dict) or sig.keys() != {"alg", "cer", "sigvl"}:
        raise _malformed("data と sig の形が違います", "data and sig are not as they should be")
    kind, state = _header(data.get("hdr"))
    try:
        content = read_message(kind, data.get("msg"), issuer=state)
        signed = canonical_json_read(data)
    except (NotAMessage, HashiraError) as error:
        raise _malformed(f"内容が読めません（{error}）", f"Its message is not readable ({error})") from error
    algorithm, certificate, signature = sig["alg"], sig["cer"], sig["sigvl"]
    if not all(isinstance(part, str) for part in (algorithm, certificate, signature)):
        raise _malformed("sig の形が違います", "sig is not as it should be")
    if algorithm not in _ALGORITHMS:
        raise CertificateUnsupported(
            reason=Bilingual("知らない署名方式です", "Its signature algorithm is not known")
        )
    grouped = any(len(event["vd"]) > 1 for event in data["msg"].get("ve", ()))
    return Layout(content, signed, algorithm, certificate, signature, grouped)


def _parse(text: str) -> dict[str, Any]:
    """The one object of the text, with nothing but ``data`` and ``sig``.

    Anything beside them would stand in a verified seal without being signed. A member that is there twice
    is refused: readers differ on which one they show.
    """
    text = text.lstrip("\ufeff")
    if len(text) > MAX_READ or text.count("{") + text.count("[") > MAX_BRACKETS:
        raise _malformed("大きすぎます", "It is too large")
    try:
        document = orjson.loads(text)
        # Written back equal, it has no member twice; otherwise the slower parser looks at each.
        if orjson.dumps(document) != text.encode():
            json.loads(text, object_pairs_hook=_without_duplicates)
    except (ValueError, orjson.JSONEncodeError, RecursionError) as error:  # the latter two: too deep
        raise _malformed("JSONとして読めません", "It is not readable as JSON") from error
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict) or document.keys() != {"data", "sig"}:
        raise _malformed("data と sig だけのオブジェクトではありません", "It is no object of data and sig")
    return document


def _without_duplicates(members: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in members}) != len(members):
        raise ValueError("a member is there twice")


def _header(header: object) -> tuple[str, str]:
    """Type and state."""
    if not isinstance(header, dict):
        raise _malformed("hdr がありません", "It has no hdr")
    kind, version, state = header.get("t"), header.get("v"), header.get("is")
    if not isinstance(kind, str) or kind not in _DOCUMENT_TYPES or type(version) is not int or version != 1:
        raise CertificateUnsupported(
            reason=Bilingual("知らない種類か版のVDS-NCです", "A VDS-NC of an unknown type or version")
        )
    if not isinstance(state, str) or len(state) != _STATE_LETTERS or not state.isprintable():
        raise _malformed("発行国がありません", "It names no issuing state")
    return kind, state


@lru_cache(maxsize=1024)
def _signer(text: str) -> StateCertificate:
    """The certificate in base64url; kept by its text, since the same signers come again."""
    return read_certificate(_octets(text))


def _octets(text: str) -> bytes:
    """Base64url with its padding or without (RFC 4648 §5)."""
    if not text.endswith("="):
        return base64url.decode(text)
    bare = text.rstrip("=")
    if len(text) % 4 or len(text) - len(bare) > 2:
        raise ValueError("wrong padding")
    return base64url.decode(bare)


def _malformed(ja: str, en: str) -> CertificateMalformed:
    return CertificateMalformed(reason=Bilingual(ja, en))


# --- verifying


def verify(text: str, *, trust: TrustStore, at: datetime) -> Verified:
    """What the seal says and why it holds at the moment ``at``; raises a ``NotVerified`` otherwise.

    The order is: form, signature by the certificate inside, chain of that certificate to a trusted CSCA
    with its purpose, its state and its times. Each error carries the evidence so far.
    """
    seal = decode(text)
    content = seal.content
    try:
        earliest = last_event(content)
    except NotAMessage as error:
        raise _malformed(f"内容が読めません（{error}）", f"Its message is not readable ({error})") from error
    try:
        _check_signature(seal)
    except InvalidSignature as error:
        raise CertificateInvalid(
            evidence=_evidence(seal, at, "form"),
            content=content,
            reason=Bilingual("電子署名が一致しません", "The signature does not match"),
        ) from error
    try:
        authority = check_chain(
            seal.signer,
            state=content.issuer,
            document_type=_DOCUMENT_TYPES[content.kind],
            anchors=trust.anchors,
            earliest=earliest,
            at=at,
        )
    except ChainBroken as error:
        refuse = _REFUSALS.get(type(error), CertificateUntrusted)
        raise refuse(
            evidence=_evidence(seal, at, "form", "signature"), content=content, reason=error.reason
        ) from error
    checks = ["form", "signature", "chain", "purpose", "state", "validity"]
    remarks = _check_withdrawal(seal, trust, authority, at, checks)
    return Verified(content, _evidence(seal, at, *checks, authority=authority, remarks=remarks))


def _check_withdrawal(
    seal: Seal, trust: TrustStore, authority: StateCertificate, at: datetime, checks: list[str]
) -> tuple[str, ...]:
    """What the state's lists say of the signer; raises ``CertificateRevoked``.

    A seal has no time of signing that could be believed, so a withdrawn signer takes all its seals with it.
    """
    if not trust.state_crls and not trust.withdrawn:
        return _NO_LIST
    finding = state_crl.judge(seal.signer, authority, trust.state_crls, at)
    operator = trust.withdrawal_of(seal.signer.sha256)
    known = [w.since for w in (finding.withdrawn, operator) if w is not None and w.since <= at]
    remarks = (finding.remark,)
    if not known:
        if finding.remark == state_crl.CURRENT:
            checks.append("revocation")
        return remarks
    since = min(known)
    if trust.existed_before(since, format=NAME, signature=seal.signature):
        return (*remarks, "existed-before-withdrawal")
    why = finding.withdrawn.reason if finding.withdrawn else operator.reason if operator else ""
    raise CertificateRevoked(
        evidence=_evidence(
            seal,
            at,
            *checks,
            authority=authority,
            remarks=tuple(r for r in remarks if r != state_crl.CURRENT),
            revoked_by=f"signer {seal.signer.serial:x} ({since:%Y-%m-%d}, {why})",
        ),
        content=seal.content,
        reason=Bilingual("署名者の証明書が失効しています", "The certificate of its signer is revoked"),
    )


_NO_LIST = (state_crl.UNKNOWN,)
_REFUSALS: dict[type[ChainBroken], type[NotVerified]] = {
    Forged: CertificateInvalid,
    OutsideTime: CertificateExpired,
}


def _evidence(
    seal: Seal,
    at: datetime,
    *checks: str,
    authority: StateCertificate | None = None,
    remarks: tuple[str, ...] = (),
    revoked_by: str | None = None,
) -> Evidence:
    source, chain = _told(seal.signer, authority)
    return Evidence(
        format=NAME,
        judged_at=at,
        issuer=seal.content.issuer,
        kid=seal.signer.sha256,
        key_source=source,
        chain=chain,
        checks=checks,
        remarks=remarks,
        revoked_by=revoked_by,
    )


@lru_cache(maxsize=1024)
def _told(signer: StateCertificate, authority: StateCertificate | None) -> tuple[str | None, tuple[str, ...]]:
    """What evidence says of the two: where the key comes from, and the chain."""
    if authority is None:
        return None, (signer.subject_text,)
    source = f"CSCA {authority.serial:x} (SHA-256 {authority.sha256[:16]}…)"
    return source, (signer.subject_text, authority.subject_text)


def _check_signature(seal: Seal) -> None:
    """Raises ``InvalidSignature``, or ``CertificateUnsupported`` for a key that is on no curve."""
    key = seal.signer.key
    if not isinstance(key, CurveKey):
        raise CertificateUnsupported(
            reason=Bilingual("署名者の鍵が楕円曲線の鍵ではありません", "The signer's key is not on a curve")
        )
    key.check(seal.signature, seal.signed, _ALGORITHMS[seal.algorithm])

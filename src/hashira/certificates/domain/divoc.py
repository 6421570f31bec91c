"""DIVOC, the certificates of India, Sri Lanka and the Philippines: verify only (インド等の証明書).

A code holds the octets of a ZIP file with one ``certificate.json``: a W3C credential with a proof of Linked
Data, ``RsaSignature2018`` (PS256) or ``Ed25519Signature2018``. Signed are the SHA-256 of the proof's options
and that of the document, each as statements in canonical order (URDNA2015), behind the header of a detached
JWS with ``b64: false``. What these statements are, and what a signature does not tell apart, says
:mod:`divoc_statements`. Nothing is ever fetched: contexts are known here, keys come from the trust store.

Sources: W3C Verifiable Credentials 1.1; Linked Data Proofs 1.0 (Ed25519Signature2018, RsaSignature2018); RFC
7797; RDF Dataset Canonicalization §4.4; DIVOC's certificate QR (a ZIP file, in text behind ``B64:``).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from hashira.certificates.domain import base64url, one_file_zip, strict_json
from hashira.certificates.domain.content import CertificateContent, Holder, ShownDose
from hashira.certificates.domain.divoc_statements import (
    DATE,
    DOSE,
    ID,
    VC,
    Node,
    NotACredential,
    Reading,
    Statements,
    UnknownContext,
    read_statements,
    readings_of,
)
from hashira.certificates.domain.divoc_statements import (
    NAME as NAME_TERM,
)
from hashira.certificates.domain.trust import CredentialKey, TrustStore
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
from hashira.kernel.language import Bilingual
from hashira.kernel.value import value

NAME = "divoc"
TITLE = Bilingual("DIVOC（インドなど）", "DIVOC (India and others)")
REFERENCE = "DIVOC 2; W3C VC 1.1; Linked Data Proofs 1.0"

MAX_READ = 24 * 1024
"""Letters of the text; a code of version 40 has room for 2,953 octets, which are 3,940 letters of Base64."""
MAX_DOCUMENT = 64 * 1024
"""Octets of the unpacked document."""
_B64, _ZIP, _FILE = "B64:", "PK\x03\x04", "certificate.json"
_CLOCK_SKEW = timedelta(minutes=5)
_SECURITY = "https://w3id.org/security#"
_SMALLEST_RSA = 2048
_ALGORITHMS = {"RsaSignature2018": "PS256", "Ed25519Signature2018": "EdDSA"}
_OPTIONS = {"type", "created", "verificationMethod", "proofPurpose", "jws"}
_CREATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PSS = padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO)
"""The salt of RFC 7518 is as long as the hash; Node's own default, with which some have signed, is longer."""


@value
class DivocContent(CertificateContent):
    """What the certificate says; of what its signature does not tell apart, all of it."""

    kind: str = NAME
    identity: str = ""
    """The name of the person as an IRI, such as ``did:Passport:…``."""
    gender: str | None = None
    age: str | None = None
    nationality: str | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential as read, before anything of it is believed."""

    document: dict[str, Any]
    """Without its proof."""
    suite: str
    method: str
    created: str
    """As written; ``signed_at`` is the moment that it stands for."""
    signed_at: datetime
    header: str
    signature: bytes
    readings: tuple[Reading, ...]
    statements: tuple[Statements, ...]
    """By each reading."""
    content: DivocContent
    """By the likeliest reading."""


def sniff(text: str) -> bool:
    """Whether the text looks like DIVOC: a ZIP file, one in Base64, or the credential itself."""
    head = text[:MAX_READ].lstrip("\ufeff \t\r\n")
    if head.startswith(("{", "[")):
        return "ProofOfVaccinationCredential" in head and VC in head
    return head.startswith(_ZIP) or head[: len(_B64)].upper() == _B64


# --- reading


def decode(text: str) -> Credential:
    """The parts; raises ``CertificateMalformed`` or ``CertificateUnsupported``. Nothing is verified."""
    document = dict(_document(text))
    proof = document.pop("proof", None)
    if not isinstance(proof, dict):
        raise _malformed("署名（proof）がありません", "It has no proof")
    suite, method, created, header, signature = _proof(proof)
    try:
        readings = readings_of(document)
        statements = tuple(read_statements(document, reading) for reading in readings)
        content = _content(statements[0])
    except UnknownContext as error:
        raise CertificateUnsupported(
            reason=Bilingual("知らない文脈（@context）の証明書です", "Its contexts are not known")
        ) from error
    except NotACredential as error:
        raise _malformed(f"内容が読めません（{error}）", f"Its content is not readable ({error})") from error
    return Credential(
        document=document,
        suite=suite,
        method=method,
        created=created,
        signed_at=_moment(created),
        header=header,
        signature=signature,
        readings=readings,
        statements=statements,
        content=content,
    )


def _document(text: str) -> dict[str, Any]:
    if not text.startswith(_ZIP):
        text = text.strip("\ufeff \t\r\n")
    if len(text) > MAX_READ:
        raise _malformed("長すぎます", "It is too long")
    octets = text.encode("utf-8", "replace") if text.startswith("{") else _unzipped(_packed(text))
    try:
        document = strict_json.read(octets)
    except ValueError as error:
        raise _malformed("JSONとして読めません", "It is not readable as JSON") from error
    if not isinstance(document, dict):
        raise _malformed("JSONオブジェクトではありません", "It is no JSON object")
    return document


def _packed(text: str) -> bytes:
    """The ZIP file: the octets of the code as letters of Latin-1, or in Base64 behind ``B64:``."""
    try:
        if text[: len(_B64)].upper() == _B64:
            return base64.b64decode(text[len(_B64) :], validate=True)
        return text.encode("latin-1")
    except (binascii.Error, ValueError) as error:
        raise _malformed("Base64として読めません", "It is not readable as Base64") from error


def _unzipped(octets: bytes) -> bytes:
    """The one file of the archive; raises ``CertificateMalformed``. It is read up to ``MAX_DOCUMENT``."""
    try:
        return one_file_zip.read(octets, name=_FILE, most=MAX_DOCUMENT)
    except ValueError as error:
        raise _malformed(
            f"{_FILE} だけのZIPとして読めません", f"It is not readable as a ZIP of {_FILE} alone"
        ) from error


def _proof(proof: dict[str, Any]) -> tuple[str, str, str, str, bytes]:
    """Suite, method, time, header of the JWS, signature."""
    suite, method, created = (proof.get(member) for member in ("type", "verificationMethod", "created"))
    if not isinstance(suite, str) or suite not in _ALGORITHMS:
        raise CertificateUnsupported(
            reason=Bilingual("知らない署名方式です", "Its signature suite is not known")
        )
    if proof.keys() != _OPTIONS or proof["proofPurpose"] != "assertionMethod":
        raise _malformed("proof の項目が違います", "Its proof has other members than it should")
    if not isinstance(method, str) or not re.fullmatch(r"[a-z]+:[^\s<>\"{}|^`\\]{1,200}", method):
        raise _malformed("署名鍵の名前が読めません", "The name of its key is not readable")
    if not isinstance(created, str) or not _CREATED.fullmatch(created):
        raise _malformed("署名の時刻が読めません", "The time of its signature is not readable")
    parts = proof["jws"].split(".") if isinstance(proof["jws"], str) and len(proof["jws"]) < 2000 else []
    try:
        header, payload, signature = parts
        members = strict_json.read(base64url.decode(header))
        octets = base64url.decode(signature.rstrip("="))
    except ValueError as error:
        raise _malformed("proof の jws を読めません", "The jws of its proof is not readable") from error
    # Python takes 0 for False, and a header of JSON does not.
    if (
        payload
        or members != {"alg": _ALGORITHMS[suite], "b64": False, "crit": ["b64"]}
        or members["b64"] is not False
    ):
        raise CertificateUnsupported(
            reason=Bilingual("知らない署名方式です", "Its signature algorithm is not known")
        )
    return suite, method, created, header, octets


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise _malformed("署名の時刻が読めません", "The time of its signature is not readable") from error


def _content(statements: Statements) -> DivocContent:
    person = statements.person
    names = person.of(NAME_TERM)
    if len(names) != 1:
        raise NotACredential("name: not one")
    schema = NAME_TERM.removesuffix("name")
    births = person.of(DATE)
    return DivocContent(
        holder=Holder(name=names[0], birth_date=births[0] if len(births) == 1 else None),
        doses=tuple(_dose(node) for node in statements.vaccinations),
        issuer=statements.issuer,
        certificate_number=_bare(statements.vaccinations[0].name),
        identity=_bare(person.name) or "",
        gender=_one(person, schema + "gender"),
        age=_one(person, schema + "Number"),
        nationality=_one(person, schema + "nationality"),
    )


def _dose(node: Node) -> ShownDose:
    """One vaccination. Product, maker, batch and number come together: no signature tells them apart."""
    numbers, facility = node.of(DOSE), node.parts.get("facility")
    address = facility.parts.get("address") if facility else None
    return ShownDose(
        date=_day_of(node),
        product=" / ".join(node.of(ID)),
        code_system="",
        code="",
        centre=_one(facility, NAME_TERM) if facility else None,
        country=_one(address, NAME_TERM.removesuffix("name") + "addressCountry") if address else None,
        # Dose and number of doses share their meaning: only where they are equal is it known which dose it
        # was.
        number=int(numbers[0]) if len(numbers) == 1 and re.fullmatch(r"[1-9][0-9]?", numbers[0]) else None,
    )


def _day_of(node: Node) -> str:
    """The day of the vaccination, of three dates that share their meaning.

    It is the one that has a time of the day, as real certificates write it; or all are the same day.
    """
    dates = node.of(DATE)
    timed = {text[:10] for text in dates if "T" in text}
    days = timed if len(timed) == 1 else {text[:10] for text in dates}
    if len(days) != 1 or not _DAY.fullmatch(day := min(days)):
        raise NotACredential("date: it is not clear which is that of the vaccination")
    return day


def _one(node: Node, term: str) -> str | None:
    values = node.of(term)
    return values[0] if len(values) == 1 else None


def _bare(name: str) -> str | None:
    return name[1:-1] if name.startswith("<") else None


def _malformed(ja: str, en: str) -> CertificateMalformed:
    return CertificateMalformed(reason=Bilingual(ja, en))


# --- verifying


def verify(text: str, *, trust: TrustStore, at: datetime) -> Verified:
    """What the certificate says and why it holds at the moment ``at``; raises a ``NotVerified`` otherwise.

    The order is: form, key and signature, issuer, validity, withdrawal of the key.
    """
    credential = decode(text)
    found = _Findings(content=credential.content)
    try:
        _judge(credential, trust, at, found)
    except NotVerified as error:
        error.evidence, error.content = found.evidence(credential, at), found.content
        raise
    return Verified(found.content, found.evidence(credential, at))


@dataclass(slots=True)
class _Findings:
    content: DivocContent
    checks: list[str] = field(default_factory=lambda: ["form"])
    remarks: list[str] = field(default_factory=list)
    key: CredentialKey | None = None
    revoked_by: str | None = None

    def evidence(self, credential: Credential, at: datetime) -> Evidence:
        return Evidence(
            format=NAME,
            judged_at=at,
            issuer=self.content.issuer,
            kid=self.key.kid if self.key else credential.method,
            key_source=self.key.source if self.key else None,
            signed_at=credential.signed_at,
            checks=tuple(self.checks),
            remarks=tuple(self.remarks),
            revoked_by=self.revoked_by,
        )


def _judge(credential: Credential, trust: TrustStore, at: datetime, found: _Findings) -> None:
    candidates = trust.credential_keys_of(credential.method)
    if not candidates:
        raise CertificateUntrusted(
            reason=Bilingual(
                "発行者「{issuer}」の鍵（{method}）が信頼情報にありません",
                "The trust information has no key {method} of {issuer}",
            ).format(issuer=found.content.issuer, method=credential.method)
        )
    found.key, statements = _signed_by(credential, candidates)
    found.checks.append("signature")
    try:
        found.content = _content(statements)
    except NotACredential as error:
        raise _malformed(f"内容が読めません（{error}）", f"Its content is not readable ({error})") from error
    if found.key.issuer is not None:
        if found.key.issuer != statements.issuer:
            raise CertificateUntrusted(
                reason=Bilingual("署名鍵は別の発行者のものです", "Its key is one of another issuer")
            )
        found.checks.append("issuer")
    _check_validity(statements, credential, at)
    found.checks.append("validity")
    withdrawn = trust.withdrawal_of(found.key.kid)
    if withdrawn is None:
        return
    if trust.existed_before(withdrawn.since, format=NAME, signature=credential.signature):
        found.remarks.append("existed-before-withdrawal")
        return
    found.revoked_by = f"key {withdrawn.kid[:16]} ({withdrawn.since:%Y-%m-%d}, {withdrawn.reason})"
    raise CertificateRevoked(
        reason=Bilingual("署名した鍵が無効にされています", "The key that signed it has been withdrawn")
    )


def _signed_by(
    credential: Credential, candidates: tuple[CredentialKey, ...]
) -> tuple[CredentialKey, Statements]:
    """The key that made the signature, and the reading by which it made it."""
    options = hashlib.sha256("".join(_option_statements(credential)).encode()).digest()
    head = credential.header.encode("ascii") + b"." + options
    for statements in credential.statements:
        message = head + hashlib.sha256(canonical(statements.quads).encode()).digest()
        for key in candidates:
            try:
                _check(key.spki, credential, message)
            except InvalidSignature:
                continue
            return key, statements
    raise CertificateInvalid(reason=Bilingual("電子署名が一致しません", "The signature does not match"))


_QUAD = re.compile(r'(<[^>]*>|_:\S+) <([^>]*)> (?:(<[^>]*>|_:\S+)|"(.*)"(?:\^\^<([^>]*)>)?) \.\n')


def canonical(quads: tuple[str, ...]) -> str:
    """The statements in canonical order, blank nodes renamed (URDNA2015).

    The library's own reader of N-Quads is not asked: it takes an escaped backslash before an n for a line
    feed.
    """
    from pyld.canon import URDNA2015

    triples = [_triple(quad) for quad in quads]
    told: str = URDNA2015().main({"@default": triples}, {"format": "application/n-quads"})
    return told


def _triple(quad: str) -> dict[str, dict[str, str]]:
    """One statement as the library holds it."""
    found = _QUAD.fullmatch(quad)
    if found is None:
        raise ValueError(f"no statement: {quad}")
    subject, predicate, thing, literal, datatype = found.groups()
    told = (
        _named(thing)
        if thing
        else {
            "type": "literal",
            "value": re.sub(r"\\(.)", r"\1", literal),
            "datatype": datatype or "http://www.w3.org/2001/XMLSchema#string",
        }
    )
    return {"subject": _named(subject), "predicate": {"type": "IRI", "value": predicate}, "object": told}


def _named(thing: str) -> dict[str, str]:
    return (
        {"type": "IRI", "value": thing[1:-1]}
        if thing.startswith("<")
        else {"type": "blank node", "value": thing}
    )


def _option_statements(credential: Credential) -> Iterator[str]:
    """The proof without its value, by the context ``security/v2``: one blank node, in canonical order."""
    node = "_:c14n0"
    time = f'"{credential.created}"^^<http://www.w3.org/2001/XMLSchema#dateTime>'
    yield f"{node} <http://purl.org/dc/terms/created> {time} .\n"
    yield f"{node} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{_SECURITY}{credential.suite}> .\n"
    yield f"{node} <{_SECURITY}proofPurpose> <{_SECURITY}assertionMethod> .\n"
    yield f"{node} <{_SECURITY}verificationMethod> <{credential.method}> .\n"


def _check(spki: bytes, credential: Credential, message: bytes) -> None:
    """Raises ``InvalidSignature`` unless the key made the signature in the way that the suite says."""
    key = _public_key(spki)
    if isinstance(key, rsa.RSAPublicKey) and credential.suite == "RsaSignature2018":
        if len(credential.signature) != -(-key.key_size // 8):
            raise InvalidSignature("a signature is as long as its modulus (RFC 8017 §8.1.2)")
        key.verify(credential.signature, message, _PSS, SHA256())
    elif isinstance(key, ed25519.Ed25519PublicKey) and credential.suite == "Ed25519Signature2018":
        key.verify(credential.signature, message)
    else:
        raise InvalidSignature("a key of another kind")


@lru_cache(maxsize=256)
def _public_key(spki: bytes) -> rsa.RSAPublicKey | ed25519.Ed25519PublicKey | None:
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm):
        return None
    if isinstance(key, rsa.RSAPublicKey):
        return key if key.key_size >= _SMALLEST_RSA else None
    return key if isinstance(key, ed25519.Ed25519PublicKey) else None


def _check_validity(statements: Statements, credential: Credential, at: datetime) -> None:
    begins, ends = max(statements.issued, credential.signed_at), statements.expires
    if begins > at + _CLOCK_SKEW:
        raise CertificateExpired(
            reason=Bilingual("{day}から有効です", "It is valid from {day}").format(day=_day(begins))
        )
    if ends is not None and ends <= at:
        raise CertificateExpired(
            reason=Bilingual("{day}に期限が切れました", "It expired on {day}").format(day=_day(ends))
        )


def _day(moment: datetime) -> str:
    try:
        return f"{moment.astimezone(JST):%Y-%m-%d}"
    except OverflowError:  # a day at the end of the calendar has none behind it
        return f"{moment:%Y-%m-%d}"

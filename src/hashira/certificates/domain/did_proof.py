"""The proof of a trust list of the WHO GDHCN: who signed the DID document, and when (DIDリストの署名).

The list is a DID document with a ``JsonWebSignature2020`` proof. Signed are not its octets but what it says
as RDF: SHA-256 of the proof's options, then SHA-256 of the document, each as N-Quads in canonical order
(URDNA2015), behind the header of a detached JWS with ``b64: false`` (RFC 7797). The signature is ECDSA in
DER, against RFC 7518 §3.4, which asks for R‖S; both are read.

RDF drops every member that no context gives a meaning, so such a member would stand in the list unsigned.
Therefore documents are held to exactly the members known here, and what these mean is fixed here, in place of
contexts that somebody would have to fetch. No node of the document is blank, so canonical order is sorting.

Sources: W3C CCG "JSON Web Signature 2020" §3; RDF Dataset Canonicalization §4.4; JSON-LD 1.1 API §8.6
(JSON literals, RFC 8785); the contexts ``did/v1``, ``jws-2020/v1`` and WHO's ``tng-context/v1``. The real
list of 2026-08-22 verifies this way with the key that its proof names (``tests/certificates/trust``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from hashira.certificates.domain import base64url, p256, strict_json
from hashira.certificates.domain.list_signature import NotAuthentic, fingerprint
from hashira.kernel.canonical_json import canonical_json
from hashira.kernel.errors import HashiraError

_SECURITY = "https://w3id.org/security#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DATE_TIME = "http://www.w3.org/2001/XMLSchema#dateTime"
_CREATED = "http://purl.org/dc/terms/created"
_CODES = {"domain": "Domains", "participant": "Participants", "keyusage": "KeyUsage"}
_ENVIRONMENTS = {"v1.jsonld": "", "v1-UAT.jsonld": "-UAT", "v1-DEV.jsonld": "-DEV"}
_CONTEXTS = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"]
_TNG = "https://smart.who.int/trust/"
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{1,300}\Z")
_CODE = re.compile(r"#[A-Za-z0-9_-]{1,60}\Z")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
_METHOD = {"id", "type", "controller", "publicKeyJwk"}
_MAX_METHODS = 20_000


def check_proof(document: dict[str, Any], keys: tuple[bytes, ...]) -> tuple[str, datetime]:
    """The fingerprint of the key, of ``keys`` (DER SubjectPublicKeyInfo), that signed; and the time it says.

    Raises ``NotAuthentic``.
    """
    proof = document.get("proof")
    if not isinstance(proof, dict):
        raise NotAuthentic("署名（proof）がありません", "It has no proof")
    header, signature = _detached(proof.get("jws"))
    options, statements = _options(proof), _statements(document)
    signed = header.encode("ascii") + b"." + _digest(options) + _digest(statements)
    for spki in keys:
        try:
            p256.public_key(spki).verify(signature, signed, ec.ECDSA(SHA256()))
        except p256.NotP256 as error:
            raise NotAuthentic("登録した鍵がP-256ではありません", "A pinned key is not on P-256") from error
        except InvalidSignature:
            continue
        return fingerprint(spki), datetime.fromisoformat(proof["created"])
    raise NotAuthentic(
        "登録した鍵のどれも、このリストに署名していません", "None of the pinned keys has signed this list"
    )


def _detached(jws: object) -> tuple[str, bytes]:
    """The header, as written, and the signature in DER."""
    parts = jws.split(".") if isinstance(jws, str) and len(jws) < 1000 else []
    try:
        header, payload, signature = parts
        members = strict_json.read(base64url.decode(header))
        octets = base64url.decode(signature)
    except ValueError as error:
        raise NotAuthentic("proof の jws を読めません", "The jws of its proof is not readable") from error
    if payload or members != {"alg": "ES256", "b64": False, "crit": ["b64"]}:
        raise NotAuthentic("proof の方式が違います", "Its proof is not a detached ES256 with b64 false")
    if len(octets) == 2 * p256.COORDINATE:
        half = p256.COORDINATE
        octets = encode_dss_signature(
            int.from_bytes(octets[:half], "big"), int.from_bytes(octets[half:], "big")
        )
    return header, octets


def _options(proof: dict[str, Any]) -> Iterator[str]:
    """The proof without its value: one blank node."""
    created, nonce = proof.get("created"), proof.get("nonce")
    if proof.keys() - {"nonce"} != {"type", "created", "proofPurpose", "verificationMethod", "jws"}:
        raise NotAuthentic("proof の項目が違います", "Its proof has other members than it should")
    if proof["type"] != "JsonWebSignature2020" or proof["proofPurpose"] != "assertionMethod":
        raise NotAuthentic("proof の種類が違います", "Its proof is of another type or purpose")
    if not isinstance(created, str) or not _is_time(created):
        raise NotAuthentic("署名の時刻がありません", "Its proof says no time")
    node = "_:c14n0"
    yield f'{node} <{_CREATED}> "{created}"^^<{_DATE_TIME}> .\n'
    yield f"{node} <{_RDF}type> <{_SECURITY}JsonWebSignature2020> .\n"
    yield f"{node} <{_SECURITY}proofPurpose> <{_SECURITY}assertionMethod> .\n"
    yield f"{node} <{_SECURITY}verificationMethod> {_iri(proof['verificationMethod'])} .\n"
    if nonce is not None:
        if not isinstance(nonce, str):
            raise NotAuthentic("proof の nonce が違います", "The nonce of its proof is no text")
        yield f"{node} <{_SECURITY}nonce> {_literal(nonce)} .\n"


def _statements(document: dict[str, Any]) -> Iterator[str]:
    if document.keys() != {"@context", "id", "controller", "verificationMethod", "proof"}:
        raise NotAuthentic("署名の及ばない項目があります", "It has members that no signature covers")
    environment = _environment(document["@context"])
    subject, methods = _iri(document["id"]), document["verificationMethod"]
    if not isinstance(methods, list) or len(methods) > _MAX_METHODS:
        raise NotAuthentic("鍵の一覧がありません", "It has no list of keys")
    yield f"{subject} <{_SECURITY}controller> {_iri(document['controller'])} .\n"
    seen: set[str] = set()
    for method in methods:
        # A list by reference names other documents in place of keys.
        name = _iri(method.get("id") if isinstance(method, dict) else method)
        if name in seen:
            raise NotAuthentic("同じ名前の鍵が二つあります", "Two of its keys have one name")
        seen.add(name)
        yield f"{subject} <{_SECURITY}verificationMethod> {name} .\n"
        if isinstance(method, dict):
            yield from _method(name, method, environment)


def _method(name: str, method: dict[str, Any], environment: str | None) -> Iterator[str]:
    codes = method.keys() & _CODES.keys()
    if (
        method.keys() - codes != _METHOD
        or method["type"] != "JsonWebKey2020"
        or (codes and environment is None)
    ):
        raise NotAuthentic("署名の及ばない項目があります", "It has members that no signature covers")
    try:
        jwk = canonical_json(method["publicKeyJwk"]).decode()
    except HashiraError as error:
        raise NotAuthentic("鍵を一意に書けません", "A key has no canonical form") from error
    yield f"{name} <{_RDF}type> <{_SECURITY}JsonWebKey2020> .\n"
    yield f"{name} <{_SECURITY}controller> {_iri(method['controller'])} .\n"
    yield f"{name} <{_SECURITY}publicKeyJwk> {_literal(jwk)}^^<{_RDF}JSON> .\n"
    for code in sorted(codes):
        value = method[code]
        text = value.get("code") if isinstance(value, dict) and value.keys() == {"code"} else None
        if not isinstance(text, str) or not _CODE.match(text):
            raise NotAuthentic("鍵の区分が読めません", "The domain, state or use of a key is not readable")
        base = f"{_TNG}ValueSet-{_CODES[code]}{environment}.jsonld"
        yield f"{name} <{base}> <{base}{text}> .\n"


def _environment(contexts: object) -> str | None:
    """Which of WHO's networks the codes are of; ``None`` where the document has no codes."""
    if contexts == _CONTEXTS:
        return None
    if isinstance(contexts, list) and contexts[:2] == _CONTEXTS and len(contexts) == 3:
        name = str(contexts[2]).removeprefix(f"{_TNG}tng-context/")
        if name in _ENVIRONMENTS:
            return _ENVIRONMENTS[name]
    raise NotAuthentic("知らない @context です", "Its @context is not known")


def _is_time(text: str) -> bool:
    try:
        return bool(_TIME.match(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _iri(value: object) -> str:
    if not isinstance(value, str) or not _IRI.match(value):
        raise NotAuthentic("名前の形が違います", "A name in it is no IRI")
    return f"<{value}>"


def _literal(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


def _digest(statements: Iterator[str]) -> bytes:
    return hashlib.sha256("".join(sorted(set(statements))).encode()).digest()

"""Trust read from files: JWKS, VCI snapshot, DID trust list, revocation lists, certificates (信頼情報)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from hashira.certificates.domain import base64url, p256
from hashira.certificates.domain.trust import RevocationList, TrustedKey, TrustStore
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_FILE = 64 * 1024 * 1024
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_SUFFIXES = frozenset({".json", ".jwks", ".pem", ".crt", ".cer", ".der"})
_RID = re.compile(r"([A-Za-z0-9_-]{1,24})(?:\.([0-9]{1,11}))?\Z")
_ASN1_SEQUENCE = 0x30


class TrustNotReadable(HashiraError):
    """A file of trust that cannot be used."""

    code = "CERT-010"
    what = Bilingual("信頼情報を読めません", "The trust information cannot be read")
    why = Bilingual("{file}: {reason}", "{file}: {reason}")
    remedy = Bilingual(
        "JWKS、VCIスナップショット、DIDリスト、PEM・DER証明書のいずれかを指定してください",
        "Give a JWKS, a VCI snapshot, a DID list, or certificates as PEM or DER",
    )


def read_trust(paths: Iterable[Path]) -> TrustStore:
    """Everything the files say, together. A folder stands for the files of known endings in it.

    Keys that are no P-256 keys are passed over: real lists hold other curves and RSA too.
    Raises ``TrustNotReadable``.
    """
    store = TrustStore()
    for path in paths:
        if path.is_dir():
            files = sorted(f for f in path.rglob("*") if f.is_file() and f.suffix.lower() in _SUFFIXES)
        elif path.is_file():
            files = [path]
        else:
            raise _unreadable(path, "ありません", "there is no such file or folder")
        for file in files:
            store |= _read_file(file)
    return store


def _unreadable(path: Path, ja: str, en: str) -> TrustNotReadable:
    return TrustNotReadable(file=path.name, reason=Bilingual(ja, en))


def _read_file(path: Path) -> TrustStore:
    try:
        if path.stat().st_size > MAX_FILE:
            raise _unreadable(path, "大きすぎます", "it is too large")
        octets = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, "開けません", "it cannot be opened") from error
    if octets[:1] and octets[0] == _ASN1_SEQUENCE:
        return TrustStore(anchors=(octets,))
    if b"-----BEGIN CERTIFICATE-----" in octets:
        return TrustStore(anchors=tuple(_base64(body, path) for body in _PEM.findall(octets)))
    try:
        document = orjson.loads(octets)
    except orjson.JSONDecodeError as error:
        raise _unreadable(path, "JSONでも証明書でもありません", "neither JSON nor a certificate") from error
    return _read_document(document, path)


def _read_document(document: Any, path: Path) -> TrustStore:
    if not isinstance(document, dict):
        raise _unreadable(path, "知らない形です", "its form is not known")
    if isinstance(document.get("issuerInfo"), list):
        keys = [
            _key(jwk, issuer=info["issuer"]["iss"], path=path)
            for info in document["issuerInfo"]
            for jwk in info.get("keys", ())
        ]
    elif isinstance(document.get("verificationMethod"), list):
        methods = document["verificationMethod"]
        keys = [_key(m.get("publicKeyJwk"), issuer=None, path=path, from_x5c=True) for m in methods]
    elif isinstance(document.get("keys"), list):
        issuer = document.get("iss") if isinstance(document.get("iss"), str) else None
        keys = [_key(jwk, issuer=issuer, path=path) for jwk in document["keys"]]
    elif isinstance(document.get("rids"), list):
        return TrustStore(revocations=(_revocations(document, path),))
    else:
        raise _unreadable(path, "知らない形です", "its form is not known")
    return TrustStore(keys=tuple(key for key in keys if key is not None))


def _key(jwk: Any, *, issuer: str | None, path: Path, from_x5c: bool = False) -> TrustedKey | None:
    """A key of a list; its ``kid`` is computed, never taken over.

    The keys of WHO's list are taken from the certificate: most of its coordinates are malformed.
    """
    if not isinstance(jwk, dict):
        return None
    x5c = tuple(_base64(c.encode("ascii"), path) for c in jwk.get("x5c", ()) if isinstance(c, str))
    try:
        if from_x5c and x5c:
            spki = _spki_of_certificate(x5c[0])
        else:
            x, y = (base64url.decode(jwk[name]).rjust(p256.COORDINATE, b"\0") for name in ("x", "y"))
            spki = p256.spki_of_point(x, y)
        kid = p256.thumbprint(spki) if from_x5c else p256.thumbprint_as_written(jwk["x"], jwk["y"])
    except (ValueError, KeyError, AttributeError):
        return None
    # The chains of WHO's list lead to a state's authority, not to an SHC issuer's SAN.
    return TrustedKey(issuer=issuer, kid=kid, spki=spki, source=path.name, x5c=() if from_x5c else x5c)


def _spki_of_certificate(der: bytes) -> bytes:
    from asn1crypto.x509 import Certificate

    spki = Certificate.load(der).public_key.dump()
    return bytes(spki)


def _revocations(document: dict[str, Any], path: Path) -> RevocationList:
    entries: dict[str, int | None] = {}
    for rid in document["rids"]:
        match = _RID.match(rid) if isinstance(rid, str) else None
        if match is None:
            raise _unreadable(path, "失効番号の形が違います", "an rid is not of the right form")
        entries[match[1]] = int(match[2]) if match[2] else None
    kid, method, counter = document.get("kid"), document.get("method"), document.get("ctr")
    if not isinstance(kid, str) or not isinstance(method, str) or not isinstance(counter, int):
        raise _unreadable(path, "kid・method・ctr がありません", "it lacks kid, method or ctr")
    return RevocationList(kid=kid, method=method, counter=counter, entries=entries)


def _base64(text: bytes, path: Path) -> bytes:
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable(path, "証明書を読めません", "a certificate is not readable") from error

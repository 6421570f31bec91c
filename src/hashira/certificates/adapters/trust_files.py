"""Trust read from files: JWKS, VCI snapshot, DID trust list, revocation lists, certificates (信頼情報)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from hashira.certificates.adapters.credential_keys import credential_keys, public_keys_of_pem
from hashira.certificates.domain import base64url, p256, signer_list
from hashira.certificates.domain.card_revocation_list import (
    NotARevocationList,
    RevocationList,
    read_revocation_list,
)
from hashira.certificates.domain.revocation_filter import RevocationFilter
from hashira.certificates.domain.state_certificate import CertificateUnreadable
from hashira.certificates.domain.state_crl import read_crl
from hashira.certificates.domain.trust import StateKey, TrustedKey, TrustStore, WithdrawnKey
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_FILE = 64 * 1024 * 1024
_PEM = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CRL)-----(.+?)-----END \1-----", re.DOTALL)
_SUFFIXES = frozenset({".json", ".jwks", ".pem", ".crt", ".cer", ".der", ".crl"})
_FOR_ISSUER = re.compile(r"(https://[^=\s]+[^=\s/])=(.+)\Z", re.DOTALL)
_DID_METHOD = re.compile(r"did:[^#]+:([A-Za-z0-9_-]+):([A-Z]{3}):([A-Za-z]+)#")
_STATE_KID = 8
_SHORTEST = 64
"""Octets; no certificate and no list is shorter."""


class TrustNotReadable(HashiraError):
    """A file of trust that cannot be used."""

    code = "CERT-010"
    what = Bilingual("信頼情報を読めません", "The trust information cannot be read")
    why = Bilingual("{file}: {reason}", "{file}: {reason}")
    remedy = Bilingual(
        "JWKS、VCIスナップショット、DIDリスト、PEM・DER証明書のいずれかを指定してください",
        "Give a JWKS, a VCI snapshot, a DID list, or certificates as PEM or DER",
    )


def read_trust(sources: Iterable[Path | str]) -> TrustStore:
    """Everything the files say, together. A folder stands for the files of known endings in it.

    ``https://issuer=FILE`` reads a key set that does not name its issuer, as issuers publish it, for that
    issuer alone. Keys that are no P-256 keys are passed over: real lists hold other curves and RSA too.
    Raises ``TrustNotReadable``.
    """
    return TrustStore.merged(_read_file(file, issuer) for file, issuer in _files(sources))


def _files(sources: Iterable[Path | str]) -> Iterator[tuple[Path, str | None]]:
    for source in sources:
        bound = _FOR_ISSUER.match(source) if isinstance(source, str) else None
        path, issuer = (Path(bound[2]), bound[1]) if bound else (Path(source), None)
        if path.is_dir():
            found = sorted(f for f in path.rglob("*") if f.is_file() and f.suffix.lower() in _SUFFIXES)
            yield from ((file, issuer) for file in found)
        elif path.is_file():
            yield path, issuer
        else:
            raise _unreadable(path, "ありません", "there is no such file or folder")


def _unreadable(path: Path, ja: str, en: str) -> TrustNotReadable:
    return TrustNotReadable(file=path.name, reason=Bilingual(ja, en))


def _read_file(path: Path, issuer: str | None) -> TrustStore:
    try:
        if path.stat().st_size > MAX_FILE:
            raise _unreadable(path, "大きすぎます", "it is too large")
        octets = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, "開けません", "it cannot be opened") from error
    return read_octets(octets, name=path.name, issuer=issuer)


def read_octets(octets: bytes, *, name: str, issuer: str | None = None) -> TrustStore:
    """What a file of that name and content says; raises ``TrustNotReadable``."""
    path = Path(name)
    if _is_der(octets):
        return _certificate_or_list((octets,), path)
    if not octets.lstrip().startswith((b"{", b"[")) and b"-----BEGIN " in octets:
        return _read_pem(octets, path)
    try:
        document = orjson.loads(octets)
    except orjson.JSONDecodeError as error:
        raise _unreadable(path, "JSONでも証明書でもありません", "neither JSON nor a certificate") from error
    entries = signer_list.entries_of(document)
    if entries:
        return TrustStore(state_keys=signer_list.read_signers(entries, source=path.name))
    if not isinstance(document, dict):
        raise _unreadable(path, "知らない形です", "its form is not known")
    return _read_document(document, path, issuer)


def _read_pem(octets: bytes, path: Path) -> TrustStore:
    if given := public_keys_of_pem(octets, path.name):
        return TrustStore(credential_keys=given)
    bodies = [(label, _base64(body, path)) for label, body in _PEM.findall(octets)]
    if not bodies or not all(_is_der(der) for _label, der in bodies):
        raise _unreadable(path, "証明書を読めません", "a certificate is not readable")
    return TrustStore(
        anchors=tuple(der for label, der in bodies if label == b"CERTIFICATE"),
        state_crls=tuple(der for label, der in bodies if label != b"CERTIFICATE"),
    )


def _certificate_or_list(ders: tuple[bytes, ...], path: Path) -> TrustStore:
    """DER does not say what it is: a list of revoked certificates is one that reads as such."""
    anchors, crls = [], []
    for der in ders:
        try:
            read_crl(der)
        except CertificateUnreadable:
            anchors.append(der)
        else:
            crls.append(der)
    return TrustStore(anchors=tuple(anchors), state_crls=tuple(crls))


def _is_der(octets: bytes) -> bool:
    """Whether it is one DER SEQUENCE (X.690 §8.1), and nothing behind it; a list has any length."""
    if octets[:1] != b"\x30" or len(octets) < _SHORTEST or not 0x81 <= octets[1] <= 0x84:
        return False
    size = octets[1] & 0x7F
    return int.from_bytes(octets[2 : 2 + size], "big") == len(octets) - 2 - size


def _read_document(document: dict[str, Any], path: Path, issuer: str | None) -> TrustStore:
    if isinstance(document.get("issuerInfo"), list):
        return TrustStore.merged(_directory_entry(entry, path) for entry in document["issuerInfo"])
    if credentials := credential_keys(document, path.name):
        return TrustStore(credential_keys=credentials)
    if isinstance(document.get("verificationMethod"), list):
        keys = (_state_key(method, path) for method in document["verificationMethod"])
        return TrustStore(state_keys=tuple(key for key in keys if key is not None))
    if isinstance(document.get("keys"), list):
        named = document.get("iss")
        named = named if isinstance(named, str) else None
        if issuer is not None and named not in (None, issuer):
            raise _unreadable(path, "別の発行者の鍵です", "its keys are those of another issuer")
        return TrustStore(keys=_keys(document["keys"], issuer=issuer or named, path=path))
    if isinstance(document.get("rids"), list):
        return TrustStore(revocations=(_revocations(document, path),))
    if isinstance(document.get("filter"), str):
        return TrustStore(filters=(_summary(document, path),))
    if isinstance(document.get("withdrawn"), list):
        return TrustStore(withdrawn=tuple(_withdrawn(entry, path) for entry in document["withdrawn"]))
    raise _unreadable(path, "知らない形です", "its form is not known")


def _directory_entry(entry: Any, path: Path) -> TrustStore:
    """An issuer of a VCI snapshot: its keys, and its revocation lists where it publishes any."""
    issuer = entry.get("issuer") if isinstance(entry, dict) else None
    iss = issuer.get("iss") if isinstance(issuer, dict) else None
    if not isinstance(iss, str):
        raise _unreadable(path, "発行者がありません", "an entry names no issuer")
    lists = entry.get("crls") or ()
    return TrustStore(
        keys=_keys(entry.get("keys") or (), issuer=iss, path=path),
        revocations=tuple(_revocations(listed, path, iss) for listed in lists),
    )


def _keys(jwks: Iterable[Any], *, issuer: str | None, path: Path) -> tuple[TrustedKey, ...]:
    keys = (_key(jwk, issuer=issuer, path=path) for jwk in jwks)
    return tuple(key for key in keys if key is not None)


def _key(jwk: Any, *, issuer: str | None, path: Path) -> TrustedKey | None:
    """A key of a set; its ``kid`` is computed, never taken over, and a private key is refused."""
    if not isinstance(jwk, dict):
        return None
    if "d" in jwk:
        raise _unreadable(path, "秘密鍵が入っています", "it holds a private key")
    try:
        x, y = (base64url.decode(jwk[name]).rjust(p256.COORDINATE, b"\0") for name in ("x", "y"))
        spki = p256.spki_of_point(x, y)
        kid = p256.thumbprint_as_written(jwk["x"], jwk["y"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    chain = jwk.get("x5c") or ()
    x5c = tuple(_base64(c.encode("utf-8"), path) for c in chain if isinstance(c, str))
    latest = jwk.get("crlVersion")
    return TrustedKey(
        issuer=issuer,
        kid=kid,
        spki=spki,
        source=path.name,
        x5c=x5c,
        crl_version=latest if type(latest) is int else None,
    )


def _state_key(method: Any, path: Path) -> StateKey | None:
    """A key of WHO's list, from its certificate: most of the coordinates beside it are malformed.

    ``None`` without a certificate, or where the certificate is not the one that the ``kid`` names.
    """
    jwk = method.get("publicKeyJwk") if isinstance(method, dict) else None
    named = _DID_METHOD.match(str(method.get("id"))) if isinstance(method, dict) else None
    chain = jwk.get("x5c") if isinstance(jwk, dict) else None
    if not named or not isinstance(chain, list) or not chain or not isinstance(chain[0], str):
        return None
    certificate = _base64(chain[0].encode("utf-8"), path)
    kid = hashlib.sha256(certificate).digest()[:_STATE_KID]
    if jwk.get("kid") != base64.b64encode(kid).decode("ascii"):
        return None
    return StateKey(
        participant=named[2],
        domain=named[1],
        usage=named[3],
        kid=kid,
        certificate=certificate,
        source=path.name,
    )


def _revocations(document: Any, path: Path, issuer: str | None = None) -> RevocationList:
    try:
        return read_revocation_list(document, issuer=issuer)
    except NotARevocationList as error:
        raise _unreadable(path, "失効リストの形が違います", str(error)) from error


def _summary(document: dict[str, Any], path: Path) -> RevocationFilter:
    """``{kid, method, filter}``: the Bloom filter of a list, hexadecimal (docs/reference/trust-bundle.md)."""
    kid, method = document.get("kid"), document.get("method")
    try:
        if not isinstance(kid, str) or not isinstance(method, str):
            raise ValueError("it lacks kid or method")
        return RevocationFilter(kid, method, bytes.fromhex(document["filter"]))
    except ValueError as error:
        raise _unreadable(path, "失効リストの要約の形が違います", str(error)) from error


def _withdrawn(entry: Any, path: Path) -> WithdrawnKey:
    try:
        since = datetime.fromisoformat(entry["since"])
        kid, reason = entry["kid"], entry.get("reason", "unspecified")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _unreadable(path, "無効な鍵の項目が違います", "an entry of withdrawn keys is wrong") from error
    if not isinstance(kid, str) or not isinstance(reason, str) or since.tzinfo is None:
        raise _unreadable(path, "無効な鍵の項目が違います", "an entry of withdrawn keys is wrong")
    return WithdrawnKey(kid, since, reason)


def _base64(text: bytes, path: Path) -> bytes:
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable(path, "証明書を読めません", "a certificate is not readable") from error

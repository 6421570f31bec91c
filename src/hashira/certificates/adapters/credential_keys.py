"""Keys of issuers of W3C credentials (DIVOC), from PEM files and documents about keys (W3C証明書の鍵).

A document names the key (``id``) and its controller, and has it as ``publicKeyPem`` or ``publicKeyBase58``,
alone or in ``publicKey``, ``assertionMethod`` or ``verificationMethod`` of its controller. A PEM file names
nothing: its keys are believed whatever they sign, as its user has said.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from hashira.certificates.domain.trust import CredentialKey

_PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----")
_LISTS = ("publicKey", "assertionMethod", "verificationMethod")
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_OCTETS = 32
_MAX_KEYS = 1000


def public_keys_of_pem(octets: bytes, source: str) -> tuple[CredentialKey, ...]:
    """The RSA and Ed25519 keys of a PEM file; others are passed over."""
    found = (_spki(base64.b64decode(b"".join(body.split()))) for body in _PEM.findall(octets))
    return tuple(CredentialKey(None, None, spki, source) for spki in found if spki is not None)


def credential_keys(document: dict[str, Any], source: str) -> tuple[CredentialKey, ...]:
    """The keys of a document about a key or its controller; empty where it is none."""
    controller = document.get("id") if not _has_key(document) else None
    found = (_key(entry, controller, source) for entry in _entries(document))
    return tuple(dict.fromkeys(key for key in found if key is not None))


def _entries(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if _has_key(document):
        yield document
    for name in _LISTS:
        entries = document.get(name)
        for entry in entries[:_MAX_KEYS] if isinstance(entries, list) else ():
            if isinstance(entry, dict) and _has_key(entry):
                yield entry


def _has_key(entry: dict[str, Any]) -> bool:
    return isinstance(entry.get("publicKeyPem"), str) or isinstance(entry.get("publicKeyBase58"), str)


def _key(entry: dict[str, Any], controller: object, source: str) -> CredentialKey | None:
    method, named = entry.get("id"), entry.get("controller", controller)
    spki = _read(entry)
    if spki is None or not isinstance(method, str):
        return None
    return CredentialKey(method, named if isinstance(named, str) else None, spki, source)


def _read(entry: dict[str, Any]) -> bytes | None:
    if isinstance(pem := entry.get("publicKeyPem"), str):
        found = public_keys_of_pem(pem.encode("utf-8", "replace"), "")
        return found[0].spki if len(found) == 1 else None
    number = 0
    text: str = entry["publicKeyBase58"]
    if not 0 < len(text) <= 64 or any(letter not in _BASE58 for letter in text):
        return None
    for letter in text:
        number = number * 58 + _BASE58.index(letter)
    if number.bit_length() > 8 * _ED25519_OCTETS:
        return None
    key = ed25519.Ed25519PublicKey.from_public_bytes(number.to_bytes(_ED25519_OCTETS, "big"))
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _spki(der: bytes) -> bytes | None:
    """The key as it is written canonically, if it is of a kind that signs credentials."""
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm, binascii.Error):
        return None
    if not isinstance(key, rsa.RSAPublicKey | ed25519.Ed25519PublicKey):
        return None
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

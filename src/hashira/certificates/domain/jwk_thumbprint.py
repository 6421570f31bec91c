"""JWK thumbprints (RFC 7638): the name of a key that follows from the key."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from hashira.certificates.domain import base64url
from hashira.kernel.canonical_json import JSON, canonical_json

_REQUIRED = {
    "EC": ("crv", "kty", "x", "y"),
    "RSA": ("e", "kty", "n"),
    "oct": ("k", "kty"),
    "OKP": ("crv", "kty", "x"),  # RFC 8037 §2
}
"""Members that make the key, by its type (RFC 7638 §3.2)."""


def thumbprint(jwk: Mapping[str, str]) -> str:
    """SHA-256 thumbprint, base64url; ``KeyError`` for an unknown type or a missing member.

    Members other than the required ones do not count, and the required ones count as they are written.
    """
    members: dict[str, JSON] = {name: jwk[name] for name in _REQUIRED[jwk["kty"]]}
    return base64url.encode(hashlib.sha256(canonical_json(members)).digest())

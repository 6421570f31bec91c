"""The key with which this installation says that it is itself: in a file, or in an HSM (クライアントの鍵)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
Sign = Callable[[bytes], bytes]
"""ECDSA P-256 with SHA-256 over a message: 64 bytes, R‖S (RFC 7518 §3.4)."""


@dataclass(frozen=True, slots=True)
class ClientKey:
    """A key that signs and is never seen; ``public`` is what the provider knows of it (RFC 7517)."""

    public: Mapping[str, str]
    sign: Sign

    @classmethod
    def of_private_key(cls, key: EllipticCurvePrivateKey) -> ClientKey:
        """A key that is in memory; raises ``ValueError`` unless it is on P-256."""

        def sign(message: bytes) -> bytes:
            r, s = decode_dss_signature(key.sign(message, ECDSA(SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")

        return cls.of_public_key(key.public_key(), sign)

    @classmethod
    def of_spki(cls, spki: bytes, sign: Sign) -> ClientKey:
        """A key of which only the public half is known (DER SubjectPublicKeyInfo); raises ``ValueError``."""
        try:
            public = serialization.load_der_public_key(spki)
        except UnsupportedAlgorithm as error:
            raise ValueError("not a P-256 key") from error
        return cls.of_public_key(public, sign)

    @classmethod
    def of_public_key(cls, public: object, sign: Sign) -> ClientKey:
        """Its ``kid`` is its thumbprint (RFC 7638); raises ``ValueError`` unless it is on P-256."""
        if not isinstance(public, EllipticCurvePublicKey) or not isinstance(public.curve, SECP256R1):
            raise ValueError("not a P-256 key")
        jwk = ECKey.import_key(public)
        told = jwk.as_dict(private=False)
        named = {name: str(told[name]) for name in ("kty", "crv", "x", "y")}
        return cls({**named, "kid": jwk.thumbprint()}, sign)

    def signed(self, claims: Mapping[str, Any]) -> str:
        """The claims as a JWT signed with ES256 (RFC 7519)."""
        header = {"alg": ALGORITHM, "typ": "JWT", "kid": self.public["kid"]}
        parts = (json.dumps(part, separators=(",", ":")).encode() for part in (header, claims))
        text = ".".join(base64url(part) for part in parts)
        return f"{text}.{base64url(self.sign(text.encode('ascii')))}"


def base64url(octets: bytes) -> str:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")

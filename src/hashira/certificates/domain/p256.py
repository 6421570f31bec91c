"""Public keys of P-256: as SPKI, as JWK, by thumbprint; and the check of an ES256 signature."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from hashira.certificates.domain import base64url, ecdsa_signature, jwk_thumbprint

_ECDSA_SHA256 = ec.ECDSA(SHA256())
COORDINATE = 32
"""Octets of a coordinate, and of each half of a signature."""


class NotP256(ValueError):
    """The octets are no P-256 public key."""


@lru_cache(maxsize=4096)
def public_key(spki: bytes) -> ec.EllipticCurvePublicKey:
    """The key of a DER SubjectPublicKeyInfo; kept, since parsing costs as much as half a verification."""
    try:
        key = load_der_public_key(spki)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NotP256("no public key") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise NotP256("not on P-256")
    return key


def spki_of_point(x: bytes, y: bytes) -> bytes:
    """DER SubjectPublicKeyInfo of a point; ``NotP256`` where it is not on the curve."""
    if len(x) != COORDINATE or len(y) != COORDINATE:
        raise NotP256("a coordinate of P-256 has 32 octets")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + x + y)
    except ValueError as error:
        raise NotP256("not on P-256") from error
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def spki_of_jwk(jwk: Mapping[str, str]) -> bytes:
    """DER SubjectPublicKeyInfo of a JWK; ``ValueError`` where its coordinates are none of a point."""
    return spki_of_point(base64url.decode(jwk["x"]), base64url.decode(jwk["y"]))


def jwk(spki: bytes) -> dict[str, str]:
    """The key as a JWK for publication (RFC 7517; members of SMART Health Cards 1.4.0, "Key Sets")."""
    point = public_key(spki).public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    x, y = point[1 : 1 + COORDINATE], point[1 + COORDINATE :]
    return {
        "kty": "EC",
        "kid": thumbprint(spki),
        "use": "sig",
        "alg": "ES256",
        "crv": "P-256",
        "x": base64url.encode(x),
        "y": base64url.encode(y),
    }


@lru_cache(maxsize=4096)
def thumbprint(spki: bytes) -> str:
    """JWK thumbprint with SHA-256 (RFC 7638 §3): the ``kid`` of a SMART Health Card."""
    point = public_key(spki).public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return thumbprint_as_written(
        base64url.encode(point[1 : 1 + COORDINATE]), base64url.encode(point[1 + COORDINATE :])
    )


def thumbprint_as_written(x: str, y: str) -> str:
    """The thumbprint over coordinates as somebody wrote them, base64url.

    Two issuers of the VCI directory drop a leading zero octet, against RFC 7518 §6.2.1.2, and name
    their keys by what they wrote.
    """
    return jwk_thumbprint.thumbprint({"kty": "EC", "crv": "P-256", "x": x, "y": y})


_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""n of P-256 (SEC 2 §2.4.2)."""


def is_same_signature(one: bytes, other: bytes) -> bool:
    """Whether two signatures R‖S of one key are the same: S has two values that verify, S and n - S.

    Equal R alone says nothing: whoever has the key can use its nonce for another message.
    """
    size = 2 * COORDINATE
    if len(one) != size or len(other) != size or one[:COORDINATE] != other[:COORDINATE]:
        return False
    first, second = (int.from_bytes(signature[COORDINATE:], "big") for signature in (one, other))
    return second in (first, _ORDER - first)


def check_signature(spki: bytes, message: bytes, signature: bytes) -> None:
    """Raises ``InvalidSignature`` unless ``signature`` (R‖S, 64 octets) is the key's over ``message``."""
    if len(signature) != 2 * COORDINATE:
        raise InvalidSignature("an ES256 signature has 64 octets")
    public_key(spki).verify(ecdsa_signature.der(signature), message, _ECDSA_SHA256)

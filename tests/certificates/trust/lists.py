"""Lists of trust to test with, made as their real publishers make them."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.certificates.card import Key
from tests.certificates.states import Party

from hashira.certificates.domain import base64url, p256

# Public keys that two publishers name themselves: WHO in its DID document WHO/signing/DID/did.json
# (tng-participants-prod), by the coordinates of a JWK.
WHO_KEY = p256.spki_of_point(
    base64url.decode("ZlMwokmcS8vx0c3mc38eLVUMEVV2BXjdMpvBeueeWZw"),
    base64url.decode("8CGiSXsauiFAbDxvOcmFxyswM07Ld85-ELRcoTbO9Z4"),
)
ISSUER = "https://cards.example/issuer"
DAY = datetime(2024, 8, 22, 4, 43, 50, tzinfo=UTC)


class DirectoryKey:
    """A key as that of the VCI directory: on P-521, with SHA-512 as ``openssl dgst -sha512 -sign``."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP521R1())

    @property
    def spki(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, octets: bytes) -> bytes:
        return self.private.sign(octets, ec.ECDSA(SHA512()))


def snapshot(*keys: Key, at: datetime = DAY, crls: tuple[Any, ...] = (), iss: str = ISSUER) -> bytes:
    """A snapshot of the VCI directory with one issuer."""
    jwks = [p256.jwk(key.public_key_spki) for key in keys]
    entry = {"issuer": {"iss": iss, "name": "Example"}, "keys": jwks, "crls": list(crls)}
    document = {"directory": "https://directory.example", "time": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    return json.dumps(document | {"issuerInfo": [entry]}).encode()


def master_list(
    signer: Party, authorities: tuple[bytes, ...], *, at: datetime, content: bytes | None = None
) -> bytes:
    """A CSCA master list (Doc 9303 Part 12 §9), signed with ECDSA and SHA-256."""
    listed = core.SetOf(spec=asn1_x509.Certificate)
    for der in authorities:
        listed.append(asn1_x509.Certificate.load(der))
    inner = core.Integer(0).dump() + listed.dump()
    body = b"\x30" + _length(len(inner)) + inner
    return signed_data(signer, body, kind="2.23.136.1.1.2", at=at, shown=content)


def signed_data(
    signer: Party,
    body: bytes,
    *,
    kind: str = "1.2.840.113549.1.7.1",
    at: datetime | None = None,
    shown: bytes | None = None,
    detached: bool = False,
) -> bytes:
    """SignedData (RFC 5652) over ``body``; ``shown`` is put into it in its place."""
    certificate = asn1_x509.Certificate.load(signer.der)
    attributes = [
        cms.CMSAttribute({"type": "content_type", "values": [kind]}),
        cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(body).digest()]}),
    ]
    if at is not None:
        attributes.append(cms.CMSAttribute({"type": "signing_time", "values": [cms.Time({"utc_time": at})]}))
    signed = cms.CMSAttributes(attributes)
    assert isinstance(signer.private, ec.EllipticCurvePrivateKey)
    info = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            "issuer_and_serial_number",
            {"issuer": certificate.issuer, "serial_number": certificate.serial_number},
        ),
        "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
        "signed_attrs": signed,
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        "signature": signer.private.sign(signed.dump(), ec.ECDSA(SHA256())),
    }
    inside: dict[str, Any] = {"content_type": kind}
    if not detached:
        inside["content"] = core.ParsableOctetString(body if shown is None else shown)
    message = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
            "encap_content_info": inside,
            "certificates": [certificate],
            "signer_infos": [info],
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": message}).dump())


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def kid_of(der: bytes) -> str:
    return base64.b64encode(hashlib.sha256(der).digest()[:8]).decode()

"""A card to test with: a key made for the test, and the layout that Japan issued."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hashira.certificates.domain import p256, shc
from hashira.certificates.domain.content import Holder, ShownDose
from hashira.certificates.domain.shc_fhir import CVX
from hashira.certificates.domain.trust import TrustedKey, TrustStore

ISSUER = "https://certificates.example.jp/issuer"
ISSUED_AT = datetime(2021, 12, 20, 1, 2, 3, tzinfo=UTC)
LATER = datetime(2022, 6, 1, tzinfo=UTC)

HOLDER = Holder(name=None, family="接種", given=("花子",), birth_date="1960-04-22")


def dose(day: int = 1, **changes: object) -> ShownDose:
    values: dict[str, object] = {
        "date": f"2021-07-{day:02}",
        "product": "207",
        "code_system": CVX,
        "code": "207",
        "lot": "3005288",
        "centre": "MHLW_Gov_of_JAPAN",
    }
    return ShownDose(**(values | changes))


@dataclass
class Key:
    """A private key in memory: the shortest ``Signer``."""

    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    certificate_chain: tuple[bytes, ...] = ()

    @cached_property
    def public_key_spki(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def trusted(self, issuer: str | None = ISSUER, **more: object) -> TrustStore:
        kid = p256.thumbprint(self.public_key_spki)
        return TrustStore(keys=(TrustedKey(issuer, kid, self.public_key_spki, "test", **more),))


def card(key: Key, *, doses: tuple[ShownDose, ...] = (dose(1), dose(22)), **changes: object) -> str:
    values: dict[str, object] = {"holder": HOLDER, "issuer": ISSUER, "at": ISSUED_AT}
    return shc.issue(doses=doses, signer=key, **(values | changes))

"""States to test with: authorities and signers of Utopia, built by ``cryptography``'s own builder."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID, ObjectIdentifier

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
AT = datetime(2026, 6, 1, tzinfo=UTC)
SIGNING_ENDS = BEGIN + timedelta(days=456)
SIGNER_ENDS = BEGIN + timedelta(days=3650)
AUTHORITY_ENDS = BEGIN + timedelta(days=5475)
HEALTH = "2.23.136.1.1.14.2"
DOCUMENT_TYPES = ObjectIdentifier("2.23.136.1.1.6.2")
NV = bytes.fromhex("3009020100310413024e56")
NT = bytes.fromhex("3009020100310413024e54")
NT_AND_NV = bytes.fromhex("300d020100310813024e5413024e56")

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def name(country: str = "UT", common: str = "Utopia CSCA") -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def locality(state: str) -> x509.GeneralName:
    return x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.LOCALITY_NAME, state)]))


SEALS = name(common="Utopia seals")
SHA_256 = SHA256()


@dataclass(frozen=True)
class Profile:
    """What a certificate says; the default is a right signer of health seals."""

    subject: x509.Name = SEALS
    begins: datetime = BEGIN
    ends: datetime = SIGNER_ENDS
    signs: tuple[datetime, datetime] | None = (BEGIN, SIGNING_ENDS)
    purposes: tuple[str, ...] = (HEALTH,)
    purposes_critical: bool = True
    usage: frozenset[str] = frozenset({"digital_signature"})
    types: bytes | None = NV
    authority: bool | None = None
    state: str | None = "UTO"
    critical_stranger: bool = False
    key_id: bytes | None = None
    """Of the issuer, instead of the right one."""


AUTHORITY = Profile(
    subject=name(),
    ends=AUTHORITY_ENDS,
    signs=(BEGIN, BEGIN + timedelta(days=1460)),
    purposes=(),
    usage=frozenset({"key_cert_sign", "crl_sign"}),
    types=None,
    authority=True,
)


@dataclass(frozen=True)
class Party:
    """A key with its certificate; a ``Signer`` where the key is on a curve."""

    private: PrivateKey
    der: bytes
    chain: tuple[bytes, ...] = ()
    digest: HashAlgorithm = field(default_factory=SHA256)

    @cached_property
    def public_key_spki(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def certificate_chain(self) -> tuple[bytes, ...]:
        return (self.der, *self.chain)

    def sign(self, message: bytes) -> bytes:
        assert isinstance(self.private, ec.EllipticCurvePrivateKey)
        r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(self.digest)))
        half = (self.private.key_size + 7) // 8
        return r.to_bytes(half, "big") + s.to_bytes(half, "big")


def certificate(
    profile: Profile,
    *,
    public: Any,
    issuer: x509.Name,
    issuer_key: PrivateKey,
    digest: HashAlgorithm = SHA_256,
    **signing: Any,
) -> bytes:
    usages = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(profile.subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(profile.begins)
        .not_valid_after(profile.ends)
        .add_extension(x509.KeyUsage(**(usages | dict.fromkeys(profile.usage, True))), critical=True)
    )
    own_id = x509.SubjectKeyIdentifier.from_public_key(public)
    named_id = profile.key_id or x509.SubjectKeyIdentifier.from_public_key(issuer_key.public_key()).digest
    builder = builder.add_extension(own_id, critical=False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier(named_id, None, None), critical=False)
    if profile.signs is not None:
        builder = builder.add_extension(x509.PrivateKeyUsagePeriod(*profile.signs), critical=False)
    if profile.purposes:
        purposes = x509.ExtendedKeyUsage([ObjectIdentifier(p) for p in profile.purposes])
        builder = builder.add_extension(purposes, critical=profile.purposes_critical)
    if profile.types is not None:
        builder = builder.add_extension(x509.UnrecognizedExtension(DOCUMENT_TYPES, profile.types), False)
    if profile.authority is not None:
        limits = x509.BasicConstraints(ca=profile.authority, path_length=0 if profile.authority else None)
        builder = builder.add_extension(limits, critical=True)
    if profile.state is not None:
        builder = builder.add_extension(x509.SubjectAlternativeName([locality(profile.state)]), False)
    if profile.critical_stranger:
        stranger = x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
        builder = builder.add_extension(stranger, critical=True)
    return builder.sign(issuer_key, digest, **signing).public_bytes(Encoding.DER)


def authority(key: PrivateKey | None = None, *, digest: HashAlgorithm = SHA_256, **changes: Any) -> Party:
    profile = replace(AUTHORITY, **changes)
    key = key or ec.generate_private_key(ec.SECP256R1())
    der = certificate(profile, public=key.public_key(), issuer=profile.subject, issuer_key=key, digest=digest)
    return Party(key, der)


def signer(
    under: Party,
    key: PrivateKey | None = None,
    *,
    digest: HashAlgorithm = SHA_256,
    issuer: x509.Name | None = None,
    signing: dict[str, Any] | None = None,
    **changes: Any,
) -> Party:
    """A signer under an authority; ``digest`` is of the authority's signature."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    der = certificate(
        replace(Profile(), **changes),
        public=key.public_key(),
        issuer=issuer or x509.load_der_x509_certificate(under.der).subject,
        issuer_key=under.private,
        digest=digest,
        **(signing or {}),
    )
    return Party(key, der, (under.der,))

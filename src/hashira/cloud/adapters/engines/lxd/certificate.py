"""The certificate by which a tenant gets into the project, derived from the order (利用者の証明書).

Ed25519 of RFC 8032 signs alike each time, so that key and certificate follow from the key of the installation
and the order: nobody keeps them, and made twice they are one.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.clock import JST


@dataclass(frozen=True, slots=True)
class TenantCertificate:
    """A key with its certificate."""

    key: Ed25519PrivateKey
    certificate: x509.Certificate

    @property
    def fingerprint(self) -> str:
        """As LXD has it: SHA-256 of the certificate in DER."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()

    @property
    def der(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def pem(self) -> bytes:
        """Key and certificate for whoever gets in with them."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return key + self.certificate.public_bytes(serialization.Encoding.PEM)


def tenant_certificate(order: EnvironmentOrder, secret: bytes) -> TenantCertificate:
    """For the first day of the earliest role to the last day of the longest, in Japan."""
    key = Ed25519PrivateKey.from_private_bytes(_derived(secret, "key", order))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, order.key)])
    begins = min(grant.valid_from for grant in order.roles)
    ends = max(grant.valid_until for grant in order.roles) + timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(_derived(secret, "serial", order)[:19], "big") | 1)
        .not_valid_before(datetime.combine(begins, time(), JST).astimezone(UTC))
        .not_valid_after(datetime.combine(ends, time(), JST).astimezone(UTC) - timedelta(seconds=1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, None)
    )
    return TenantCertificate(key, certificate)


def _derived(secret: bytes, what: str, order: EnvironmentOrder) -> bytes:
    return hmac.new(secret, f"lxd-{what}\x00{order.key}".encode(), sha256).digest()

"""The certificates that an issuer of SMART Health Cards publishes beside a key (``x5c``).

SHC 1.4.0, "Determining keys associated with an issuer": leaf first, the leaf's SAN URI is ``iss``.
The key is believed because a directory or the issuer's own page published it; the chain can only
take trust away, so its last certificate needs no anchor here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hashira.kernel.language import Bilingual


class BrokenChain(ValueError):
    """The chain does not hold; ``reason`` says where, in both languages."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.reason = Bilingual(ja, en)


# What a certificate of somebody else may do to its reader; the library raises all of these.
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.ExtensionNotFound, x509.DuplicateExtension)


@dataclass(frozen=True, slots=True)
class Chain:
    """The certificates that held, leaf first."""

    subjects: tuple[str, ...]
    fingerprints: tuple[str, ...]
    """SHA-256, hexadecimal."""


def check_chain(x5c: tuple[bytes, ...], *, spki: bytes, issuer: str, signed_at: datetime) -> Chain:
    """The chain, if each certificate held at ``signed_at`` and signed the one before it.

    Raises ``BrokenChain``.
    """
    try:
        chain = [x509.load_der_x509_certificate(der) for der in x5c]
        names = chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName)
        alternatives = names.value.get_values_for_type(x509.UniformResourceIdentifier)
        own = chain[0].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        subjects = tuple(certificate.subject.rfc4514_string() for certificate in chain)
    except _UNREADABLE as error:
        raise BrokenChain("鍵の証明書を読めません", "The certificate of the key is not readable") from error
    if own != spki:
        raise BrokenChain("証明書の鍵が署名の鍵と違います", "The certificate is about another key")
    if issuer not in alternatives:
        raise BrokenChain("証明書の発行者名が違います", "The certificate names another issuer")
    for certificate in chain:
        if not certificate.not_valid_before_utc <= signed_at <= certificate.not_valid_after_utc:
            raise BrokenChain(
                "署名の時点で証明書が有効ではありません", "A certificate was not valid at the time of signing"
            )
    _check_usage_period(chain[0], signed_at)
    for lower, upper in pairwise(chain):
        try:
            lower.verify_directly_issued_by(upper)
            limits = upper.extensions.get_extension_for_class(x509.BasicConstraints)
        except (*_UNREADABLE, InvalidSignature) as error:
            raise BrokenChain(
                "証明書のつながりが切れています", "The chain of certificates is broken"
            ) from error
        if not limits.value.ca:
            raise BrokenChain("認証局でない証明書が署名しています", "A certificate that is no CA has signed")
    return Chain(subjects, tuple(certificate.fingerprint(SHA256()).hex() for certificate in chain))


def _check_usage_period(leaf: x509.Certificate, signed_at: datetime) -> None:
    """A retired key must not have signed since, whatever its certificate says (RFC 3280 §4.2.1.4)."""
    try:
        period = leaf.extensions.get_extension_for_class(x509.PrivateKeyUsagePeriod).value
    except _UNREADABLE:
        return
    begins, ends = _aware(period.not_before), _aware(period.not_after)
    if (begins and signed_at < begins) or (ends and signed_at > ends):
        raise BrokenChain("鍵の使用期間の外で署名されています", "Signed outside the period of the key")


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment

"""X.509 certificates and signing requests made through a ``Signer`` (証明書と署名要求の作成).

``cryptography`` builds certificates only with a private key in hand, which an HSM never gives. So the part
to be signed is written with ``asn1crypto`` and signed through the port: the same code for file and HSM.
Source: RFC 5280 §4, RFC 2986 (signing requests), Doc 9303 Part 12 §7.1 (profile).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import core, csr, keys, parser, pem, x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from hashira.certificates.domain.document_signer import VACCINATION_SIGNER
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.state_certificate import DOCUMENT_TYPES, HEALTH_SIGNER

_ALGORITHM = {"algorithm": "sha256_ecdsa"}
_SERIAL_OCTETS = 8
_FIRST_GENERALIZED = 2050
"""Year from which times are written as GeneralizedTime (RFC 5280 §4.1.2.5)."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A distinguished name of a state's certificate; ``country`` in two capital letters."""

    country: str
    organisation: str
    unit: str
    common_name: str

    def name(self) -> x509.Name:
        return x509.Name.build(
            {
                "country_name": self.country,
                "organization_name": self.organisation,
                "organizational_unit_name": self.unit,
                "common_name": self.common_name,
            }
        )


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when, in whole seconds."""

    begins: datetime
    ends: datetime

    @classmethod
    def lasting(cls, begins: datetime, days: int) -> Period:
        first = begins.replace(microsecond=0)
        return cls(first, first + timedelta(days=days))


def authority_certificate(
    *, signer: Signer, subject: Subject, state: str, validity: Period, usage: Period
) -> bytes:
    """A self-signed CSCA certificate, DER. ``usage`` is the private-key-usage period."""
    key_id = key_identifier(signer.public_key_spki)
    extensions = [
        _extension("basic_constraints", x509.BasicConstraints({"ca": True, "path_len_constraint": 0}), True),
        _extension("key_usage", x509.KeyUsage({"key_cert_sign", "crl_sign"}), True),
        _extension("key_identifier", core.OctetString(key_id)),
        _extension("authority_key_identifier", x509.AuthorityKeyIdentifier({"key_identifier": key_id})),
        _usage_period(usage),
        *_alternative_names(state),
    ]
    return _certificate(
        signer=signer,
        issuer=subject.name(),
        subject=subject.name(),
        spki=signer.public_key_spki,
        validity=validity,
        extensions=extensions,
    )


def health_signer_certificate(
    *,
    authority: Signer,
    spki: bytes,
    subject: Subject,
    state: str,
    validity: Period,
    usage: Period,
    document_types: tuple[str, ...],
) -> bytes:
    """A certificate for signing VDS-NC health seals, DER, signed by the authority.

    As Japan's, without a subject key identifier: the whole certificate travels in every QR code.
    """
    issuer = x509.Certificate.load(authority.certificate_chain[0])
    key_id = key_identifier(authority.public_key_spki)
    extensions = [
        _extension("authority_key_identifier", x509.AuthorityKeyIdentifier({"key_identifier": key_id})),
        _extension("key_usage", x509.KeyUsage({"digital_signature"}), True),
        _usage_period(usage),
        *_alternative_names(state),
        _extension(DOCUMENT_TYPES, _document_types(document_types)),
        _extension("extended_key_usage", x509.ExtKeyUsageSyntax([HEALTH_SIGNER]), True),
    ]
    return _certificate(
        signer=authority,
        issuer=issuer.subject,
        subject=subject.name(),
        spki=spki,
        validity=validity,
        extensions=extensions,
    )


def document_signer_certificate(
    *, authority: Signer, spki: bytes, subject: Subject, state: str, validity: Period, usage: Period
) -> bytes:
    """A certificate of a document signer (DSC) for vaccinations, DER, signed by the authority.

    Source: certificate governance of the eHealth Network, §4 (document signers) and Annex A (purposes).
    """
    issuer = x509.Certificate.load(authority.certificate_chain[0])
    key_id = key_identifier(authority.public_key_spki)
    extensions = [
        _extension("authority_key_identifier", x509.AuthorityKeyIdentifier({"key_identifier": key_id})),
        _extension("key_identifier", core.OctetString(key_identifier(spki))),
        _extension("key_usage", x509.KeyUsage({"digital_signature"}), True),
        _usage_period(usage),
        *_alternative_names(state),
        _extension("extended_key_usage", x509.ExtKeyUsageSyntax([VACCINATION_SIGNER])),
    ]
    return _certificate(
        signer=authority,
        issuer=issuer.subject,
        subject=subject.name(),
        spki=spki,
        validity=validity,
        extensions=extensions,
    )


def signing_request(*, signer: Signer, subject: Subject) -> bytes:
    """A signing request (PKCS #10) in PEM, to be sent to the authority of the state."""
    body = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": subject.name(),
            "subject_pk_info": keys.PublicKeyInfo.load(signer.public_key_spki),
            "attributes": csr.CRIAttributes([]),
        }
    )
    request = csr.CertificationRequest(
        {
            "certification_request_info": body,
            "signature_algorithm": _ALGORITHM,
            "signature": _der_signature(signer, body.dump()),
        }
    )
    return bytes(pem.armor("CERTIFICATE REQUEST", request.dump()))


def key_identifier(spki: bytes) -> bytes:
    """SHA-1 of the public key's bits: a name for the key, no protection (RFC 5280 §4.2.1.2 method 1)."""
    point = keys.PublicKeyInfo.load(spki)["public_key"].native
    return hashlib.sha1(point, usedforsecurity=False).digest()


def _certificate(
    *,
    signer: Signer,
    issuer: x509.Name,
    subject: x509.Name,
    spki: bytes,
    validity: Period,
    extensions: list[dict[str, object]],
) -> bytes:
    body = x509.TbsCertificate(
        {
            "version": "v3",
            # Never zero, and the first bit clear: a positive number of exactly these octets.
            "serial_number": secrets.randbits(8 * _SERIAL_OCTETS - 2) | 1 << 8 * _SERIAL_OCTETS - 2,
            "signature": _ALGORITHM,
            "issuer": issuer,
            "validity": {"not_before": _time(validity.begins), "not_after": _time(validity.ends)},
            "subject": subject,
            "subject_public_key_info": keys.PublicKeyInfo.load(spki),
            "extensions": extensions,
        }
    )
    certificate = x509.Certificate(
        {
            "tbs_certificate": body,
            "signature_algorithm": _ALGORITHM,
            "signature_value": _der_signature(signer, body.dump()),
        }
    )
    return bytes(certificate.dump())


def _der_signature(signer: Signer, message: bytes) -> bytes:
    signature = signer.sign(message)
    half = len(signature) // 2
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    return encode_dss_signature(r, s)


def _extension(name: str, value: object, critical: bool = False) -> dict[str, object]:
    return {"extn_id": name, "critical": critical, "extn_value": value}


def _usage_period(usage: Period) -> dict[str, object]:
    return _extension(
        "private_key_usage_period",
        x509.PrivateKeyUsagePeriod({"not_before": usage.begins, "not_after": usage.ends}),
    )


def _alternative_names(state: str) -> list[dict[str, object]]:
    """Doc 9303 Part 12 §7.1.1.2: the state's three letters, as locality, in both alternative names."""
    locality = x509.GeneralName(name="directory_name", value=x509.Name.build({"locality_name": state}))
    names = x509.GeneralNames([locality])
    return [_extension("subject_alt_name", names), _extension("issuer_alt_name", names)]


def _document_types(types: tuple[str, ...]) -> core.OctetString:
    """SEQUENCE { version 0, SET OF PrintableString }, members in the order of DER."""
    names = b"".join(sorted(core.PrintableString(name).dump() for name in types))
    content = core.Integer(0).dump() + parser.emit(0, 1, 17, names)
    return core.ParsableOctetString(parser.emit(0, 1, 16, content))


def _time(moment: datetime) -> x509.Time:
    kind = "general_time" if moment.year >= _FIRST_GENERALIZED else "utc_time"
    return x509.Time({kind: moment})

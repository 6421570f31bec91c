"""Certificates of states: the signing authority (CSCA) and its signers of health seals (国の証明書).

Profile: Doc 9303 Part 12 §7.1 and the ICAO Technical Report "VDS-NC" (barcode signer, extended key usage
and document types); X.509 as in RFC 5280. ``cryptography.x509`` refuses Japan's certificates (ECDSA with
NULL parameters, a curve spelled out), so they are parsed by ``asn1crypto`` and their signatures checked by
``cryptography`` on the key itself.

Reading a certificate believes nothing of it; :mod:`state_chain` judges.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from hashira.certificates.domain.named_curve import CurveKey, read_ec_key

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CERTIFICATE = 8 * 1024
"""Octets of a certificate that are read; real CSCA certificates have fewer than 2,000."""

HEALTH_SIGNER = "2.23.136.1.1.14.2"
"""Extended key usage of a signer of VDS-NC health seals."""
HEALTH_AUTHORITY = "2.23.136.1.1.14.1"
"""Extended key usage of an authority that is for health only; a CSCA for passports has none."""
DOCUMENT_TYPES = "2.23.136.1.1.6.2"
"""Extension documentTypeList: SEQUENCE { version, SET OF PrintableString }."""

_HASHES: dict[str, HashAlgorithm] = {"sha256": SHA256(), "sha384": SHA384(), "sha512": SHA512()}
_MIN_RSA_BITS = 2048
_VERSION_TAG = 0xA0
_UNDERSTOOD = frozenset(
    {
        "authority_key_identifier",
        "key_identifier",
        "key_usage",
        "private_key_usage_period",
        "subject_alt_name",
        "issuer_alt_name",
        "basic_constraints",
        "extended_key_usage",
        DOCUMENT_TYPES,
    }
)
# What asn1crypto raises, besides ValueError, on octets that are no certificate.
_PARSING = (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError)


class CertificateUnreadable(ValueError):
    """The octets are no X.509 certificate, or use what this release does not read."""


@dataclass(frozen=True, slots=True, eq=False)
class StateCertificate:
    """An X.509 certificate as read. Times are aware, in UTC; key identifiers are octets.

    ``subject`` and ``issuer`` are for comparing (RFC 5280 §7.1), ``subject_text`` is for people.
    ``None`` stands for an extension that is not there.
    """

    der: bytes
    sha256: str
    """The fingerprint, in hexadecimal."""
    serial: int
    version: int
    subject: str
    issuer: str
    subject_text: str
    subject_country: str | None
    """``C`` of the subject, two capital letters as a rule."""
    issuer_country: str | None
    states: frozenset[str]
    """``L`` of the alternative names of subject and issuer: the state's three letters."""
    not_before: datetime
    not_after: datetime
    signing_from: datetime | None
    """Private-key-usage period (RFC 3280 §4.2.1.4): when the key may sign."""
    signing_until: datetime | None
    public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey
    spki: bytes
    """The public key as DER SubjectPublicKeyInfo, a curve by its name."""
    key: CurveKey | rsa.RSAPublicKey
    """The public key, as it checks signatures."""
    subject_key_id: bytes | None
    authority_key_id: bytes | None
    key_usage: frozenset[str] | None
    extended_key_usage: frozenset[str] | None
    critical: frozenset[str]
    """The extensions marked critical."""
    is_authority: bool
    """Basic constraints say that it may sign certificates."""
    document_types: frozenset[str] | None
    tbs: bytes
    """What its issuer signed."""
    signature: bytes
    scheme: tuple[str, str, int]
    """Of its own signature: algorithm, hash, salt length (RSASSA-PSS)."""

    @property
    def is_self_signed(self) -> bool:
        """Whether it says that its own key signed it; a link certificate has an older key's signature."""
        if self.subject != self.issuer:
            return False
        return self.authority_key_id is None or self.authority_key_id == self.subject_key_id

    @property
    def unknown_critical(self) -> frozenset[str]:
        """Critical extensions that this release does not know; RFC 5280 §4.2 refuses such a certificate."""
        return self.critical - _UNDERSTOOD


@lru_cache(maxsize=2048)
def read_certificate(der: bytes) -> StateCertificate:
    """The certificate; raises ``CertificateUnreadable``. Kept, since the same signers come again."""
    if len(der) > MAX_CERTIFICATE:
        raise CertificateUnreadable("larger than any certificate of a state")
    try:
        return _read(der)
    except CertificateUnreadable:
        raise
    except (*_PARSING, UnsupportedAlgorithm) as error:
        raise CertificateUnreadable(str(error)) from error


@lru_cache(maxsize=2048)
def read_listed_certificate(der: bytes) -> StateCertificate:
    """A certificate that is believed because a list that is believed holds it; ``CertificateUnreadable``.

    Nobody asks who signed it, so that a signature of a kind that is not read (SHA-1, say) is no obstacle. It
    has no ``scheme``, and ``is_signed_by`` says no of it.
    """
    if len(der) > MAX_CERTIFICATE:
        raise CertificateUnreadable("larger than any certificate of a state")
    try:
        return _read(der, listed=True)
    except CertificateUnreadable:
        raise
    except (*_PARSING, UnsupportedAlgorithm) as error:
        raise CertificateUnreadable(str(error)) from error


def _read(der: bytes, *, listed: bool = False) -> StateCertificate:
    from asn1crypto import x509  # here, because it costs more than everything else imported above

    certificate = x509.Certificate.load(der, strict=True)
    body = certificate["tbs_certificate"]
    tbs, signature = _signed_parts(der)
    extensions = _extensions(body)
    period = extensions.get("private_key_usage_period")
    key_id = extensions.get("authority_key_identifier")
    authority_key_id = key_id["key_identifier"].native if key_id is not None else None
    constraints = extensions.get("basic_constraints")
    validity = body["validity"]
    public_key = _public_key(body["subject_public_key_info"])
    return StateCertificate(
        der=der,
        sha256=hashlib.sha256(der).hexdigest(),
        serial=body["serial_number"].native,
        version=int(body["version"]) + 1,
        subject=body["subject"].hashable,
        issuer=body["issuer"].hashable,
        subject_text=_name_text(body["subject"]),
        subject_country=_attribute(body["subject"], "country_name"),
        issuer_country=_attribute(body["issuer"], "country_name"),
        states=frozenset(_alternative_states(extensions)),
        not_before=validity["not_before"].native,
        not_after=validity["not_after"].native,
        signing_from=period["not_before"].native if period is not None else None,
        signing_until=period["not_after"].native if period is not None else None,
        public_key=public_key,
        spki=public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        key=public_key if isinstance(public_key, rsa.RSAPublicKey) else CurveKey.of(public_key),
        subject_key_id=_native(extensions.get("key_identifier")),
        authority_key_id=authority_key_id,
        key_usage=_set(_native(extensions.get("key_usage"))),
        extended_key_usage=_set(_native(extensions.get("extended_key_usage"))),
        critical=frozenset(e["extn_id"].native for e in body["extensions"] if e["critical"].native),
        is_authority=constraints is not None and bool(constraints["ca"].native),
        document_types=_set(_native(extensions.get(DOCUMENT_TYPES))),
        tbs=tbs,
        signature=signature,
        scheme=("", "", 0) if listed else read_scheme(certificate["signature_algorithm"]),
    )


def _signed_parts(der: bytes) -> tuple[bytes, bytes]:
    """What was signed, and the signature, if the outer form is exactly DER (X.690 §10).

    The issuer's signature covers the first part only. Held to one form, the rest has no octet that could
    be changed without notice.
    """
    from asn1crypto import parser

    outer = parser.parse(der, strict=True)
    tbs, algorithm, bits = _elements(outer[4])
    inner = list(_elements(parser.parse(tbs, strict=True)[4]))
    has_version = inner[0][0] == _VERSION_TAG  # certificates of version 1 do not say so
    signature = parser.parse(bits, strict=True)[4][1:]
    written = tbs + algorithm + parser.emit(0, 0, 3, b"\0" + signature)
    if parser.emit(0, 1, 16, written) != der:
        raise CertificateUnreadable("not in DER")
    if algorithm != inner[2 if has_version else 1]:  # before it stands the serial number
        raise CertificateUnreadable("two different signature algorithms")
    return tbs, signature


def _elements(content: bytes) -> Iterator[bytes]:
    """The encoded elements, one after the other, of a constructed value."""
    from asn1crypto import parser

    while content:
        _, _, _, header, inside, trailer = parser.parse(content)
        size = len(header) + len(inside) + len(trailer)
        yield content[:size]
        content = content[size:]


def _extensions(body: Any) -> dict[str, Any]:
    """The extensions by name, parsed; one that is there twice is refused (RFC 5280 §4.2)."""
    found: dict[str, Any] = {}
    for extension in body["extensions"]:
        name = extension["extn_id"].native
        if name in found:
            raise CertificateUnreadable(f"extension {name} is there twice")
        if name == DOCUMENT_TYPES:
            found[name] = _document_types(extension["extn_value"].native)
        else:
            found[name] = extension["extn_value"].parsed
    return found


def _document_types(octets: bytes) -> frozenset[str]:
    from asn1crypto import core, parser

    version, types = _elements(parser.parse(octets, strict=True)[4])
    if core.Integer.load(version, strict=True).native != 0:
        raise CertificateUnreadable("documentTypeList of another version")
    names = _elements(parser.parse(types, strict=True)[4])
    return frozenset(core.PrintableString.load(name, strict=True).native for name in names)


def _native(value: Any) -> Any:
    return value if value is None or isinstance(value, frozenset) else value.native


def _set(values: Any) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def _attribute(name: Any, kind: str) -> str | None:
    """The one value of an attribute of a distinguished name; ``None`` where there is none or several."""
    values = [
        part["value"].native
        for relative in name.chosen
        for part in relative
        if part["type"].native == kind and isinstance(part["value"].native, str)
    ]
    return values[0] if len(values) == 1 else None


def _name_text(name: Any) -> str:
    """A name for people, from the country down: ``C=JP, CN=The Digital Agency``."""
    short = {
        "country_name": "C",
        "organization_name": "O",
        "organizational_unit_name": "OU",
        "common_name": "CN",
    }
    parts = (part for relative in name.chosen for part in relative)
    return ", ".join(
        f"{short.get(p['type'].native, p['type'].native)}={_printable(p['value'].native)}" for p in parts
    )


def _printable(value: object) -> str:
    """Text without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))


def _alternative_states(extensions: dict[str, Any]) -> Iterator[str]:
    """Doc 9303 Part 12 §7.1.1.2: the alternative names hold the state's three letters as locality."""
    for kind in ("subject_alt_name", "issuer_alt_name"):
        for name in extensions.get(kind) or ():
            if name.name == "directory_name":
                state = _attribute(name.chosen, "locality_name")
                if state is not None:
                    yield state


def _public_key(spki: Any) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    if spki.algorithm == "ec":
        return read_ec_key(spki)
    key = load_der_public_key(spki.dump())
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _MIN_RSA_BITS:
        raise CertificateUnreadable("its key is neither on a known curve nor RSA of 2,048 bits or more")
    return key


def read_scheme(algorithm: Any) -> tuple[str, str, int]:
    """Algorithm, hash and salt length of a signature (an ``asn1crypto`` AlgorithmIdentifier).

    SHA-1 and weaker are not read: ``CertificateUnreadable``.
    """
    scheme, digest, salt = algorithm.signature_algo, algorithm.hash_algo, 0
    if scheme == "rsassa_pss":
        parameters = algorithm["parameters"]
        mask = parameters["mask_gen_algorithm"]
        if mask["algorithm"].native != "mgf1" or mask["parameters"]["algorithm"].native != digest:
            raise CertificateUnreadable("RSASSA-PSS with an unusual mask")
        salt = parameters["salt_length"].native
    if scheme not in ("ecdsa", "rsassa_pkcs1v15", "rsassa_pss") or digest not in _HASHES:
        raise CertificateUnreadable("its signature algorithm is not read")
    return scheme, digest, salt


@lru_cache(maxsize=2048)
def _is_signed_with(tbs: bytes, signature: bytes, scheme: tuple[str, str, int], spki: bytes) -> bool:
    key = load_der_public_key(spki)
    algorithm, digest, salt = scheme
    if digest not in _HASHES:
        return False
    chosen = _HASHES[digest]
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm == "ecdsa":
            key.verify(signature, tbs, ec.ECDSA(chosen))
        elif isinstance(key, rsa.RSAPublicKey) and algorithm == "rsassa_pkcs1v15":
            key.verify(signature, tbs, padding.PKCS1v15(), chosen)
        elif isinstance(key, rsa.RSAPublicKey) and algorithm == "rsassa_pss":
            key.verify(signature, tbs, padding.PSS(padding.MGF1(chosen), salt), chosen)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def has_signed(
    signer: StateCertificate, message: bytes, signature: bytes, scheme: tuple[str, str, int]
) -> bool:
    """Whether the key of the certificate made that signature over ``message``, in that ``scheme``."""
    return _is_signed_with(message, signature, scheme, signer.spki)


def is_signed_by(certificate: StateCertificate, issuer: StateCertificate) -> bool:
    """Whether the issuer's key made the certificate's signature. Says nothing about names or times.

    The answer is kept: it depends on the octets alone.
    """
    return _is_signed_with(certificate.tbs, certificate.signature, certificate.scheme, issuer.spki)

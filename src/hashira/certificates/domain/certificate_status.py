"""What verifiers are told about one certificate, and how they name it (証明書の状態).

A format says how one of its certificates is found in a list: by the identifier it carries, and by the moment
at which, to a verifier who has nothing but the certificate, it was issued.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Protocol

from hashira.certificates.domain import hcert, shc, vds_nc
from hashira.certificates.domain.certificate_number import CertificateNumber
from hashira.certificates.domain.revocation_id import fhir_digest_id
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.verdict import CertificateRevoked, Verified
from hashira.kernel.clock import JST
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

HASH_OCTETS = 16
"""Of the SHA-256 in the revocation lists of the EU: the first 128 bits."""


class Standing(StrEnum):
    """The answer of a source of statuses."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN_YET = "unknown-yet"
    """Issued after what the source knows of. It is never called revoked."""
    NOT_COVERED = "not-covered"
    """The source knows nothing of this key or this time."""


class Reason(StrEnum):
    """Why a certificate lost its validity."""

    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    LOST = "lost"
    STOLEN = "stolen"
    MISISSUED = "misissued"
    COMPROMISED = "key-compromised"
    ERASED = "erased"
    REPLACED = "replaced"


BY_HAND = (Reason.LOST, Reason.STOLEN, Reason.MISISSUED)

REASON_NAMES: Mapping[str, Bilingual] = {
    Reason.CORRECTED: Bilingual("接種記録の訂正", "a dose was corrected"),
    Reason.WITHDRAWN: Bilingual("接種記録の取消し", "a dose was withdrawn"),
    Reason.LOST: Bilingual("紛失", "lost"),
    Reason.STOLEN: Bilingual("盗難", "stolen"),
    Reason.MISISSUED: Bilingual("誤発行", "issued by mistake"),
    Reason.COMPROMISED: Bilingual("署名鍵の危殆化", "its key was compromised"),
    Reason.ERASED: Bilingual("保存期間の満了", "its time of keeping is over"),
    Reason.REPLACED: Bilingual("差替え", "replaced by another"),
}


class StatusSource(Protocol):
    """Somebody who knows the statuses under some keys, exactly."""

    def covers(self, kid: str) -> bool:
        """Whether it knows anything of certificates under that key."""
        ...

    def standing(self, name: StatusName) -> Standing:
        """What it says of a certificate."""
        ...


@dataclass(frozen=True, slots=True)
class StatusName:
    """How a certificate is found in a list."""

    kid: str
    identifier: str
    moment: int
    """Unix seconds: ``nbf`` of a card, ``iat`` of an HCERT; of a seal the midnight in Japan that begins the
    day of its number."""


@dataclass(frozen=True, slots=True)
class RevocationHashes:
    """The three ways in which the lists of the EU name a certificate; hexadecimal, empty: has none."""

    signature: str
    uci: str = ""
    country_uci: str = ""


def status_name(kind: str, text: str, kid: str) -> StatusName | None:
    """The name of a certificate of that format; ``None`` where it can have no status.

    That is so where the format has none, and where nothing names the certificate: a card without ``rid``
    whose bundle has no canonical form, which is none of ours.
    """
    reader = _NAMES.get(kind)
    if reader is None:
        return None
    try:
        return StatusName(kid, *reader(text))
    except HashiraError:
        return None


def with_standing(verified: Verified, text: str, trust: TrustStore) -> Verified:
    """The answer of a verification with what the sources of statuses say; raises ``CertificateRevoked``.

    One source that says "revoked" decides; "good" counts before "not known yet".
    """
    evidence = verified.evidence
    sources = [source for source in trust.statuses if evidence.kid and source.covers(evidence.kid)]
    name = status_name(evidence.format, text, evidence.kid or "") if sources else None
    if name is None:
        return verified
    answers = {source.standing(name) for source in sources}
    if Standing.REVOKED in answers:
        raise CertificateRevoked(
            evidence=replace(evidence, standing=Standing.REVOKED.value),
            content=verified.content,
            reason=Bilingual("発行者が失効させました", "Its issuer has revoked it"),
        )
    for standing in (Standing.GOOD, Standing.UNKNOWN_YET, Standing.NOT_COVERED):
        if standing in answers:
            break
    checks = evidence.checks
    if standing is Standing.GOOD and "revocation" not in checks:
        checks = (*checks, "revocation")
    return replace(verified, evidence=replace(evidence, checks=checks, standing=standing.value))


def revocation_hashes(kind: str, text: str) -> RevocationHashes:
    """The hashes of a certificate of that format; ``KeyError`` where it has none."""
    return _HASHES[kind](text)


def signature_of(kind: str, text: str) -> bytes:
    """The signature of a certificate of that format, R‖S; ``KeyError`` where it has none."""
    return _SIGNATURES[kind](text)


def short_hash(octets: bytes) -> str:
    """SHA-256 cut to 128 bits, hexadecimal."""
    return hashlib.sha256(octets).digest()[:HASH_OCTETS].hex()


def signature_hash(signature: bytes) -> str:
    """Of an ECDSA signature R‖S only R counts, since S has two values that verify."""
    return short_hash(signature[: len(signature) // 2])


def _card_name(text: str) -> tuple[str, int]:
    card = shc.decode(text)
    return card.rid or fhir_digest_id(card.bundle), int(card.nbf)


def _seal_name(text: str) -> tuple[str, int]:
    content = vds_nc.decode(text).content
    try:
        day = CertificateNumber.read(content.certificate_number or "").issued_on
    except HashiraError:
        return content.identifier or "", 0
    return content.identifier or "", int(datetime.combine(day, time(), JST).astimezone(UTC).timestamp())


def _document_name(text: str) -> tuple[str, int]:
    """Certificates of the EU carry a UVCI; a yellow card carries nothing that names it but its signature."""
    document = hcert.decode(text)
    named = document.content.certificate_number
    return named or hcert.revocation_hashes(document)["SIGNATURE"], int(document.issued_at)


_NAMES: Mapping[str, Callable[[str], tuple[str, int]]] = {
    hcert.NAME: _document_name,
    shc.NAME: _card_name,
    vds_nc.NAME: _seal_name,
}


def _card_hashes(text: str) -> RevocationHashes:
    return RevocationHashes(signature_hash(shc.decode(text).signature))


def _seal_hashes(text: str) -> RevocationHashes:
    seal = vds_nc.decode(text)
    uci = seal.content.identifier or ""
    return RevocationHashes(signature_hash(seal.signature), short_hash(uci.encode()) if uci else "")


def _document_hashes(text: str) -> RevocationHashes:
    hashes = hcert.revocation_hashes(hcert.decode(text))
    return RevocationHashes(hashes["SIGNATURE"], hashes.get("UCI", ""), hashes.get("COUNTRYCODEUCI", ""))


_HASHES: Mapping[str, Callable[[str], RevocationHashes]] = {
    hcert.NAME: _document_hashes,
    shc.NAME: _card_hashes,
    vds_nc.NAME: _seal_hashes,
}


_SIGNATURES: Mapping[str, Callable[[str], bytes]] = {
    hcert.NAME: lambda text: hcert.decode(text).signed.signature,
    shc.NAME: lambda text: shc.decode(text).signature,
    vds_nc.NAME: lambda text: vds_nc.decode(text).signature,
}

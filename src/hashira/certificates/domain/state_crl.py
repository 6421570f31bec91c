"""Revocation lists of states: which of its signers a CSCA has withdrawn (国の失効リスト).

Source: Doc 9303 Part 12 §7.1.4 (profile), RFC 5280 §5 and §6.3. A seal's signer that is listed is refused
whatever time the seal claims: whoever stole its key can claim any. Only evidence from elsewhere that this
very seal existed before the key was withdrawn (an issuer's own log) says otherwise.

That no list is at hand, or only an old one, does not make a seal wrong. It is said beside the verdict, so
that nobody takes silence for an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from hashira.certificates.domain.state_certificate import (
    CertificateUnreadable,
    StateCertificate,
    has_signed,
    read_scheme,
)

MAX_LIST = 4 * 1024 * 1024
_PARSING = (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError)
_UNDERSTOOD = frozenset({"authority_key_identifier", "crl_number", "issuer_alt_name"})

UNKNOWN, FORGED, OLD, CURRENT = "crl-unknown", "crl-forged", "crl-old", "crl-current"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """One entry: when the certificate was revoked, and why (RFC 5280 §5.3.1)."""

    at: datetime
    reason: str
    invalid_from: datetime | None = None
    """Since when its key must be thought in wrong hands, where the issuer says so (§5.3.2)."""

    @property
    def since(self) -> datetime:
        """From this moment on nothing that the key signed is to be believed."""
        return min(self.at, self.invalid_from or self.at)


@dataclass(frozen=True, slots=True, eq=False)
class StateCrl:
    """A list as read; nothing of it is believed before ``judge`` has checked its signature."""

    issuer: str
    authority_key_id: bytes | None
    number: int | None
    this_update: datetime
    next_update: datetime | None
    revoked: Mapping[int, Withdrawn]
    tbs: bytes
    signature: bytes
    scheme: tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class CrlFinding:
    """What the lists say of a signer: a word of evidence, and the entry where it is withdrawn."""

    remark: str
    """``crl-current``, ``crl-old``, ``crl-unknown`` (none of this authority) or ``crl-forged``."""
    withdrawn: Withdrawn | None = None
    list_of: datetime | None = None


_NO_LIST = CrlFinding(UNKNOWN)


@lru_cache(maxsize=512)
def read_crl(der: bytes) -> StateCrl:
    """The list; raises ``CertificateUnreadable`` (a ``ValueError``)."""
    from asn1crypto import crl

    if len(der) > MAX_LIST:
        raise CertificateUnreadable("larger than any list of a state")
    try:
        read = crl.CertificateList.load(der, strict=True)
        body = read["tbs_cert_list"]
        extensions = {e["extn_id"].native: e for e in body["crl_extensions"] or ()}
        if any(e["critical"].native and name not in _UNDERSTOOD for name, e in extensions.items()):
            raise CertificateUnreadable("a critical extension that is not known")
        if body["signature"].dump() != read["signature_algorithm"].dump():
            raise CertificateUnreadable("two different signature algorithms")
        key_id = extensions.get("authority_key_identifier")
        number = extensions.get("crl_number")
        return StateCrl(
            issuer=body["issuer"].hashable,
            authority_key_id=key_id["extn_value"].parsed["key_identifier"].native if key_id else None,
            number=number["extn_value"].parsed.native if number else None,
            this_update=body["this_update"].native,
            next_update=body["next_update"].native,
            revoked=MappingProxyType(dict(_entry(entry) for entry in body["revoked_certificates"] or ())),
            tbs=body.dump(),
            signature=read["signature"].native,
            scheme=read_scheme(read["signature_algorithm"]),
        )
    except CertificateUnreadable:
        raise
    except _PARSING as error:
        raise CertificateUnreadable(str(error)) from error


def _entry(entry: object) -> tuple[int, Withdrawn]:
    native = entry.native  # type: ignore[attr-defined]  # asn1crypto has no types
    reason, invalid_from = "unspecified", None
    for extension in native["crl_entry_extensions"] or ():
        if extension["extn_id"] == "crl_reason":
            reason = str(extension["extn_value"])
        elif extension["extn_id"] == "invalidity_date":
            invalid_from = extension["extn_value"]
        elif extension["critical"]:
            raise CertificateUnreadable("an entry with a critical extension that is not known")
    return native["user_certificate"], Withdrawn(native["revocation_date"], reason, invalid_from)


def judge(
    signer: StateCertificate, authority: StateCertificate, crls: tuple[bytes, ...], at: datetime
) -> CrlFinding:
    """What the authority's lists among ``crls`` (DER) say of the signer at ``at``.

    A list counts if its issuer's name and key identifier are the authority's and the authority signed it. An
    old list still revokes: what it lists was withdrawn, and no newer one takes that back except a hold.
    """
    if not crls:
        return _NO_LIST
    own = [crl for crl in _by_issuer(crls).get(authority.subject, ()) if _of(crl, authority)]
    if not own:
        return _NO_LIST
    may_sign = "crl_sign" in (authority.key_usage or ())
    signed = [c for c in own if may_sign and has_signed(authority, c.tbs, c.signature, c.scheme)]
    known = [crl for crl in signed if crl.this_update <= at]
    if not known:
        return CrlFinding(UNKNOWN if signed else FORGED)
    latest = max(known, key=lambda crl: (crl.this_update, crl.number or 0))
    current = latest.next_update is not None and at <= latest.next_update
    listed = latest.revoked.get(signer.serial)
    if listed is not None and listed.reason == "remove_from_crl":
        listed = None
    return CrlFinding(CURRENT if current else OLD, listed, latest.this_update)


def _of(crl: StateCrl, authority: StateCertificate) -> bool:
    named, own = crl.authority_key_id, authority.subject_key_id
    return named is None or own is None or named == own


@lru_cache(maxsize=16)
def _by_issuer(crls: tuple[bytes, ...]) -> Mapping[str, tuple[StateCrl, ...]]:
    index: dict[str, tuple[StateCrl, ...]] = {}
    for der in crls:
        try:
            crl = read_crl(der)
        except CertificateUnreadable:
            continue
        index[crl.issuer] = (*index.get(crl.issuer, ()), crl)
    return MappingProxyType(index)

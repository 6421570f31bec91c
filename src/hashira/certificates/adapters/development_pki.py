"""An authority and its signers for development: of Utopia, never of a real state (開発用の認証局).

Utopia (``UTO``, ``UT``) is the state of the specimens of Doc 9303; no border trusts it. The profile is that
of a real authority and a real signer, so that everything but the trust is as in production: the CSCA may
sign for 4 of its 15 years, the signer of seals for 15 months of its 10 years, as Japan's; the document signer
of the EU's and the WHO's certificates for 6 months of its 2 years, as the WHO recommends. None names a place
for revocation lists, because nobody publishes any.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hashira.certificates.adapters.certificate_builder import (
    Period,
    Subject,
    authority_certificate,
    document_signer_certificate,
    health_signer_certificate,
)
from hashira.certificates.adapters.key_store import KeyStore, StoredKey
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.state_certificate import CertificateUnreadable, read_certificate
from hashira.certificates.domain.state_chain import signing_period

STATE = "UTO"
_COUNTRY = "UT"
_ORGANISATION = "Hashira"
_UNIT = "DEVELOPMENT - NOT A STATE"
_AUTHORITY_LABEL, _SIGNER_LABEL, _DOCUMENT_LABEL = "development-csca", "development-vds", "development-dsc"
_YEAR = 365
_AUTHORITY_VALIDITY, _AUTHORITY_USAGE = 15 * _YEAR, 4 * _YEAR
_SIGNER_VALIDITY, _SIGNER_USAGE = 10 * _YEAR, 456
_DOCUMENT_VALIDITY, _DOCUMENT_USAGE = 2 * _YEAR, 183


@dataclass(frozen=True, slots=True)
class DevelopmentPki:
    """The authority's certificate, which a verifier trusts, and the signers that issue."""

    authority: bytes
    """DER."""
    signer: Signer
    """Of seals (VDS-NC)."""
    document: Signer
    """Of certificates of the EU and the WHO (DSC)."""


def development_pki(store: KeyStore, *, at: datetime) -> DevelopmentPki:
    """The authority and the signers that may sign at that moment; made where they are missing.

    Labels end in the day they were made, so that a signer whose months are over is followed by a new
    one while its certificates stay verifiable.
    """
    label, der = _authority(store, at)
    seals = _current(store, _SIGNER_LABEL, at, issued_by=der)
    documents = _current(store, _DOCUMENT_LABEL, at, issued_by=der)
    # The authority's own key is opened only where it has something to sign: that is slow by design.
    return DevelopmentPki(
        der,
        store.open(seals.label) if seals else _create_signer(store, store.open(label), at),
        store.open(documents.label) if documents else _create_document_signer(store, store.open(label), at),
    )


def development_pki_made(store: KeyStore, *, at: datetime) -> bool:
    """Whether authority and signers are there already, so that ``development_pki`` would make nothing."""
    authority = _current(store, _AUTHORITY_LABEL, at)
    return authority is not None and all(
        _current(store, label, at, issued_by=authority.certificate_chain[0]) is not None
        for label in (_SIGNER_LABEL, _DOCUMENT_LABEL)
    )


def authorities(store: KeyStore) -> tuple[bytes, ...]:
    """The certificates of all authorities that were ever made here, DER: what a verifier trusts."""
    prefix = f"{_AUTHORITY_LABEL}-"
    return tuple(key.certificate_chain[0] for key in _with_certificate(store) if key.label.startswith(prefix))


def _with_certificate(store: KeyStore) -> tuple[StoredKey, ...]:
    """A key without one was left behind by a start that was interrupted."""
    stored = store.stored()
    return tuple(key for key in stored if key.certificate_chain)


def _current(
    store: KeyStore, label: str, at: datetime, *, issued_by: bytes | None = None
) -> StoredKey | None:
    """The newest key of that kind that may sign at the moment; it is not opened."""
    for key in reversed(_with_certificate(store)):
        if key.label.startswith(f"{label}-") and _may_sign(key, at, issued_by):
            return key
    return None


def _may_sign(key: StoredKey, at: datetime, issued_by: bytes | None) -> bool:
    if issued_by is not None and issued_by not in key.certificate_chain[1:]:
        return False
    try:
        begins, ends = signing_period(read_certificate(key.certificate_chain[0]))
    except CertificateUnreadable:
        return False
    return begins <= at <= ends


def _authority(store: KeyStore, at: datetime) -> tuple[str, bytes]:
    """Label and certificate of the authority that may sign at the moment; made where there is none."""
    made = _current(store, _AUTHORITY_LABEL, at)
    if made is not None:
        return made.label, made.certificate_chain[0]
    label = f"{_AUTHORITY_LABEL}-{at:%Y%m%d-%H%M%S}"
    certificate = authority_certificate(
        signer=store.create(label),
        subject=Subject(_COUNTRY, _ORGANISATION, _UNIT, "Development CSCA"),
        state=STATE,
        validity=Period.lasting(at, _AUTHORITY_VALIDITY),
        usage=Period.lasting(at, _AUTHORITY_USAGE),
    )
    store.attach(label, (certificate,))
    return label, certificate


def _create_signer(store: KeyStore, authority: Signer, at: datetime) -> Signer:
    label = f"{_SIGNER_LABEL}-{at:%Y%m%d-%H%M%S}"
    certificate = health_signer_certificate(
        authority=authority,
        spki=store.create(label).public_key_spki,
        subject=Subject(_COUNTRY, _ORGANISATION, _UNIT, "Development VDS-NC signer"),
        state=STATE,
        validity=Period.lasting(at, _SIGNER_VALIDITY),
        usage=Period.lasting(at, _SIGNER_USAGE),
        document_types=("NV",),
    )
    return store.attach(label, (certificate, authority.certificate_chain[0]))


def _create_document_signer(store: KeyStore, authority: Signer, at: datetime) -> Signer:
    label = f"{_DOCUMENT_LABEL}-{at:%Y%m%d-%H%M%S}"
    certificate = document_signer_certificate(
        authority=authority,
        spki=store.create(label).public_key_spki,
        subject=Subject(_COUNTRY, _ORGANISATION, _UNIT, "Development document signer"),
        state=STATE,
        validity=Period.lasting(at, _DOCUMENT_VALIDITY),
        usage=Period.lasting(at, _DOCUMENT_USAGE),
    )
    return store.attach(label, (certificate, authority.certificate_chain[0]))

"""Whom a verifier believes: keys of issuers, anchors of states, and what has been revoked (信頼情報)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, TypeVar

from hashira.certificates.domain.card_revocation_list import RevocationList
from hashira.certificates.domain.revocation_filter import RevocationFilter

if TYPE_CHECKING:
    from hashira.certificates.domain.certificate_status import StatusSource

__all__ = [
    "CredentialKey",
    "ExistenceLog",
    "ListFacts",
    "RevocationFilter",
    "RevocationList",
    "StateKey",
    "TrustStore",
    "TrustedKey",
    "WithdrawnKey",
]

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key of an issuer of SMART Health Cards that somebody the verifier believes has published."""

    issuer: str | None
    """``iss`` the key speaks for; ``None``: given by the user for whatever it signs."""
    kid: str
    """RFC 7638 thumbprint, computed by whoever read the key; never a name that the key was given."""
    spki: bytes
    """DER SubjectPublicKeyInfo."""
    source: str
    x5c: tuple[bytes, ...] = ()
    """DER certificates published beside the key, leaf first."""
    crl_version: int | None = None
    """``ctr`` of the revocation list that its issuer says is the latest (``crlVersion``)."""


@dataclass(frozen=True, slots=True)
class StateKey:
    """A key of the trust list of the WHO GDHCN: a state signs with it, for one domain and one use.

    It says nothing about issuers of SMART Health Cards: a signer of one state must not vouch for the
    address of another.
    """

    participant: str
    """Three letters of the state, as the list has them; empty for a certificate that the user gave."""
    domain: str
    usage: str
    """``DSC`` signs documents, ``SCA`` certificates."""
    kid: bytes
    """First 8 octets of the SHA-256 of the certificate (HCERT 1.1.1 §2.3)."""
    certificate: bytes
    """DER, as published; parsed only when a document asks for it."""
    source: str


@dataclass(frozen=True, slots=True)
class CredentialKey:
    """A public key of an issuer of W3C credentials (DIVOC)."""

    method: str | None
    """Its name (``verificationMethod``), such as ``did:india``; ``None``: given for whatever it signs."""
    issuer: str | None
    """Its controller, for which alone it speaks; ``None``: for whomever."""
    spki: bytes
    """DER SubjectPublicKeyInfo, RSA or Ed25519."""
    source: str

    @property
    def kid(self) -> str:
        """The SHA-256 of the key, hexadecimal: a name that nobody can give to another one."""
        return hashlib.sha256(self.spki).hexdigest()


@dataclass(frozen=True, slots=True)
class WithdrawnKey:
    """A key that nobody may believe any more, whatever time a certificate claims (漏えい等で無効の鍵).

    ``kid``: the thumbprint of a card's key, or the SHA-256 of a signer's certificate, or of a credential's
    key, in hexadecimal.
    """

    kid: str
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ListFacts:
    """Of which list the trust is, how old, and who vouched for it: to be said beside every verdict."""

    name: str
    kind: str
    issued_at: datetime | None
    """When its publisher says it was made; ``None`` where the form has no time."""
    fetched_at: datetime
    signer: str | None
    """Fingerprint of the key that signed it; ``None``: nobody did."""
    warn_after: timedelta

    @property
    def dated(self) -> datetime:
        """From when its age counts: what the publisher says, else the day it was fetched."""
        return self.issued_at or self.fetched_at

    def is_old(self, at: datetime) -> bool:
        """Whether it is so old that whoever rests on it must be told."""
        return at - self.dated > self.warn_after


class ExistenceLog(Protocol):
    """Who can witness that a certificate existed before a moment, such as the issuer's own log of issue."""

    def existed_since(self, *, format: str, signature: bytes) -> datetime | None:
        """The earliest moment at which the certificate with this signature is known to have existed."""
        ...


@dataclass(frozen=True, slots=True)
class TrustStore:
    """All that a verification may rest on; immutable, so that one answer sees one state of it.

    Of several revocation lists of one key, method and issuer the one with the highest counter counts, as the
    issuer published it last.
    """

    keys: tuple[TrustedKey, ...] = ()
    anchors: tuple[bytes, ...] = ()
    """CSCA certificates as DER."""
    revocations: tuple[RevocationList, ...] = ()
    state_keys: tuple[StateKey, ...] = ()
    state_crls: tuple[bytes, ...] = ()
    """Revocation lists of CSCAs, DER; believed only after their signature is checked."""
    withdrawn: tuple[WithdrawnKey, ...] = ()
    lists: tuple[ListFacts, ...] = ()
    existence: ExistenceLog | None = None
    """Without one, nothing saves a certificate of a withdrawn key."""
    credential_keys: tuple[CredentialKey, ...] = ()
    statuses: tuple[StatusSource, ...] = ()
    """Who knows, exactly, what became of certificates: a bundle, or the ledger itself."""
    filters: tuple[RevocationFilter, ...] = ()
    """Summaries of lists: what one finds may be revoked, and is never called so."""
    _by_kid: Mapping[str, tuple[TrustedKey, ...]] = field(init=False, repr=False, compare=False)
    _lists: Mapping[str, tuple[RevocationList, ...]] = field(init=False, repr=False, compare=False)
    _signers: Mapping[bytes, tuple[StateKey, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_kid: dict[str, list[TrustedKey]] = {}
        for key in sorted(self.keys, key=lambda key: key.issuer is None):
            by_kid.setdefault(key.kid, []).append(key)
        latest: dict[tuple[str, str, str | None], RevocationList] = {}
        for listed in self.revocations:
            name = (listed.kid, listed.method, listed.issuer)
            known = latest.get(name)
            if known is None or listed.counter >= known.counter:
                latest[name] = listed
        lists: dict[str, list[RevocationList]] = {}
        for listed in latest.values():
            lists.setdefault(listed.kid, []).append(listed)
        signers: dict[bytes, list[StateKey]] = {}
        for signer in (*self.state_keys, *map(_given, self.anchors)):
            if signer.usage == _SIGNS_DOCUMENTS:
                signers.setdefault(signer.kid, []).append(signer)
        object.__setattr__(self, "_signers", MappingProxyType({k: tuple(v) for k, v in signers.items()}))
        object.__setattr__(self, "_by_kid", MappingProxyType({k: tuple(v) for k, v in by_kid.items()}))
        object.__setattr__(self, "_lists", MappingProxyType({k: tuple(v) for k, v in lists.items()}))

    def keys_of(self, kid: str) -> tuple[TrustedKey, ...]:
        """The keys with that identifier; several issuers may publish the same key.

        Those that speak for an issuer come before those given for whatever they sign.
        """
        return self._by_kid.get(kid, ())

    def signers_of(self, kid: bytes) -> tuple[StateKey, ...]:
        """The document signers with that key identifier: 8 octets do not make it theirs alone.

        Those of a list of states come before certificates that the user gave. Among the latter may be an
        authority, which signs no documents: whoever uses one judges its purpose.
        """
        return self._signers.get(kid, ())

    def credential_keys_of(self, method: str) -> tuple[CredentialKey, ...]:
        """The keys of that name, before those that were given for whatever they sign."""
        named = [key for key in self.credential_keys if key.method == method]
        return (*named, *(key for key in self.credential_keys if key.method is None))

    def revocations_of(self, kid: str, issuer: str | None = None) -> tuple[RevocationList, ...]:
        """The latest lists of that key that may revoke certificates of the issuer, one for each method."""
        lists = self._lists.get(kid, ())
        return tuple(x for x in lists if issuer is None or x.issuer in (None, issuer)) if lists else ()

    def filters_of(self, kid: str) -> tuple[RevocationFilter, ...]:
        """The summaries of that key's lists."""
        return tuple(known for known in self.filters if known.kid == kid) if self.filters else ()

    def withdrawal_of(self, kid: str) -> WithdrawnKey | None:
        """Since when that key is not to be believed: the earliest of what is known of it."""
        if not self.withdrawn:
            return None
        known = [key for key in self.withdrawn if key.kid == kid]
        return min(known, key=lambda key: key.since, default=None)

    def existed_before(self, moment: datetime, *, format: str, signature: bytes) -> bool:
        """Whether somebody trusted has seen the certificate before the moment."""
        seen = self.existence.existed_since(format=format, signature=signature) if self.existence else None
        return seen is not None and seen < moment

    def __or__(self, other: TrustStore) -> TrustStore:
        """Both together."""
        return TrustStore.merged((self, other))

    @classmethod
    def merged(cls, stores: Iterable[TrustStore]) -> TrustStore:
        """All of them together, each key and certificate once."""
        parts = tuple(stores)
        return cls(
            keys=_unique(key for store in parts for key in store.keys),
            anchors=_unique(anchor for store in parts for anchor in store.anchors),
            revocations=tuple(listed for store in parts for listed in store.revocations),
            state_keys=_unique(key for store in parts for key in store.state_keys),
            state_crls=_unique(crl for store in parts for crl in store.state_crls),
            withdrawn=_unique(key for store in parts for key in store.withdrawn),
            lists=_unique(facts for store in parts for facts in store.lists),
            existence=next((s.existence for s in parts if s.existence is not None), None),
            credential_keys=_unique(key for store in parts for key in store.credential_keys),
            statuses=tuple(source for store in parts for source in store.statuses),
            filters=_unique(known for store in parts for known in store.filters),
        )


_SIGNS_DOCUMENTS = "DSC"
_KID_OCTETS = 8


def _given(certificate: bytes) -> StateKey:
    """A certificate from the user: it speaks for the state that it names itself, for any purpose it has."""
    digest = hashlib.sha256(certificate)
    return StateKey(
        participant="",
        domain="",
        usage=_SIGNS_DOCUMENTS,
        kid=digest.digest()[:_KID_OCTETS],
        certificate=certificate,
        source=f"SHA-256 {digest.hexdigest()[:16]}…",
    )


def _unique(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items))

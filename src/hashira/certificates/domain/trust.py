"""Whom a verifier believes: keys of issuers, anchors of states, and what has been revoked (信頼情報)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key that somebody the verifier believes has published."""

    issuer: str | None
    """``iss`` the key speaks for; ``None``: given by the user for whatever it signs."""
    kid: str
    spki: bytes
    """DER SubjectPublicKeyInfo."""
    source: str
    x5c: tuple[bytes, ...] = ()
    """DER certificates published beside the key, leaf first."""


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A card revocation list of one key (SMART Health Cards 1.4.0, "Revocation").

    ``entries`` maps a ``rid`` to the moment (Unix seconds) before which cards are revoked, or to
    ``None`` where all cards with that ``rid`` are.
    """

    kid: str
    method: str
    counter: int
    entries: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class TrustStore:
    """All that a verification may rest on; immutable, so that one answer sees one state of it."""

    keys: tuple[TrustedKey, ...] = ()
    anchors: tuple[bytes, ...] = ()
    """CSCA certificates as DER."""
    revocations: tuple[RevocationList, ...] = ()
    _by_kid: Mapping[str, tuple[TrustedKey, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, tuple[TrustedKey, ...]] = {}
        for key in self.keys:
            index[key.kid] = (*index.get(key.kid, ()), key)
        object.__setattr__(self, "_by_kid", MappingProxyType(index))

    def keys_of(self, kid: str) -> tuple[TrustedKey, ...]:
        """The keys with that identifier; several issuers may publish the same key."""
        return self._by_kid.get(kid, ())

    def revocations_of(self, kid: str) -> tuple[RevocationList, ...]:
        return tuple(listed for listed in self.revocations if listed.kid == kid)

    def __or__(self, other: TrustStore) -> TrustStore:
        """Both together."""
        return TrustStore(
            _unique(self.keys + other.keys),
            _unique(self.anchors + other.anchors),
            self.revocations + other.revocations,
        )


def _unique(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items))

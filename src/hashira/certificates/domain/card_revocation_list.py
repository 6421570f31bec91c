"""Lists of revoked certificates by identifier, as their issuers publish them for one key (失効番号のリスト).

SMART Health Cards 1.4.0, "Revocation": ``<iss>/.well-known/crl/<kid>.json`` with ``method`` ``rid``, and RFC
002 ``hash-fhir`` for cards without a ``rid``. The value is general: another method, such as the hash lists of
the EU (SIGNATURE, UCI, COUNTRYCODEUCI), only names other identifiers of the certificate at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

RID, HASH_FHIR = "rid", "hash-fhir"
_RID = re.compile(r"([A-Za-z0-9_-]{1,24})(?:\.([0-9]{1,11}))?\Z")
_COUNTER = re.compile(r"[0-9]{1,9}\Z")
_MAX_ENTRIES = 5_000_000


class NotARevocationList(ValueError):
    """The document is no list of the form."""


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A list of one key.

    ``entries`` maps an identifier to the moment (Unix seconds) before which certificates with it are revoked,
    or to ``None`` where all of them are. ``counter`` grows with each list (``ctr``).
    """

    kid: str
    method: str
    counter: int
    entries: Mapping[str, int | None]
    issuer: str | None = None
    """Whose certificates it may revoke: several issuers publish one key, and one must not revoke for another.

    ``None``: whatever the key signed."""

    def listed(self, identifier: str, signed_at: float) -> bool:
        """Whether a certificate with that identifier, signed then (Unix seconds), is revoked."""
        if identifier not in self.entries:
            return False
        before = self.entries[identifier]
        return before is None or signed_at < before


@dataclass(frozen=True, slots=True)
class Hit:
    """Why a certificate is revoked: which list says so, about which identifier."""

    method: str
    identifier: str
    counter: int

    def __str__(self) -> str:
        return f"{self.method} {self.identifier} (ctr {self.counter})"


def find(lists: Iterable[RevocationList], identifiers: Mapping[str, str], signed_at: float) -> Hit | None:
    """The first hit of the certificate's ``identifiers`` (by method) in the ``lists`` of its key."""
    for listed in lists:
        identifier = identifiers.get(listed.method)
        if identifier is not None and listed.listed(identifier, signed_at):
            return Hit(listed.method, identifier, listed.counter)
    return None


def read_revocation_list(document: Any, *, issuer: str | None = None) -> RevocationList:
    """The list of a JSON document; raises ``NotARevocationList``.

    Of two entries for one identifier the wider one counts: a list must not take back what it says above. One
    issuer of the VCI directory writes its counter as text, which is read.
    """
    if not isinstance(document, dict) or not isinstance(document.get("rids"), list):
        raise NotARevocationList("no rids")
    if len(document["rids"]) > _MAX_ENTRIES:
        raise NotARevocationList("too many entries")
    entries: dict[str, int | None] = {}
    for rid in document["rids"]:
        match = _RID.match(rid) if isinstance(rid, str) else None
        if match is None:
            raise NotARevocationList("an rid is not of the right form")
        before = int(match[2]) if match[2] else None
        known = entries.get(match[1], 0)
        entries[match[1]] = None if before is None or known is None else max(before, known)
    kid, method, counter = document.get("kid"), document.get("method"), document.get("ctr")
    if isinstance(counter, str) and _COUNTER.match(counter):
        counter = int(counter)
    if not isinstance(kid, str) or not isinstance(method, str) or type(counter) is not int or counter < 0:
        raise NotARevocationList("it lacks kid, method or ctr")
    return RevocationList(kid, method, counter, MappingProxyType(entries), issuer)

"""Summaries of revocation lists: the Bloom filters that the EU hands out to small devices (失効リストの要約).

A filter finds everything that is in the list, and sometimes something that is not. So a certificate that it
does not find is not listed, and one that it finds **may** be: nobody calls that one revoked before the list
itself, or its issuer, has said so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from hashira.certificates.domain.bloom_filter import BloomFilter


@dataclass(frozen=True, slots=True)
class RevocationFilter:
    """The summary of one list; ``FilterUnreadable`` where its octets are none."""

    kid: str
    """Key identifier of the signer, 8 octets in hexadecimal."""
    method: str
    """``SIGNATURE``, ``UCI`` or ``COUNTRYCODEUCI``."""
    octets: bytes
    """As ``dgc-bloomfilter`` has them."""
    _filter: BloomFilter = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_filter", BloomFilter.decode(self.octets))

    @classmethod
    def of(cls, kid: str, method: str, entries: Iterable[str], *, rate: float = 1e-6) -> Self:
        """The filter of a list; ``rate``: which share of what is not in the list it finds all the same."""
        return cls(kid, method, BloomFilter.of(map(bytes.fromhex, entries), rate=rate).encode())

    def may_hold(self, entry: str) -> bool:
        """Whether the list may hold the hash, hexadecimal (``hcert.revocation_hashes``); no is certain."""
        return bytes.fromhex(entry) in self._filter

"""Summaries of revocation lists: Bloom filters, as the EU hands them out to small devices (失効リストの要約).

A filter finds everything that is in the list, and sometimes something that is not. So a certificate that it
does not find is not listed, and one that it finds **may** be: nobody calls that one revoked before the list
itself, or its issuer, has said so.

An entry is the hash by which the list names a certificate (``hcert.revocation_hashes``), under the key and
the method. The octets of the filter are those of a cascade of one level (``filter_cascade``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from hashira.certificates.domain.filter_cascade import CascadeUnreadable, FilterCascade, fingerprint, summary


def _mark(kid: str, method: str, entry: str) -> bytes:
    return fingerprint(kid, f"{method}:{entry}")


@dataclass(frozen=True, slots=True)
class RevocationFilter:
    """The summary of one list."""

    kid: str
    """Of the signer, in hexadecimal where the format has octets."""
    method: str
    """``SIGNATURE``, ``UCI`` or ``COUNTRYCODEUCI``."""
    octets: bytes

    def __post_init__(self) -> None:
        if len(FilterCascade.decode(self.octets).levels) != 1:
            raise CascadeUnreadable("a filter has one level")

    @classmethod
    def of(cls, kid: str, method: str, entries: Iterable[str], *, rate: float = 1e-6) -> Self:
        """The filter of a list; ``rate``: which share of what is not in the list it finds all the same."""
        return cls(kid, method, summary([_mark(kid, method, entry) for entry in entries], rate).encode())

    def may_hold(self, entry: str) -> bool:
        """Whether the list may hold the entry; ``False`` is certain."""
        return FilterCascade.decode(self.octets).revoked(_mark(self.kid, self.method, entry))

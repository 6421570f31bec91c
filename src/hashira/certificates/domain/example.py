"""Examples of a certificate format, with a fictional person in them (見本).

For documentation, for trying a key, and for the meta-test that holds every format to its promises.
"""

from __future__ import annotations

from dataclasses import dataclass

from hashira.certificates.domain.verdict import Verdict

BIRTH_DATE = "1960-04-22"
LOT = "3005288"


@dataclass(frozen=True, slots=True)
class Example:
    """The text of a code, and what a verifier that trusts its signer says of it at the time of signing."""

    name: str
    text: str
    verdict: Verdict
    doses: int = 0
    """How many it shows."""

"""What of the baseline an environment is under: its version, and what that version sets (基準の版).

The guardrails themselves are in the program. What an operator decides from one version to the next is data:
in which regions work may be done, which samples everybody now has, which guardrails are left off, how much
may be used. An order carries the terms whole, so that an engine needs nobody to tell it what a version means.
"""

from __future__ import annotations

from dataclasses import dataclass

HOME_REGIONS = ("ap-northeast-1", "ap-northeast-3")
"""Tokyo and Osaka."""
FIRST_VERSION = "2026.11"
"""The version with which everything began; whoever changes a guardrail in the program gives it another."""


@dataclass(frozen=True, slots=True)
class BaselineTerms:
    """One version of the baseline."""

    version: str = FIRST_VERSION
    regions: tuple[str, ...] = HOME_REGIONS
    """Where ``data-location`` lets work be done."""
    adopted: tuple[str, ...] = ()
    """Samples that are in force for everybody."""
    dropped: tuple[str, ...] = ()
    """Guardrails that are not in force."""
    limits: tuple[tuple[str, int], ...] = ()
    """How much of each resource may be used, where it is not what the program says; see ``RESOURCES``."""


FIRST = BaselineTerms()
"""What an order is under that says nothing of it."""

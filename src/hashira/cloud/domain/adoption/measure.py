"""By what an account is measured: one of ours by its order, any other by the current baseline (物差し).

An inventory of a whole organisation meets the environments that were vended here as well. What those are to
have is told by their orders: by the version of the baseline that they are under and the exceptions that were
granted to them, which are seldom those that a new environment would get.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hashira.cloud.domain.baseline.catalogue import spared
from hashira.cloud.domain.baseline_terms import BaselineTerms
from hashira.cloud.domain.door import Door
from hashira.cloud.domain.engine import Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.environment_state import EnvironmentState

_SUSPENDED = frozenset({EnvironmentState.SUSPENDED, EnvironmentState.CLOSING})


@dataclass(frozen=True, slots=True)
class OurEnvironment:
    """An environment of ours, as far as reading it back has to know of it."""

    order: EnvironmentOrder
    """The one that counts now: a change that is under way counts when it was read back."""
    facts: Facts
    state: EnvironmentState
    passable: frozenset[str] = frozenset()
    """The emergency accesses whose doors may be there now."""
    doors: tuple[Door, ...] = ()
    """Those of them that were read back open, and so have to be there."""

    @property
    def suspended(self) -> bool:
        """Whether nobody is to get in any more."""
        return self.state in _SUSPENDED


@dataclass(frozen=True, slots=True)
class Measure:
    """What one account is compared with."""

    current: BaselineTerms
    """The version of the baseline that a new environment would get."""
    ours: OurEnvironment | None = None

    @property
    def terms(self) -> BaselineTerms:
        """The version that counts for the account."""
        return self.current if self.ours is None else self.ours.order.baseline

    @property
    def exceptions(self) -> tuple[str, ...]:
        """The exceptions that the account has; one of nobody's has none."""
        return () if self.ours is None else self.ours.order.exceptions

    def to_json(self) -> dict[str, Any]:
        """As it is kept with what was found, so that it can still be told when the order is another one."""
        kept: dict[str, Any] = {"version": self.terms.version}
        if self.ours is not None:
            kept |= {
                "environment": self.ours.order.key,
                "state": self.ours.state.value,
                "without": sorted(spared(self.exceptions)),
            }
        return kept

"""What a provider brings to the conformance suite: an engine, and eyes and hands beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from hashira.cloud.domain.engine import Engine, Evidence, Facts, Step
from hashira.cloud.domain.environment_order import EnvironmentOrder


@dataclass(frozen=True)
class Act:
    """Something that a guardrail forbids, and the same or a like act that it does not."""

    name: str
    guardrail: str
    forbidden: Callable[[], bool]
    """Tries it as the tenant would; whether it was refused."""
    allowed: Callable[[], bool]
    """Tries the like act where it may be done; whether it was carried out."""


class Subject(Protocol):
    """A provider, live or of paper. ``look`` and ``spoil`` reach it by other ways than the engine."""

    key: str
    enforces: bool
    """Whether the provider itself refuses what a guardrail forbids."""

    spoiled: frozenset[str]
    """The guardrails that ``spoil`` breaks, of those that the provider's own inventory tells of."""

    def engine(self) -> Engine:
        """A new engine, as a process that has just been started would make it."""
        ...

    def order(self, **changes: Any) -> EnvironmentOrder:
        """An order that it takes."""
        ...

    def look(self, order: EnvironmentOrder, facts: Facts) -> list[str]:
        """What there is of the environment, sorted; empty if nobody can use anything of it any more."""
        ...

    def spoil(self, order: EnvironmentOrder, facts: Facts) -> str:
        """Changes something behind the engine's back; the name of the step that has to notice."""
        ...

    def acts(self, order: EnvironmentOrder, facts: Facts) -> list[Act]:
        """What is forbidden in the environment, to be tried."""
        ...

    spares: str
    """A guardrail that it can leave off for one environment."""

    def people(self, order: EnvironmentOrder, facts: Facts) -> set[str] | None:
        """The mail addresses of all who get in by name; None where the provider knows no people."""
        ...

    def spared(self, order: EnvironmentOrder, facts: Facts) -> set[str] | None:
        """Whether ``spares`` is left off, as the provider has it: the guardrail, or nothing."""
        ...

    def close(self) -> None:
        """Ends its connections."""
        ...

    def new_server(self, order: EnvironmentOrder, facts: Facts, name: str) -> str | None:
        """Makes a server as whoever holds the account would; its identifier. None where there are none."""
        ...

    def server_now(
        self, order: EnvironmentOrder, facts: Facts, identifier: str
    ) -> tuple[str, dict[str, str]]:
        """The state of a server in the provider's own word, and its tags; it goes when the test is over."""
        ...

    boots: bool
    """Whether such a server really starts."""

    def roles_like(self, order: EnvironmentOrder, facts: Facts, door: str) -> list[str]:
        """What there is at the provider of a door, by the key of its access."""
        ...

    def gets_in(self, order: EnvironmentOrder, facts: Facts) -> bool | None:
        """Whether the tenant gets in; None where the provider cannot be asked."""
        ...


class Adoptable(Subject, Protocol):
    """A provider on which accounts that exist can be adopted."""

    def existing(self) -> str:
        """An account that somebody else has made and set up, by the provider's own means; its number."""
        ...

    def standing(self, account: str) -> dict[str, Any]:
        """Whatever a release gives back, as the provider tells it, and how many accounts there are."""
        ...


def steps_of(engine: Engine, order: EnvironmentOrder) -> tuple[Step, ...]:
    """All steps, in their order."""
    return (*engine.vend(order), *engine.guard(order))


def carried_out(engine: Engine, order: EnvironmentOrder, known: Facts | None = None) -> dict[str, Any]:
    """An environment, made step by step and each read back; its facts, from those that were kept before."""
    facts = dict(known or {})
    for step in steps_of(engine, order):
        facts |= step.apply(order, facts)
        step.verify(order, facts)
    return facts


def read_back(engine: Engine, order: EnvironmentOrder, facts: Facts) -> list[Evidence]:
    """The evidence of all steps; raises what a step raises."""
    return [step.verify(order, facts) for step in steps_of(engine, order)]

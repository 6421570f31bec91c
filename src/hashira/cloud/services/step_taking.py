"""Taking one step of an engine: apply, read back, try again while it may pass (一つの手順)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.conf import settings

from hashira.cloud.domain.engine import EngineError, Evidence, Facts, NotThere, Step
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.environment_state import StepState

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait for a provider, in seconds."""

    patience: float
    """For an answer that may pass, such as throttling; then the step has failed."""
    read_back: float
    """For what the provider says it has done to be found; half of it gone, it is applied once more."""
    first_pause: float = 0.25
    longest_pause: float = 20.0

    @classmethod
    def of_settings(cls) -> Pace:
        """As the installation has it."""
        return cls(settings.HASHIRA_CLOUD_PATIENCE_SECONDS, settings.HASHIRA_CLOUD_READ_BACK_SECONDS)

    def pause(self, attempt: int, asked_for: float) -> float:
        """Before which time not to try again: doubled each time and scattered, or what the provider says."""
        doubled = min(self.longest_pause, self.first_pause * 2 ** min(attempt - 1, 16))
        return max(min(asked_for, self.longest_pause), doubled * random.uniform(0.6, 1.0))  # noqa: S311 (no secret)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A step that waits for something to pass, to be shown meanwhile."""

    error: EngineError
    attempts: int
    begun_at: datetime
    applied: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken and read back."""

    facts: Facts
    """What it adds."""
    evidence: Evidence
    attempts: int
    begun_at: datetime
    verified_at: datetime

    def as_columns(self) -> dict[str, Any]:
        """As the row of the step has it."""
        return {
            "evidence": evidence_to_json(self.evidence),
            "attempts": self.attempts,
            "begun_at": self.begun_at,
            "verified_at": self.verified_at,
        }


def evidence_to_json(evidence: Evidence) -> list[dict[str, str]]:
    """The lines as JSON."""
    return [{"ja": one.name.ja, "en": one.name.en, "value": one.value} for one in evidence.lines]


def take(
    step: Step,
    order: EnvironmentOrder,
    facts: Facts,
    pace: Pace,
    before: StepState,
    tell: Callable[[Trouble], None],
    look_up: Callable[[], None],
) -> Taken:
    """Applies the step and reads it back. One that was verified before is only read back, and applied anew
    if that finds it missing.

    ``tell`` is told while it waits; ``look_up`` is called before each wait and may raise to end it. Raises
    the ``EngineError`` that does not pass, or that did not pass in time.
    """
    run = _Run(step, order, pace, tell, look_up)
    if before in {StepState.VERIFIED, StepState.MISSING}:
        try:
            return run.taken({}, run.insist(lambda: step.verify(order, facts), applied=True))
        except EngineError as error:
            if error.passing:
                raise
    added = run.insist(lambda: step.apply(order, facts))
    known = {**facts, **added}
    try:
        evidence = run.read_back(known, pace.read_back / 2)
    except NotThere:
        added = {**added, **run.insist(lambda: step.apply(order, known))}
        evidence = run.read_back({**facts, **added}, pace.read_back / 2)
    return run.taken(added, evidence)


def take_back(
    step: Step, order: EnvironmentOrder, facts: Facts, pace: Pace, look_up: Callable[[], None]
) -> None:
    """Compensates the step, trying again while that may help."""
    _Run(step, order, pace, lambda trouble: None, look_up).insist(lambda: step.compensate(order, facts))


def insist(question: Callable[[], _Answer], pace: Pace, look_up: Callable[[], None]) -> _Answer:
    """What a question to the provider gives, asked again while its error may pass."""
    begun, tries = time.monotonic(), 0
    while True:
        tries += 1
        try:
            return question()
        except EngineError as error:
            pause = pace.pause(tries, 0)
            if not error.passing or time.monotonic() + pause > begun + pace.patience:
                raise
            look_up()
            time.sleep(pause)


class _Run:
    """One step under way, with its clock."""

    def __init__(
        self,
        step: Step,
        order: EnvironmentOrder,
        pace: Pace,
        tell: Callable[[Trouble], None],
        look_up: Callable[[], None],
    ) -> None:
        self._step, self._order, self._pace, self._tell, self._look_up = step, order, pace, tell, look_up
        self._attempts = 0
        self._begun_at = datetime.now(UTC)

    def insist(self, act: Callable[[], _Answer], *, applied: bool = False) -> _Answer:
        """What the act gives, tried again while its error may pass."""
        return self._until(act, applied, self._pace.patience, ())

    def read_back(self, facts: Facts, seconds: float) -> Evidence:
        """What is read back, once it is there; ``NotThere`` if that takes longer than so many seconds."""
        return self._until(lambda: self._step.verify(self._order, facts), True, seconds, (NotThere,))

    def taken(self, facts: Facts, evidence: Evidence) -> Taken:
        """The step, done."""
        return Taken(facts, evidence, self._attempts, self._begun_at, datetime.now(UTC))

    def _until(
        self, act: Callable[[], _Answer], applied: bool, seconds: float, also: tuple[type[EngineError], ...]
    ) -> _Answer:
        begun, tries = time.monotonic(), 0
        while True:
            self._attempts, tries = self._attempts + 1, tries + 1
            try:
                return act()
            except EngineError as error:
                if not error.passing and not isinstance(error, also):
                    raise
                pause = self._pace.pause(tries, float(str(error.details.get("retry_after", 0))))
                longest = self._pace.patience if error.passing else seconds
                if time.monotonic() + pause > begun + longest:
                    raise
                self._look_up()
                self._tell(Trouble(error, self._attempts, self._begun_at, applied))
                time.sleep(pause)

"""The rows of an environment while a job works on it: taken up, written step by step, settled (環境の記録).

The job makes each write under its token, so that a worker that was thought dead writes nothing any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from hashira.cloud.domain.engine import Facts, Step
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.environment_state import EnvironmentState, StepState
from hashira.cloud.domain.order_record import order_from_json
from hashira.cloud.selectors.environments import EnvironmentNotFound, resource_of
from hashira.cloud.services.amendments import start_what_waits
from hashira.cloud.services.environments import note, tell
from hashira.cloud.services.step_taking import Taken, Trouble
from hashira.cloud.store.models import AmendmentStep, Environment, EnvironmentStep
from hashira.core import access
from hashira.core.access import Principal
from hashira.core.jobs.problem import JobProblem
from hashira.core.services import service
from hashira.kernel.errors import HashiraError

ACTION = "cloud:CarryOutVending"


@dataclass(frozen=True, slots=True)
class TakenUp:
    """An environment that a job has taken up."""

    order: EnvironmentOrder
    facts: Facts
    steps: Mapping[str, StepState]
    cloud: str
    """The identity of the cloud on which its steps were taken; empty for none."""


@service(action=ACTION)
def begin(*, actor: Principal, environment_id: UUID, job_id: UUID, state: EnvironmentState) -> TakenUp | None:
    """Takes the environment up in a state; None if it is over, or another job's by now.

    Raises ``EnvironmentNotFound``.
    """
    row = locked(environment_id)
    require(actor, row)
    was, now = EnvironmentState(row.state), datetime.now(UTC)
    tell(actor, ACTION, row, {"act": "begin", "was": was.value, "into": state.value})
    if was.over or row.job_id != job_id:
        return None
    if was is not state or row.begun_at is None:
        row.state, row.problem, row.changed_at, row.begun_at = state.value, None, now, now
        row.save(update_fields=["state", "problem", "changed_at", "begun_at"])
        note(row, actor, state.value, now, {"was": was.value})
    done = {name: StepState(kept) for name, kept in row.steps.values_list("name", "state")}
    return TakenUp(order_from_json(row.order), row.facts, done, row.cloud)


@service(action=ACTION)
def settle(
    *,
    actor: Principal,
    environment_id: UUID,
    state: EnvironmentState,
    problem: JobProblem | None = None,
    stamps: tuple[str, ...] = (),
) -> None:
    """Leaves the environment in a state, with what stands against it; ``stamps`` are set to now."""
    row, now = locked(environment_id), datetime.now(UTC)
    require(actor, row)
    facts: dict[str, str | int | bool | None] = {"state": state.value}
    if problem is not None:
        facts["code"] = problem.code
    row.state, row.changed_at = state.value, now
    row.problem = problem.to_json() if problem is not None else None
    for stamp in stamps:
        setattr(row, stamp, now)
    row.save()
    note(row, actor, state.value, now, facts)
    tell(actor, ACTION, row, {"act": "settled", **facts})
    start_what_waits(row, actor, now)


@service(action=ACTION)
def start_over(*, actor: Principal, environment_id: UUID) -> None:
    """The cloud has forgotten everything: no step counts any more, and nothing that they had learnt."""
    row, now = locked(environment_id), datetime.now(UTC)
    require(actor, row)
    row.steps.all().delete()
    row.facts, row.account, row.cloud, row.changed_at = {}, "", "", now
    row.save(update_fields=["facts", "account", "cloud", "changed_at"])
    note(row, actor, "forgotten", now, {})
    tell(actor, ACTION, row, {"act": "forgotten"})


def lay_out(environment_id: UUID, parts: Iterable[tuple[str, Step]], *, first: int = 0) -> None:
    """Makes the rows of the steps that are not there yet."""
    EnvironmentStep.objects.bulk_create(
        [
            EnvironmentStep(
                environment_id=environment_id,
                part=part,
                position=position,
                name=step.name,
                title=step.title.ja,
                title_en=step.title.en,
            )
            for position, (part, step) in enumerate(parts, start=first)
        ],
        update_conflicts=True,
        unique_fields=["environment", "name"],
        update_fields=["part", "position", "title", "title_en"],
    )


class Ledger:
    """What the steps came to, written together where they follow each other fast.

    A step that has taught something is written at once, so that what was made is never made again; any other
    that a crash leaves unwritten is taken again, which changes nothing.
    """

    def __init__(
        self,
        steps: QuerySet[EnvironmentStep] | QuerySet[AmendmentStep],
        keep: Callable[[Facts, datetime], object],
    ) -> None:
        """``steps`` are the rows of all steps; ``keep`` writes what they have learnt so far."""
        self._rows, self._keep = steps, keep
        self._ids = dict(steps.values_list("name", "pk"))
        self._pending: list[Any] = []
        self._facts: Facts = {}
        self._written = time.monotonic()

    def add(self, name: str, taken: Taken, facts: Facts) -> None:
        """A step that was read back, and all facts with what it added."""
        columns = taken.as_columns()
        row = self._rows.model(
            pk=self._ids[name],
            state=StepState.VERIFIED.value,
            ended_at=taken.verified_at,
            problem=None,
            **columns,
        )
        self._pending.append(row)
        self._facts = facts

    @property
    def due(self) -> bool:
        """Whether the last writing is long enough ago."""
        return time.monotonic() - self._written >= _TOGETHER_SECONDS

    def write(self) -> None:
        """Writes what is not written yet; within a transaction."""
        if self._pending:
            self._rows.model._default_manager.bulk_update(self._pending, _STEP_COLUMNS)
            self._keep(self._facts, self._pending[-1].ended_at)
        self._pending, self._written = [], time.monotonic()

    def write_trouble(self, name: str, trouble: Trouble) -> None:
        """What a step waits for."""
        self._rows.filter(name=name).update(
            attempts=trouble.attempts,
            begun_at=trouble.begun_at,
            problem=JobProblem.of(trouble.error).to_json(),
            state=(StepState.APPLIED if trouble.applied else StepState.WAITING).value,
        )

    def write_failure(self, name: str, error: HashiraError) -> None:
        """What a step failed at."""
        self._rows.filter(name=name).update(
            state=StepState.FAILED.value, ended_at=datetime.now(UTC), problem=JobProblem.of(error).to_json()
        )


def ledger_of(environment_id: UUID, names: Sequence[str]) -> Ledger:
    """The ledger of steps of the environment itself."""

    def keep(facts: Facts, at: datetime) -> object:
        return Environment.objects.filter(pk=environment_id).update(
            facts=facts, account=str(facts.get("account", ""))[:64], changed_at=at
        )

    return Ledger(EnvironmentStep.objects.filter(environment_id=environment_id, name__in=names), keep)


_STEP_COLUMNS = ["state", "ended_at", "problem", "evidence", "attempts", "begun_at", "verified_at"]
_TOGETHER_SECONDS = 0.1


def write_undone(environment_id: UUID, name: str) -> None:
    """A step that was taken back."""
    EnvironmentStep.objects.filter(environment_id=environment_id, name=name).update(
        state=StepState.COMPENSATED.value, ended_at=datetime.now(UTC), problem=None
    )


def write_cloud(environment_id: UUID, cloud: str) -> None:
    """On which cloud the steps are taken."""
    Environment.objects.filter(pk=environment_id).update(cloud=cloud)


def locked(environment_id: UUID) -> Environment:
    """The row, for the rest of the transaction. Raises ``EnvironmentNotFound``."""
    row = Environment.objects.select_for_update(no_key=True).filter(pk=environment_id).first()
    if row is None:
        raise EnvironmentNotFound
    return row


def require(actor: Principal, row: Environment) -> None:
    """Whether the actor may carry out what was ordered."""
    access.require(actor, ACTION, resource_of(str(row.pk), organisation=str(row.organisation_id or "")))

"""The rows of an environment while a job works on it: taken up, written step by step, settled (環境の記録).

What has been done is kept in the rows of the steps, one commit a step; the job makes each write under its
token, so that a worker that was thought dead writes nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hashira.cloud.domain.engine import Facts, Step
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.environment_state import EnvironmentState, StepState
from hashira.cloud.domain.order_record import order_from_json
from hashira.cloud.selectors.environments import EnvironmentNotFound, resource_of
from hashira.cloud.services.environments import note, tell
from hashira.cloud.services.step_taking import Trouble
from hashira.cloud.store.models import Environment, EnvironmentStep
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


def begun_steps(environment_id: UUID) -> set[str]:
    """The names of the steps of which something may be there."""
    waiting = [StepState.WAITING.value, StepState.COMPENSATED.value]
    rows = EnvironmentStep.objects.filter(environment_id=environment_id)
    return set(rows.exclude(state__in=waiting, begun_at=None).values_list("name", flat=True))


def note_begun(environment_id: UUID, name: str, at: datetime) -> None:
    """Before the first act of a step: from now on something of it may be there."""
    EnvironmentStep.objects.filter(environment_id=environment_id, name=name, begun_at=None).update(
        begun_at=at
    )


def write_step(
    environment_id: UUID, name: str, state: StepState, columns: Mapping[str, Any], facts: Facts | None = None
) -> None:
    """How a step ended, and with it the facts."""
    now = datetime.now(UTC)
    EnvironmentStep.objects.filter(environment_id=environment_id, name=name).update(
        state=state.value, ended_at=now, problem=None, **columns
    )
    if facts is not None:
        Environment.objects.filter(pk=environment_id).update(
            facts=facts, account=str(facts.get("account", ""))[:64], changed_at=now
        )


def write_cloud(environment_id: UUID, cloud: str) -> None:
    """On which cloud the steps are taken."""
    Environment.objects.filter(pk=environment_id).update(cloud=cloud)


def write_trouble(environment_id: UUID, name: str, trouble: Trouble) -> None:
    """What a step waits for."""
    EnvironmentStep.objects.filter(environment_id=environment_id, name=name).update(
        attempts=trouble.attempts,
        begun_at=trouble.begun_at,
        problem=JobProblem.of(trouble.error).to_json(),
        state=(StepState.APPLIED if trouble.applied else StepState.WAITING).value,
    )


def write_failure(environment_id: UUID, name: str, error: HashiraError) -> None:
    """What a step failed at."""
    EnvironmentStep.objects.filter(environment_id=environment_id, name=name).update(
        state=StepState.FAILED.value, ended_at=datetime.now(UTC), problem=JobProblem.of(error).to_json()
    )


def locked(environment_id: UUID) -> Environment:
    """The row, for the rest of the transaction. Raises ``EnvironmentNotFound``."""
    row = Environment.objects.select_for_update(no_key=True).filter(pk=environment_id).first()
    if row is None:
        raise EnvironmentNotFound
    return row


def require(actor: Principal, row: Environment) -> None:
    """Whether the actor may carry out what was ordered."""
    access.require(actor, ACTION, resource_of(str(row.pk), organisation=str(row.organisation_id or "")))

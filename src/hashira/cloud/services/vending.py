"""Vending one environment: step by step, read back, kept as it goes; and giving it up again (払出し).

What has been done is kept in the rows of the steps, one commit a step, and every write is made under the
token of the running job: a worker that was thought dead writes nothing any more. A run that begins after a
crash goes on behind the last step that was read back; the step that was in hand is applied again, which the
port makes harmless.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.domain.engine import Engine, EngineError, Facts, Step
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.environment_state import EnvironmentState, StepState
from hashira.cloud.domain.order_record import order_from_json
from hashira.cloud.selectors.environments import EnvironmentNotFound, resource_of
from hashira.cloud.services.environments import VENDING, note, tell
from hashira.cloud.services.step_taking import Pace, Trouble, take, take_back
from hashira.cloud.store.models import Environment, EnvironmentStep
from hashira.core import access
from hashira.core.jobs import JobCancelled, JobContext
from hashira.core.jobs.execution import fault
from hashira.core.jobs.problem import JobProblem
from hashira.core.services import service
from hashira.kernel.errors import HashiraError

_ACTION = "cloud:CarryOutVending"
_PART = EnvironmentStep.Part


def vend(context: JobContext, environment_id: UUID, pace: Pace) -> dict[str, Any]:
    """Vends the environment, or goes on with it; gives how it stands then. Quiet if it is in use already.

    An error that does not pass parks it, with the error for everybody to read; raised is that error.
    """
    with context.transaction():
        order, facts, done = begin(actor=VENDING, environment_id=environment_id, job_id=context.job_id)
    if order is None:
        return {"state": "over"}
    try:
        engine = engine_of(order.engine)
        parts = _parts(engine, order)
        identity = engine.identity()
        with context.transaction():
            _lay_out(environment_id, parts)
        facts = _carry_out(context, environment_id, order, facts, done, parts, pace)
    except HashiraError as error:
        with context.transaction():
            park(actor=VENDING, environment_id=environment_id, problem=JobProblem.of(error))
        raise
    except Exception:
        with context.transaction():
            park(actor=VENDING, environment_id=environment_id, problem=fault(context.job_id))
        raise
    with context.transaction():
        finish(actor=VENDING, environment_id=environment_id, cloud=identity)
    return {"state": EnvironmentState.READY.value, "account": facts.get("account", "")}


def give_up(context: JobContext, environment_id: UUID, pace: Pace) -> dict[str, Any]:
    """Takes away what was made so far, in the reverse order, and ends the environment as withdrawn."""
    with context.transaction():
        order, facts, done = begin(actor=VENDING, environment_id=environment_id, job_id=context.job_id)
    if order is None:
        return {"state": "over"}
    try:
        steps = [step for _part, step in _parts(engine_of(order.engine), order)]
        begun = _begun(environment_id)
        for step in reversed([one for one in steps if one.name in begun]):
            context.raise_if_cancelled()
            take_back(step, order, facts, pace, context.raise_if_cancelled)
            with context.transaction():
                _write(environment_id, step.name, StepState.COMPENSATED, {}, {})
    except HashiraError as error:
        with context.transaction():
            park(actor=VENDING, environment_id=environment_id, problem=JobProblem.of(error))
        raise
    with context.transaction():
        withdraw(actor=VENDING, environment_id=environment_id)
    return {"state": EnvironmentState.WITHDRAWN.value, "undone": len(begun)}


@service(action=_ACTION)
def begin(
    *, actor: Any, environment_id: UUID, job_id: UUID
) -> tuple[EnvironmentOrder | None, Facts, dict[str, StepState]]:
    """Takes the environment up: its order, the facts so far and how its steps are; no order if it is over.

    Raises ``EnvironmentNotFound``.
    """
    row = _locked(environment_id)
    _require(actor, row)
    state = EnvironmentState(row.state)
    tell(actor, _ACTION, row, {"act": "begin", "was": state.value})
    if state.over or row.job_id != job_id:
        return None, {}, {}
    if state is not EnvironmentState.VENDING:
        row.state, row.problem, row.changed_at = EnvironmentState.VENDING.value, None, datetime.now(UTC)
        row.save(update_fields=["state", "problem", "changed_at"])
        note(row, actor, "vending", row.changed_at, {"was": state.value})
    done = {name: StepState(kept) for name, kept in row.steps.values_list("name", "state")}
    return order_from_json(row.order), row.facts, done


@service(action=_ACTION)
def finish(*, actor: Any, environment_id: UUID, cloud: str) -> None:
    """Everything is there and was read back."""
    row, now = _locked(environment_id), datetime.now(UTC)
    _require(actor, row)
    row.state, row.cloud, row.problem = EnvironmentState.READY.value, cloud, None
    row.vended_at = row.vended_at or now
    row.verified_at = row.changed_at = now
    row.save()
    note(row, actor, "ready", now, {"account": row.account})
    tell(actor, _ACTION, row, {"act": "ready", "account": row.account})


@service(action=_ACTION)
def park(*, actor: Any, environment_id: UUID, problem: JobProblem) -> None:
    """Stands still at an error until somebody tries again or gives it up."""
    row, now = _locked(environment_id), datetime.now(UTC)
    _require(actor, row)
    row.state, row.problem, row.changed_at = EnvironmentState.PARKED.value, problem.to_json(), now
    row.save(update_fields=["state", "problem", "changed_at"])
    note(row, actor, "parked", now, {"code": problem.code})
    tell(actor, _ACTION, row, {"act": "parked", "code": problem.code})


@service(action=_ACTION)
def withdraw(*, actor: Any, environment_id: UUID) -> None:
    """Given up: what was made has been taken away."""
    row, now = _locked(environment_id), datetime.now(UTC)
    _require(actor, row)
    row.state, row.problem, row.changed_at = EnvironmentState.WITHDRAWN.value, None, now
    row.save(update_fields=["state", "problem", "changed_at"])
    note(row, actor, "withdrawn", now, {})
    tell(actor, _ACTION, row, {"act": "withdrawn"})


def _carry_out(
    context: JobContext,
    environment_id: UUID,
    order: EnvironmentOrder,
    facts: Facts,
    done: dict[str, StepState],
    parts: list[tuple[str, Step]],
    pace: Pace,
) -> Facts:
    context.progress(0, len(parts))
    for position, (_part, step) in enumerate(parts, start=1):
        context.raise_if_cancelled()

        def tell_trouble(trouble: Trouble, name: str = step.name) -> None:
            with context.transaction():
                _write_trouble(environment_id, name, trouble)

        try:
            taken = take(
                step,
                order,
                facts,
                pace,
                done.get(step.name, StepState.WAITING),
                tell_trouble,
                context.raise_if_cancelled,
            )
        except (EngineError, JobCancelled) as error:
            with context.transaction():
                _write_failure(environment_id, step.name, error)
            raise
        facts = {**facts, **taken.facts}
        with context.transaction():
            _write(environment_id, step.name, StepState.VERIFIED, facts, taken.as_columns())
        context.progress(position)
    return facts


def _parts(engine: Engine, order: EnvironmentOrder) -> list[tuple[str, Step]]:
    return [
        *((_PART.VEND.value, step) for step in engine.vend(order)),
        *((_PART.GUARD.value, step) for step in engine.guard(order)),
    ]


def _lay_out(environment_id: UUID, parts: Iterable[tuple[str, Step]]) -> None:
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
            for position, (part, step) in enumerate(parts)
        ],
        update_conflicts=True,
        unique_fields=["environment", "name"],
        update_fields=["part", "position", "title", "title_en"],
    )


def _begun(environment_id: UUID) -> set[str]:
    waiting = [StepState.WAITING.value, StepState.COMPENSATED.value]
    rows = EnvironmentStep.objects.filter(environment_id=environment_id)
    return set(rows.exclude(state__in=waiting, begun_at=None).values_list("name", flat=True))


def _write(environment_id: UUID, name: str, state: StepState, facts: Facts, columns: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    EnvironmentStep.objects.filter(environment_id=environment_id, name=name).update(
        state=state.value, ended_at=now, problem=None, **columns
    )
    if facts:
        Environment.objects.filter(pk=environment_id).update(
            facts=facts, account=str(facts.get("account", ""))[:64], changed_at=now
        )


def _write_trouble(environment_id: UUID, name: str, trouble: Trouble) -> None:
    EnvironmentStep.objects.filter(environment_id=environment_id, name=name).update(
        attempts=trouble.attempts,
        begun_at=trouble.begun_at,
        problem=JobProblem.of(trouble.error).to_json(),
        state=(StepState.APPLIED if trouble.applied else StepState.WAITING).value,
    )


def _write_failure(environment_id: UUID, name: str, error: HashiraError) -> None:
    EnvironmentStep.objects.filter(environment_id=environment_id, name=name).update(
        state=StepState.FAILED.value, ended_at=datetime.now(UTC), problem=JobProblem.of(error).to_json()
    )


def _locked(environment_id: UUID) -> Environment:
    row = Environment.objects.select_for_update(no_key=True, of=("self",)).filter(pk=environment_id).first()
    if row is None:
        raise EnvironmentNotFound
    return row


def _require(actor: Any, row: Environment) -> None:
    access.require(actor, _ACTION, resource_of(str(row.pk), organisation=str(row.organisation_id or "")))

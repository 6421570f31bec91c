"""Vending one environment, step by step and read back; giving it up, suspending, closing it (払出し).

A run that begins after a crash goes on behind the last step that was read back; the step that was in hand is
applied again, which the port makes harmless.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.domain.engine import CloudForgot, Engine, EngineError, Facts, Retirement, Step
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.environment_state import EnvironmentState, StepState
from hashira.cloud.services import environment_rows as rows
from hashira.cloud.services.adoptions import require_as_approved
from hashira.cloud.services.environments import VENDING
from hashira.cloud.services.step_taking import Pace, Trouble, insist, take, take_back
from hashira.cloud.store.models import EnvironmentStep
from hashira.core.jobs import JobCancelled, JobContext
from hashira.core.jobs.context import TRANSIENT
from hashira.core.jobs.execution import fault
from hashira.core.jobs.problem import JobProblem
from hashira.kernel.errors import HashiraError

_PART = EnvironmentStep.Part
_STATE = EnvironmentState
_LOOK_SECONDS = 0.5
"""How often it is asked, between steps, whether somebody has cancelled the job."""
_LATER = 1000
"""Where the positions of the end of use begin."""


def vend(context: JobContext, environment_id: UUID, pace: Pace) -> dict[str, Any]:
    """Vends the environment, or goes on with it; gives how it stands then.

    An error that does not pass parks it, with the error for everybody to read; raised is that error.
    """
    taken = taken_up(context, environment_id, _STATE.VENDING)
    if taken is None:
        return {"state": "over"}

    def carry() -> Facts:
        engine = engine_of(taken.order.engine)
        facts, steps = taken.facts, taken.steps
        identity = asked_of(engine.identity, pace, context)
        if taken.cloud and taken.cloud != identity:
            with context.transaction():
                rows.start_over(actor=VENDING, environment_id=environment_id)
            facts, steps = {}, {}
        parts = parts_of(engine, taken.order)
        if taken.order.adopts:
            require_as_approved(environment_id, engine, taken.order, pace)
        with context.transaction():
            rows.lay_out(environment_id, parts)
        context.progress(0, len(parts))

        def know_the_cloud() -> None:  # which the first step has made one that can be known again
            known = identity or asked_of(engine.identity, pace, context)
            with context.transaction():
                rows.write_cloud(environment_id, known)

        taking = [step for _part, step in parts]
        ledger = rows.ledger_of(environment_id, [step.name for step in taking])
        return take_all(context, ledger, taken.order, facts, steps, taking, pace, after_first=know_the_cloud)

    facts = settled(context, environment_id, carry, _STATE.READY, _STATE.PARKED, ("vended_at", "verified_at"))
    return {"state": _STATE.READY.value, "account": facts.get("account", "")}


def give_up(context: JobContext, environment_id: UUID, pace: Pace) -> dict[str, Any]:
    """Takes away what was made so far, in the reverse order, and ends the environment as withdrawn."""
    taken = taken_up(context, environment_id, _STATE.VENDING)
    if taken is None:
        return {"state": "over"}

    def carry() -> Facts:
        steps = [step for _part, step in parts_of(engine_of(taken.order.engine), taken.order)]
        _undo(context, environment_id, taken, steps, pace)
        return taken.facts

    settled(context, environment_id, carry, _STATE.WITHDRAWN, _STATE.PARKED, ())
    return {"state": _STATE.WITHDRAWN.value}


def suspend(context: JobContext, environment_id: UUID, pace: Pace) -> dict[str, Any]:
    """Lets nobody in any more; everything stays."""
    return _retire(context, environment_id, pace, Retirement.SUSPENSION)


def close(context: JobContext, environment_id: UUID, pace: Pace) -> dict[str, Any]:
    """Closes it for good."""
    return _retire(context, environment_id, pace, Retirement.CLOSING)


def resume(context: JobContext, environment_id: UUID, pace: Pace) -> dict[str, Any]:
    """Lets everybody in again who was let in before."""
    taken = taken_up(context, environment_id, _STATE.RESUMING)
    if taken is None:
        return {"state": "over"}

    def carry() -> Facts:
        _undo(
            context,
            environment_id,
            taken,
            engine_of(taken.order.engine).retire(taken.order, Retirement.SUSPENSION),
            pace,
        )
        return taken.facts

    settled(context, environment_id, carry, _STATE.READY, _STATE.SUSPENDED, ("verified_at",))
    return {"state": _STATE.READY.value}


def parts_of(engine: Engine, order: EnvironmentOrder) -> list[tuple[str, Step]]:
    """All steps of an environment with the part they belong to, in their order."""
    return [
        *((_PART.VEND.value, step) for step in engine.vend(order)),
        *((_PART.GUARD.value, step) for step in engine.guard(order)),
    ]


def _retire(context: JobContext, environment_id: UUID, pace: Pace, half: Retirement) -> dict[str, Any]:
    at_work, ended, failed, stamp = {
        Retirement.SUSPENSION: (_STATE.SUSPENDING, _STATE.SUSPENDED, _STATE.READY, "suspended_at"),
        Retirement.CLOSING: (_STATE.CLOSING, _STATE.CLOSED, _STATE.SUSPENDED, "closed_at"),
    }[half]
    taken = taken_up(context, environment_id, at_work)
    if taken is None:
        return {"state": "over"}

    def carry() -> Facts:
        parts = [(half.value, step) for step in engine_of(taken.order.engine).retire(taken.order, half)]
        with context.transaction():
            rows.lay_out(environment_id, parts, first=_LATER)
        taking = [step for _part, step in parts]
        ledger = rows.ledger_of(environment_id, [step.name for step in taking])
        return take_all(context, ledger, taken.order, taken.facts, {}, taking, pace)

    settled(context, environment_id, carry, ended, failed, (stamp,))
    return {"state": ended.value}


def taken_up(context: JobContext, environment_id: UUID, state: EnvironmentState) -> rows.TakenUp | None:
    """The environment for a job that works on it; None if it is over, or another job's by now."""
    with context.transaction():
        return rows.begin(actor=VENDING, environment_id=environment_id, job_id=context.job_id, state=state)


def settled(
    context: JobContext,
    environment_id: UUID,
    carry: Callable[[], Facts],
    ended: EnvironmentState,
    failed: EnvironmentState,
    stamps: tuple[str, ...],
    finish: Callable[[Facts], EnvironmentState] | None = None,
) -> Facts:
    """Carries it out and leaves the environment in the one state or the other.

    ``finish`` is called in the transaction that says so, and may know a better word than ``ended``.
    """

    def settle(state: EnvironmentState, problem: JobProblem) -> None:
        with context.transaction():
            rows.settle(actor=VENDING, environment_id=environment_id, state=state, problem=problem)

    try:
        facts = carry()
    except TRANSIENT:  # the step of the job is tried again
        raise
    except HashiraError as error:
        settle(_STATE.LOST if isinstance(error, CloudForgot) else failed, JobProblem.of(error))
        raise
    except Exception:
        settle(failed, fault(context.job_id))
        raise
    with context.transaction():
        state = finish(facts) if finish is not None else ended
        rows.settle(actor=VENDING, environment_id=environment_id, state=state, stamps=stamps)
    return facts


def take_all(
    context: JobContext,
    ledger: rows.Ledger,
    order: EnvironmentOrder,
    facts: Facts,
    before: Mapping[str, StepState],
    steps: Sequence[Step],
    pace: Pace,
    *,
    after_first: Callable[[], None] = lambda: None,
) -> Facts:
    """Takes the steps one after the other, each written to the ledger; all facts then."""
    looked = time.monotonic()
    try:
        for position, step in enumerate(steps, start=1):
            if time.monotonic() - looked > _LOOK_SECONDS:
                context.raise_if_cancelled()
                looked = time.monotonic()

            def tell_trouble(trouble: Trouble, name: str = step.name) -> None:
                with context.transaction():
                    ledger.write()
                    ledger.write_trouble(name, trouble)

            taken = take(
                step,
                order,
                facts,
                pace,
                before.get(step.name, StepState.WAITING),
                tell_trouble,
                context.raise_if_cancelled,
            )
            facts = {**facts, **taken.facts}
            ledger.add(step.name, taken, facts)
            if position == 1:
                after_first()
            if taken.facts or ledger.due:
                with context.transaction():
                    ledger.write()
            context.progress(position)
    except (EngineError, JobCancelled) as error:
        with context.transaction():
            ledger.write()
            ledger.write_failure(step.name, error)
        raise
    with context.transaction():
        ledger.write()
    return facts


def _undo(
    context: JobContext, environment_id: UUID, taken: rows.TakenUp, steps: Sequence[Step], pace: Pace
) -> None:
    for position, step in enumerate(reversed(steps), start=1):
        context.raise_if_cancelled()
        take_back(step, taken.order, taken.facts, pace, context.raise_if_cancelled)
        with context.transaction():
            rows.write_undone(environment_id, step.name)
        context.progress(position, len(steps))


def asked_of(question: Callable[[], str], pace: Pace, context: JobContext) -> str:
    """What the provider answers, asked again while its error may pass."""
    return insist(question, pace, context.raise_if_cancelled)

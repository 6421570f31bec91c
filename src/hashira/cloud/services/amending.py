"""Carrying a change of an environment out: the steps that it concerns, each read back (環境の変更の実行).

As with vending, what was done is in rows, one a step, so that a run after a crash goes on behind the last
step that was read back. The order that counts and the evidence become other at the end, together.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.domain.engine import CloudForgot, Engine, Facts, Step
from hashira.cloud.domain.environment_state import EnvironmentState, StepState
from hashira.cloud.domain.order_record import order_from_json
from hashira.cloud.services import amendments
from hashira.cloud.services import environment_rows as rows
from hashira.cloud.services.rollout_waves import heard_of
from hashira.cloud.services.step_taking import Pace
from hashira.cloud.services.vending import asked_of, parts_of, settled, take_all, taken_up
from hashira.cloud.store.models import AmendmentStep, EnvironmentAmendment
from hashira.core.jobs import JobContext
from hashira.core.jobs.context import TRANSIENT

_STATE = EnvironmentState


def amend(context: JobContext, environment_id: UUID, pace: Pace) -> dict[str, Any]:
    """Makes the environment what was ordered last, or goes on with that; gives how it stands then.

    An error that does not pass leaves it as stalled, with the order of before, and is raised.
    """
    taken = taken_up(context, environment_id, _STATE.AMENDING)
    if taken is None:
        return {"state": "over"}
    with context.transaction():
        change = amendments.take_up(environment_id, datetime.now(UTC))
    after = order_from_json(change.after) if change is not None else taken.order

    def carry() -> Facts:
        if change is None:
            return {}
        engine = engine_of(after.engine)
        if asked_of(engine.identity, pace, context) != taken.cloud:
            raise CloudForgot(engine=engine.title)
        steps = steps_of(engine, change)
        with context.transaction():
            _lay_out(change.pk, steps)
        context.progress(0, len(steps))
        own = AmendmentStep.objects.filter(amendment=change.pk)
        ledger = rows.Ledger(own, lambda facts, _at: _keep(change.pk, facts))
        # One that was read back before a crash is read back again and not applied: it is what was ordered.
        done = {name: StepState(state) for name, state in own.values_list("name", "state")}
        return take_all(context, ledger, after, {**taken.facts, **change.facts}, done, steps, pace)

    def finish(facts: Facts) -> EnvironmentState:
        if change is None:
            return _STATE.READY
        return amendments.finish(change.pk, facts, datetime.now(UTC))

    try:
        settled(context, environment_id, carry, _STATE.READY, _STATE.STALLED, ("verified_at",), finish)
    except TRANSIENT:
        raise
    except Exception:
        _tell(context, environment_id)  # a rollout may have to halt
        raise
    _tell(context, environment_id)
    return {"state": _STATE.READY.value}


def steps_of(engine: Engine, change: EnvironmentAmendment) -> list[Step]:
    """The steps of the change in their order, also those that lead back from a change that stopped."""
    after = order_from_json(change.after)
    found: list[Step] = []
    for before in (change.before, *change.mixed):
        found += [one for one in engine.amend(order_from_json(before), after) if one not in found]
    places = {step.name: place for place, (_part, step) in enumerate(parts_of(engine, after))}
    return sorted(found, key=lambda one: places[one.name])


def _tell(context: JobContext, environment_id: UUID) -> None:
    with context.transaction():
        heard_of(environment_id, datetime.now(UTC))


def _lay_out(amendment_id: int, steps: list[Step]) -> None:
    """The rows of the steps; of two of one name the row is one."""
    titled = {step.name: step.title for step in steps}
    AmendmentStep.objects.bulk_create(
        [
            AmendmentStep(
                amendment_id=amendment_id, position=position, name=name, title=title.ja, title_en=title.en
            )
            for position, (name, title) in enumerate(titled.items())
        ],
        ignore_conflicts=True,
    )


def _keep(amendment_id: int, facts: Facts) -> int:
    return EnvironmentAmendment.objects.filter(pk=amendment_id).update(facts=facts)

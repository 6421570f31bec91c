"""What a rollout does with environments: wave after wave, a few at a time, until it goes wrong (段階適用).

All of it is in rows, and each round looks at how the environments stand: called when one has settled, and by
the clock. A round that a crash cuts off is made again by the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from hashira.cloud.domain.baseline_terms import BaselineTerms
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.environment_state import OVER, EnvironmentState
from hashira.cloud.domain.order_record import terms_from_json, terms_to_json
from hashira.cloud.domain.rollout import (
    AT_ONCE,
    FAILED_VERIFICATION,
    EntryState,
    RolloutState,
    Wave,
    read_waves,
)
from hashira.cloud.services.amendments import OPEN, ask_amendment
from hashira.cloud.services.environments import AREA, VENDING
from hashira.cloud.store.models import Environment, EnvironmentAct, Rollout, RolloutAct, RolloutEntry
from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.services import service

_STATE, _ENTRY, _ENV = RolloutState, EntryState, EnvironmentState
_GONE = tuple(one.value for one in (*OVER, _ENV.CLOSING))
_UNDER_WAY = (_ENTRY.ASKED.value, _ENTRY.LATER.value, _ENTRY.FAILED.value)
_GOING_BACK = (_ENTRY.RETURNING.value, _ENTRY.LATER.value, _ENTRY.STUCK.value)
Facts = dict[str, str | int | bool | None]


@service(action="cloud:AdvanceRollouts")
def advance_rollouts(*, actor: Principal, at: datetime) -> int:
    """One round of the rollout that is under way; how many there are."""
    access.require(actor, "cloud:AdvanceRollouts", AREA)
    rows = list(Rollout.objects.select_for_update(of=("self",)).filter(engaged=True))
    for row in rows:
        advance(row, at)
    audit.record(actor=actor, action="cloud:AdvanceRollouts", subjects=[], facts={"rollouts": len(rows)})
    return len(rows)


def a_rollout_is_under_way() -> bool:
    """Whether ``advance_rollouts`` would find one."""
    return Rollout.objects.filter(engaged=True).exclude(state=_STATE.HALTED.value).exists()


def heard_of(environment_id: UUID, at: datetime) -> None:
    """An environment has settled: if it is in a rollout that is under way, that goes on."""
    asked = Q(entries__environment=environment_id, engaged=True)
    row = Rollout.objects.filter(asked).exclude(state=_STATE.HALTED.value).first()
    if row is not None:
        advance_rollouts(actor=VENDING, at=at)


def advance(row: Rollout, at: datetime) -> None:
    """One round of a rollout whose row is locked."""
    if row.state == _STATE.RUNNING.value:
        _look(row, at, terms_from_json(row.version.terms))
        if not _halted_by_what_went_wrong(row, at):
            _forward(row, at)
    elif row.state == _STATE.RETURNING.value:
        _back(row, at)


def halt(row: Rollout, actor: Principal, at: datetime, facts: Facts) -> None:
    """Stops asking for more."""
    row.state = _STATE.HALTED.value
    row.save(update_fields=["state"])
    note(row, actor, "halted", at, facts)
    tell(actor, "cloud:SteerRollout", row, {"act": "halted", **facts})


def note(row: Rollout, actor: Principal, act: str, at: datetime, facts: Facts) -> None:
    """Adds to what was done with the rollout."""
    RolloutAct.objects.create(rollout=row, at=at, actor=actor.id, act=act, facts=facts)


def tell(actor: Principal, action: str, row: Rollout, facts: Facts) -> None:
    """Leaves the audit event of an act on the rollout."""
    subjects = [Subject("rollout", str(row.pk))]
    audit.record(actor=actor, action=action, subjects=subjects, facts={"version": row.version_id, **facts})


def _look(row: Rollout, at: datetime, terms: BaselineTerms) -> None:
    """How the environments that were asked for stand now."""
    entries = row.entries.filter(state__in=_UNDER_WAY).select_related("environment")
    for entry in entries:
        state, problem = _outcome(entry.environment, terms, _ENTRY.DONE, _ENTRY.ASKED, _ENTRY.FAILED)
        _enter(entry, state, problem, at)


def _outcome(
    environment: Environment, terms: BaselineTerms, done: EntryState, asked: EntryState, failed: EntryState
) -> tuple[EntryState, object]:
    state = _ENV(environment.state)
    if environment.state in _GONE:
        return _ENTRY.LEFT, None
    if state is _ENV.STALLED:
        return failed, environment.problem
    if state is _ENV.AMENDING:
        return asked, None
    there = terms_of(environment) == terms
    waits = environment.amendments.filter(state__in=OPEN).exists()
    if there and not waits:
        return done, None
    if state in (_ENV.READY, _ENV.DEVIATING):  # nobody works on it, and it is not what was asked for
        return (asked, None) if waits else (failed, environment.problem)
    return _ENTRY.LATER, None


def terms_of(environment: Environment) -> BaselineTerms:
    """The version that an environment is under, as far as it was read back."""
    kept = environment.order.get("baseline")
    return terms_from_json(kept) if kept else BaselineTerms()


def _enter(entry: RolloutEntry, state: EntryState, problem: object, at: datetime) -> None:
    if entry.state == state.value and entry.problem == problem:
        return
    over = state in (_ENTRY.DONE, _ENTRY.RETURNED, _ENTRY.LEFT, _ENTRY.FAILED, _ENTRY.STUCK)
    entry.state, entry.problem, entry.ended_at = state.value, problem, at if over else None
    entry.save(update_fields=["state", "problem", "ended_at"])


def _halted_by_what_went_wrong(row: Rollout, at: datetime) -> bool:
    """A failed read-back halts at once, refusals beyond what is tolerated do, and so does an environment that
    deviates after it was changed."""
    failed = list(row.entries.filter(state=_ENTRY.FAILED.value))
    unread = [one for one in failed if (one.problem or {}).get("code") == FAILED_VERIFICATION]
    deviating = _deviating_since(row)
    why = ""
    if unread:
        why = "read-back"
    elif deviating:
        why = "deviation"
    elif len(failed) > row.tolerated:
        why = "refusals"
    if not why:
        return False
    facts: Facts = {"why": why, "failed": len(failed), "deviating": deviating}
    halt(row, VENDING, at, facts)
    return True


def _deviating_since(row: Rollout) -> int:
    changed = row.entries.filter(state=_ENTRY.DONE.value, environment__state=_ENV.DEVIATING.value)
    return sum(
        EnvironmentAct.objects.filter(
            environment=entry.environment_id, act=_ENV.DEVIATING.value, at__gt=entry.ended_at
        ).exists()
        for entry in changed
        if entry.ended_at is not None
    )


def _forward(row: Rollout, at: datetime) -> None:
    """Asks for more of the wave, and begins the next one when all of it is done and the pause is over."""
    waves, terms = read_waves(row.waves), terms_from_json(row.version.terms)
    while True:
        if row.wave >= 0:
            _ask(row, terms, at)
            if row.entries.filter(state__in=[_ENTRY.WAITING.value, _ENTRY.ASKED.value]).exists():
                return
            if row.wave_ended_at is None:
                row.wave_ended_at = at
                note(row, VENDING, "wave done", at, {"wave": row.wave + 1})
                row.save(update_fields=["wave_ended_at"])
        last = row.wave == len(waves) - 1
        if last and not _members(row, waves[-1], terms):
            row.state, row.engaged, row.ended_at = _STATE.DONE.value, None, at
            row.save(update_fields=["state", "engaged", "ended_at"])
            note(row, VENDING, "done", at, {})
            tell(VENDING, "cloud:AdvanceRollouts", row, {"act": "done"})
            return
        pause = timedelta(minutes=row.pause_minutes)
        paused = row.wave_ended_at is not None and at < row.wave_ended_at + pause
        if paused and not last and row.entries.filter(wave=row.wave).exists():
            return
        row.wave, row.wave_ended_at = row.wave if last else row.wave + 1, None
        row.save(update_fields=["wave", "wave_ended_at"])
        members = _members(row, waves[row.wave], terms)
        RolloutEntry.objects.bulk_create(
            RolloutEntry(rollout=row, environment=one, wave=row.wave, former=terms_to_json(terms_of(one)))
            for one in members
        )
        note(row, VENDING, "wave", at, {"wave": row.wave + 1, "environments": len(members)})


def _members(row: Rollout, wave: Wave, terms: BaselineTerms) -> list[Environment]:
    """Whom a wave takes in: who is in none yet, and not under the version already."""
    taken = row.entries.values("environment")
    rows = Environment.objects.exclude(state__in=_GONE).exclude(pk__in=taken).order_by("requested_at", "pk")
    found: list[Environment] = []
    for one in rows.iterator(chunk_size=500):
        if wave.most is not None and len(found) >= wave.most:
            break
        if wave.takes(one.stage, one.tenant_class) and terms_of(one) != terms:
            found.append(one)
    return found


def _ask(row: Rollout, terms: BaselineTerms, at: datetime) -> None:
    room = AT_ONCE - row.entries.filter(state=_ENTRY.ASKED.value).count()
    waiting = row.entries.filter(state=_ENTRY.WAITING.value).select_related("environment")
    for entry in _first(waiting.order_by("pk"), room):
        if entry.environment.state in _GONE:
            _enter(entry, _ENTRY.LEFT, None, at)
            continue
        _change(row, entry, terms, at)
        entry.environment.refresh_from_db(fields=["state", "order", "problem"])
        state, problem = _outcome(entry.environment, terms, _ENTRY.DONE, _ENTRY.ASKED, _ENTRY.FAILED)
        entry.begun_at = at
        entry.save(update_fields=["begun_at"])
        _enter(entry, state, problem, at)


def _back(row: Rollout, at: datetime) -> None:
    """The same backwards, without waves: nobody waits for the others to go back."""
    for entry in row.entries.filter(state__in=_GOING_BACK).select_related("environment"):
        former = terms_from_json(entry.former)
        state, problem = _outcome(entry.environment, former, _ENTRY.RETURNED, _ENTRY.RETURNING, _ENTRY.STUCK)
        _enter(entry, state, problem, at)
    room = AT_ONCE - row.entries.filter(state=_ENTRY.RETURNING.value).count()
    going = row.entries.filter(state=_ENTRY.TO_RETURN.value).select_related("environment")
    for entry in _first(going.order_by("-wave", "pk"), room):
        former = terms_from_json(entry.former)
        if entry.environment.state in _GONE:
            _enter(entry, _ENTRY.LEFT, None, at)
            continue
        _change(row, entry, former, at)
        entry.environment.refresh_from_db(fields=["state", "order", "problem"])
        state, problem = _outcome(entry.environment, former, _ENTRY.RETURNED, _ENTRY.RETURNING, _ENTRY.STUCK)
        _enter(entry, state, problem, at)
    left = (_ENTRY.TO_RETURN.value, _ENTRY.RETURNING.value, _ENTRY.STUCK.value)
    if not row.entries.filter(state__in=left).exists():
        row.state, row.engaged, row.ended_at = _STATE.RETURNED.value, None, at
        row.save(update_fields=["state", "engaged", "ended_at"])
        note(row, VENDING, "returned", at, {})
        tell(VENDING, "cloud:AdvanceRollouts", row, {"act": "returned"})


def _change(row: Rollout, entry: RolloutEntry, terms: BaselineTerms, at: datetime) -> None:
    def under(order: EnvironmentOrder) -> EnvironmentOrder:
        return replace(order, baseline=terms)

    ask_amendment(
        actor=VENDING,
        environment_id=entry.environment_id,
        change=under,
        cause="baseline",
        rollout_id=row.pk,
        reason=terms.version,
        at=at,
    )


def _first(entries: Iterable[RolloutEntry], room: int) -> list[RolloutEntry]:
    """So many of them, and none where there is no room."""
    return [entry for entry, _place in zip(entries, range(max(0, room)), strict=False)]

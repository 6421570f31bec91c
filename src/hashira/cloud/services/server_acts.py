"""Carrying out what was asked for with servers: asked of the provider, read back until true (委任操作の実行).

A run that begins after a crash asks again, which changes nothing where it was done: the state that is wanted
is looked for before anything is asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.domain.engine import CloudForgot, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.order_record import order_from_json
from hashira.cloud.domain.servers import (
    Server,
    ServerGone,
    ServerNotMoved,
    Servers,
    ServerState,
    ServerVerb,
    servers_of,
)
from hashira.cloud.selectors.servers import resource_of_row, servers_resource
from hashira.cloud.services.environments import VENDING
from hashira.cloud.services.servers import (
    UNDER_WAY,
    ServerProtected,
    ServersUnavailable,
    locked_server,
    tell,
)
from hashira.cloud.services.step_taking import Pace, insist
from hashira.cloud.services.verification import LeftBehind
from hashira.cloud.store.models import CloudServer, Environment, ServerAct, ServerReading
from hashira.core import access, jobs
from hashira.core.access import Principal
from hashira.core.jobs import JobContext
from hashira.core.jobs.context import TRANSIENT
from hashira.core.jobs.execution import fault
from hashira.core.jobs.models import Job
from hashira.core.jobs.problem import JobProblem
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

ACTION = "cloud:CarryOutServerAct"
_WAYS = {ServerVerb.START: ServerState.PENDING, ServerVerb.STOP: ServerState.STOPPING}
_ON_THE_WAY = frozenset(_WAYS.values())
_MOST_SEEN = 50
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class _Task:
    """An act that a job has taken up."""

    order: EnvironmentOrder
    facts: Facts
    engine: str
    identifier: str
    region: str
    verb: ServerVerb
    wanted: dict[str, str]
    dropped: frozenset[str]

    def done(self, server: Server) -> bool:
        """Whether it is as asked."""
        if self.verb.aim is not None:
            return server.state is self.verb.aim
        tags = server.tags
        return all(tags.get(k) == v for k, v in self.wanted.items()) and not self.dropped & set(tags)


def act_on_server(context: JobContext, act_id: UUID, pace: Pace) -> dict[str, Any]:
    """Carries one act out and reads it back. Raises the error that it failed with, once it is written."""
    with context.transaction():
        task = begin(actor=VENDING, act_id=act_id, job_id=context.job_id)
    if task is None:
        return {"state": "over"}
    context.progress(0, 3)
    try:
        server = _carried_out(context, act_id, task, pace)
    except TRANSIENT:
        raise
    except HashiraError as error:
        with context.transaction():
            fail(
                actor=VENDING, act_id=act_id, problem=JobProblem.of(error), gone=isinstance(error, ServerGone)
            )
        raise
    except Exception:
        with context.transaction():
            fail(actor=VENDING, act_id=act_id, problem=fault(context.job_id), gone=False)
        raise
    with context.transaction():
        finish(actor=VENDING, act_id=act_id, server=server)
    context.progress(3)
    return {"state": server.state.value}


def read_servers(context: JobContext, environment_id: UUID, pace: Pace) -> dict[str, Any]:
    """Reads the servers of an environment and keeps them; gives how many there are."""
    row = Environment.objects.get(pk=environment_id)
    try:
        servers = _servers(row.engine, row.cloud, context, pace)
        order = order_from_json(row.order)
        found = insist(lambda: servers.listed(order, row.facts), pace, context.raise_if_cancelled)
    except HashiraError as error:
        with context.transaction():
            keep_reading(actor=VENDING, environment_id=environment_id, found=(), problem=JobProblem.of(error))
        raise
    with context.transaction():
        keep_reading(actor=VENDING, environment_id=environment_id, found=found, problem=None)
    return {"servers": len(found)}


def _carried_out(context: JobContext, act_id: UUID, task: _Task, pace: Pace) -> Server:
    cloud = Environment.objects.values_list("cloud", flat=True).get(pk=task.order.key)
    servers = _servers(task.engine, cloud, context, pace)

    def asked(question: Callable[[], _Answer]) -> _Answer:
        return insist(question, pace, context.raise_if_cancelled)

    def look() -> Server:
        return servers.one(task.order, task.facts, task.identifier, task.region)

    server = asked(look)
    with context.transaction():
        write_seen(actor=VENDING, act_id=act_id, server=server, sent=False)
    if task.done(server):
        return server
    if server.protected:
        raise ServerProtected(server=server.name)
    if server.state is not _WAYS.get(task.verb):  # else an earlier run has asked, or somebody else
        asked(lambda: _ask(servers, task))
    with context.transaction():
        write_seen(actor=VENDING, act_id=act_id, server=server, sent=True)
    context.progress(1)
    begun, tries, again = time.monotonic(), 0, False
    while True:
        tries += 1
        seen = asked(look)
        if seen.state is not server.state or task.done(seen):
            with context.transaction():
                write_seen(actor=VENDING, act_id=act_id, server=seen, sent=True)
            context.progress(2)
        if task.done(seen):
            return seen
        server = seen
        moving, pause = seen.state in _ON_THE_WAY, pace.pause(tries, 0)
        if time.monotonic() + pause > begun + (pace.patience if moving else pace.read_back / 2):
            if moving or again:
                raise ServerNotMoved(
                    engine=engine_of(task.engine).title, server=seen.name, state=seen.state.label
                )
            asked(lambda: _ask(servers, task))  # it was taken, and nothing came of it: once more
            begun, tries, again = time.monotonic(), 0, True
        context.raise_if_cancelled()
        time.sleep(pause)


def _ask(servers: Servers, task: _Task) -> None:
    at = (task.order, task.facts, task.identifier, task.region)
    if task.verb is ServerVerb.START:
        servers.start(*at)
    elif task.verb is ServerVerb.STOP:
        servers.stop(*at)
    else:
        servers.tag(*at, task.wanted, task.dropped)


def _servers(key: str, cloud: str, context: JobContext, pace: Pace) -> Servers:
    """The capability of the engine, if its cloud is still the one of the environment."""
    engine = engine_of(key)
    servers = servers_of(engine)
    if servers is None:
        words = Bilingual("サーバーの機能がありません", "It has no servers")
        raise ServersUnavailable(engine=engine.title, reason=words)
    if insist(engine.identity, pace, context.raise_if_cancelled) != cloud:
        raise CloudForgot(engine=engine.title)
    return servers


@service(action=ACTION)
def begin(*, actor: Principal, act_id: UUID, job_id: UUID) -> _Task | None:
    """Takes the act up; None if it is over, or another job's. A protection set since ends it."""
    act = _locked(actor, act_id)
    row = act.server
    tell(actor, ACTION, row.environment, [row], {"act": act.verb, "state": "begin"})
    if act.state not in UNDER_WAY or act.job_id != job_id:
        return None
    if row.protected_at is not None:
        _fail(act, JobProblem.of(ServerProtected(server=row.name)))
        return None
    return _Task(
        order_from_json(row.environment.order),
        row.environment.facts,
        row.environment.engine,
        row.identifier,
        row.region,
        ServerVerb(act.verb),
        dict(act.wanted),
        frozenset(act.dropped),
    )


@service(action=ACTION)
def write_seen(*, actor: Principal, act_id: UUID, server: Server, sent: bool) -> None:
    """Keeps what was read back on the way, and before anything was asked what it was like."""
    act = _locked(actor, act_id)
    now = datetime.now(UTC)
    if not act.before:
        act.before = {"state": server.state.value, "tags": dict(server.tags)}
    if sent and act.state == ServerAct.State.WAITING:
        act.state, act.sent_at = ServerAct.State.SENT, now
    _see(act, server, now)
    act.save(update_fields=["before", "state", "sent_at", "seen"])
    _keep(act.server, server, now)
    facts: dict[str, str | int | bool | None] = {"act": act.verb, "seen": server.state.value, "sent": sent}
    tell(actor, ACTION, act.server.environment, [act.server], facts)


@service(action=ACTION)
def finish(*, actor: Principal, act_id: UUID, server: Server) -> None:
    """Ends it as done: it was read back."""
    act = _locked(actor, act_id)
    now = datetime.now(UTC)
    _see(act, server, now)
    act.state, act.problem, act.ended_at = ServerAct.State.DONE, None, now
    act.save(update_fields=["state", "problem", "ended_at", "seen"])
    _keep(act.server, server, now)
    facts: dict[str, str | int | bool | None] = {"act": act.verb, "state": "done", "seen": server.state.value}
    tell(actor, ACTION, act.server.environment, [act.server], facts)


@service(action=ACTION)
def fail(*, actor: Principal, act_id: UUID, problem: JobProblem, gone: bool) -> None:
    """Ends it as failed, and says why."""
    act = _locked(actor, act_id)
    if gone:
        act.server.state = ServerState.GONE.value
        act.server.save(update_fields=["state"])
    if act.state in UNDER_WAY:
        _fail(act, problem)
    facts: dict[str, str | int | bool | None] = {"act": act.verb, "state": "failed", "code": problem.code}
    tell(actor, ACTION, act.server.environment, [act.server], facts)


@service(action=ACTION)
def keep_reading(
    *, actor: Principal, environment_id: UUID, found: tuple[Server, ...], problem: JobProblem | None
) -> None:
    """Keeps the servers as they were read. One that is no longer listed is gone; its history stays."""
    row = Environment.objects.select_for_update(no_key=True).get(pk=environment_id)
    access.require(actor, ACTION, servers_resource(row))
    now = datetime.now(UTC)
    reading, _made = ServerReading.objects.get_or_create(environment=row)
    if problem is not None:
        reading.problem = problem.to_json()
        reading.save(update_fields=["problem"])
        tell(actor, ACTION, row, [], {"act": "read", "code": problem.code})
        return
    known = {one.identifier: one for one in CloudServer.objects.filter(environment=row)}
    for server in found:
        kept = known.pop(server.identifier, None) or CloudServer(
            environment=row, identifier=server.identifier
        )
        _keep(kept, server, now)
    for kept in known.values():
        if kept.state != ServerState.GONE.value:
            kept.state, kept.since = ServerState.GONE.value, now
            kept.save(update_fields=["state", "since"])
    reading.read_at, reading.problem = now, None
    reading.save(update_fields=["read_at", "problem"])
    tell(actor, ACTION, row, [], {"act": "read", "servers": len(found)})


def settle_what_was_left() -> int:
    """Ends as failed the acts whose job is over and that are not; how many."""
    left = 0
    for act in ServerAct.objects.filter(state__in=UNDER_WAY):
        job = Job.objects.filter(pk=act.job_id).first()
        if job is None or jobs.JobState(job.state).over:
            fail(actor=VENDING, act_id=act.pk, problem=JobProblem.of(LeftBehind()), gone=False)
            left += 1
    return left


def _locked(actor: Principal, act_id: UUID) -> ServerAct:
    server_id = ServerAct.objects.values_list("server_id", flat=True).get(pk=act_id)
    row = locked_server(server_id)
    access.require(actor, ACTION, resource_of_row(row))
    act = ServerAct.objects.get(pk=act_id)
    act.server = row
    return act


def _fail(act: ServerAct, problem: JobProblem) -> None:
    act.state, act.problem, act.ended_at = ServerAct.State.FAILED, problem.to_json(), datetime.now(UTC)
    act.save(update_fields=["state", "problem", "ended_at"])


def _see(act: ServerAct, server: Server, now: datetime) -> None:
    if (not act.seen or act.seen[-1][1] != server.state.value) and len(act.seen) < _MOST_SEEN:
        act.seen = [*act.seen, [now.isoformat(), server.state.value]]


def _keep(row: CloudServer, server: Server, now: datetime) -> None:
    row.region, row.name, row.kind = server.region[:40], server.name[:256], server.kind[:64]
    row.state, row.since, row.tags = server.state.value, server.since, dict(server.tags)
    row.protected_there, row.seen_at = server.protected, now
    row.save()

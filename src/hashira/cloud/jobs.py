"""Durable work of the cloud: vending environments, ending their use, reading them back (環境のジョブ).

Each kind of work on an environment is one step of its job: what was done is in the rows of the environment,
a row a step, and a run after a crash goes on by these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from hashira.cloud.adapters.engines.registry import engine_keys, engine_of
from hashira.cloud.domain.engine import EngineUnknown
from hashira.cloud.services import amending, emergency_doors, server_acts, surveying, vending, verification
from hashira.cloud.services.step_taking import Pace
from hashira.core.jobs import JobContext, Lanes, job
from hashira.kernel.language import Bilingual

SERVERS_AT_ONCE = 4
"""Acts on servers of one provider, in all workers: those of all schedules come at the same minute."""
_Act = Callable[[JobContext, UUID, Pace], dict[str, Any]]


def _limits() -> dict[str, int]:
    found = {}
    for key in engine_keys():
        try:
            found[f"cloud-{key}"] = engine_of(key).concurrency
        except EngineUnknown:  # named in the settings and not installed: its orders say so
            continue
        found[f"cloud-servers-{key}"] = SERVERS_AT_ONCE
        found[f"cloud-doors-{key}"] = 1
    return found


LANES = Lanes(of=lambda parameters: f"cloud-{parameters.get('engine', '')}", limits=_limits)
"""A provider lets so many be vended at once; the others wait, and hold up nobody."""

SERVER_LANES = Lanes(of=lambda parameters: f"cloud-servers-{parameters.get('engine', '')}", limits=_limits)
DOOR_LANES = Lanes(of=lambda parameters: f"cloud-doors-{parameters.get('engine', '')}", limits=_limits)
"""One after the other: none closes a door that another is opening."""


def _run(context: JobContext, parameters: Mapping[str, Any], act: _Act) -> Any:
    environment_id = UUID(parameters["environment"])
    return context.step(act.__name__, lambda: act(context, environment_id, Pace.of_settings()))


@job(kind="cloud.vend", title=Bilingual("環境の払出し", "Vending an environment"), lanes=LANES)
def vend(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """All steps of the engine."""
    return _run(context, parameters, vending.vend)


@job(kind="cloud.amend", title=Bilingual("環境の変更", "Changing an environment"), lanes=LANES)
def amend(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """The steps that the new order concerns."""
    return _run(context, parameters, amending.amend)


@job(kind="cloud.give_up", title=Bilingual("払出しの取りやめ", "Giving an environment up"), lanes=LANES)
def give_up(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Everything that was made is taken away again."""
    return _run(context, parameters, vending.give_up)


@job(kind="cloud.suspend", title=Bilingual("環境の休止", "Suspending an environment"), lanes=LANES)
def suspend(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Nobody gets in any more."""
    return _run(context, parameters, vending.suspend)


@job(kind="cloud.resume", title=Bilingual("環境の再開", "Resuming an environment"), lanes=LANES)
def resume(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Everybody gets in again."""
    return _run(context, parameters, vending.resume)


@job(kind="cloud.close", title=Bilingual("環境の廃止", "Closing an environment"), lanes=LANES)
def close(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Closed for good."""
    return _run(context, parameters, vending.close)


@job(kind="cloud.verify", title=Bilingual("環境の読み戻し", "Reading environments back"))
def verify(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """The environment that is named, or every one, read back; what is missing is shown with it."""
    asked = parameters.get("environment")
    ids = [str(asked)] if asked else context.step("which", verification.to_verify)
    counts: dict[str, int] = {}
    for position, environment_id in enumerate(ids, start=1):
        state = context.step(f"environment {environment_id}", verification.verify_for_job, environment_id)
        counts[state] = counts.get(state, 0) + 1
        context.progress(position, len(ids))
    return counts


@job(kind="cloud.survey", title=Bilingual("既存の組織の棚卸し", "Taking the inventory of an organisation"))
def survey(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Units, accounts and what they have, read and never changed."""
    survey_id = UUID(parameters["survey"])
    return context.step("survey", lambda: surveying.survey(context, survey_id, Pace.of_settings()))


@job(
    kind="cloud.read_servers",
    title=Bilingual("サーバーの読み込み", "Reading servers"),
    lanes=SERVER_LANES,
)
def read_servers(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """The servers of an environment, as the provider has them."""
    return _run(context, parameters, server_acts.read_servers)


@job(
    kind="cloud.act_on_server",
    title=Bilingual("サーバーの操作", "An act with a server"),
    lanes=SERVER_LANES,
)
def act_on_server(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """One act, read back."""
    act_id, pace = UUID(parameters["act"]), Pace.of_settings()
    return context.step("act", lambda: server_acts.act_on_server(context, act_id, pace))


@job(
    kind="cloud.settle_door",
    title=Bilingual("緊急の立入りの扉", "The door of an emergency access"),
    lanes=DOOR_LANES,
)
def settle_door(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Opened or closed, whichever the access asks for now."""
    door_id, pace = int(parameters["door"]), Pace.of_settings()
    return context.step("door", lambda: emergency_doors.settle_door(context, door_id, pace))


@job(
    kind="cloud.close_stray_doors",
    title=Bilingual("記録のない扉を閉じる", "Closing doors without a record"),
    lanes=DOOR_LANES,
)
def close_stray_doors(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Every door that no access allows now."""
    return _run(context, parameters, emergency_doors.close_strays)

"""What a town has done with its servers: read them, start and stop, tag, protect, undo (委任操作).

A service writes down what is asked for, and asks for the job; the job asks the provider, by a role that may
do no more than that. The town never has credentials of the provider.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.domain.servers import ServerState, ServerVerb, TagRules, servers_of
from hashira.cloud.selectors.environments import EnvironmentNotFound
from hashira.cloud.selectors.servers import (
    ServerNotFound,
    resource_of_row,
    servers_resource,
    vendor_of,
)
from hashira.cloud.services.environments import VENDING
from hashira.cloud.store.models import CloudServer, Environment, ServerAct, ServerReading
from hashira.core import access, audit, jobs
from hashira.core.access import Principal
from hashira.core.audit import Subject
from hashira.core.jobs.models import Job
from hashira.core.services import service
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

IN_USE = frozenset({EnvironmentState.READY.value, EnvironmentState.DEVIATING.value})
"""The states of an environment in which its servers may be worked with."""
UNDER_WAY = (ServerAct.State.WAITING, ServerAct.State.SENT)
_MOST = 400
_INVERSE = {ServerVerb.START: ServerVerb.STOP, ServerVerb.STOP: ServerVerb.START}


class ServersUnavailable(HashiraError):
    """The provider has no servers to be worked with. Details: ``engine``, ``reason``."""

    code = "CLD-502"
    what = Bilingual("サーバーの操作はできません", "Servers cannot be worked with here")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "アカウントを持つ事業者に頼むか、運用者に相談してください",
        "Ask the vendor who holds the account, or the operator",
    )
    status = 409


class ServerElsewhere(HashiraError):
    """It is not as the act needs it. Details: ``reason``."""

    code = "CLD-508"
    what = Bilingual("いまは行えません", "It cannot be done now")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "画面を読み直して、いまの状態を確かめてください", "Load the page again and see how it stands"
    )
    status = 409


class ServerProtected(HashiraError):
    """It is kept out of delegated acts. Details: ``server``."""

    code = "CLD-509"
    what = Bilingual("このサーバーは保護されています", "This server is protected")
    why = Bilingual("{server} は、委任操作の対象から外されています", "{server} is kept out of delegated acts")
    remedy = Bilingual(
        "団体が保護を外すか、事業者がタグ hashira:protected を外すと、操作できます",
        "The body, or the vendor by the tag hashira:protected, has to lift the protection first",
    )
    status = 409


@service(action="cloud:ViewServers")
def ask_reading(*, actor: Principal, environment_id: UUID, at: datetime) -> UUID:
    """Asks for the servers of an environment to be read now; the id of the job.

    While one is under way, it is that one. Raises ``EnvironmentNotFound``, ``ServersUnavailable``.
    """
    row = Environment.objects.select_for_update(no_key=True).filter(pk=environment_id).first()
    if row is None:
        raise EnvironmentNotFound
    access.require(actor, "cloud:ViewServers", servers_resource(row))
    _usable(row)
    reading, _made = ServerReading.objects.get_or_create(environment=row)
    job = Job.objects.filter(pk=reading.job_id).first() if reading.job_id else None
    again = job is None or jobs.JobState(job.state).over
    if again:
        asked = jobs.request(
            actor=VENDING,
            kind="cloud.read_servers",
            parameters={"environment": str(row.pk), "engine": row.engine},
        )
        reading.job_id, reading.asked_at, reading.problem = asked.id, at, None
        reading.save(update_fields=["job_id", "asked_at", "problem"])
    tell(actor, "cloud:ViewServers", row, [], {"act": "read", "again": again})
    assert reading.job_id is not None
    return reading.job_id


@service(action="cloud:OperateServer")
def turn(*, actor: Principal, server_id: UUID, verb: ServerVerb, at: datetime) -> UUID:
    """Has it started or stopped; the id of the act. Raises ``ServerElsewhere``, ``ServersUnavailable``."""
    row = locked_server(server_id)
    access.require(actor, "cloud:OperateServer", resource_of_row(row))
    act = new_act(row, verb, ServerAct.Origin.PERSON, actor, at)
    tell(actor, "cloud:OperateServer", row.environment, [row], {"act": verb.value})
    return act.pk


@service(action="cloud:OperateServer")
def change_tags(*, actor: Principal, server_id: UUID, tags: Mapping[str, str], at: datetime) -> UUID | None:
    """Has the tags of users set to just these; None where they are so already. Raises ``TagsRefused``."""
    row = locked_server(server_id)
    access.require(actor, "cloud:OperateServer", resource_of_row(row))
    act = _tagged(row, tags, ServerAct.Origin.PERSON, actor, at)
    facts = {"act": "tag", "set": len(act.wanted) if act else 0, "dropped": len(act.dropped) if act else 0}
    tell(actor, "cloud:OperateServer", row.environment, [row], facts)
    return act.pk if act is not None else None


@service(action="cloud:OperateServer")
def undo(*, actor: Principal, act_id: UUID, at: datetime) -> UUID:
    """Has the last act with a server taken back: started what was stopped, the tags as they were.

    Raises ``ServerElsewhere`` where something else was done since, or it was undone already.
    """
    undone = ServerAct.objects.filter(pk=act_id).first()
    if undone is None:
        raise ServerNotFound
    row = locked_server(undone.server_id)
    access.require(actor, "cloud:OperateServer", resource_of_row(row))
    last = row.acts.order_by("-asked_at", "id").first()
    if undone.state != ServerAct.State.DONE or last != undone or hasattr(undone, "undone_by"):
        raise ServerElsewhere(
            reason=Bilingual(
                "その後に別の操作があったか、もう取り消されています",
                "Something else was done since, or it was undone already",
            )
        )
    verb = ServerVerb(undone.verb)
    act: ServerAct | None
    if verb is ServerVerb.TAG:
        own = _rules(row.environment).own
        before = {key: value for key, value in undone.before.get("tags", {}).items() if own(key)}
        act = _tagged(row, before, ServerAct.Origin.UNDO, actor, at)
        if act is None:
            words = Bilingual("タグは、もう元のとおりです", "The tags are as they were already")
            raise ServerElsewhere(reason=words)
    else:
        act = new_act(row, _INVERSE[verb], ServerAct.Origin.UNDO, actor, at)
    act.undoes = undone
    act.save(update_fields=["undoes"])
    tell(actor, "cloud:OperateServer", row.environment, [row], {"act": "undo", "of": verb.value})
    return act.pk


@service(action="cloud:ProtectServer")
def protect(*, actor: Principal, server_id: UUID, reason: str, at: datetime) -> None:
    """Keeps a server out of delegated acts, also those of a schedule. Raises ``ServerElsewhere``."""
    row = locked_server(server_id)
    access.require(actor, "cloud:ProtectServer", resource_of_row(row))
    if not reason.strip() or len(reason) > _MOST:
        words = Bilingual(
            f"理由を1文字から{_MOST}文字で書いてください", f"Write a reason of 1 to {_MOST} characters"
        )
        raise ServerElsewhere(field="reason", reason=words)
    if row.protected_at is not None:
        raise ServerElsewhere(reason=Bilingual("もう保護されています", "It is protected already"))
    row.protected_at, row.protected_by, row.protected_reason = at, actor.id, reason.strip()
    row.save(update_fields=["protected_at", "protected_by", "protected_reason"])
    tell(actor, "cloud:ProtectServer", row.environment, [row], {"act": "protect"})


@service(action="cloud:ProtectServer")
def unprotect(*, actor: Principal, server_id: UUID) -> None:
    """Lets it be worked with again. Raises ``ServerElsewhere``."""
    row = locked_server(server_id)
    access.require(actor, "cloud:ProtectServer", resource_of_row(row))
    if row.protected_at is None:
        raise ServerElsewhere(reason=Bilingual("保護されていません", "It is not protected"))
    row.protected_at, row.protected_by, row.protected_reason = None, "", ""
    row.save(update_fields=["protected_at", "protected_by", "protected_reason"])
    tell(actor, "cloud:ProtectServer", row.environment, [row], {"act": "unprotect"})


def locked_server(server_id: UUID) -> CloudServer:
    """The row with its environment, for the rest of the transaction. Raises ``ServerNotFound``."""
    rows = CloudServer.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("environment", "environment__organisation").filter(pk=server_id).first()
    if row is None:
        raise ServerNotFound
    return row


def new_act(
    row: CloudServer,
    verb: ServerVerb,
    origin: ServerAct.Origin,
    actor: Principal,
    at: datetime,
    *,
    boundary: datetime | None = None,
    wanted: Mapping[str, str] | None = None,
    dropped: frozenset[str] = frozenset(),
) -> ServerAct:
    """Writes the act down and asks for its job. Raises ``ServerElsewhere``, ``ServersUnavailable``."""
    _usable(row.environment)
    if ServerState(row.state) is ServerState.GONE:
        raise ServerElsewhere(reason=Bilingual("サーバーは削除されています", "The server was deleted"))
    if row.acts.filter(state__in=UNDER_WAY).exists():
        words = Bilingual(
            "このサーバーには、別の操作が進んでいます", "Another act with this server is under way"
        )
        raise ServerElsewhere(reason=words)
    act = ServerAct.objects.create(
        server=row,
        verb=verb.value,
        wanted=dict(wanted or {}),
        dropped=sorted(dropped),
        origin=origin,
        boundary=boundary,
        asked_at=at,
        asked_by=actor.id,
    )
    job = jobs.request(
        actor=VENDING,
        kind="cloud.act_on_server",
        parameters={"act": str(act.pk), "engine": row.environment.engine},
    )
    act.job_id = job.id
    act.save(update_fields=["job_id"])
    return act


def tell(
    actor: Principal,
    action: str,
    environment: Environment,
    rows: list[CloudServer],
    facts: Mapping[str, str | int | bool | None],
) -> None:
    """Leaves the audit event; the firm that holds the account is among those it is about."""
    vendor = vendor_of(environment)
    subjects = [
        *(Subject("server", str(row.pk)) for row in rows),
        Subject("environment", str(environment.pk)),
    ]
    if vendor:
        subjects.append(Subject("organisation", vendor))
    audit.record(
        actor=actor,
        action=action,
        subjects=subjects,
        organisation=str(environment.organisation_id) if environment.organisation_id else None,
        facts=dict(facts),
    )


def _tagged(
    row: CloudServer, tags: Mapping[str, str], origin: ServerAct.Origin, actor: Principal, at: datetime
) -> ServerAct | None:
    rules = _rules(row.environment)
    kept = {key: value for key, value in row.tags.items() if not rules.own(key)}
    rules.check(tags, kept)
    known = {key: value for key, value in row.tags.items() if rules.own(key)}
    wanted = {key: value for key, value in tags.items() if known.get(key) != value}
    dropped = frozenset(known) - frozenset(tags)
    if not wanted and not dropped:
        return None
    return new_act(row, ServerVerb.TAG, origin, actor, at, wanted=wanted, dropped=dropped)


def _rules(environment: Environment) -> TagRules:
    servers = servers_of(engine_of(environment.engine))
    if servers is None:
        raise _none(environment)
    return servers.tag_rules


def _usable(environment: Environment) -> None:
    if environment.state not in IN_USE:
        label = EnvironmentState(environment.state).label
        words = Bilingual(f"環境の状態が「{label.ja}」です", f"The environment is “{label.en}”")
        raise ServersUnavailable(engine=environment.engine, reason=words)
    if servers_of(engine_of(environment.engine)) is None:
        raise _none(environment)


def _none(environment: Environment) -> ServersUnavailable:
    title = engine_of(environment.engine).title
    words = Bilingual(
        f"{title.ja} の受け口には、サーバーの機能がありません（人と権限だけを扱います）",
        f"What is connected of {title.en} has no servers (only people and permissions)",
    )
    return ServersUnavailable(engine=environment.engine, reason=words)

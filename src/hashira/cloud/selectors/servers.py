"""Servers as they are read: lists, one with its schedule and what was done with it (サーバーの読み出し)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.adapters.server_prices import price_of
from hashira.cloud.domain.engine import EngineUnknown
from hashira.cloud.domain.running_hours import Change, RunningHours
from hashira.cloud.domain.servers import ServerState, ServerVerb, TagRules, servers_of
from hashira.cloud.selectors.environments import EnvironmentLine, EnvironmentNotFound, line_of
from hashira.cloud.store.models import (
    CloudServer,
    Environment,
    ServerAct,
    ServerReading,
    ServerSchedule,
    UseApplication,
)
from hashira.core.access import Principal, Resource
from hashira.core.accounts.selectors import display_names
from hashira.core.jobs.problem import JobProblem
from hashira.kernel.clock import JST
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

HOURS_A_MONTH = Decimal(730)
"""By which a price an hour is told as one a month: 8,760 hours a year, divided by twelve."""
_MOST_ACTS = 200
_FEW = 500
"""So many ids are named one by one; of more, all rows are looked at."""


class ServerNotFound(HashiraError):
    """There is no server of that id, or not for whoever asks."""

    code = "CLD-501"
    what = Bilingual("サーバーがありません", "There is no such server")
    why = Bilingual("この番号のサーバーはありません", "No server has this number")
    remedy = Bilingual("サーバーの一覧から選んでください", "Choose one from the list of servers")
    status = 404


@dataclass(frozen=True, slots=True)
class ServerLine:
    """A server in a list."""

    id: UUID
    environment: EnvironmentLine
    vendor: str
    """The id of the firm that holds the account for the body; empty for none."""
    identifier: str
    region: str
    name: str
    kind: str
    state: ServerState
    since: datetime | None
    tags: Mapping[str, str]
    seen_at: datetime
    protected_here: bool
    protected_there: bool
    yen_a_month: Decimal | None
    """Estimated, if it runs all the time, with tax left out; None where the price is not known."""
    planned_yen: Decimal | None
    """As its schedule has it this month; None without a schedule or a price."""
    hours: RunningHours | None
    """Its schedule, if it has one that is not lifted."""
    paused: bool
    left_on_until: datetime | None
    next: Change | None

    @property
    def protected(self) -> bool:
        """Whether delegated acts leave it alone."""
        return self.protected_here or self.protected_there

    @property
    def body_name(self) -> str:
        """Whose it is."""
        return self.environment.body_name

    @property
    def system_name(self) -> str:
        """For what it is."""
        return self.environment.system_name

    @property
    def cost_tags(self) -> str:
        """The tags in one line."""
        return cost_tags(self.tags)

    @property
    def resource(self) -> Resource:
        """The server as an access decision sees it."""
        return server_resource(
            str(self.id), self.environment.organisation, self.vendor, protected=self.protected
        )


@dataclass(frozen=True, slots=True)
class ServerActLine:
    """Something that was done with a server, or is being done."""

    id: UUID
    server_id: UUID
    server_name: str
    body_name: str
    system_name: str
    verb: ServerVerb
    origin: str
    asked_at: datetime
    asked_by: str
    """A name."""
    state: str
    seen: tuple[tuple[datetime, ServerState], ...]
    wanted: Mapping[str, str]
    dropped: tuple[str, ...]
    problem: JobProblem | None
    ended_at: datetime | None
    job_id: UUID | None
    undone: bool
    undoable: bool

    @property
    def over(self) -> bool:
        """Whether nothing will happen any more."""
        return self.state in {ServerAct.State.DONE, ServerAct.State.FAILED}


@dataclass(frozen=True, slots=True)
class ServerView:
    """One server, whole."""

    line: ServerLine
    acts: tuple[ServerActLine, ...]
    protected_by: str
    protected_at: datetime | None
    protected_reason: str
    schedule_set_by: str
    schedule_set_at: datetime | None
    lifted: bool
    """Whether a schedule was lifted that can be put back."""
    tag_rules: TagRules | None


@dataclass(frozen=True, slots=True)
class ReadingView:
    """When the servers of an environment were read."""

    read_at: datetime | None
    under_way: bool
    problem: JobProblem | None
    job_id: UUID | None


def server_resource(server_id: str, organisation: str, vendor: str, *, protected: bool = False) -> Resource:
    """A server, or those of an environment, for ``access.require``."""
    return Resource("Cloud::Server", server_id, organisation, {"vendor": vendor, "protected": protected})


def resource_of_row(row: CloudServer) -> Resource:
    """A row with its environment, for ``access.require``."""
    return server_resource(
        str(row.pk),
        str(row.environment.organisation_id or ""),
        vendor_of(row.environment),
        protected=bool(row.protected_at) or row.protected_there,
    )


def servers_resource(environment: Environment) -> Resource:
    """All servers of an environment, for ``access.require``."""
    organisation = str(environment.organisation_id or "")
    return server_resource(str(environment.pk), organisation, vendor_of(environment))


def vendor_of(environment: Environment) -> str:
    """The firm that wrote the application for the body, and holds the account; empty for none."""
    return _vendors([environment]).get(environment.pk, "")


def _vendors(environments: Iterable[Environment]) -> dict[UUID, str]:
    of = {one.pk: one.application_id for one in environments if one.application_id}
    drafters = dict(
        UseApplication.objects.filter(pk__in=set(of.values()), drafter__isnull=False).values_list(
            "pk", "drafter_id"
        )
    )
    return {key: str(drafters[application]) for key, application in of.items() if application in drafters}


class ServerRows:
    """The servers that somebody may see, for a table: of the own body, those they hold accounts for, or all.

    Sorted, filtered and sliced by the database; only those of the slice are looked at one by one.
    """

    def __init__(self, principal: Principal, environment_id: UUID | None = None) -> None:
        rows = CloudServer.objects.filter(_seen(principal))
        self._rows = rows if environment_id is None else rows.filter(environment_id=environment_id)

    def count(self, filters: Mapping[str, str]) -> int:
        """How many pass."""
        return self._filtered(filters).count()

    def slice(
        self, filters: Mapping[str, str], order: Any, start: int, stop: int | None
    ) -> Iterator[ServerLine]:
        """The lines from ``start`` up to ``stop``, in an order with ``key`` and ``falling``."""
        rows = self._filtered(filters).select_related("environment", "schedule")
        rows = rows.defer("environment__order", "environment__facts", "environment__problem")
        by = [_COLUMNS.get(key, key) for key in ("body_name", "system_name", "name")]
        if order is not None and order.key in _SORTED:
            column = _COLUMNS.get(order.key, order.key)
            by = [f"-{column}" if order.falling else column, *(one for one in by if one != column)]
        return iter(_lines(rows.order_by(*by, "pk")[start:stop]))

    def _filtered(self, filters: Mapping[str, str]) -> QuerySet[CloudServer]:
        rows = self._rows
        for key, text in filters.items():
            if key == "state":
                rows = rows.filter(state=text)
            elif key == "protected":
                held = Q(protected_at__isnull=False) | Q(protected_there=True)
                rows = rows.filter(held if text == "True" else ~held)
            elif key == "cost_tags":  # as they are shown, which no database has
                tagged = rows.values_list("pk", "tags")
                wanted = text.casefold()
                rows = rows.filter(pk__in=[pk for pk, tags in tagged if wanted in cost_tags(tags).casefold()])
            elif key in _PARTS:
                rows = rows.filter(**{f"{_COLUMNS.get(key, key)}__icontains": text})
        return rows


_COLUMNS = {"body_name": "environment__body_name", "system_name": "environment__system_name"}
_PARTS = frozenset({"name", "body_name", "system_name", "kind"})
_SORTED = _PARTS | {"state", "since"}


def cost_tags(tags: Mapping[str, str]) -> str:
    """The tags in one line."""
    return "、".join(f"{key}={value}" for key, value in sorted(tags.items()))


def environments_with_servers(principal: Principal) -> tuple[EnvironmentLine, ...]:
    """The environments whose servers somebody of a body or a firm works with; none for the operator, who
    has a list of all environments."""
    if any(grant.role == "cloud_operator" for grant in principal.grants):
        return ()
    rows = Environment.objects.filter(_seen(principal, "")).exclude(state__in=["closed", "withdrawn"])
    return tuple(line_of(row) for row in rows.defer("order", "facts", "problem")[:_MOST_ACTS])


def has_servers(engine: str) -> bool:
    """Whether the engine of an environment has servers at all."""
    try:
        return servers_of(engine_of(engine)) is not None
    except EngineUnknown:
        return False


def server_view(server_id: UUID) -> ServerView:
    """One server, whoever asks: check ``cloud:ViewServers`` first. Raises ``ServerNotFound``."""
    row = (
        CloudServer.objects.filter(pk=server_id)
        .select_related("environment", "environment__organisation", "schedule")
        .first()
    )
    if row is None:
        raise ServerNotFound
    (line,) = _lines([row])
    schedule = _schedule(row)
    names = display_names({row.protected_by, schedule.set_by if schedule else ""})
    try:
        servers = servers_of(engine_of(row.environment.engine))
    except EngineUnknown:
        servers = None
    return ServerView(
        line=line,
        acts=_acts(ServerAct.objects.filter(server=row)[:_MOST_ACTS]),
        protected_by=names.get(row.protected_by, row.protected_by),
        protected_at=row.protected_at,
        protected_reason=row.protected_reason,
        schedule_set_by=names.get(schedule.set_by, schedule.set_by) if schedule else "",
        schedule_set_at=schedule.set_at if schedule else None,
        lifted=schedule is not None and schedule.lifted_at is not None,
        tag_rules=servers.tag_rules if servers is not None else None,
    )


class ServerActRows:
    """What was done with servers that somebody may see, for a table: sorted, filtered and sliced by the
    database."""

    def __init__(self, principal: Principal) -> None:
        self._rows = ServerAct.objects.filter(_seen(principal, "server__environment__"))

    def count(self, filters: Mapping[str, str]) -> int:
        """How many pass."""
        return self._filtered(filters).count()

    def slice(
        self, filters: Mapping[str, str], order: Any, start: int, stop: int | None
    ) -> Iterator[ServerActLine]:
        """The lines from ``start`` up to ``stop``, in an order with ``key`` and ``falling``; the newest first
        without one."""
        rows = self._filtered(filters)
        if order is not None and order.key in _ACT_SORTED:
            column = _ACT_COLUMNS.get(order.key, order.key)
            rows = rows.order_by(f"{'-' if order.falling else ''}{column}", "id")
        return iter(_acts(rows[start:stop]))

    def _filtered(self, filters: Mapping[str, str]) -> QuerySet[ServerAct]:
        rows = self._rows
        for key, text in filters.items():
            if key in {"verb", "origin", "state"}:
                rows = rows.filter(**{key: text})
            elif key in _ACT_COLUMNS:
                rows = rows.filter(**{f"{_ACT_COLUMNS[key]}__icontains": text})
        return rows


_ACT_COLUMNS = {
    "server_name": "server__name",
    "body_name": "server__environment__body_name",
    "system_name": "server__environment__system_name",
}
_ACT_SORTED = frozenset({"asked_at", "ended_at", *_ACT_COLUMNS})


def reading_of(environment_id: UUID) -> ReadingView:
    """When the servers of an environment were read. Raises ``EnvironmentNotFound``."""
    if not Environment.objects.filter(pk=environment_id).exists():
        raise EnvironmentNotFound
    row = ServerReading.objects.filter(environment_id=environment_id).first()
    if row is None:
        return ReadingView(None, False, None, None)
    under_way = row.asked_at is not None and (row.read_at is None or row.asked_at > row.read_at)
    problem = JobProblem.from_json(row.problem) if row.problem else None
    return ReadingView(row.read_at, under_way and problem is None, problem, row.job_id)


def environment_for_servers(environment_id: UUID) -> tuple[EnvironmentLine, Resource]:
    """The environment with its servers as a resource, whoever asks. Raises ``EnvironmentNotFound``."""
    row = Environment.objects.filter(pk=environment_id).first()
    if row is None:
        raise EnvironmentNotFound
    return line_of(row), servers_resource(row)


def hours_of(schedule: ServerSchedule) -> RunningHours:
    """The plan of a schedule."""
    return RunningHours(
        frozenset(schedule.days), schedule.begins, schedule.ends, off_on_holidays=schedule.off_on_holidays
    )


def _seen(principal: Principal, before: str = "environment__") -> Q:
    if any(grant.role == "cloud_operator" for grant in principal.grants):
        return Q()
    bodies = sorted(one.organisation for one in principal.grants if one.role == "cloud_applicant")
    drafted = UseApplication.objects.filter(drafter_id__in=bodies).values("pk")
    return Q(**{f"{before}organisation_id__in": bodies}) | Q(**{f"{before}application_id__in": drafted})


def _lines(rows: Iterable[CloudServer]) -> list[ServerLine]:
    found = list(rows)
    vendors = _vendors({row.environment for row in found})
    now = datetime.now(JST)
    return [_line(row, vendors.get(row.environment_id, ""), now) for row in found]


def _line(row: CloudServer, vendor: str, now: datetime) -> ServerLine:
    schedule = _schedule(row)
    kept = schedule if schedule is not None and schedule.lifted_at is None else None
    hours = hours_of(kept) if kept is not None else None
    left = kept.left_on_until if kept is not None else None
    price = price_of(row.environment.engine, row.region, row.kind)
    planned = hours.hours_in(now.year, now.month) if hours is not None else None
    return ServerLine(
        id=row.pk,
        environment=line_of(row.environment),
        vendor=vendor,
        identifier=row.identifier,
        region=row.region,
        name=row.name,
        kind=row.kind,
        state=ServerState(row.state),
        since=row.since,
        tags=row.tags,
        seen_at=row.seen_at,
        protected_here=row.protected_at is not None,
        protected_there=row.protected_there,
        yen_a_month=_yen(price, HOURS_A_MONTH),
        planned_yen=_yen(price, planned),
        hours=hours,
        paused=kept is not None and kept.paused_at is not None,
        left_on_until=left if left is not None and left > now else None,
        next=_next(kept),
    )


def _next(schedule: ServerSchedule | None) -> Change | None:
    """As the last change of the schedule left it: it is not worked out anew for each line."""
    if schedule is None or schedule.paused_at is not None or schedule.next_at is None:
        return None
    return Change(schedule.next_at, bool(schedule.next_on))


def _yen(price: Decimal | None, hours: Decimal | None) -> Decimal | None:
    if price is None or hours is None:
        return None
    rate = Decimal(settings.HASHIRA_CLOUD_AWS["YEN_A_DOLLAR"])
    return (price * hours * rate).quantize(Decimal(1), ROUND_HALF_UP)


def _schedule(row: CloudServer) -> ServerSchedule | None:
    try:
        return row.schedule
    except ServerSchedule.DoesNotExist:
        return None


def _acts(rows: QuerySet[ServerAct]) -> tuple[ServerActLine, ...]:
    large = ("order", "facts", "problem")
    found = list(
        rows.select_related("server", "server__environment").defer(
            *(f"server__environment__{column}" for column in large)
        )
    )
    names = display_names({one.asked_by for one in found})
    undone = set(
        ServerAct.objects.filter(undoes__in=[one.pk for one in found]).values_list("undoes_id", flat=True)
    )
    latest = _latest({one.server_id for one in found})
    return tuple(_act(one, names, undone, latest) for one in found)


def _latest(servers: Collection[UUID]) -> set[UUID]:
    """Of each server the act that was asked for last: what came before it is not undone alone."""
    newest = ServerAct.objects.filter(server=OuterRef("pk")).order_by("-asked_at", "id").values("pk")[:1]
    some = CloudServer.objects.filter(pk__in=servers) if len(servers) <= _FEW else CloudServer.objects.all()
    last = some.annotate(last=Subquery(newest)).exclude(last=None).order_by()
    return set(last.values_list("last", flat=True))


def _act(row: ServerAct, names: Mapping[str, Any], undone: set[UUID], latest: set[UUID]) -> ServerActLine:
    return ServerActLine(
        id=row.pk,
        server_id=row.server_id,
        server_name=row.server.name,
        body_name=row.server.environment.body_name,
        system_name=row.server.environment.system_name,
        verb=ServerVerb(row.verb),
        origin=row.origin,
        asked_at=row.asked_at,
        asked_by=names.get(row.asked_by, row.asked_by),
        state=row.state,
        seen=tuple((datetime.fromisoformat(at), ServerState(state)) for at, state in row.seen),
        wanted=row.wanted,
        dropped=tuple(row.dropped),
        problem=JobProblem.from_json(row.problem) if row.problem else None,
        ended_at=row.ended_at,
        job_id=row.job_id,
        undone=row.pk in undone,
        undoable=row.state == ServerAct.State.DONE and row.pk not in undone and row.pk in latest,
    )

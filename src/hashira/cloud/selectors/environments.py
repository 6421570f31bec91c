"""Environments as they are read: one with its steps, and lists of them (環境の読み出し)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from hashira.cloud.domain.application.names import STAGE_NAMES
from hashira.cloud.domain.engine import Evidence, EvidenceLine
from hashira.cloud.domain.environment_order import EnvironmentOrder, Stage, TenantClass
from hashira.cloud.domain.environment_state import OVER, EnvironmentState, StepState
from hashira.cloud.domain.order_record import order_from_json
from hashira.cloud.store.models import AmendmentStep, Environment, EnvironmentStep
from hashira.core.access import Principal, Resource
from hashira.core.jobs.problem import JobProblem
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class EnvironmentNotFound(HashiraError):
    """There is no environment of that id, or not for whoever asks."""

    code = "CLD-311"
    what = Bilingual("環境がありません", "There is no such environment")
    why = Bilingual("この番号の環境はありません", "No environment has this number")
    remedy = Bilingual("環境の一覧から選んでください", "Choose one from the list of environments")
    status = 404


@dataclass(frozen=True, slots=True)
class EnvironmentLine:
    """An environment in a list."""

    id: UUID
    application_id: UUID | None
    engine: str
    organisation: str
    body_code: str
    body_name: str
    tenant_class: TenantClass
    system_code: str
    system_name: str
    stage: Stage
    region: str
    state: EnvironmentState
    account: str
    requested_at: datetime
    changed_at: datetime
    vended_at: datetime | None
    verified_at: datetime | None
    closes_on: date | None

    @property
    def resource(self) -> Resource:
        """The environment as an access decision sees it."""
        return resource_of(str(self.id), organisation=self.organisation)


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step with its evidence."""

    part: str
    name: str
    title: Bilingual
    state: StepState
    attempts: int
    evidence: Evidence
    problem: JobProblem | None
    begun_at: datetime | None
    ended_at: datetime | None
    verified_at: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long it took, waiting included."""
        if self.begun_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.begun_at).total_seconds()


@dataclass(frozen=True, slots=True)
class ActLine:
    """Something that was done with the environment."""

    at: datetime
    actor: str
    act: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EnvironmentView:
    """One environment, whole."""

    line: EnvironmentLine
    order: EnvironmentOrder
    steps: tuple[StepLine, ...]
    acts: tuple[ActLine, ...]
    facts: Mapping[str, Any]
    problem: JobProblem | None
    job_id: UUID | None
    cloud: str
    suspended_at: datetime | None
    closed_at: datetime | None


def resource_of(environment_id: str, *, organisation: str) -> Resource:
    """An environment, or one about to be ordered, for ``access.require``; ``organisation`` may be empty."""
    return Resource("Cloud::Environment", environment_id, organisation)


def environment(environment_id: UUID) -> EnvironmentView:
    """The environment, whoever asks: check ``cloud:ViewEnvironment`` on ``line.resource`` first.

    Raises ``EnvironmentNotFound``.
    """
    row = Environment.objects.filter(pk=environment_id).first()
    if row is None:
        raise EnvironmentNotFound
    return EnvironmentView(
        line_of(row),
        order_from_json(row.order),
        tuple(step_line(one, one.part) for one in row.steps.order_by("position")),
        tuple(ActLine(one.at, one.actor, one.act, one.facts) for one in row.acts.order_by("pk")),
        row.facts,
        JobProblem.from_json(row.problem) if row.problem else None,
        row.job_id,
        row.cloud,
        row.suspended_at,
        row.closed_at,
    )


def environments_of_application(application_id: UUID) -> tuple[EnvironmentLine, ...]:
    """What an approved application came to, in the order in which it was ordered."""
    rows = Environment.objects.filter(application_id=application_id).order_by("requested_at", "pk")
    return tuple(line_of(row) for row in rows.defer("order", "facts", "problem"))


def seen_by(principal: Principal) -> frozenset[str] | None:
    """The ids of the bodies whose environments somebody sees; None for those of all."""
    if any(grant.role == "cloud_operator" for grant in principal.grants):
        return None
    return frozenset(one.organisation for one in principal.grants if one.role == "cloud_applicant")


class EnvironmentRows:
    """The environments that concern some bodies, for a table: sorted, filtered and sliced by the database."""

    def __init__(self, organisations: frozenset[str] | None) -> None:
        rows = Environment.objects.defer("order", "facts", "problem")
        self._rows = rows if organisations is None else rows.filter(organisation__in=sorted(organisations))

    def count(self, filters: Mapping[str, str]) -> int:
        """How many pass."""
        return self._filtered(filters).count()

    def slice(
        self, filters: Mapping[str, str], order: Any, start: int, stop: int | None
    ) -> Iterator[EnvironmentLine]:
        """The lines from ``start`` up to ``stop``, in an order with ``key`` and ``falling``."""
        rows = self._filtered(filters)
        if order is not None and order.key in _SORTED:
            rows = rows.order_by(f"{'-' if order.falling else ''}{order.key}", "pk")
        return (line_of(row) for row in rows[start:stop].iterator(chunk_size=500))

    def counts(self) -> dict[EnvironmentState, int]:
        """How many are in each state that any is in."""
        found = self._rows.order_by().values_list("state").annotate(number=Count("pk"))
        return {EnvironmentState(state): number for state, number in sorted(found)}

    def _filtered(self, filters: Mapping[str, str]) -> QuerySet[Environment]:
        rows = self._rows
        for key, text in filters.items():
            if key in _EXACT:
                rows = rows.filter(**{key: text})
            elif key == "body_name":
                rows = rows.filter(Q(body_name__icontains=text) | Q(body_code__startswith=text))
            elif key in _PARTS:
                rows = rows.filter(**{f"{key}__icontains": text})
        return rows


_CHOICES = 2_000
_EXACT = frozenset({"state", "stage", "engine", "tenant_class"})
_PARTS = frozenset({"system_name", "account"})
_SORTED = frozenset(
    {"body_name", "system_name", "stage", "engine", "state", "account", "requested_at", "verified_at"}
)


def environment_names(organisations: Collection[UUID] | None = None) -> tuple[tuple[UUID, Bilingual], ...]:
    """Environments to choose from, in words: those of some bodies, or of all; up to 2,000."""
    rows = Environment.objects.order_by("body_name", "system_name", "stage")
    if organisations is not None:
        rows = rows.filter(organisation_id__in=organisations)
    return tuple((row.pk, _named(row)) for row in rows.only(*_NAMED)[:_CHOICES])


def environments_called(words: str, most: int) -> tuple[tuple[tuple[UUID, Bilingual], ...], int]:
    """Environments that are not over in whose body, system, account or number every word is, up to so many
    in words; and how many there are in all."""
    rows = Environment.objects.exclude(state__in=[one.value for one in OVER])
    for word in words.split()[:_WORDS]:
        columns = ("body_name", "body_code", "system_name", "system_code")
        found = Q(account=word) | Q(pk__istartswith=word)
        for column in columns:
            found |= Q(**{f"{column}__icontains": word})
        rows = rows.filter(found)
    listed = rows.order_by("body_name", "system_name", "stage", "pk").only(*_NAMED)[:most]
    return tuple((row.pk, _named(row)) for row in listed), rows.count()


def environment_name(environment_id: UUID) -> Bilingual | None:
    """One in words; None for one that there is not."""
    row = Environment.objects.only(*_NAMED).filter(pk=environment_id).first()
    return _named(row) if row is not None else None


_NAMED = ("body_name", "system_name", "stage")
_WORDS = 8


def _named(row: Environment) -> Bilingual:
    stage, short = STAGE_NAMES[Stage(row.stage)], str(row.pk)[:8]
    before = f"{row.body_name} {row.system_name}"
    return Bilingual(f"{before} {stage.ja} {short}", f"{before} {stage.en} {short}")


def line_of(row: Environment) -> EnvironmentLine:
    """The row as a line of a list."""
    return EnvironmentLine(
        row.pk,
        row.application_id,
        row.engine,
        str(row.organisation_id or ""),
        row.body_code,
        row.body_name,
        TenantClass(row.tenant_class),
        row.system_code,
        row.system_name,
        Stage(row.stage),
        row.region,
        EnvironmentState(row.state),
        row.account,
        row.requested_at,
        row.changed_at,
        row.vended_at,
        row.verified_at,
        row.closes_on,
    )


def step_line(row: EnvironmentStep | AmendmentStep, part: str) -> StepLine:
    """A row of a step."""
    return StepLine(
        part,
        row.name,
        Bilingual(row.title, row.title_en),
        StepState(row.state),
        row.attempts,
        Evidence(tuple(EvidenceLine(Bilingual(e["ja"], e["en"]), e["value"]) for e in row.evidence)),
        JobProblem.from_json(row.problem) if row.problem else None,
        row.begun_at,
        row.ended_at,
        row.verified_at,
    )

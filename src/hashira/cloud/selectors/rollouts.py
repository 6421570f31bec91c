"""Rollouts as they are read: a list, one with its waves and environments (段階適用の読み出し)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from hashira.cloud.domain.application.names import STAGE_NAMES
from hashira.cloud.domain.baseline.version_impact import Tenant
from hashira.cloud.domain.baseline_terms import FIRST, BaselineTerms
from hashira.cloud.domain.environment_order import Stage
from hashira.cloud.domain.environment_state import OVER, EnvironmentState
from hashira.cloud.domain.order_record import terms_from_json
from hashira.cloud.domain.rollout import EntryState, RolloutState, Wave, read_waves
from hashira.cloud.store.models import Environment, Rollout, RolloutAct, RolloutEntry
from hashira.core.access import Resource
from hashira.core.accounts.selectors import display_names
from hashira.core.jobs.problem import JobProblem
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class RolloutNotFound(HashiraError):
    """There is no such rollout."""

    code = "CLD-415"
    what = Bilingual("段階適用がありません", "There is no such rollout")
    why = Bilingual("この番号の段階適用はありません", "No rollout has this number")
    remedy = Bilingual("一覧から選んでください", "Choose one from the list")
    status = 404


@dataclass(frozen=True, slots=True)
class WaveLine:
    """A wave with how far it is."""

    number: int
    wave: Wave
    counts: Mapping[EntryState, int]
    begun: bool

    @property
    def total(self) -> int:
        """The environments that it took in."""
        return sum(self.counts.values())

    @property
    def settled(self) -> int:
        """Those of which nothing more is waited for."""
        over = (EntryState.DONE, EntryState.LEFT, EntryState.RETURNED, EntryState.LATER)
        return sum(self.counts.get(one, 0) for one in over)


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An environment of a rollout."""

    environment_id: UUID
    body_name: str
    system_name: str
    stage: Bilingual
    wave: int
    state: EntryState
    environment_state: EnvironmentState
    version: str
    """The one that it is under now, read back."""
    problem: JobProblem | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RolloutActLine:
    """Something that was done with it."""

    at: datetime
    actor: str
    act: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RolloutView:
    """A rollout."""

    id: UUID
    terms: BaselineTerms
    reason: str
    state: RolloutState
    waves: tuple[WaveLine, ...]
    wave: int
    """The one under way, from 1; 0 before the first."""
    tolerated: int
    pause_minutes: int
    impact: Mapping[str, Any]
    counts: Mapping[EntryState, int]
    asked_at: datetime
    asked_by: str
    first_at: datetime | None
    first_by: str
    second_at: datetime | None
    second_by: str
    ended_at: datetime | None
    acts: tuple[RolloutActLine, ...]

    @property
    def version(self) -> str:
        """Of the baseline."""
        return self.terms.version

    @property
    def resource(self) -> Resource:
        """As access is asked for it."""
        return rollout_resource(self.id, asked_by=self.asked_by, first_by=self.first_by)


def rollout_resource(rollout_id: UUID | str = "new", *, asked_by: str = "", first_by: str = "") -> Resource:
    """A rollout as access is asked for it."""
    return Resource("Cloud::Rollout", str(rollout_id), None, {"asked_by": asked_by, "first_by": first_by})


def rollout_views() -> tuple[RolloutView, ...]:
    """All rollouts, the newest first, without what was done with them."""
    rows = Rollout.objects.select_related("version").defer("impact")
    counted = _counted(RolloutEntry.objects.all())
    return tuple(_view(row, counted.get(row.pk, {}), (), {}) for row in rows)


def rollout_view(rollout_id: UUID) -> RolloutView:
    """One, whole. Raises ``RolloutNotFound``."""
    row = Rollout.objects.select_related("version").filter(pk=rollout_id).first()
    if row is None:
        raise RolloutNotFound
    acts = tuple(
        RolloutActLine(one.at, one.actor, one.act, one.facts)
        for one in RolloutAct.objects.filter(rollout=row).order_by("pk")
    )
    return _view(row, _counted(row.entries.all()).get(row.pk, {}), acts, row.impact)


def rollout_names(view: RolloutView) -> dict[str, str]:
    """The names of those who acted."""
    ids = {view.asked_by, view.first_by, view.second_by, *(one.actor for one in view.acts)}
    return dict(display_names(ids - {""}))


class EntryRows:
    """The environments of a rollout, for a table."""

    def __init__(self, rollout_id: UUID) -> None:
        self._rows = RolloutEntry.objects.filter(rollout=rollout_id).select_related("environment")

    def count(self, filters: Mapping[str, str]) -> int:
        """How many pass."""
        return self._filtered(filters).count()

    def slice(
        self, filters: Mapping[str, str], order: Any, start: int, stop: int | None
    ) -> Iterator[EntryLine]:
        """The lines from ``start`` up to ``stop``, in an order with ``key`` and ``falling``."""
        rows = self._filtered(filters)
        column = _SORTED.get(getattr(order, "key", ""))
        if column is not None:
            rows = rows.order_by(f"{'-' if order.falling else ''}{column}", "pk")
        return (_entry(row) for row in rows[start:stop])

    def _filtered(self, filters: Mapping[str, str]) -> Any:
        rows = self._rows
        for key, text in filters.items():
            if key == "state":
                rows = rows.filter(state=text)
            elif key == "wave" and text.isdecimal():
                rows = rows.filter(wave=int(text) - 1)
            elif key in ("body_name", "system_name"):
                rows = rows.filter(**{f"environment__{key}__icontains": text})
        return rows


_SORTED = {
    "wave": "wave",
    "body_name": "environment__body_name",
    "system_name": "environment__system_name",
    "state": "state",
    "ended_at": "ended_at",
}


def tenants() -> Iterable[Tenant]:
    """Every environment as its guardrails see it."""
    rows = Environment.objects.exclude(state__in=[one.value for one in OVER]).order_by("requested_at", "pk")
    for row in rows.only("pk", "order", "engine", "account", "body_name", "system_name", "stage", "region"):
        kept = row.order.get("baseline")
        yield Tenant(
            str(row.pk),
            f"{row.body_name} {row.system_name} {STAGE_NAMES[Stage(row.stage)].ja}",
            row.account,
            row.region,
            row.engine == "aws",
            tuple(row.order["exceptions"]),
            terms_from_json(kept) if kept else FIRST,
        )


_Counted = Mapping[int, Counter[EntryState]]
"""By wave, how many environments stand how."""


def _counted(entries: QuerySet[RolloutEntry]) -> dict[UUID, dict[int, Counter[EntryState]]]:
    """The same by rollout, counted by the database."""
    found: dict[UUID, dict[int, Counter[EntryState]]] = {}
    for one in entries.order_by().values("rollout", "wave", "state").annotate(environments=Count("pk")):
        waves = found.setdefault(one["rollout"], {})
        waves.setdefault(one["wave"], Counter())[EntryState(one["state"])] += one["environments"]
    return found


def _view(
    row: Rollout, counted: _Counted, acts: tuple[RolloutActLine, ...], impact: Mapping[str, Any]
) -> RolloutView:
    waves = tuple(
        WaveLine(number + 1, wave, dict(counted.get(number, {})), number <= row.wave)
        for number, wave in enumerate(read_waves(row.waves))
    )
    return RolloutView(
        row.pk,
        terms_from_json(row.version.terms),
        row.version.reason,
        RolloutState(row.state),
        waves,
        row.wave + 1,
        row.tolerated,
        row.pause_minutes,
        impact,
        sum(counted.values(), Counter()),
        row.asked_at,
        row.asked_by,
        row.first_at,
        row.first_by,
        row.second_at,
        row.second_by,
        row.ended_at,
        acts,
    )


def _entry(row: RolloutEntry) -> EntryLine:
    environment = row.environment
    kept = environment.order.get("baseline")
    return EntryLine(
        environment.pk,
        environment.body_name,
        environment.system_name,
        STAGE_NAMES[Stage(environment.stage)],
        row.wave + 1,
        EntryState(row.state),
        EnvironmentState(environment.state),
        kept["version"] if kept else FIRST.version,
        JobProblem.from_json(row.problem) if row.problem else None,
        row.ended_at,
    )

"""Where an environment stands in the queue, and when it will be ready (順番と見込み)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from uuid import UUID

from django.db.models import Q

from hashira.cloud.adapters.engines.registry import engine_of
from hashira.cloud.domain.engine import EngineUnknown
from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.store.models import Environment

_LAST = 20
"""So many vendings tell how long one takes."""


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """``place`` counts from 1; ``seconds`` until it is ready, None where nothing was vended there yet."""

    place: int
    at_work: int
    at_once: int
    seconds: float | None


def queue_place(environment_id: UUID) -> QueuePlace | None:
    """The place of an environment that waits; None for one that does not."""
    row = Environment.objects.filter(pk=environment_id, state=EnvironmentState.REQUESTED.value).first()
    if row is None:
        return None
    same = Environment.objects.filter(engine=row.engine)
    before = same.filter(
        Q(changed_at__lt=row.changed_at) | Q(changed_at=row.changed_at, pk__lt=row.pk),
        state=EnvironmentState.REQUESTED.value,
    ).count()
    at_work = same.filter(state=EnvironmentState.VENDING.value).count()
    try:
        at_once = engine_of(row.engine).concurrency
    except EngineUnknown:
        at_once = 1
    each = seconds_each(row.engine)
    rounds = ceil((before + at_work + 1) / at_once)
    return QueuePlace(before + 1, at_work, at_once, each * rounds if each is not None else None)


def seconds_each(engine: str) -> float | None:
    """How long the last vendings on an engine took, on the average."""
    lasts = Environment.objects.filter(engine=engine, vended_at__isnull=False, begun_at__isnull=False)
    times = list(lasts.order_by("-vended_at").values_list("begun_at", "vended_at")[:_LAST])
    took = [ended - begun for begun, ended in times if begun is not None and ended is not None]
    took = [one for one in took if one > timedelta(0)]
    return sum(one.total_seconds() for one in took) / len(took) if took else None

"""Versions of the baseline: which there are, which is in force, who is under which (基準の版)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models.fields.json import KeyTextTransform, KeyTransform

from hashira.cloud.domain.baseline_terms import FIRST, BaselineTerms
from hashira.cloud.domain.environment_state import OVER
from hashira.cloud.domain.order_record import terms_from_json
from hashira.cloud.domain.rollout import RolloutState
from hashira.cloud.store.models import BaselineVersion, Environment, Rollout


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version with the environments that are under it."""

    terms: BaselineTerms
    reason: str
    made_at: datetime | None
    """None of the version that came with the program."""
    current: bool
    """Whether new environments are vended under it."""
    environments: int

    @property
    def version(self) -> str:
        """Its name."""
        return self.terms.version


def current_terms() -> BaselineTerms:
    """What a new environment is vended under: the version that was rolled out to everybody last."""
    row = (
        Rollout.objects.filter(state=RolloutState.DONE.value)
        .select_related("version")
        .order_by("-ended_at")
        .first()
    )
    return terms_from_json(row.version.terms) if row is not None else FIRST


def terms_of_version(version: str) -> BaselineTerms | None:
    """What a version sets; None for one that there is not."""
    if version == FIRST.version:
        return FIRST
    row = BaselineVersion.objects.filter(pk=version).first()
    return terms_from_json(row.terms) if row is not None else None


def baseline_versions() -> tuple[VersionLine, ...]:
    """All versions, the newest first, with how many environments are under each."""
    orders = Environment.objects.exclude(state__in=[one.value for one in OVER])
    said = KeyTextTransform("version", KeyTransform("baseline", "order"))
    named = orders.order_by().annotate(said=said).values_list("said", flat=True)
    count = Counter(one or FIRST.version for one in named.iterator(chunk_size=2_000))
    current = current_terms().version
    rows = [
        VersionLine(
            terms_from_json(row.terms), row.reason, row.made_at, row.version == current, count[row.version]
        )
        for row in BaselineVersion.objects.exclude(pk=FIRST.version)
    ]
    first = VersionLine(FIRST, "", None, current == FIRST.version, count[FIRST.version])
    return (*rows, first)

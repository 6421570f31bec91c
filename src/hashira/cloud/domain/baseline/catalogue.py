"""All guardrails of the baseline, in the order of the four classes (ガードレールの一覧)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hashira.cloud.domain.baseline.automatic import AUTOMATIC
from hashira.cloud.domain.baseline.entry import BaselineGuardrail, Realisation
from hashira.cloud.domain.baseline.mandatory import MANDATORY
from hashira.cloud.domain.baseline.mandatory_records import MANDATORY_RECORDS
from hashira.cloud.domain.baseline.organisation import ORGANISATION
from hashira.cloud.domain.baseline.samples import SAMPLES
from hashira.cloud.domain.baseline.tenancy import TENANCY
from hashira.cloud.domain.guardrail import GuardrailClass

BASELINE: tuple[BaselineGuardrail, ...] = (
    *ORGANISATION,
    *AUTOMATIC,
    *TENANCY,
    *MANDATORY,
    *MANDATORY_RECORDS,
    *SAMPLES,
)
VERSION = "2026.11"
"""Of the baseline; whoever changes a guardrail gives it another."""
_BY_ID: Mapping[str, BaselineGuardrail] = {one.id: one for one in BASELINE}


def baseline_guardrail(id_: str) -> BaselineGuardrail | None:
    """The guardrail with an id."""
    return _BY_ID.get(id_)


def of_class(belongs: GuardrailClass) -> tuple[BaselineGuardrail, ...]:
    """Those of one class."""
    return tuple(one for one in BASELINE if one.belongs is belongs)


def spared(exceptions: Iterable[str]) -> frozenset[str]:
    """The guardrails from which granted exceptions spare; a reference is ``guardrail/id``."""
    return frozenset(reference.partition("/")[0] for reference in exceptions)


def in_force(
    engine: str, exceptions: Iterable[str] = ()
) -> tuple[tuple[BaselineGuardrail, Realisation], ...]:
    """What an engine puts in force by itself in an environment: all but samples and what is spared."""
    without = spared(exceptions)
    return tuple(
        (one, one.at(engine))
        for one in BASELINE
        if one.belongs is not GuardrailClass.SAMPLE and one.id not in without
    )


def settings_in_force(engine: str, exceptions: Iterable[str] = ()) -> dict[str, str]:
    """The settings of an environment at an engine, from every guardrail that is in force."""
    return {
        name: value
        for _one, realised in in_force(engine, exceptions)
        for name, value in realised.settings.items()
    }


def limits_in_force(engine: str, exceptions: Iterable[str] = ()) -> dict[str, int]:
    """The limits of an environment at an engine."""
    return {
        name: limit
        for _one, realised in in_force(engine, exceptions)
        for name, limit in realised.limits.items()
    }

"""All guardrails of the baseline, in the order of the four classes (ガードレールの一覧)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hashira.cloud.domain.baseline.automatic import AUTOMATIC
from hashira.cloud.domain.baseline.entry import BaselineGuardrail, Realisation
from hashira.cloud.domain.baseline.mandatory import MANDATORY
from hashira.cloud.domain.baseline.mandatory_records import MANDATORY_RECORDS
from hashira.cloud.domain.baseline.organisation import ORGANISATION
from hashira.cloud.domain.baseline.samples import SAMPLES
from hashira.cloud.domain.baseline.tenancy import TENANCY
from hashira.cloud.domain.baseline_terms import FIRST, FIRST_VERSION, BaselineTerms
from hashira.cloud.domain.guardrail import GuardrailClass
from hashira.kernel.language import Bilingual

BASELINE: tuple[BaselineGuardrail, ...] = (
    *ORGANISATION,
    *AUTOMATIC,
    *TENANCY,
    *MANDATORY,
    *MANDATORY_RECORDS,
    *SAMPLES,
)
VERSION = FIRST_VERSION
"""Of the guardrails as the program has them."""
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
    engine: str, exceptions: Iterable[str] = (), terms: BaselineTerms = FIRST
) -> tuple[tuple[BaselineGuardrail, Realisation], ...]:
    """What an engine puts in force by itself in an environment: all but samples and what is spared, as the
    version of the baseline has it."""
    without = spared(exceptions) | frozenset(terms.dropped)
    return tuple(
        (one, one.at(engine))
        for one in BASELINE
        if (one.belongs is not GuardrailClass.SAMPLE or one.id in terms.adopted) and one.id not in without
    )


def settings_in_force(
    engine: str, exceptions: Iterable[str] = (), terms: BaselineTerms = FIRST
) -> dict[str, str]:
    """The settings of an environment at an engine, from every guardrail that is in force."""
    said = {RESOURCES[name].setting: RESOURCES[name].written(most) for name, most in terms.limits}
    return {
        name: said.get(name, value)
        for _one, realised in in_force(engine, exceptions, terms)
        for name, value in realised.settings.items()
    }


def limits_in_force(
    engine: str, exceptions: Iterable[str] = (), terms: BaselineTerms = FIRST
) -> dict[str, int]:
    """The limits of an environment at an engine."""
    said = {RESOURCES[name].limit: most * RESOURCES[name].times for name, most in terms.limits}
    return {
        name: said.get(name, limit)
        for _one, realised in in_force(engine, exceptions, terms)
        for name, limit in realised.limits.items()
    }


@dataclass(frozen=True, slots=True)
class LimitedResource:
    """A resource of which a version of the baseline says how much may be used, and its names at the engines
    that hold it."""

    name: Bilingual
    limit: str
    """Of Keystone; ``times`` is how many of its units make one of ours."""
    times: int
    setting: str
    """Of an LXD project."""
    unit: str = ""

    def written(self, most: int) -> str:
        """As the setting has it."""
        return f"{most}{self.unit}"


RESOURCES: Mapping[str, LimitedResource] = {
    "instances": LimitedResource(Bilingual("サーバー（台）", "Servers"), "instances", 1, "limits.instances"),
    "cores": LimitedResource(Bilingual("CPU（個）", "CPUs"), "cores", 1, "limits.cpu"),
    "memory-gib": LimitedResource(
        Bilingual("メモリー（GiB）", "Memory (GiB)"), "ram_mb", 1024, "limits.memory", "GiB"
    ),
}
"""By the name that a version uses."""

"""A guardrail of the baseline: one intent, what holds it at each provider, how it is proved "
"(基準の一項目)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from hashira.cloud.domain.baseline.cost import FREE, MonthlyCost
from hashira.cloud.domain.baseline.inventory import Resource, Verifier, every
from hashira.cloud.domain.guardrail import Guardrail, GuardrailClass
from hashira.kernel.language import Bilingual

ENGINES = ("aws", "openstack", "lxd")
"""The providers for which every guardrail says what becomes of it, by the keys of their engines."""
ENGINE_NAMES = {
    "aws": Bilingual("AWS", "AWS"),
    "openstack": Bilingual("OpenStack（Keystone）", "OpenStack (Keystone)"),
    "lxd": Bilingual("LXD", "LXD"),
}


class Hold(StrEnum):
    """How a guardrail is held at a provider (守り方)."""

    PREVENTS = "prevents"
    """What is against it is refused."""
    SETS = "sets"
    """It is set when the environment is handed over, and read back."""
    DETECTS = "detects"
    """What is against it is found."""
    CANNOT = "cannot"
    """The provider has nothing that holds it."""
    NOT_NEEDED = "not-needed"
    """The provider has nothing that could be against it."""

    @property
    def label(self) -> Bilingual:
        """Its name for people."""
        return _HOLDS[self]


_HOLDS = {
    Hold.PREVENTS: Bilingual("止める", "prevents"),
    Hold.SETS: Bilingual("設定する", "sets"),
    Hold.DETECTS: Bilingual("見つける", "detects"),
    Hold.CANNOT: Bilingual("守れない", "cannot hold it"),
    Hold.NOT_NEEDED: Bilingual("対象がない", "nothing to hold"),
}


@dataclass(frozen=True, slots=True)
class ConfigRule:
    """A rule of AWS Config that detects what is against a guardrail; ``identifier`` is the managed rule."""

    identifier: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name under which it is set up, of at most 128 characters."""
        return f"hashira-{self.identifier.lower().replace('_', '-')}"


@dataclass(frozen=True, slots=True)
class Realisation:
    """What becomes of a guardrail at one provider."""

    engine: str
    holds: tuple[Hold, ...]
    how: Bilingual
    """By what it is held, or why it cannot be."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """What the engine sets on the environment: keys of an LXD project, tags of a Keystone project."""
    limits: Mapping[str, int] = field(default_factory=dict)
    """Limits that the engine sets, by resource."""
    policy: Mapping[str, str] = field(default_factory=dict)
    """Lines of the policy file of the service (oslo.policy): target and rule."""
    rules: tuple[ConfigRule, ...] = ()
    verifier: Verifier | None = None

    @property
    def held(self) -> bool:
        """Whether anything there holds it."""
        return Hold.CANNOT not in self.holds


class Granter(StrEnum):
    """Who may grant an exception (例外を認める人)."""

    NOBODY = "nobody"
    OPERATORS = "operators"
    """Two of the operator's staff: one examines, another grants."""
    NOT_NEEDED = "not-needed"
    """The guardrail is only for those who choose it."""

    @property
    def label(self) -> Bilingual:
        """Its name for people."""
        return _GRANTERS[self]


_GRANTERS = {
    Granter.NOBODY: Bilingual("例外は認めない", "nobody"),
    Granter.OPERATORS: Bilingual(
        "運用者2人（審査する人と認める人）", "two operators: one examines, one grants"
    ),
    Granter.NOT_NEEDED: Bilingual(
        "選んだ団体だけに効くので、要らない", "not needed: it holds only who chose it"
    ),
}


@dataclass(frozen=True, slots=True)
class ExceptionRule:
    """Whether, for how long and on what condition somebody may be spared (例外の決まり)."""

    granter: Granter
    longest_days: int
    condition: Bilingual
    """What has to stand in its place meanwhile, or why there is none."""

    def latest(self, begins: date) -> date:
        """The last day that an exception may have."""
        return begins + timedelta(days=self.longest_days)


NEVER = ExceptionRule(
    Granter.NOBODY,
    0,
    Bilingual(
        "外すと、ほかのガードレールも記録も守れなくなる",
        "Without it neither other guardrails nor records hold",
    ),
)
FREE_CHOICE = ExceptionRule(
    Granter.NOT_NEEDED, 0, Bilingual("使うかどうかは団体が決める", "Whether it is used, the body decides")
)


def exceptional(days: int, ja: str, en: str) -> ExceptionRule:
    """An exception of so many days at most, with what stands in its place."""
    return ExceptionRule(Granter.OPERATORS, days, Bilingual(ja, en))


@dataclass(frozen=True)
class BaselineGuardrail:
    """One guardrail with all that is known of it. Ids are those of the SCPs where there is one."""

    id: str
    title: Bilingual
    intent: Bilingual
    belongs: GuardrailClass
    realisations: tuple[Realisation, ...]
    exception: ExceptionRule
    reference: str
    cost: MonthlyCost = FREE
    prevention: Guardrail | None = None
    """Its SCP."""
    template: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Resources of CloudFormation that a team deploys itself, by logical name, beside the rules."""

    def at(self, engine: str) -> Realisation:
        """What becomes of it at a provider.

        Raises:
            KeyError: for an engine that the baseline says nothing of.
        """
        found = next((one for one in self.realisations if one.engine == engine), None)
        if found is None:
            raise KeyError(engine)
        return found


def settings_verifier(kind: str, settings: Mapping[str, str]) -> Verifier:
    """A verifier that an environment still has what was set on it, key by key."""
    checks = tuple(
        every(
            kind,
            # The defaults bind name and value of this turn; mypy does not infer such a lambda.
            lambda facts, name=name, value=value: facts.get(name) == value,  # type: ignore[misc]
            Bilingual(f"{name} が {value} ではない", f"{name} is not {value}"),
        )
        for name, value in settings.items()
    )
    kept = Resource(kind, "kept", dict(settings))
    lost = Resource(kind, "lost", dict(list(settings.items())[1:]))
    return Verifier(checks, (kept,), (lost,))

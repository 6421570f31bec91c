"""A guardrail as a value: what it is for, what realises it, a request on each side of it (ガードレール)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from hashira.cloud.domain.policy.document import Policy, PolicyKind, parse_policy
from hashira.cloud.domain.policy.request import ContextValue, Principal, Request
from hashira.cloud.domain.policy.size import written
from hashira.kernel.language import Bilingual

ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/hanako"


class GuardrailClass(StrEnum):
    """Who puts a guardrail in force (ガードレールの区分)."""

    SCP = "scp"
    """The operator, on the organisation: no account can act against it."""
    AUTOMATIC = "automatic"
    """The operator, in each account; the account cannot change it (自動適用)."""
    MANDATORY = "mandatory"
    """Whoever builds in the account, by the template that is given; then it is checked (必須適用)."""
    SAMPLE = "sample"
    """Whoever wishes to (サンプル)."""

    @property
    def label(self) -> Bilingual:
        """Its name for people."""
        return _LABELS[self]


_LABELS = {
    GuardrailClass.SCP: Bilingual("SCP", "SCP"),
    GuardrailClass.AUTOMATIC: Bilingual("自動適用", "applied automatically"),
    GuardrailClass.MANDATORY: Bilingual("必須適用", "mandatory"),
    GuardrailClass.SAMPLE: Bilingual("サンプル", "sample"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A request on one side of a guardrail, made by somebody who otherwise may do everything."""

    action: str
    resource: str = "*"
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    principal: str = USER

    def request(self) -> Request:
        """As a request of an account of the organisation."""
        principal = Principal.read(self.principal)
        derived = {"aws:PrincipalArn": principal.role or principal.arn}
        return Request(principal, self.action, self.resource, ACCOUNT, {**derived, **self.context})


@dataclass(frozen=True)
class Guardrail:
    """One guardrail. What it denies is denied to all but the roles of the baseline, where it says so."""

    id: str
    intent: Bilingual
    belongs: GuardrailClass
    statements: tuple[Mapping[str, Any], ...]
    """Its realisation as an SCP."""
    passing: Example
    failing: Example
    reference: str
    """Where AWS tells of the actions and keys that it rests on."""
    leaves_open: Bilingual | None = None
    """What an SCP cannot hold, and what else has to."""

    @property
    def document(self) -> dict[str, Any]:
        """The SCP."""
        return {"Version": "2012-10-17", "Statement": [dict(one) for one in self.statements]}

    @cached_property
    def policy(self) -> Policy:
        """The SCP, read."""
        return parse_policy(written(self.document), PolicyKind.SCP, name=self.id)


def together(guardrails: tuple[Guardrail, ...]) -> dict[str, Any]:
    """One SCP of several guardrails; compacted it may take fewer characters than they do."""
    return {
        "Version": "2012-10-17",
        "Statement": [dict(statement) for one in guardrails for statement in one.statements],
    }

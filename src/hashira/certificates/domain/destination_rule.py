"""Whether a certificate is enough for a destination: dated rules as data (渡航先の判定ルール).

A rule holds for one destination, between two days, for what it is about. All rules of a destination that
are in force must be true. Without a rule nobody knows: the answer is ``NO_RULE``, never a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from hashira.certificates.domain.certlogic import RuleBroken, evaluate
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual


class RuleUnreadable(HashiraError):
    """Details: ``file``."""

    code = "CERT-290"
    what = Bilingual("渡航先の判定ルールを読めません", "The rules of destinations cannot be read")
    why = Bilingual("{file}の形が違います", "{file} is not of the right form")
    remedy = Bilingual(
        "docs/reference/verifier-app.md の形に直してください",
        "Write it as docs/reference/verifier-app.md describes",
    )
    status = 503


class Sufficiency(StrEnum):
    """Enough, not enough, no rule, or a rule that cannot be evaluated over this certificate."""

    ENOUGH = "enough"
    NOT_ENOUGH = "not-enough"
    NO_RULE = "no-rule"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class DestinationRule:
    """One rule, as published."""

    identifier: str
    destination: str
    """Three letters of the state, as in travel documents."""
    valid_from: datetime
    valid_until: datetime
    description: Bilingual
    logic: object


def read_rule_set(document: Any) -> tuple[DestinationRule, ...]:
    """The rules of a file; raises ``RuleUnreadable``."""
    try:
        return tuple(_read_rule(rule) for rule in document["rules"])
    except (KeyError, TypeError, ValueError) as error:
        raise RuleUnreadable(file="travel-rules.json") from error


def _read_rule(rule: Mapping[str, Any]) -> DestinationRule:
    begins, ends = (datetime.fromisoformat(rule[name]) for name in ("validFrom", "validTo"))
    if begins.tzinfo is None or ends.tzinfo is None or len(rule["destination"]) != 3:
        raise ValueError("a time without its zone, or no state")
    description = Bilingual(rule["description"]["ja"], rule["description"]["en"])
    return DestinationRule(str(rule["id"]), rule["destination"], begins, ends, description, rule["logic"])


def judge(
    rules: Iterable[DestinationRule], *, destination: str, payload: object, at: datetime
) -> Sufficiency:
    """Whether ``payload`` (the content of a certificate) is enough for the destination at that moment.

    Rules see ``payload`` and ``external.validationClock``, as those of the EU do.
    """
    in_force = [r for r in rules if r.destination == destination and r.valid_from <= at < r.valid_until]
    if not in_force:
        return Sufficiency.NO_RULE
    about = {"payload": payload, "external": {"validationClock": at}}
    try:
        held = [evaluate(rule.logic, about) is True for rule in in_force]
    except RuleBroken:
        return Sufficiency.OPEN
    return Sufficiency.ENOUGH if all(held) else Sufficiency.NOT_ENOUGH

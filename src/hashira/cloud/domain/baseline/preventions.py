"""The SCPs of the baseline with the accounts that are spared for a time (例外を除いたSCP)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from hashira.cloud.domain.guardrail import Guardrail


def sparing(guardrail: Guardrail, accounts: Iterable[str]) -> Guardrail:
    """The same guardrail, not applied to these accounts.

    Every condition of a statement has to hold, so that one more that names the accounts spares them and no
    other ("Conditions with multiple context keys or values", IAM User Guide). ``aws:PrincipalAccount`` is
    there for every principal with an account.
    """
    spared = sorted(set(accounts))
    if not spared:
        return guardrail
    return replace(guardrail, statements=tuple(_without(one, spared) for one in guardrail.statements))


def _without(statement: Mapping[str, Any], accounts: list[str]) -> dict[str, Any]:
    tests = {operator: dict(lines) for operator, lines in statement.get("Condition", {}).items()}
    tests.setdefault("StringNotEquals", {})["aws:PrincipalAccount"] = accounts
    return dict(statement) | {"Condition": tests}

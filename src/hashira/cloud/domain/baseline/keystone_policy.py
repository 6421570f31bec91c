"""The policy file of Keystone from the baseline (oslo.policy の規則).

Keystone reads its policy from a file beside it and offers no way to change it over the API: the operator puts
this file there, and the read-back is what a tenant is then refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from hashira.cloud.domain.baseline.entry import BaselineGuardrail


def policy_lines(guardrails: Iterable[BaselineGuardrail]) -> dict[str, str]:
    """Target and rule of every line, sorted. No two guardrails may say different things of one target.

    Raises:
        ValueError: if two guardrails contradict each other; the baseline itself is wrong then.
    """
    lines: dict[str, str] = {}
    for one in guardrails:
        for target, rule in one.at("openstack").policy.items():
            if lines.setdefault(target, rule) != rule:
                raise ValueError(f"{target}: {lines[target]} / {rule}")
    return dict(sorted(lines.items()))


def policy_file(guardrails: Iterable[BaselineGuardrail], *, version: str) -> str:
    """As ``policy.yaml``. Strings are written as JSON has them, which YAML reads alike."""
    head = f"# Hashira guardrails, version {version}\n"
    lines = policy_lines(guardrails).items()
    return head + "".join(f"{json.dumps(target)}: {json.dumps(rule)}\n" for target, rule in lines)

"""The guardrails as SCPs on the unit of an account (ガードレールのSCP).

A unit may have five SCPs, one of which lets through what the others do not deny, each of 5,120 characters
(AWS Organizations User Guide, *Quotas*); so the guardrails are packed into as few as they take.
"""

from __future__ import annotations

import functools
import json
import threading
from hashlib import sha256
from typing import Any

from hashira.cloud.adapters.engines.aws.cloud import AwsStep, line, missing
from hashira.cloud.adapters.engines.aws.terms import TITLE
from hashira.cloud.domain.baseline.versions import guardrails_under
from hashira.cloud.domain.baseline_terms import FIRST, BaselineTerms
from hashira.cloud.domain.engine import EngineRefused, Evidence, Facts, NotYet
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.guardrail import Guardrail, together
from hashira.cloud.domain.policy.compaction import compact
from hashira.cloud.domain.policy.document import PolicyKind
from hashira.cloud.domain.policy.size import LIMITS, written
from hashira.kernel.language import Bilingual

_SCP = "SERVICE_CONTROL_POLICY"
_MOST = 4
PREFIX = "hashira-baseline-"
_making = threading.Lock()


class Guardrails(AwsStep):
    """Attaches the SCPs of the baseline to the unit, without those for which there is an exception."""

    name = "guardrails"
    title = Bilingual("ガードレール（SCP）を掛ける", "Attach the guardrails (SCPs)")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        unit = str(facts["unit"])
        with _making:
            for name, text in packs(order.exceptions, order.baseline).items():
                policy = self._policy(name) or self._made(name, text)
                if policy not in self._attached(unit):
                    self.cloud.found(
                        "organizations",
                        "attach_policy",
                        "DuplicatePolicyAttachmentException",
                        PolicyId=policy,
                        TargetId=unit,
                    )
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        attached, lines = self._attached(str(facts.get("unit", ""))), []
        for name, text in packs(order.exceptions, order.baseline).items():
            policy = next((id_ for id_, named in attached.items() if named == name), None)
            if policy is None:
                raise missing("guardrails", f"{name} が掛かっていません", f"{name} is not attached")
            told = self.cloud.call("organizations", "describe_policy", PolicyId=policy)["Policy"]
            if json.loads(told["Content"]) != json.loads(text):
                raise missing("guardrails", f"{name} の内容が違います", f"the text of {name} differs")
            lines.append(line(policy, policy, f"{name} ({len(text)}/{LIMITS[PolicyKind.SCP]})"))
        return Evidence(tuple(lines))

    def _attached(self, unit: str) -> dict[str, str]:
        """The policies on the unit: their ids and names."""
        found = self.cloud.found(
            "organizations",
            "list_policies_for_target",
            "TargetNotFoundException",
            "InvalidInputException",
            TargetId=unit,
            Filter=_SCP,
        )
        return {one["Id"]: one["Name"] for one in (found or {"Policies": []})["Policies"]}

    def _policy(self, name: str) -> str | None:
        listed = self.cloud.connection.pages("organizations", "list_policies", "Policies", Filter=_SCP)
        return next((str(one["Id"]) for one in listed if one["Name"] == name), None)

    def _made(self, name: str, text: str) -> str:
        self.cloud.found(
            "organizations",
            "create_policy",
            "DuplicatePolicyException",
            Name=name,
            Description="Hashira",
            Type=_SCP,
            Content=text,
        )
        found = self._policy(name)
        if found is None:
            raise NotYet(engine=TITLE, thing=name)
        return found


@functools.lru_cache(maxsize=256)
def packs(exceptions: tuple[str, ...], terms: BaselineTerms = FIRST) -> dict[str, str]:
    """The SCPs by name, as a version of the baseline has them. The name has the digest of the text, so that a
    changed one is another policy.

    Raises ``EngineRefused`` if they take more than a unit may have.
    """
    chosen = guardrails_under(terms, exceptions)
    packed: list[list[Guardrail]] = []
    for guardrail in sorted(chosen, key=lambda one: (-len(_text([one])), one.id)):
        for pack in packed:
            if len(_text([*pack, guardrail])) <= LIMITS[PolicyKind.SCP]:
                pack.append(guardrail)
                break
        else:
            packed.append([guardrail])
    if len(packed) > _MOST:
        raise EngineRefused(
            engine=TITLE,
            operation="organizations:attach_policy",
            answer=Bilingual(
                f"SCPが{len(packed)}本になり、1つのOUに掛けられる{_MOST}本を超えます",
                f"the guardrails take {len(packed)} SCPs, more than the {_MOST} of a unit",
            ),
        )
    texts = [_text(pack) for pack in packed]
    return {PREFIX + sha256(text.encode()).hexdigest()[:12]: text for text in texts}


def _text(guardrails: list[Guardrail]) -> str:
    document: dict[str, Any] = compact(together(tuple(guardrails)))
    return written(document)

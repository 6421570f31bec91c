"""Who loses what by another version of the baseline, told before it is rolled out (版を変える影響).

Three things tell it: every environment there is, judged by where it lies; examples of calls, judged under
both versions; and recorded calls, of which the lab of policies says who made what that no longer passes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hashira.cloud.domain.baseline.versions import differences, guardrails_under
from hashira.cloud.domain.baseline_terms import BaselineTerms
from hashira.cloud.domain.guardrail import ACCOUNT, Example, Guardrail
from hashira.cloud.domain.policy.calls import Call
from hashira.cloud.domain.policy.document import FULL_ACCESS, Policy, PolicyKind, parse_policy
from hashira.cloud.domain.policy.evaluation import PolicySet, restrict
from hashira.cloud.domain.policy.impact import Change, Impact, compare
from hashira.cloud.domain.policy.organisation import FULL_ACCESS_NAME, Organisation, Target
from hashira.cloud.domain.policy.size import written

MOST_GROUPS = 200
"""Groups of calls that are kept with a rollout; their sums count all."""
_FULL = parse_policy(FULL_ACCESS, PolicyKind.SCP, name=FULL_ACCESS_NAME)


@dataclass(frozen=True, slots=True)
class Tenant:
    """An environment as its guardrails see it."""

    id: str
    name: str
    account: str
    """Of 12 digits at AWS; empty for one that has none, by whose calls nothing is told."""
    region: str
    aws: bool
    exceptions: tuple[str, ...]
    terms: BaselineTerms


@dataclass(frozen=True, slots=True)
class ExampleChange:
    """A call that passes under one version and not under the other."""

    action: str
    region: str
    loses: bool
    guardrail: str


def version_impact(
    tenants: Iterable[Tenant], current: BaselineTerms, after: BaselineTerms, calls: Iterable[Call] = ()
) -> dict[str, Any]:
    """All that is told, as JSON: what is kept with a rollout and shown to those who approve.

    Raises:
        UnreadableRequest: if the principal of a call cannot be read.
    """
    known = list(tenants)
    stranded = [one for one in known if one.aws and one.region not in after.regions]
    impact = compare(_organisation(known, None), _organisation(known, after), calls)
    return {
        "environments": sum(one.terms != after for one in known),
        "differences": [{"ja": one.ja, "en": one.en} for one in differences(current, after)],
        "examples": [
            {
                "action": one.action,
                "region": one.region,
                "change": (Change.LOSES if one.loses else Change.GAINS).value,
                "guardrail": one.guardrail,
            }
            for one in example_changes(current, after)
        ],
        "stranded": [{"id": one.id, "name": one.name, "region": one.region} for one in stranded],
        "calls": _calls(impact),
    }


def example_changes(before: BaselineTerms, after: BaselineTerms) -> tuple[ExampleChange, ...]:
    """The examples of the guardrails, and work in each region, where the two versions judge otherwise."""
    was, will = _policies(guardrails_under(before)), _policies(guardrails_under(after))
    either = {one.id: one for one in (*guardrails_under(before), *guardrails_under(after))}
    examples = [(one.failing, one.id) for one in either.values() if one.id != "data-location"]
    for region in dict.fromkeys((*before.regions, *after.regions)):
        work = Example("ec2:DescribeInstances", context={"aws:RequestedRegion": region})
        examples.append((work, "data-location"))
    found = []
    for example, guardrail in examples:
        region = str(example.context.get("aws:RequestedRegion", ""))
        passed, passes = (_passes(example, policies) for policies in (was, will))
        if passed is not passes:
            found.append(ExampleChange(example.action, region, passed, guardrail))
    return tuple(found)


def _passes(example: Example, policies: tuple[Policy, ...]) -> bool:
    home = {"aws:RequestedRegion": "ap-northeast-1", **example.context}
    asked = Example(example.action, example.resource, home, example.principal)
    return restrict(asked.request(), PolicySet(scps=((_FULL, *policies),))) is None


def _policies(guardrails: tuple[Guardrail, ...]) -> tuple[Policy, ...]:
    return tuple(one.policy for one in guardrails)


def _organisation(tenants: list[Tenant], after: BaselineTerms | None) -> Organisation:
    """The accounts with the SCPs that they are under, or would be under after the change."""
    policies: dict[str, Policy] = {FULL_ACCESS_NAME: _FULL}
    named: dict[tuple[BaselineTerms, tuple[str, ...]], tuple[str, ...]] = {}
    accounts: dict[str, Target] = {}
    for one in tenants:
        if not one.aws or len(one.account) != len(ACCOUNT):
            continue
        under = (after or one.terms, one.exceptions)
        if under not in named:
            names = []
            for guardrail in guardrails_under(*under):
                # One text, one name: what both versions say alike is one policy, and asked once.
                name = f"{guardrail.id} {hash(written(guardrail.document)) & 0xFFFFFFFF:08x}"
                policies[name] = guardrail.policy
                names.append(name)
            named[under] = (FULL_ACCESS_NAME, *names)
        accounts[one.account] = Target(one.account, one.name, "r-all", named[under])
    root = Target("r-all", "Root", "")
    return Organisation("", "", root, {}, accounts, policies)


def _calls(impact: Impact) -> dict[str, Any]:
    listed = impact.listed()
    return {
        "count": impact.calls,
        "unchanged": impact.unchanged,
        "refused": impact.refused,
        "changes": {change.value: impact.of(change) for change in Change},
        "accounts": {change.value: impact.accounts(change) for change in Change},
        "groups": [
            {
                "account": group.account,
                "principal": group.principal,
                "action": group.action,
                "change": group.change.value,
                "count": count,
                "guardrail": group.reason.policy.partition(" ")[0] if group.reason else "",
            }
            for group, count in listed[:MOST_GROUPS]
        ],
        "left_off": max(0, len(listed) - MOST_GROUPS),
    }

"""What of an organisation's own policies stands against the baseline, and what accounts would lose (衝突).

An account that is adopted comes under the policies of the baseline and takes those of its former units with
it, attached to itself. What does not fit, what would not hold there, and what would keep the operator from
the work is named before anybody proposes anything.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hashira.cloud.domain.policy.calls import Call
from hashira.cloud.domain.policy.document import Effect, PolicyKind, parse_policy
from hashira.cloud.domain.policy.evaluation import PolicySet, restrict
from hashira.cloud.domain.policy.impact import Impact, compare
from hashira.cloud.domain.policy.organisation import (
    FULL_ACCESS_NAME,
    MOST_PER_TARGET,
    Organisation,
    Target,
    read_organisation,
)
from hashira.cloud.domain.policy.refusals import UnreadableOrganisation, UnreadablePolicy
from hashira.cloud.domain.policy.request import Principal, Request
from hashira.cloud.domain.policy.size import LIMITS, written
from hashira.kernel.language import Bilingual

BASELINE_UNIT = "ou-of-the-baseline"
"""Where adopted accounts lie in the organisation of the lab."""
_WORK = (
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "iam:UpdateAccountPasswordPolicy",
    "s3:CreateBucket",
    "s3:PutBucketPolicy",
    "s3:PutAccountPublicAccessBlock",
    "cloudtrail:CreateTrail",
    "cloudtrail:StartLogging",
    "config:PutConfigurationRecorder",
    "config:PutDeliveryChannel",
    "config:PutConfigRule",
    "guardduty:CreateDetector",
    "securityhub:EnableSecurityHub",
    "ec2:EnableEbsEncryptionByDefault",
    "budgets:ModifyBudget",
)
"""What the steps of the baseline do in an account, as actions of IAM (*Service Authorization Reference*)."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that stands against it."""

    kind: str
    """``crowded``, ``narrows``, ``blocks``, ``unreadable``."""
    policy: str
    place: str
    """The name of the unit or account."""
    accounts: int
    """How many accounts it concerns."""
    words: Bilingual
    remedy: Bilingual


@dataclass(frozen=True, slots=True)
class PolicySize:
    """How many characters a policy takes of those it may have, and on how many targets it lies."""

    name: str
    characters: int
    limit: int
    targets: int


def sizes(document: Mapping[str, Any], baseline: Mapping[str, str]) -> tuple[PolicySize, ...]:
    """The policies of an organisation and those of the baseline, against the budget of characters."""
    targets = [document["root"], *document["units"], *document["accounts"]]
    texts = {name: one["document"] for name, one in document["policies"].items()} | dict(baseline)
    limit = LIMITS[PolicyKind.SCP]
    return tuple(
        PolicySize(name, len(text), limit, sum(name in one["policies"] for one in targets))
        for name, text in sorted(texts.items())
    )


def conflicts(
    document: Mapping[str, Any], baseline: Mapping[str, str], operator: str, ours: Collection[str] = ()
) -> tuple[Conflict, ...]:
    """What stands against adopting an organisation's accounts; ``operator`` is the role that works there.

    Accounts that are ``ours`` are not about to be adopted, and nothing stands against them.
    """
    try:
        organisation = _without(read_organisation(dict(document)), ours)
    except (UnreadableOrganisation, UnreadablePolicy) as error:
        words = error.why.format(**error.details)
        return (Conflict("unreadable", "", "", len(document["accounts"]), words, error.remedy),)
    return tuple(
        [*_crowded(organisation, baseline), *_narrowing(organisation), *_blocking(organisation, operator)]
    )


def _without(organisation: Organisation, ours: Collection[str]) -> Organisation:
    left = {id_: one for id_, one in organisation.accounts.items() if id_ not in ours}
    return replace(organisation, accounts=left)


def _crowded(organisation: Organisation, baseline: Mapping[str, str]) -> Iterator[Conflict]:
    """Accounts on which the policies of their former units find no room."""
    found: dict[tuple[str, int], int] = {}
    for account in organisation.accounts.values():
        if account.id != organisation.management:
            count = len(_carried(organisation, account, baseline)) + len(account.policies)
            if count > MOST_PER_TARGET:
                key = (_place(organisation, account.parent), count)
                found[key] = found.get(key, 0) + 1
    for (place, count), accounts in sorted(found.items()):
        yield Conflict(
            "crowded",
            "",
            place,
            accounts,
            Bilingual(
                f"引き継ぐと一つのアカウントにSCPが{count}本になります（上限{MOST_PER_TARGET}本）",
                f"An account would have {count} SCPs (of {MOST_PER_TARGET})",
            ),
            Bilingual("これまでのSCPを少ない本数にまとめてください", "Merge the former SCPs into fewer"),
        )


def _narrowing(organisation: Organisation) -> Iterator[Conflict]:
    """Policies of units that hold by what they allow: moved away from there an account is wider."""
    for unit in organisation.units.values():
        for name in unit.policies:
            statements = organisation.policies[name].statements
            narrow = any(
                one.effect is Effect.ALLOW and not one.matches_action("anything:AtAll") for one in statements
            )
            if name != FULL_ACCESS_NAME and narrow:
                accounts = sum(
                    unit.id in _way(organisation, one.parent) for one in organisation.accounts.values()
                )
                yield Conflict(
                    "narrows",
                    name,
                    unit.name,
                    accounts,
                    Bilingual(
                        "許可の一覧で絞っており、OUを移ると外れます",
                        "It narrows by what it allows; a move out of the unit lifts that",
                    ),
                    Bilingual("同じことを拒否（Deny）で書いてください", "Write the same as a denial"),
                )


def _blocking(organisation: Organisation, operator: str) -> Iterator[Conflict]:
    """Denials that would keep the operator from laying the baseline, once for each chain of policies."""
    seen: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for account in organisation.accounts.values():
        if account.id != organisation.management:
            seen.setdefault(organisation.chain(account.id), []).append(account.id)
    found: dict[tuple[str, str], tuple[set[str], int]] = {}
    for accounts in seen.values():
        scps, _rcps = organisation.levels(accounts[0])
        arn = f"arn:aws:iam::{accounts[0]}:role/{operator}"
        context = {"aws:PrincipalArn": arn, "aws:RequestedRegion": "ap-northeast-1"}
        for action in _WORK:
            request = Request(Principal.read(arn), action, "*", accounts[0], context)
            decision = restrict(request, PolicySet(scps=scps))
            for reason in decision.reasons if decision else ():
                key = (reason.policy, _place(organisation, organisation.accounts[accounts[0]].parent))
                actions, count = found.setdefault(key, (set(), len(accounts)))
                actions.add(action)
                found[key] = (actions, max(count, len(accounts)))
    for (policy, place), (actions, count) in sorted(found.items()):
        said = ", ".join(sorted(actions))
        yield Conflict(
            "blocks",
            policy,
            place,
            count,
            Bilingual(f"運営者のロールに {said} を許しません", f"It keeps the operator's role from {said}"),
            Bilingual(
                f"ロール {operator} を除く条件（aws:PrincipalArn）を足してください",
                f"Except the role {operator} by a condition on aws:PrincipalArn",
            ),
        )


def losses(
    document: Mapping[str, Any], baseline: Mapping[str, str], accounts: Iterable[str], calls: Iterable[Call]
) -> tuple[Impact, tuple[str, ...]]:
    """What accounts would lose of the calls that were recorded, once adopted; and those that do not fit.

    Raises ``UnreadableOrganisation`` and ``UnreadablePolicy`` for what the lab cannot read.
    """
    before = read_organisation(dict(document))
    policies = dict(before.policies) | {
        name: parse_policy(text, PolicyKind.SCP, name=name) for name, text in baseline.items()
    }
    unit = Target(BASELINE_UNIT, "baseline", before.root.id, (FULL_ACCESS_NAME, *baseline))
    moved, crowded = dict(before.accounts), []
    for number in accounts:
        account = before.accounts.get(number)
        if account is None or number == before.management:
            continue
        names = tuple(dict.fromkeys([*account.policies, *_carried(before, account, baseline)]))
        if len(names) > MOST_PER_TARGET:
            crowded.append(number)
            continue
        moved[number] = Target(account.id, account.name, unit.id, names)
    after = Organisation(
        before.id, before.management, before.root, {**before.units, unit.id: unit}, moved, policies
    )
    return compare(before, after, calls), tuple(crowded)


def _carried(organisation: Organisation, account: Target, baseline: Mapping[str, str]) -> tuple[str, ...]:
    """The policies of the units above that are attached to the account when it leaves them."""
    left = {FULL_ACCESS_NAME, *baseline, *account.policies}
    above = (organisation.units[one].policies for one in _way(organisation, account.parent))
    return tuple(dict.fromkeys(name for names in above for name in names if name not in left))


def _way(organisation: Organisation, parent: str) -> list[str]:
    """The ids of the units from a parent up, without the root."""
    found = []
    while parent in organisation.units:
        found.append(parent)
        parent = organisation.units[parent].parent
    return found


def _place(organisation: Organisation, parent: str) -> str:
    names = [organisation.units[one].name for one in reversed(_way(organisation, parent))]
    return "/".join(("Root", *names))


def organisation_file(document: Mapping[str, Any]) -> str:
    """The organisation as ``hashira cloud policy compare`` reads it."""
    kept = {
        name: one | {"document": json.loads(one["document"])} for name, one in document["policies"].items()
    }
    return written(dict(document) | {"policies": kept})

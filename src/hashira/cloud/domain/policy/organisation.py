"""An organisation as data: root, units, accounts, and the policies attached to each (組織).

What is attached to the root and to every unit on the way counts for an account, each level on its own
(*AWS Organizations User Guide*, "SCP evaluation"). The limits are those of AWS ("Quotas for AWS
Organizations"): what AWS would refuse is refused here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from hashira.cloud.domain.policy.document import FULL_ACCESS, Policy, PolicyKind, parse_policy
from hashira.cloud.domain.policy.refusals import UnreadableOrganisation

MOST_PER_TARGET = 5
"""Policies of one kind that may be attached to a root, a unit or an account."""
MOST_DEPTH = 5
"""Levels of units below the root."""
MOST_UNITS = 2_000
FULL_ACCESS_NAME = "FullAWSAccess"
Levels = tuple[tuple[Policy, ...], ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A root, a unit or an account, with the names of the policies attached to it."""

    id: str
    name: str
    parent: str
    """The id of the unit or root above; empty for the root."""
    policies: tuple[str, ...] = (FULL_ACCESS_NAME,)


@dataclass(frozen=True)
class Organisation:
    """An organisation that keeps the limits."""

    id: str
    management: str
    """The account that no policy of the organisation restricts."""
    root: Target
    units: Mapping[str, Target]
    accounts: Mapping[str, Target]
    policies: Mapping[str, Policy]

    def levels(self, account: str) -> tuple[Levels, Levels]:
        """SCPs and RCPs for an account, from the root down; none for the management account and strangers."""
        return self._levels_of(self.chain(account))

    def chain(self, account: str) -> tuple[tuple[str, ...], ...]:
        """The names of the policies at each level: accounts of one chain are judged alike."""
        target = self.accounts.get(account)
        if target is None or account == self.management:
            return ()
        return (*self._above[target.parent], target.policies)

    def with_policy(self, policy: Policy) -> Organisation:
        """The same organisation with one policy changed.

        Raises:
            UnreadableOrganisation: if there is no such policy, or it was of another kind.
        """
        known = self.policies.get(policy.name)
        if known is None or known.kind is not policy.kind:
            raise UnreadableOrganisation(place="policies", reason=f"{policy.name} ({policy.kind.value})?")
        return replace(self, policies={**self.policies, policy.name: policy})

    @cached_property
    def _above(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        found: dict[str, tuple[tuple[str, ...], ...]] = {self.root.id: (self.root.policies,)}

        def of(unit: Target) -> tuple[tuple[str, ...], ...]:
            if unit.id not in found:
                parent = self.root if unit.parent == self.root.id else self.units[unit.parent]
                found[unit.id] = (*of(parent), unit.policies)
            return found[unit.id]

        for unit in self.units.values():
            of(unit)
        return found

    def _levels_of(self, chain: tuple[tuple[str, ...], ...]) -> tuple[Levels, Levels]:
        def of(kind: PolicyKind) -> Levels:
            listed = (tuple(self.policies[name] for name in level) for level in chain)
            return tuple(tuple(one for one in level if one.kind is kind) for level in listed)

        return of(PolicyKind.SCP), of(PolicyKind.RCP)


def read_organisation(document: object) -> Organisation:
    """From values of JSON: ``id``, ``management``, ``policies``, ``root``, ``units``, ``accounts``.

    ``policies`` is ``{name: {"kind": …, "document": …}}``; a target
    ``{"id", "name", "parent", "policies"}`` has ``FullAWSAccess`` where it names none.

    Raises:
        UnreadableOrganisation: with the place of the fault, also where a limit of AWS is passed.
        UnreadablePolicy: if one of its policies cannot be read.
    """
    if not isinstance(document, dict):
        raise UnreadableOrganisation(place="JSON", reason="?")
    unknown = set(document) - {"id", "management", "policies", "root", "units", "accounts"}
    if unknown:
        raise UnreadableOrganisation(place="JSON", reason=", ".join(sorted(unknown)))
    policies = _policies(document.get("policies", {}))
    root = _target(document.get("root"), "root", policies)
    units = _targets(document.get("units", []), "units", policies)
    accounts = _targets(document.get("accounts", []), "accounts", policies)
    if len(units) > MOST_UNITS:
        raise UnreadableOrganisation(place="units", reason=f"{len(units):,} > {MOST_UNITS:,}")
    if root.parent or root.id in units:
        raise UnreadableOrganisation(place="root", reason=root.id)
    for unit in units.values():
        _depth(unit, root, units)
    for account in accounts.values():
        if not (len(account.id) == 12 and account.id.isdigit()):
            raise UnreadableOrganisation(place=f"accounts.{account.id}", reason="12 digits")
        if account.parent != root.id and account.parent not in units:
            raise UnreadableOrganisation(place=f"accounts.{account.id}.parent", reason=repr(account.parent))
    management = document.get("management", "")
    if management and management not in accounts:
        raise UnreadableOrganisation(place="management", reason=repr(management))
    return Organisation(str(document.get("id", "")), management, root, units, accounts, policies)


def _policies(given: object) -> dict[str, Policy]:
    if not isinstance(given, dict):
        raise UnreadableOrganisation(place="policies", reason="?")
    found = {FULL_ACCESS_NAME: parse_policy(FULL_ACCESS, PolicyKind.SCP, name=FULL_ACCESS_NAME)}
    for name, one in given.items():
        place = f"policies.{name}"
        if not isinstance(one, dict) or set(one) != {"kind", "document"}:
            raise UnreadableOrganisation(place=place, reason="kind, document")
        if one["kind"] not in (PolicyKind.SCP, PolicyKind.RCP):
            raise UnreadableOrganisation(
                place=f"{place}.kind", reason=f"{PolicyKind.SCP.value} / {PolicyKind.RCP.value}"
            )
        text = one["document"] if isinstance(one["document"], str) else json.dumps(one["document"])
        found[name] = parse_policy(text, PolicyKind(one["kind"]), name=name)
    return found


def _targets(given: object, place: str, policies: Mapping[str, Policy]) -> dict[str, Target]:
    if not isinstance(given, list):
        raise UnreadableOrganisation(place=place, reason="?")
    found: dict[str, Target] = {}
    for number, one in enumerate(given):
        target = _target(one, f"{place}[{number}]", policies)
        if target.id in found:
            raise UnreadableOrganisation(place=f"{place}[{number}].id", reason=f"{target.id} × 2")
        found[target.id] = target
    return found


def _target(given: Any, place: str, policies: Mapping[str, Policy]) -> Target:
    if not isinstance(given, dict) or not set(given) <= {"id", "name", "parent", "policies"}:
        raise UnreadableOrganisation(place=place, reason="id, name, parent, policies")
    texts = {name: given.get(name, "") for name in ("id", "name", "parent")}
    if not all(isinstance(text, str) for text in texts.values()) or not texts["id"]:
        raise UnreadableOrganisation(place=f"{place}.id", reason="?")
    names = given.get("policies", [FULL_ACCESS_NAME])
    if not isinstance(names, list) or len(set(map(str, names))) != len(names):
        raise UnreadableOrganisation(place=f"{place}.policies", reason="?")
    for name in names:
        if name not in policies:
            raise UnreadableOrganisation(place=f"{place}.policies", reason=f"{name}?")
    for kind in (PolicyKind.SCP, PolicyKind.RCP):
        count = sum(policies[name].kind is kind for name in names)
        if count > MOST_PER_TARGET:
            raise UnreadableOrganisation(
                place=f"{place}.policies", reason=f"{kind.value}: {count} > {MOST_PER_TARGET}"
            )
        if not count and kind is PolicyKind.SCP:  # AWS does not let the last one be detached
            raise UnreadableOrganisation(place=f"{place}.policies", reason=f"{kind.value}: 0")
    return Target(texts["id"], texts["name"], texts["parent"], tuple(names))


def _depth(unit: Target, root: Target, units: Mapping[str, Target]) -> None:
    at, depth = unit, 1
    while at.parent != root.id:
        if at.parent not in units:
            raise UnreadableOrganisation(place=f"units.{at.id}.parent", reason=repr(at.parent))
        at, depth = units[at.parent], depth + 1
        if depth > MOST_DEPTH:
            raise UnreadableOrganisation(place=f"units.{unit.id}", reason=f"{depth} > {MOST_DEPTH}")

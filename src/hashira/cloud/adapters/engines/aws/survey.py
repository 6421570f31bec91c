"""An organisation of AWS as it stands, read and never changed (AWSの棚卸し)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hashira.cloud.adapters.engines.aws.adoption_plan import plan_of
from hashira.cloud.adapters.engines.aws.cloud import AwsCloud
from hashira.cloud.adapters.engines.aws.guardrails import packs
from hashira.cloud.adapters.engines.aws.survey_layout import Layout
from hashira.cloud.adapters.engines.aws.survey_standings import Standings
from hashira.cloud.adapters.engines.aws.survey_surplus import surplus_of
from hashira.cloud.adapters.engines.aws.terms import OPERATOR_ROLE
from hashira.cloud.domain.adoption.inventory import (
    AccountReading,
    FoundAccount,
    FoundOrganisation,
    Surplus,
)
from hashira.cloud.domain.adoption.measure import Measure
from hashira.cloud.domain.adoption.plan import AdoptionPlan
from hashira.cloud.domain.baseline_terms import BaselineTerms
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.policy.document import PolicyKind
from hashira.kernel.language import Bilingual

_SCP = "SERVICE_CONTROL_POLICY"
_FULL = "FullAWSAccess"


@dataclass
class AwsSurveyor:
    """Reads by a connection that sends nothing but reading; several threads may share one."""

    standings: Standings
    """With ``OnlyReads`` before its connection."""
    write: AwsCloud
    """The cloud as steps have it, for a plan to rehearse on."""
    _layout: Layout | None = None

    @property
    def cloud(self) -> AwsCloud:
        """The cloud to read."""
        return self.standings.cloud

    def organisation(self) -> FoundOrganisation:
        told = self.cloud.call("organizations", "describe_organization")["Organization"]
        root = self.cloud.call("organizations", "list_roots")["Roots"][0]
        policies, attached = self._policies()

        def target(one: Any, parent: str) -> dict[str, Any]:
            names = sorted(attached.get(one["Id"], {_FULL}))
            return {"id": one["Id"], "name": one["Name"], "parent": parent, "policies": names}

        units, accounts, placed = [], [], []
        for parent, path in self._units(root["Id"], (), units, target):
            listed = self.cloud.connection.pages(
                "organizations", "list_accounts_for_parent", "Accounts", ParentId=parent
            )
            for one in listed:
                accounts.append(
                    FoundAccount(one["Id"], one["Name"], one["Email"], one["Status"], parent, path)
                )
                placed.append(target(one, parent))
        return FoundOrganisation(
            told["Id"],
            told["MasterAccountId"],
            tuple(accounts),
            {
                "id": told["Id"],
                "management": told["MasterAccountId"],
                "policies": policies,
                "root": target(root, ""),
                "units": units,
                "accounts": placed,
            },
        )

    def account(self, found: FoundAccount, document: FoundOrganisation, measure: Measure) -> AccountReading:
        layout = self._laid_out(document)
        told = functools.cache(lambda: self.standings.tags(found.id))
        steps = self.standings.of(found, layout, measure, told)
        tags = told()
        surplus = surplus_of(self.standings, found, layout, measure)
        surplus.extend(
            Surplus("tag", Bilingual("タグ", "Tag"), f"{key}={value}")
            for key, value in sorted(tags.items())
            if not key.startswith("hashira:")
        )
        return AccountReading(steps, tuple(surplus), tags)

    def baseline(self, terms: BaselineTerms) -> Mapping[str, str]:
        return packs((), terms)

    def operator(self) -> str:
        return OPERATOR_ROLE

    def plan(self, order: EnvironmentOrder) -> AdoptionPlan:
        return plan_of(self.write, order)

    def _units(
        self, parent: str, path: tuple[str, ...], units: list[Any], target: Callable[[Any, str], Any]
    ) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The parent and all units below it, with the names on the way."""
        yield parent, path
        listed = self.cloud.connection.pages(
            "organizations", "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent
        )
        for one in list(listed):
            units.append(target(one, parent))
            yield from self._units(one["Id"], (*path, one["Name"]), units, target)

    def _policies(self) -> tuple[dict[str, Any], dict[str, set[str]]]:
        """The SCPs by name with their texts, and to what each is attached: asked by policy, since an
        organisation has far fewer of them than accounts."""
        policies: dict[str, Any] = {}
        attached: dict[str, set[str]] = {}
        for one in self.cloud.connection.pages("organizations", "list_policies", "Policies", Filter=_SCP):
            targets = self.cloud.connection.pages(
                "organizations", "list_targets_for_policy", "Targets", PolicyId=one["Id"]
            )
            for target in targets:
                attached.setdefault(target["TargetId"], set()).add(one["Name"])
            if one["Name"] != _FULL:
                told = self.cloud.call("organizations", "describe_policy", PolicyId=one["Id"])["Policy"]
                policies[one["Name"]] = {"kind": PolicyKind.SCP.value, "document": told["Content"]}
        return policies, attached

    def _laid_out(self, document: FoundOrganisation) -> Layout:
        if self._layout is None or self._layout.of is not document:
            self._layout = Layout.made(document)
        return self._layout

"""An organisation of AWS as it stands, read and never changed (AWSの棚卸し)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hashira.cloud.adapters.engines.aws.access import Access, name_of
from hashira.cloud.adapters.engines.aws.adoption_plan import plan_of
from hashira.cloud.adapters.engines.aws.archive import TRAIL, LogArchive, Trail, bucket_of
from hashira.cloud.adapters.engines.aws.cloud import AwsCloud
from hashira.cloud.adapters.engines.aws.defaults import EncryptedDisks, NothingPublic, Passwords
from hashira.cloud.adapters.engines.aws.detection import RULE_PREFIX, Hub, Recorder, Rules, Threats
from hashira.cloud.adapters.engines.aws.expectation import expectations
from hashira.cloud.adapters.engines.aws.guardrails import packs
from hashira.cloud.adapters.engines.aws.organisation import OperatorRole, tags_of
from hashira.cloud.adapters.engines.aws.particulars import BUDGET, KINDS
from hashira.cloud.adapters.engines.aws.reading import OnlyReads
from hashira.cloud.adapters.engines.aws.terms import OPERATOR_ROLE
from hashira.cloud.domain.adoption.inventory import (
    AccountReading,
    FoundAccount,
    FoundOrganisation,
    Standing,
    StepReading,
    Surplus,
)
from hashira.cloud.domain.adoption.plan import AdoptionPlan
from hashira.cloud.domain.engine import EngineError, NotThere, Step
from hashira.cloud.domain.environment_order import (
    CloudRole,
    EnvironmentOrder,
    InformationClass,
    Isolation,
    Sharing,
    Stage,
    TenantClass,
)
from hashira.cloud.domain.policy.document import PolicyKind
from hashira.kernel.language import Bilingual

_SCP = "SERVICE_CONTROL_POLICY"
_FULL = "FullAWSAccess"
_INSIDE = (
    OperatorRole,
    LogArchive,
    Trail,
    Recorder,
    Rules,
    Threats,
    Hub,
    EncryptedDisks,
    NothingPublic,
    Passwords,
)
"""The steps that ask the same of every account, read back by the code that vending reads them back with."""
_Found = tuple[Standing, Bilingual]


@dataclass
class AwsSurveyor:
    """Reads by a connection that sends nothing but reading; several threads may share one."""

    cloud: AwsCloud
    """With ``OnlyReads`` before its connection."""
    write: AwsCloud
    """The cloud as steps have it, for a plan to rehearse on."""
    _sets: dict[str, str] | None = None
    _layout: _Layout | None = None
    _looking: threading.Lock = field(default_factory=threading.Lock)

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

    def account(self, found: FoundAccount, document: FoundOrganisation) -> AccountReading:
        order, facts = _neutral(found.id), {"account": found.id}
        asked = expectations(self.cloud)
        steps: list[StepReading] = []
        surplus: list[Surplus] = []
        tags: dict[str, str] = {}
        for kind in _INSIDE:
            step: Step = kind(self.cloud)
            steps.append(
                _reading(step.name, step.title, asked, lambda step=step: _verified(step, order, facts))
            )

        def told() -> _Found:
            tags.update(self._tags(found.id))
            return _of_tags(tags)

        for name, title, look in (
            (
                "guardrails",
                Bilingual("ガードレールの下に置く", "Place it under the guardrails"),
                lambda: _under(found, self._laid_out(document)),
            ),
            ("tags", Bilingual("タグを付ける", "Tag the account"), told),
            (
                "contacts",
                Bilingual("連絡先を登録する", "Register the contacts"),
                lambda: self._contacts(found.id),
            ),
            ("budget", Bilingual("予算を設ける", "Set the budget"), lambda: self._budget(found.id, surplus)),
            (
                "access",
                Bilingual("利用者を割り当てる", "Assign the people"),
                lambda: self._access(found.id, surplus),
            ),
        ):
            steps.append(_reading(name, title, asked, look))
        if not any(one.code == "CLD-602" for one in steps):
            surplus.extend(self._more(found.id))
        surplus.extend(
            Surplus("tag", Bilingual("タグ", "Tag"), f"{key}={value}")
            for key, value in sorted(tags.items())
            if not key.startswith("hashira:")
        )
        surplus.extend(_policies_of(found, self._laid_out(document)))
        return AccountReading(tuple(steps), tuple(surplus), tags)

    def baseline(self) -> Mapping[str, str]:
        return packs(())

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

    def _tags(self, account: str) -> dict[str, str]:
        listed = self.cloud.connection.pages(
            "organizations", "list_tags_for_resource", "Tags", ResourceId=account
        )
        return {one["Key"]: one["Value"] for one in listed}

    def _contacts(self, account: str) -> _Found:
        has = {}
        for kind in KINDS:
            told = self.cloud.found(
                "account",
                "get_alternate_contact",
                "ResourceNotFoundException",
                AccountId=account,
                AlternateContactType=kind,
            )
            if told is not None:
                has[kind] = told["AlternateContact"]["EmailAddress"]
        said = ", ".join(f"{kind} {mail}" for kind, mail in sorted(has.items()))
        if len(has) == len(KINDS):
            return Standing.OPEN, Bilingual(said, said)
        lacking = ", ".join(sorted(set(KINDS) - has.keys()))
        words = Bilingual(f"{lacking} がありません", f"{lacking} missing")
        return (Standing.DIFFERS if has else Standing.MISSING), words

    def _budget(self, account: str, surplus: list[Surplus]) -> _Found:
        told = self.cloud.call("budgets", "describe_budgets", account=account, AccountId=account)
        names = [one["BudgetName"] for one in told.get("Budgets", ())]
        surplus.extend(
            Surplus("budget", Bilingual("予算", "Budget"), name) for name in names if name != BUDGET
        )
        if BUDGET in names:
            return Standing.OPEN, Bilingual(BUDGET, BUDGET)
        return Standing.MISSING, Bilingual("予算がありません", "there is no budget")

    def _access(self, account: str, surplus: list[Surplus]) -> _Found:
        step = Access(self.cloud)
        directory = step.directory()
        names = self._named_sets(step)
        ours, mine = {name_of(role) for role in CloudRole}, 0
        provisioned = self.cloud.connection.pages(
            "sso-admin",
            "list_permission_sets_provisioned_to_account",
            "PermissionSets",
            InstanceArn=directory.instance,
            AccountId=account,
        )
        # Ours are asked for in any case: the emulator does not tell which sets an account has.
        asked = dict.fromkeys([*provisioned, *(arn for arn, name in names.items() if name in ours)])
        for arn in asked:
            assigned = list(
                self.cloud.connection.pages(
                    "sso-admin",
                    "list_account_assignments",
                    "AccountAssignments",
                    InstanceArn=directory.instance,
                    AccountId=account,
                    PermissionSetArn=arn,
                )
            )
            name = names.get(arn, arn)
            if name in ours:
                mine += len(assigned)
            elif assigned:
                surplus.append(
                    Surplus("assignment", Bilingual("割当て", "Assignments"), f"{name} × {len(assigned)}")
                )
        if mine:
            return Standing.OPEN, Bilingual(f"{mine}件", str(mine))
        return Standing.MISSING, Bilingual("割当てがありません", "nobody is assigned")

    def _laid_out(self, document: FoundOrganisation) -> _Layout:
        if self._layout is None or self._layout.of is not document:
            self._layout = _Layout.made(document)
        return self._layout

    def _named_sets(self, step: Access) -> dict[str, str]:
        with self._looking:
            if self._sets is None:
                self._sets = step.all_sets(step.directory())
            return self._sets

    def _more(self, account: str) -> Iterator[Surplus]:
        """What an account has beside the baseline, of the kinds that the baseline speaks of."""
        try:
            trails = self.cloud.call("cloudtrail", "describe_trails", account=account)["trailList"]
            for one in trails:
                if one["Name"] != TRAIL:
                    yield Surplus(
                        "trail", Bilingual("証跡", "Trail"), f"{one['Name']} → {one.get('S3BucketName', '?')}"
                    )
            for region in self.cloud.regions:
                where: dict[str, Any] = {"account": account, "region": region}
                rules = self.cloud.connection.pages("config", "describe_config_rules", "ConfigRules", **where)
                for one in rules:
                    if not one["ConfigRuleName"].startswith(RULE_PREFIX):
                        yield Surplus(
                            "config-rule",
                            Bilingual("検査の規則", "Rule"),
                            f"{region}: {one['ConfigRuleName']}",
                        )
                channels = self.cloud.call("config", "describe_delivery_channels", **where)
                for one in channels["DeliveryChannels"]:
                    if one["s3BucketName"] != bucket_of(account):
                        yield Surplus(
                            "delivery",
                            Bilingual("構成の記録の届け先", "Delivery"),
                            f"{region}: {one['s3BucketName']}",
                        )
        except EngineError as error:
            if error.passing:
                raise


@dataclass(frozen=True)
class _Layout:
    """What is attached where, looked up once for all accounts of an organisation."""

    of: FoundOrganisation
    own: dict[str, list[str]]
    ways: dict[str, list[tuple[str, list[str]]]]
    """By unit, the names of what is attached from it up to the root, with the unit's name."""

    @classmethod
    def made(cls, found: FoundOrganisation) -> _Layout:
        root = found.document["root"]
        ways = {root["id"]: [(root["name"], root["policies"])]}
        for unit in found.document["units"]:  # each after the one above it
            ways[unit["id"]] = [(unit["name"], unit["policies"]), *ways[unit["parent"]]]
        own = {one["id"]: one["policies"] for one in found.document["accounts"]}
        return cls(found, own, ways)


def surveyor(cloud: AwsCloud) -> AwsSurveyor:
    """A surveyor of a cloud."""
    before = OnlyReads(cloud.connection, cloud.first_role)
    return AwsSurveyor(replace(cloud, connect=lambda: before), cloud)


def _reading(
    name: str, title: Bilingual, asked: dict[str, Bilingual], look: Callable[[], _Found]
) -> StepReading:
    """One step, looked at; an error that does not pass makes it one that cannot be read."""
    try:
        standing, words = look()
    except NotThere as error:
        standing = Standing.MISSING if error.details.get("absent") else Standing.DIFFERS
        found = error.details.get("found", "")
        words = found if isinstance(found, Bilingual) else Bilingual(str(found), str(found))
    except EngineError as error:
        if error.passing:
            raise
        why, what = (one.format(**error.details) for one in (error.why, error.remedy))
        return StepReading(name, title, Standing.UNREADABLE, asked[name], why, what, error.code)
    return StepReading(name, title, standing, asked[name], words)


def _verified(step: Step, order: EnvironmentOrder, facts: dict[str, Any]) -> _Found:
    lines = step.verify(order, facts).lines
    return Standing.PRESENT, Bilingual(
        ", ".join(f"{one.name.ja} {one.value}" for one in lines),
        ", ".join(f"{one.name.en} {one.value}" for one in lines),
    )


def _of_tags(tags: dict[str, str]) -> _Found:
    wanted = tags_of(_neutral("")).keys()
    lacking = sorted(wanted - tags.keys())
    if not lacking:
        said = ", ".join(f"{key}={tags[key]}" for key in sorted(wanted))
        return Standing.OPEN, Bilingual(said, said)
    said = ", ".join(lacking)
    words = Bilingual(f"{said} がありません", f"{said} missing")
    return (Standing.DIFFERS if len(lacking) < len(wanted) else Standing.MISSING), words


def _under(found: FoundAccount, layout: _Layout) -> _Found:
    path = "/".join(("Root", *found.path))
    names = {name for _unit, policies in layout.ways[found.unit] for name in policies}
    lacking = sorted(packs(()).keys() - names)
    if not lacking:
        return Standing.PRESENT, Bilingual(path, path)
    return Standing.MISSING, Bilingual(
        f"{path}：{', '.join(lacking)} なし", f"{path}: without {', '.join(lacking)}"
    )


def _policies_of(found: FoundAccount, layout: _Layout) -> Iterator[Surplus]:
    """SCPs that are in force for the account and are none of the baseline."""
    for place, names in [(found.name, layout.own.get(found.id, [])), *layout.ways[found.unit]]:
        for name in names:
            if name != _FULL and name not in packs(()):
                yield Surplus("scp", Bilingual("SCP", "SCP"), f"{name} ({place})")


def _neutral(account: str) -> EnvironmentOrder:
    """An order for the steps that ask the same of every account and look at none of its values."""
    return EnvironmentOrder(
        key=account,
        body_code="",
        body_name="",
        tenant_class=TenantClass.LOCAL,
        system_code="",
        system_name="",
        stage=Stage.PRODUCTION,
        sharing=Sharing.SINGLE,
        isolation=Isolation.ACCOUNT,
        information_class=InformationClass.CONFIDENTIALITY_2,
        engine="aws",
        region="",
        address_ranges=(),
        roles=(),
        monthly_budget_yen=Decimal(0),
        budget_code="",
        adopts=account,
    )

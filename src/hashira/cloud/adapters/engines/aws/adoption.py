"""The steps by which an account that exists already is adopted, and by which it is released again (取込み).

They are the steps of vending without those that make an account, each taken only where it is not found done.
The order is another one: the account is moved under the guardrails after everything that watches has been
laid and read back. Up to the move nothing is taken away from whoever works there, and what fails leaves
them as they were; the move itself is one call, and one call takes it back. The SCPs that held before the
move are attached to the account first, so that it is at no moment under less than it was.

A release gives back what an adoption changed: the place, the contacts, the tags, the budget, the
assignments. What watches and what keeps records stays: to release an account is not to blind it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from hashira.cloud.adapters.engines.aws.access import Access
from hashira.cloud.adapters.engines.aws.archive import LogArchive, Trail, bucket_of
from hashira.cloud.adapters.engines.aws.cloud import AwsCloud, AwsStep, account_of, line, missing
from hashira.cloud.adapters.engines.aws.defaults import EncryptedDisks, NothingPublic, Passwords
from hashira.cloud.adapters.engines.aws.detection import Hub, Recorder, Rules, Threats
from hashira.cloud.adapters.engines.aws.guardrails import PREFIX, Guardrails
from hashira.cloud.adapters.engines.aws.organisation import (
    OperatorRole,
    Organisation,
    Placement,
    Unit,
    tags_of,
)
from hashira.cloud.adapters.engines.aws.particulars import KINDS, Budget, Contacts, Tags
from hashira.cloud.adapters.engines.aws.reading import CONTROL_TOWER_ROLE
from hashira.cloud.adapters.engines.aws.servers import ServerRole
from hashira.cloud.adapters.engines.aws.terms import OPERATOR_ROLE, TITLE, AwsRefused
from hashira.cloud.domain.adoption.port import NoWayIn
from hashira.cloud.domain.engine import EngineRefused, Evidence, Facts, NotThere, NotYet, Step
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual

_SCP = "SERVICE_CONTROL_POLICY"
_FULL = "FullAWSAccess"


class Adopted(AwsStep):
    """Finds the account."""

    name = "account"
    title = Bilingual("既存のアカウントを確かめる", "Find the account that exists")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        self._active(order)
        return {"account": order.adopts}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        known = self._active(order)
        return Evidence((line("アカウント", "Account", known["Id"]), line("名前", "Name", known["Name"])))

    def _active(self, order: EnvironmentOrder) -> dict[str, Any]:
        management = self.cloud.call("organizations", "describe_organization")["Organization"]
        if management["MasterAccountId"] == order.adopts:
            raise EngineRefused(
                engine=TITLE,
                operation="organizations:move_account",
                answer=Bilingual(
                    "管理アカウントは、SCPが効かないので取り込めません",
                    "the management account is under no SCP and cannot be adopted",
                ),
            )
        found = self.cloud.found(
            "organizations", "describe_account", "AccountNotFoundException", AccountId=order.adopts
        )
        if found is None:
            raise missing(
                "account", "アカウントが組織にありません", "it is not in the organisation", absent=True
            )
        known = dict(found["Account"])
        if known["Status"] != "ACTIVE":
            raise missing("account", f"状態が {known['Status']} です", f"its state is {known['Status']}")
        return known


class Former(AwsStep):
    """Keeps what a release gives back, before any of it is changed. It changes nothing itself."""

    name = "former-settings"
    title = Bilingual("いまの設定を控える", "Keep the present settings")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        return {} if facts.get("former") else {"former": former_of(self.cloud, account_of(facts))}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        former = facts.get("former")
        if not former:
            raise missing(self.name, "控えがありません", "nothing was kept", absent=True)
        names = ", ".join(one["name"] for one in former["policies"]) or "0"
        return Evidence(
            (
                line("これまでの置き場所", "Former unit", former["unit"]),
                line("これまでのSCP", "Former SCPs", names),
                line("これまでの連絡先", "Former contacts", len(former["contacts"])),
            )
        )


class AdoptedRole(OperatorRole):
    """The operator's role, made by whichever role lets us in."""

    def _in_account(
        self, account: str, operation: str, *quiet: str, **arguments: Any
    ) -> dict[str, Any] | None:
        candidates = dict.fromkeys((OPERATOR_ROLE, self.cloud.first_role, CONTROL_TOWER_ROLE))
        for role in candidates:
            try:
                return self.cloud.found("iam", operation, *quiet, account=account, role=role, **arguments)
            except NotYet:  # a role that cannot be assumed
                continue
            except AwsRefused as refused:
                if refused.aws_code not in {"AccessDenied", "AccessDeniedException"}:
                    raise
        raise NoWayIn(
            engine=TITLE,
            operation=f"iam:{operation}",
            answer="AccessDenied",
            account=account,
            roles=", ".join(candidates),
        )


class FormerGuardrails(AwsStep):
    """Attaches to the account the SCPs that hold on its way to the root, before it leaves that way."""

    name = "former-guardrails"
    title = Bilingual("これまでのSCPをアカウントに引き継ぐ", "Carry the former SCPs over to the account")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        account = account_of(facts)
        has = self._attached(account)
        for one in carried(facts):
            if one["id"] not in has:
                self.cloud.found(
                    "organizations",
                    "attach_policy",
                    "DuplicatePolicyAttachmentException",
                    PolicyId=one["id"],
                    TargetId=account,
                )
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        has = self._attached(account_of(facts))
        lost = [one["name"] for one in carried(facts) if one["id"] not in has]
        if lost:
            said = ", ".join(lost)
            raise missing(self.name, f"{said} が掛かっていません", f"{said} not attached")
        names = ", ".join(one["name"] for one in carried(facts)) or "0"
        return Evidence((line("引き継いだSCP", "SCPs carried over", names),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        for one in carried(facts):
            self.cloud.found(
                "organizations",
                "detach_policy",
                "PolicyNotAttachedException",
                "TargetNotFoundException",
                PolicyId=one["id"],
                TargetId=account_of(facts),
            )

    def _attached(self, account: str) -> set[str]:
        return {one["id"] for one in scps_on(self.cloud, account)}


class AdoptedPlacement(Placement):
    """Moves the account to its unit; a release moves it back to where it lay."""

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        former = facts.get("former")
        if former and self._parent(account_of(facts)) == facts.get("unit"):
            self._move(account_of(facts), str(former["unit"]))


class AdoptedContacts(Contacts):
    """A release puts the contacts back that were there, and takes away those that were not."""

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        former = facts.get("former")
        if not former:
            return
        for kind in KINDS:
            kept = former["contacts"].get(kind)
            about = {"AccountId": account_of(facts), "AlternateContactType": kind}
            if kept:
                self.cloud.call("account", "put_alternate_contact", **about, **kept)
            else:
                self.cloud.found("account", "delete_alternate_contact", "ResourceNotFoundException", **about)


class AdoptedRecorder(Recorder):
    """A release delivers the record to where it went before; the recorder goes on."""

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        former = facts.get("former")
        for region, channel in former["deliveries"].items() if former else ():
            self.cloud.call(
                "config",
                "put_delivery_channel",
                account=account_of(facts),
                region=region,
                DeliveryChannel=channel,
            )


class AdoptedTags(Tags):
    """A release takes our tags away and no others."""

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        self.cloud.found(
            "organizations",
            "untag_resource",
            "TargetNotFoundException",
            ResourceId=account_of(facts),
            TagKeys=sorted(tags_of(order)),
        )


@dataclass(frozen=True)
class IfMissing:
    """A step of vending, taken only where its read-back does not find it; what is there is left as it is."""

    step: Step
    given_back: bool
    """Whether a release undoes it; what watches and keeps records stays."""

    @property
    def name(self) -> str:
        return self.step.name

    @property
    def title(self) -> Bilingual:
        return self.step.title

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        try:
            self.step.verify(order, facts)
        except NotThere:
            return self.step.apply(order, facts)
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        return self.step.verify(order, facts)

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        if self.given_back and facts.get("account"):
            self.step.compensate(order, facts)


def opening(cloud: AwsCloud) -> tuple[Step, ...]:
    """Where it will lie, who it is, and what adds to it without touching what runs there."""
    return (
        Organisation(cloud),
        Unit(cloud),
        Adopted(cloud),
        IfMissing(AdoptedRole(cloud), given_back=False),
        IfMissing(ServerRole(cloud), given_back=False),
        Former(cloud),
        IfMissing(AdoptedContacts(cloud), given_back=True),
        IfMissing(Budget(cloud), given_back=True),
    )


def guarding(cloud: AwsCloud) -> tuple[Step, ...]:
    """Everything that watches; then the move, which alone takes something away; then people."""
    watching = (Rules, Threats, Hub, EncryptedDisks, NothingPublic, Passwords)
    return (
        IfMissing(LogArchive(cloud), given_back=False),
        IfMissing(Trail(cloud), given_back=False),
        IfMissing(AdoptedRecorder(cloud), given_back=True),
        *(IfMissing(kind(cloud), given_back=False) for kind in watching),
        IfMissing(Guardrails(cloud), given_back=False),
        IfMissing(FormerGuardrails(cloud), given_back=True),
        IfMissing(AdoptedPlacement(cloud), given_back=True),
        IfMissing(AdoptedTags(cloud), given_back=True),
        IfMissing(Access(cloud), given_back=True),
    )


def former_of(cloud: AwsCloud, account: str) -> dict[str, Any]:
    """How the account stands before anything is changed: where it lies, under what, and what is replaced."""
    parent = cloud.call("organizations", "list_parents", ChildId=account)["Parents"][0]["Id"]
    contacts = {}
    for kind in KINDS:
        told = cloud.found(
            "account",
            "get_alternate_contact",
            "ResourceNotFoundException",
            AccountId=account,
            AlternateContactType=kind,
        )
        if told is not None:
            kept = told["AlternateContact"]
            contacts[kind] = {
                name: kept.get(name, "-") for name in ("EmailAddress", "Name", "PhoneNumber", "Title")
            }
    deliveries = {}
    for region in cloud.regions:
        channels = cloud.call("config", "describe_delivery_channels", account=account, region=region)
        for one in channels["DeliveryChannels"]:
            if one["s3BucketName"] != bucket_of(account):
                deliveries[region] = one
    own = {one["id"] for one in scps_on(cloud, account)}
    way = [one for one in _scps_above(cloud, parent) if one["id"] not in own]
    return {"unit": parent, "contacts": contacts, "deliveries": deliveries, "policies": way}


def carried(facts: Facts) -> list[dict[str, Any]]:
    """Those that were attached above the account and not to it."""
    return [one for one in facts.get("former", {}).get("policies", []) if not one["narrows"]]


def scps_on(cloud: AwsCloud, target: str) -> list[dict[str, Any]]:
    listed = cloud.connection.pages(
        "organizations", "list_policies_for_target", "Policies", TargetId=target, Filter=_SCP
    )
    return [{"id": one["Id"], "name": one["Name"]} for one in listed]


def _scps_above(cloud: AwsCloud, parent: str) -> list[dict[str, Any]]:
    """The SCPs of the units on the way up, without the root, under which the account stays."""
    found: dict[str, dict[str, Any]] = {}
    while not parent.startswith("r-"):
        for one in scps_on(cloud, parent):
            ours = one["name"] == _FULL or one["name"].startswith(PREFIX)
            if not ours and one["id"] not in found:
                told = cloud.call("organizations", "describe_policy", PolicyId=one["id"])["Policy"]
                found[one["id"]] = one | {"narrows": _narrows(told["Content"])}
        parents = cloud.call("organizations", "list_parents", ChildId=parent)["Parents"]
        if not parents:
            raise EngineRefused(engine=TITLE, operation="organizations:list_parents", answer=parent)
        parent = str(parents[0]["Id"])
    return list(found.values())


def _narrows(text: str) -> bool:
    """Whether a policy holds by what it allows, which attached beside another allowance does nothing.

    >>> _narrows('{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}')
    False
    >>> _narrows('{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}')
    True
    """
    statements = json.loads(text)["Statement"]
    listed = statements if isinstance(statements, list) else [statements]
    return any(one["Effect"] == "Allow" and one.get("Action") not in ("*", ["*"]) for one in listed)

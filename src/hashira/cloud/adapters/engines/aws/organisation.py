"""The organisation, its units, and the account in it (組織・OU・アカウント).

A unit is a class and a stage, never one body: an organisation may have 2,000 units, and Japan has 1,788
local governments (AWS Organizations User Guide, *Quotas*). Which body an account is of stands in its tags.
"""

from __future__ import annotations

import threading
from typing import Any

from hashira.cloud.adapters.engines.aws.cloud import AwsStep, account_of, line, missing, short
from hashira.cloud.adapters.engines.aws.terms import AGREED, OPERATOR_ROLE, TITLE, AwsRefused
from hashira.cloud.domain.baseline.catalogue import spared
from hashira.cloud.domain.baseline_terms import FIRST
from hashira.cloud.domain.engine import EngineRefused, Evidence, Facts, NotYet, QuotaReached
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.guardrails import guardrail
from hashira.cloud.domain.policy.size import written
from hashira.kernel.language import Bilingual

TRUSTED = (
    "account.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "guardduty.amazonaws.com",
    "securityhub.amazonaws.com",
    "sso.amazonaws.com",
)
"""Services that may work in all accounts from the management account."""
_SCP = "SERVICE_CONTROL_POLICY"
_NO_ACCOUNT = ("AccountNotFoundException", "ChildNotFoundException", "TargetNotFoundException")
_ROLE_POLICY = "hashira-vending"
_EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
_TAKEN = "EMAIL_ALREADY_EXISTS"
_making_units = threading.Lock()


class Organisation(AwsStep):
    """The organisation with all features, SCPs and the trusted services. One for everybody."""

    name = "organisation"
    title = Bilingual("組織を確かめる", "See to the organisation")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        missing_ = "AWSOrganizationsNotInUseException"
        if self.cloud.found("organizations", "describe_organization", missing_) is None:
            self.cloud.found(
                "organizations", "create_organization", "AlreadyInOrganizationException", FeatureSet="ALL"
            )
        root = self._root()
        if not _has_scps(root):
            self.cloud.found(
                "organizations",
                "enable_policy_type",
                "PolicyTypeAlreadyEnabledException",
                RootId=root["Id"],
                PolicyType=_SCP,
            )
        for principal in sorted(set(TRUSTED) - self._trusted()):
            self.cloud.call("organizations", "enable_aws_service_access", ServicePrincipal=principal)
        return {"root": root["Id"]}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        found = self.cloud.found(
            "organizations", "describe_organization", "AWSOrganizationsNotInUseException"
        )
        if found is None:
            raise missing("organisation", "組織がありません", "there is no organisation")
        if found["Organization"]["FeatureSet"] != "ALL":
            raise missing("organisation", "すべての機能が有効ではありません", "not all features are on")
        if not _has_scps(self._root()):
            raise missing("organisation", "SCPが有効ではありません", "SCPs are not enabled")
        closed = sorted(set(TRUSTED) - self._trusted())
        if closed:
            said = ", ".join(closed)
            raise missing("organisation", f"信頼されていません：{said}", f"not trusted: {said}")
        return Evidence((line("組織", "Organisation", found["Organization"]["Id"]),))

    def _root(self) -> dict[str, Any]:
        roots = self.cloud.call("organizations", "list_roots")["Roots"]
        if not roots:
            raise missing("organisation", "ルートがありません", "there is no root")
        return dict(roots[0])

    def _trusted(self) -> set[str]:
        listed = self.cloud.connection.pages(
            "organizations", "list_aws_service_access_for_organization", "EnabledServicePrincipals"
        )
        return {one["ServicePrincipal"] for one in listed}


class Unit(AwsStep):
    """The unit of the class and stage, made by whoever needs it first; exceptions have their own."""

    name = "unit"
    title = Bilingual("組織単位（OU）を用意する", "Prepare the organisational unit")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        parent = str(facts["root"])
        for name in path_of(order):
            parent = self.made(parent, name)
        return {"unit": parent}

    def made(self, parent: str, name: str) -> str:
        """The unit of that name, made if there is none; of two that were made at once, the first in order."""
        with _making_units:
            found = self.named(parent, name)
            if found is None:
                self.cloud.found(
                    "organizations",
                    "create_organizational_unit",
                    "DuplicateOrganizationalUnitException",
                    ParentId=parent,
                    Name=name,
                )
                found = self.named(parent, name)
        if found is None:
            raise NotYet(engine=TITLE, thing=f"OU {name}")
        return found

    def named(self, parent: str, name: str) -> str | None:
        """The id of the unit of that name under the parent."""
        listed = self.cloud.connection.pages(
            "organizations", "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent
        )
        return min((one["Id"] for one in listed if one["Name"] == name), default=None)

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        parent = str(facts.get("root", ""))
        for name in path_of(order):
            found = self.named(parent, name)
            if found is None:
                raise missing("unit", f"OU「{name}」がありません", f"there is no unit {name}")
            parent = found
        if parent != facts.get("unit"):
            raise missing("unit", "別のOUになっています", "it is another unit")
        return Evidence(
            (line("OU", "Unit", parent), line("場所", "Path", "/".join(("Root", *path_of(order)))))
        )


class AccountRequest(AwsStep):
    """Asks for the account, unless one of this order is there or on its way.

    A new account lies in the root until it is placed, so that is where one is looked for that nobody has
    heard of; and no two accounts have the same address, which AWS itself sees to.
    """

    name = "account-request"
    title = Bilingual("アカウントを申し込む", "Ask for the account")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        if facts.get("account"):
            return {}
        if facts.get("account_request"):
            before = self._status(facts)
            if before is not None and _failure(before) in {"", _TAKEN}:
                return {}
        there = self._in_root(order, str(facts["root"]))
        if there is not None:
            return {"account": there}
        asked = self.cloud.call(
            "organizations",
            "create_account",
            Email=self.cloud.address(order),
            AccountName=account_name(order),
            RoleName=self.cloud.first_role,
            IamUserAccessToBilling="DENY",
            Tags=[{"Key": key, "Value": value} for key, value in tags_of(order).items()],
        )["CreateAccountStatus"]
        return {"account_request": asked["Id"]}

    def _in_root(self, order: EnvironmentOrder, root: str) -> str | None:
        listed = self.cloud.connection.pages(
            "organizations", "list_accounts_for_parent", "Accounts", ParentId=root
        )
        return _of_address(listed, self.cloud.address(order))

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        if facts.get("account"):
            return Evidence((line("アカウント", "Account", facts["account"]),))
        asked = self._status(facts)
        if asked is None:
            raise missing("account-request", "申込みがありません", "there is no request")
        _raise_failure(_failure(asked))
        return Evidence((line("申込み", "Request", asked["Id"]), line("状態", "State", asked["State"])))

    def _status(self, facts: Facts) -> dict[str, Any] | None:
        found = self.cloud.found(
            "organizations",
            "describe_create_account_status",
            "CreateAccountStatusNotFoundException",
            CreateAccountRequestId=str(facts.get("account_request", "car-00000000")),
        )
        return None if found is None else dict(found["CreateAccountStatus"])


class Account(AwsStep):
    """The account, once it is made."""

    name = "account"
    title = Bilingual("アカウントを作る", "Make the account")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        if facts.get("account"):
            return {}
        status = self.cloud.call(
            "organizations",
            "describe_create_account_status",
            CreateAccountRequestId=str(facts["account_request"]),
        )["CreateAccountStatus"]
        if status["State"] == "SUCCEEDED":
            return {"account": status["AccountId"]}
        if status["State"] == "IN_PROGRESS":
            raise NotYet(engine=TITLE, thing="account")
        _raise_failure(_failure(status))
        listed = self.cloud.connection.pages("organizations", "list_accounts", "Accounts")
        there = _of_address(listed, self.cloud.address(order))
        if there is None:
            raise NotYet(engine=TITLE, thing="account")
        return {"account": there}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        account = account_of(facts)
        found = self.cloud.found(
            "organizations", "describe_account", "AccountNotFoundException", AccountId=account
        )
        if found is None:
            raise missing("account", "アカウントがありません", "there is no such account")
        known = found["Account"]
        if known["Email"] != self.cloud.address(order):
            raise missing("account", "別の指図のアカウントです", "it is the account of another order")
        if known["Status"] != "ACTIVE":
            raise missing("account", f"状態が {known['Status']} です", f"its state is {known['Status']}")
        return Evidence((line("アカウント", "Account", account), line("名前", "Name", known["Name"])))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        """Closes it: AWS suspends a closed account for 90 days and deletes it then."""
        if facts.get("account"):
            self.cloud.found(
                "organizations",
                "close_account",
                "AccountNotFoundException",
                "AccountAlreadyClosedException",
                AccountId=str(facts["account"]),
            )


class OperatorRole(AwsStep):
    """The role that the guardrails spare, made before the account comes under them."""

    name = "operator-role"
    title = Bilingual("運営者のロールを作る", "Make the operator's role")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        account = account_of(facts)
        path, _, name = OPERATOR_ROLE.rpartition("/")
        if self._policy(account) is None:
            management = self.cloud.call("organizations", "describe_organization")["Organization"]
            trust = {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": f"arn:aws:iam::{management['MasterAccountId']}:root"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
            self._in_account(
                account,
                "create_role",
                "EntityAlreadyExists",
                "EntityAlreadyExistsException",
                Path=f"/{path}/",
                RoleName=name,
                AssumeRolePolicyDocument=written(trust),
                Description="Hashira: vending and guardrails",
            )
        self._in_account(
            account,
            "put_role_policy",
            RoleName=name,
            PolicyName=_ROLE_POLICY,
            PolicyDocument=written(_EVERYTHING),
        )
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        account = account_of(facts)
        if not self._policy(account):
            raise missing(
                "operator-role",
                "ロールか、その権限がありません",
                "the role or its policy is missing",
                absent=True,
            )
        return Evidence((line("ロール", "Role", f"arn:aws:iam::{account}:role/{OPERATOR_ROLE}"),))

    def _policy(self, account: str) -> bool | None:
        """Whether the role may do its work; None where there is no role."""
        name = OPERATOR_ROLE.rpartition("/")[2]
        found = self._in_account(
            account, "list_role_policies", "NoSuchEntity", "NoSuchEntityException", RoleName=name
        )
        return None if found is None else _ROLE_POLICY in found["PolicyNames"]

    def _in_account(
        self, account: str, operation: str, *quiet: str, **arguments: Any
    ) -> dict[str, Any] | None:
        """By the first role while there is nothing else, afterwards by the operator's own."""
        try:
            return self.cloud.found(
                "iam", operation, *quiet, account=account, role=self.cloud.first_role, **arguments
            )
        except AwsRefused as refused:
            if refused.aws_code not in {"AccessDenied", "AccessDeniedException"}:
                raise
        return self.cloud.found("iam", operation, *quiet, account=account, **arguments)


class Placement(AwsStep):
    """Moves the account under its unit, and so under the guardrails of that."""

    name = "placement"
    title = Bilingual("アカウントをOUに置く", "Place the account in its unit")

    def destination(self, facts: Facts) -> str:
        """Where it is to lie."""
        return str(facts["unit"])

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        self._move(account_of(facts), self.destination(facts))
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        parent = self._parent(account_of(facts))
        if parent != self.destination(facts):
            raise missing(self.name, f"{parent} にあります", f"it lies in {parent}")
        return Evidence((line("置き場所", "Parent", parent),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        if facts.get("account") and self._parent(str(facts["account"])) == self.destination(facts):
            self._move(str(facts["account"]), str(facts["root"]))

    def _parent(self, account: str) -> str:
        found = self.cloud.found("organizations", "list_parents", *_NO_ACCOUNT, ChildId=account)
        if not found or not found["Parents"]:
            raise missing(self.name, "アカウントがありません", "there is no such account")
        return str(found["Parents"][0]["Id"])

    def _move(self, account: str, destination: str) -> None:
        parent = self._parent(account)
        if parent != destination:
            self.cloud.found(
                "organizations",
                "move_account",
                "DuplicateAccountException",
                AccountId=account,
                SourceParentId=parent,
                DestinationParentId=destination,
            )


def path_of(order: EnvironmentOrder) -> tuple[str, ...]:
    """The names of the units from the root down: class, then stage, with the version of the baseline and what
    an exception takes off there.

    Exceptions from one guardrail share a unit, since there may be 2,000 units and no more; an exception from
    what no SCP holds needs none. Each version of the baseline has units of its own, so that some accounts of
    a class and stage can be under a new one while others are not yet; the first has the plain names.

    >>> from types import SimpleNamespace
    >>> order = SimpleNamespace(
    ...     tenant_class="local", stage="production", exceptions=("data-location/7b4c",), baseline=FIRST)
    >>> path_of(order)
    ('local', 'production-except-data-location')
    >>> order.baseline = SimpleNamespace(version="2026.12")
    >>> path_of(order)
    ('local', 'production-2026.12-except-data-location')
    """
    stage = str(order.stage)
    if order.baseline.version != FIRST.version:
        stage = f"{stage}-{order.baseline.version}"
    without = sorted(one for one in spared(order.exceptions) if guardrail(one) is not None)
    if without:
        stage = "-".join((stage, "except", *without))[:128]
    return (str(order.tenant_class), stage)


def account_name(order: EnvironmentOrder) -> str:
    """A name of at most 50 characters that tells people which it is."""
    said = f"{order.body_code}-{order.system_code}-{order.stage}"[:41]
    return f"{said}-{short(order)}"


def tags_of(order: EnvironmentOrder) -> dict[str, str]:
    """What an account says of itself."""
    return {
        "hashira:key": order.key,
        "hashira:body": order.body_code,
        "hashira:system": order.system_code,
        "hashira:stage": str(order.stage),
        "hashira:class": str(order.tenant_class),
        "hashira:sharing": str(order.sharing),
        "hashira:information-class": str(order.information_class),
        "hashira:budget-code": order.budget_code,
    }


def _failure(status: dict[str, Any]) -> str:
    """Why a request failed; empty where it did not."""
    return str(status.get("FailureReason", "?")) if status["State"] == "FAILED" else ""


def _raise_failure(reason: str) -> None:
    """Raises what a failed request comes to. That the address is taken is good news: the account is there."""
    if reason == "ACCOUNT_LIMIT_EXCEEDED":
        raise QuotaReached(engine=TITLE, quota="accounts", limit=AGREED)
    if reason and reason != _TAKEN:
        raise EngineRefused(engine=TITLE, operation="organizations:create_account", answer=reason)


def _has_scps(root: dict[str, Any]) -> bool:
    return any(one["Type"] == _SCP and one["Status"] == "ENABLED" for one in root.get("PolicyTypes", ()))


def _of_address(listed: Any, address: str) -> str | None:
    return next((str(one["Id"]) for one in listed if one["Email"] == address), None)

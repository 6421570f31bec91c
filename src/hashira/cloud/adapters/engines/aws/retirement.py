"""The end of use: nobody gets in any more, then the account is closed (休止と廃止)."""

from __future__ import annotations

from hashira.cloud.adapters.engines.aws.access import Access
from hashira.cloud.adapters.engines.aws.cloud import AwsStep, account_of, line, missing
from hashira.cloud.adapters.engines.aws.organisation import Placement, Unit
from hashira.cloud.adapters.engines.aws.terms import OPERATOR_ROLE
from hashira.cloud.domain.engine import Evidence, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.policy.size import written
from hashira.kernel.language import Bilingual

UNIT = "suspended"
SUSPENDED = "hashira-suspended"
"""The SCP on it."""
_SCP = "SERVICE_CONTROL_POLICY"
_DENIES = written(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Suspended",
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::*:role/{OPERATOR_ROLE}"}},
            }
        ],
    }
)


class SuspensionUnit(AwsStep):
    """The unit in which everything is denied to all but the operator."""

    name = "suspension-unit"
    title = Bilingual("休止用のOUを用意する", "Prepare the unit for what is suspended")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        unit = Unit(self.cloud).made(str(facts["root"]), UNIT)
        if SUSPENDED not in self._attached(unit):
            policy = self._policy() or self._made()
            self.cloud.found(
                "organizations",
                "attach_policy",
                "DuplicatePolicyAttachmentException",
                PolicyId=policy,
                TargetId=unit,
            )
        return {"suspended_unit": unit}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        unit = str(facts.get("suspended_unit", ""))
        if SUSPENDED not in self._attached(unit):
            raise missing("suspension-unit", "拒否のSCPが掛かっていません", "its SCP is not attached")
        return Evidence((line("OU", "Unit", unit), line("SCP", "SCP", SUSPENDED)))

    def _attached(self, unit: str) -> set[str]:
        found = self.cloud.found(
            "organizations",
            "list_policies_for_target",
            "TargetNotFoundException",
            "InvalidInputException",
            TargetId=unit,
            Filter=_SCP,
        )
        return {one["Name"] for one in (found or {"Policies": []})["Policies"]}

    def _policy(self) -> str | None:
        listed = self.cloud.connection.pages("organizations", "list_policies", "Policies", Filter=_SCP)
        return next((str(one["Id"]) for one in listed if one["Name"] == SUSPENDED), None)

    def _made(self) -> str:
        made = self.cloud.call(
            "organizations",
            "create_policy",
            Name=SUSPENDED,
            Description="Hashira",
            Type=_SCP,
            Content=_DENIES,
        )
        return str(made["Policy"]["PolicySummary"]["Id"])


class Sequester(Placement):
    """Moves the account there, and back when its use goes on."""

    name = "suspension-placement"
    title = Bilingual("アカウントを休止用のOUに移す", "Move the account to the unit for what is suspended")

    def destination(self, facts: Facts) -> str:
        return str(facts["suspended_unit"])

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        self._move(account_of(facts), str(facts["unit"]))


class NoAccess(Access):
    """Takes all assignments away, and gives them back when its use goes on."""

    name = "suspension-access"
    title = Bilingual("利用者の割当てを外す", "Take the assignments away")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        Access.compensate(self, order, facts)
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        left = self._assigned(self.directory(), account_of(facts))
        if left:
            raise missing("suspension-access", f"{len(left)}件残っています", f"{len(left)} are left")
        return Evidence((line("割当て", "Assignments", 0),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        Access.apply(self, order, facts)


class Closing(AwsStep):
    """Closes the account. AWS keeps a closed one for 90 days, in which its support can open it again."""

    name = "closing"
    title = Bilingual("アカウントを閉じる", "Close the account")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        if self._status(account_of(facts)) == "ACTIVE":
            self.cloud.found(
                "organizations",
                "close_account",
                "AccountAlreadyClosedException",
                AccountId=account_of(facts),
            )
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        status = self._status(account_of(facts))
        if status == "ACTIVE":
            raise missing("closing", "まだ開いています", "it is open still")
        return Evidence((line("状態", "State", status),))

    def _status(self, account: str) -> str:
        found = self.cloud.found(
            "organizations", "describe_account", "AccountNotFoundException", AccountId=account
        )
        return str(found["Account"]["Status"]) if found else "GONE"

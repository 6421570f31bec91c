"""Who may sign in to an account, with what: IAM Identity Center (利用者の割当て).

A role of the order is a permission set of the organisation, made once. Somebody is assigned from the first
day of their role to the last, and an assignment beyond that is found by the read-back and taken away.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from hashira.cloud.adapters.engines.aws.cloud import AwsStep, account_of, line, missing
from hashira.cloud.adapters.engines.aws.terms import TITLE
from hashira.cloud.domain.engine import EngineRefused, Evidence, Facts, NotYet
from hashira.cloud.domain.environment_order import CloudRole, EnvironmentOrder
from hashira.kernel.language import Bilingual

_POLICY = "arn:aws:iam::aws:policy/"
POLICIES: dict[CloudRole, tuple[str, ...]] = {
    CloudRole.RESPONSIBLE_OFFICER: (f"{_POLICY}AWSBillingReadOnlyAccess", f"{_POLICY}SecurityAudit"),
    CloudRole.TECHNICAL_LEAD: (f"{_POLICY}PowerUserAccess",),
    CloudRole.OPERATION_ASSISTANT: (f"{_POLICY}PowerUserAccess",),
    CloudRole.NETWORK_ASSISTANT: (f"{_POLICY}AmazonVPCFullAccess",),
    CloudRole.ASP: (f"{_POLICY}PowerUserAccess",),
}
"""What a role may do in an account, as policies that AWS keeps; the guardrails are above them."""
_making = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Directory:
    """The instance of Identity Center and its store of users."""

    instance: str
    store: str


class Access(AwsStep):
    """Assigns everybody whose role is in force today, and nobody else."""

    name = "access"
    title = Bilingual("利用者を割り当てる", "Assign the people")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        directory, account = self.directory(), account_of(facts)
        sets = {role: self._permission_set(directory, role) for role in _roles(order)}
        wanted = {(sets[role], self._user(directory, order, email)) for role, email in self._wanted(order)}
        has = self._assigned(directory, account)
        for arn, user in sorted(wanted - has):
            self.cloud.call("sso-admin", "create_account_assignment", **_said(directory, account, arn, user))
        for arn, user in sorted(has - wanted):
            self.cloud.call("sso-admin", "delete_account_assignment", **_said(directory, account, arn, user))
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        directory, account = self.directory(), account_of(facts)
        sets = self._sets(directory)
        users = {email: self._known(directory, email) for _role, email in self._wanted(order)}
        wanted, lines = set(), []
        for role, email in self._wanted(order):
            arn, user = sets.get(name_of(role)), users[email]
            if arn is None or user is None:
                raise missing("access", f"{role} の人が登録されていません", f"whoever is {role} is not known")
            wanted.add((arn, user))
            lines.append(line(name_of(role), name_of(role), email))
        has = self._assigned(directory, account)
        if wanted - has:
            raise missing("access", "割り当てられていない人がいます", "somebody is not assigned")
        if has - wanted:
            raise missing(
                "access",
                "期限の切れた、または申請にない割当てが残っています",
                "somebody is assigned whose role is over or was never asked for",
            )
        return Evidence((line("割当て", "Assignments", len(has)), *lines))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        if not facts.get("account"):
            return
        directory, account = self.directory(), str(facts["account"])
        for arn, user in sorted(self._assigned(directory, account)):
            self.cloud.found(
                "sso-admin",
                "delete_account_assignment",
                "ResourceNotFoundException",
                **_said(directory, account, arn, user),
            )

    def _wanted(self, order: EnvironmentOrder) -> list[tuple[CloudRole, str]]:
        today = self.cloud.today()
        return [(one.role, one.email) for one in order.roles if one.valid_from <= today <= one.valid_until]

    def directory(self) -> _Directory:
        """The instance and its store. Raises ``EngineRefused`` where there is none."""
        instances = self.cloud.call("sso-admin", "list_instances")["Instances"]
        if not instances:
            raise EngineRefused(
                engine=TITLE,
                operation="sso-admin:list_instances",
                answer=Bilingual(
                    "IAM Identity Center が有効になっていません", "IAM Identity Center is not enabled"
                ),
            )
        return _Directory(instances[0]["InstanceArn"], instances[0]["IdentityStoreId"])

    def _sets(self, directory: _Directory) -> dict[str, str]:
        """The permission sets of ours by name; of two of the same name the first in order."""
        found: dict[str, str] = {}
        for arn, name in sorted(self.all_sets(directory).items()):
            if name in _NAMES:
                found.setdefault(name, arn)
        return found

    def all_sets(self, directory: _Directory) -> dict[str, str]:
        """The names of all permission sets of the directory, ours and others."""
        listed = self.cloud.connection.pages(
            "sso-admin", "list_permission_sets", "PermissionSets", InstanceArn=directory.instance
        )
        return {
            arn: self.cloud.call(
                "sso-admin",
                "describe_permission_set",
                InstanceArn=directory.instance,
                PermissionSetArn=arn,
            )["PermissionSet"]["Name"]
            for arn in listed
        }

    def _permission_set(self, directory: _Directory, role: CloudRole) -> str:
        with _making:
            arn = self._sets(directory).get(name_of(role))
            if arn is None:
                self.cloud.found(
                    "sso-admin",
                    "create_permission_set",
                    "ConflictException",
                    Name=name_of(role),
                    Description="Hashira",
                    InstanceArn=directory.instance,
                    SessionDuration="PT8H",
                )
                arn = self._sets(directory).get(name_of(role))
        if arn is None:
            raise NotYet(engine=TITLE, thing=name_of(role))
        attached = self.cloud.call(
            "sso-admin",
            "list_managed_policies_in_permission_set",
            InstanceArn=directory.instance,
            PermissionSetArn=arn,
        )["AttachedManagedPolicies"]
        for policy in sorted(set(POLICIES[role]) - {one["Arn"] for one in attached}):
            self.cloud.found(
                "sso-admin",
                "attach_managed_policy_to_permission_set",
                "ConflictException",
                InstanceArn=directory.instance,
                PermissionSetArn=arn,
                ManagedPolicyArn=policy,
            )
        return arn

    def _known(self, directory: _Directory, email: str) -> str | None:
        found = self.cloud.found(
            "identitystore",
            "get_user_id",
            "ResourceNotFoundException",
            IdentityStoreId=directory.store,
            AlternateIdentifier={"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": email}},
        )
        return None if found is None else str(found["UserId"])

    def _user(self, directory: _Directory, order: EnvironmentOrder, email: str) -> str:
        known = self._known(directory, email)
        if known is None:
            name = next(one.name for one in order.roles if one.email == email)
            self.cloud.found(
                "identitystore",
                "create_user",
                "ConflictException",
                IdentityStoreId=directory.store,
                UserName=email,
                DisplayName=name,
                Name={"FamilyName": name, "GivenName": "-"},
                Emails=[{"Value": email, "Type": "work", "Primary": True}],
            )
            known = self._known(directory, email)
        if known is None:
            raise NotYet(engine=TITLE, thing="user")
        return known

    def _assigned(self, directory: _Directory, account: str) -> set[tuple[str, str]]:
        """Permission set and user of each assignment to the account, as far as the set is one of ours."""
        return {
            (arn, one["PrincipalId"])
            for arn in self._sets(directory).values()
            for one in self.cloud.connection.pages(
                "sso-admin",
                "list_account_assignments",
                "AccountAssignments",
                InstanceArn=directory.instance,
                AccountId=account,
                PermissionSetArn=arn,
            )
        }


def name_of(role: CloudRole) -> str:
    """The name of the permission set of a role."""
    return f"hashira-{role.value}"


_NAMES = frozenset(name_of(role) for role in CloudRole)


def _roles(order: EnvironmentOrder) -> list[CloudRole]:
    return sorted({one.role for one in order.roles})


def _said(directory: _Directory, account: str, arn: str, user: str) -> dict[str, Any]:
    return {
        "InstanceArn": directory.instance,
        "TargetId": account,
        "TargetType": "AWS_ACCOUNT",
        "PermissionSetArn": arn,
        "PrincipalType": "USER",
        "PrincipalId": user,
    }

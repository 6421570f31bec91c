"""Servers of an account, through a role that may do just that: EC2 (委任操作のサーバー).

The role is a step of vending. Nobody of the town has credentials of it: the operator assumes it, for as long
as the one call takes. Its policy says what a delegated act can be, also where our own code is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hashira.cloud.adapters.engines.aws.cloud import AwsCloud, AwsStep, account_of, line, missing
from hashira.cloud.adapters.engines.aws.terms import TITLE, AwsRefused
from hashira.cloud.domain.engine import EngineBusy, Evidence, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.policy.size import written
from hashira.cloud.domain.servers import (
    PROTECTED_TAG,
    RESERVED,
    Server,
    ServerGone,
    ServerNotPermitted,
    ServerState,
    TagRules,
)
from hashira.kernel.language import Bilingual

SERVER_ROLE = "hashira/servers"
_PATH, _, _NAME = SERVER_ROLE.rpartition("/")
_POLICY = "hashira-servers"
_NO_ROLE = ("NoSuchEntity", "NoSuchEntityException")
_GONE = frozenset({"InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"})
_NOT_PERMITTED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_STATES = {
    "pending": ServerState.PENDING,
    "running": ServerState.RUNNING,
    "stopping": ServerState.STOPPING,
    "stopped": ServerState.STOPPED,
    "shutting-down": ServerState.GONE,
    "terminated": ServerState.GONE,
}
_WHEN = re.compile(r"\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:GMT|UTC)\)")
RULES = TagRules(most=50, longest_key=128, longest_value=256, symbols="+-=._:/@", reserved=("aws:", RESERVED))


def server_policy(account: str, regions: tuple[str, ...]) -> dict[str, Any]:
    """What the role may do: look at servers, start and stop those that nobody protects, set tags of users.

    ``CreateTags`` and ``DeleteTags`` are held to keys that are not the operator's; a call that names no key,
    which would take all tags away, is not among them.
    """
    here = {"aws:RequestedRegion": list(regions)}
    instances = f"arn:aws:ec2:*:{account}:instance/*"
    unprotected = {f"aws:ResourceTag/{PROTECTED_TAG}": "true"}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Look",
                "Effect": "Allow",
                "Action": "ec2:DescribeInstances",
                "Resource": "*",
                "Condition": {"StringEquals": here},
            },
            {
                "Sid": "StartAndStop",
                "Effect": "Allow",
                "Action": ["ec2:StartInstances", "ec2:StopInstances"],
                "Resource": instances,
                "Condition": {"StringEquals": here, "StringNotEqualsIgnoreCase": unprotected},
            },
            {
                "Sid": "Tag",
                "Effect": "Allow",
                "Action": ["ec2:CreateTags", "ec2:DeleteTags"],
                "Resource": instances,
                "Condition": {
                    "StringEquals": here,
                    "StringNotEqualsIgnoreCase": unprotected,
                    "ForAllValues:StringNotLike": {"aws:TagKeys": ["aws:*", f"{RESERVED}*"]},
                    "Null": {"aws:TagKeys": "false"},
                },
            },
        ],
    }


class ServerRole(AwsStep):
    """The role by which delegated acts are carried out."""

    name = "server-role"
    title = Bilingual("委任操作だけができるロールを作る", "Make the role for delegated acts alone")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        account = account_of(facts)
        trust = written(self._trust())
        if self._role(account) is None:
            self.cloud.found(
                "iam",
                "create_role",
                "EntityAlreadyExists",
                "EntityAlreadyExistsException",
                account=account,
                Path=f"/{_PATH}/",
                RoleName=_NAME,
                AssumeRolePolicyDocument=trust,
                Description="Hashira: delegated acts on servers",
            )
        self.cloud.call(
            "iam", "update_assume_role_policy", account=account, RoleName=_NAME, PolicyDocument=trust
        )
        for other in self._policies(account) - {_POLICY}:
            self.cloud.call("iam", "delete_role_policy", account=account, RoleName=_NAME, PolicyName=other)
        self.cloud.call(
            "iam",
            "put_role_policy",
            account=account,
            RoleName=_NAME,
            PolicyName=_POLICY,
            PolicyDocument=written(server_policy(account, self.cloud.regions)),
        )
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        account = account_of(facts)
        role = self._role(account)
        if role is None:
            raise missing(self.name, "ロールがありません", "there is no such role", absent=True)
        if role["AssumeRolePolicyDocument"] != self._trust():
            raise missing(self.name, "ロールを使える相手が違います", "it trusts others")
        if self._policies(account) != {_POLICY} or self._attached(account):
            raise missing(self.name, "ほかの権限が付いています", "it has other policies")
        found = self.cloud.call(
            "iam", "get_role_policy", account=account, RoleName=_NAME, PolicyName=_POLICY
        )["PolicyDocument"]
        if found != server_policy(account, self.cloud.regions):
            raise missing(self.name, "権限の内容が違います", "its policy differs")
        actions = [one["Action"] for one in found["Statement"]]
        flat = [part for one in actions for part in ([one] if isinstance(one, str) else one)]
        return Evidence(
            (line("ロール", "Role", str(role["Arn"])), line("できること", "Actions", "、".join(flat)))
        )

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        """It goes with the account."""

    def _trust(self) -> dict[str, Any]:
        management = self.cloud.call("organizations", "describe_organization")["Organization"]
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{management['MasterAccountId']}:root"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }

    def _role(self, account: str) -> dict[str, Any] | None:
        found = self.cloud.found("iam", "get_role", *_NO_ROLE, account=account, RoleName=_NAME)
        return None if found is None else dict(found["Role"])

    def _policies(self, account: str) -> set[str]:
        found = self.cloud.call("iam", "list_role_policies", account=account, RoleName=_NAME)
        return set(found["PolicyNames"])

    def _attached(self, account: str) -> list[Any]:
        found = self.cloud.call("iam", "list_attached_role_policies", account=account, RoleName=_NAME)
        return list(found["AttachedPolicies"])


@dataclass(frozen=True)
class AwsServers:
    """EC2 instances in the regions of the baseline, always by the narrow role."""

    cloud: AwsCloud
    tag_rules: TagRules = RULES

    def listed(self, order: EnvironmentOrder, facts: Facts) -> tuple[Server, ...]:
        account = account_of(facts)
        found = [
            _server(one, region) for region in self.cloud.regions for one in self._instances(account, region)
        ]
        alive = (one for one in found if one.state is not ServerState.GONE)
        return tuple(sorted(alive, key=lambda one: (one.name, one.identifier)))

    def one(self, order: EnvironmentOrder, facts: Facts, identifier: str, region: str) -> Server:
        answer = self._call("describe_instances", facts, identifier, region, InstanceIds=[identifier])
        for reservation in answer["Reservations"]:
            for instance in reservation["Instances"]:
                if instance["InstanceId"] == identifier:
                    server = _server(instance, region)
                    if server.state is not ServerState.GONE:
                        return server
        raise ServerGone(engine=TITLE, server=identifier)

    def start(self, order: EnvironmentOrder, facts: Facts, identifier: str, region: str) -> None:
        self._call("start_instances", facts, identifier, region, InstanceIds=[identifier])

    def stop(self, order: EnvironmentOrder, facts: Facts, identifier: str, region: str) -> None:
        self._call("stop_instances", facts, identifier, region, InstanceIds=[identifier])

    def tag(
        self,
        order: EnvironmentOrder,
        facts: Facts,
        identifier: str,
        region: str,
        wanted: Mapping[str, str],
        dropped: frozenset[str],
    ) -> None:
        if wanted:
            tags = [{"Key": key, "Value": value} for key, value in sorted(wanted.items())]
            self._call("create_tags", facts, identifier, region, Resources=[identifier], Tags=tags)
        if dropped:
            keys = [{"Key": key} for key in sorted(dropped)]
            self._call("delete_tags", facts, identifier, region, Resources=[identifier], Tags=keys)

    def _instances(self, account: str, region: str) -> Iterator[dict[str, Any]]:
        try:
            for reservation in self.cloud.connection.pages(
                "ec2",
                "describe_instances",
                "Reservations",
                account=account,
                role=SERVER_ROLE,
                region=region,
            ):
                yield from reservation["Instances"]
        except AwsRefused as refused:
            raise _translated(refused, "") from refused

    def _call(
        self, operation: str, facts: Facts, identifier: str, region: str, **arguments: Any
    ) -> dict[str, Any]:
        try:
            return self.cloud.call(
                "ec2", operation, account=account_of(facts), role=SERVER_ROLE, region=region, **arguments
            )
        except AwsRefused as refused:
            raise _translated(refused, identifier) from refused


def _translated(refused: AwsRefused, identifier: str) -> Exception:
    if refused.aws_code in _GONE:
        return ServerGone(engine=TITLE, server=identifier)
    if refused.aws_code in _NOT_PERMITTED:
        return ServerNotPermitted(
            engine=TITLE, operation=refused.details["operation"], answer=refused.details["answer"]
        )
    if refused.aws_code == "IncorrectInstanceState":  # it is on its way from one state to another
        return EngineBusy(
            engine=TITLE, operation=refused.details["operation"], answer=refused.details["answer"]
        )
    return refused


def _server(instance: dict[str, Any], region: str) -> Server:
    tags = {one["Key"]: one["Value"] for one in instance.get("Tags", ())}
    state = _STATES.get(instance["State"]["Name"], ServerState.UNKNOWN)
    return Server(
        identifier=instance["InstanceId"],
        name=tags.get("Name", "").strip() or instance["InstanceId"],
        state=state,
        kind=str(instance.get("InstanceType", "")),
        region=region,
        since=_since(instance, state),
        tags=tags,
    )


def _since(instance: dict[str, Any], state: ServerState) -> datetime | None:
    """When it was started; of one that was stopped the moment that AWS writes into the reason, if it does."""
    if state in {ServerState.PENDING, ServerState.RUNNING}:
        launched: datetime | None = instance.get("LaunchTime")
        return launched
    told = _WHEN.search(str(instance.get("StateTransitionReason", "")))
    return datetime.strptime(told[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if told else None

"""The door of an emergency access on AWS: a role that one person may assume until its time (緊急の扉).

The role lies beside the operator's own, so that the guardrails spare it. Both of its policies end by the
clock: after that nobody gets in, and whoever got in before can do nothing more, also where nobody closes it.
Its person is known by the user name of Identity Center, which alone names the sessions of its roles.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hashira.cloud.adapters.engines.aws.cloud import AwsCloud, account_of, line, missing
from hashira.cloud.domain.door import Door, DoorImpossible, SeenDoor
from hashira.cloud.domain.engine import Evidence, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.cloud.domain.policy.size import written
from hashira.kernel.language import Bilingual

_PATH = "/hashira/"
_PREFIX = "emergency-"
_POLICY = "hashira-emergency"
_TAG = "hashira:emergency"
_THING = "emergency-door"
_NO_ROLE = ("NoSuchEntity", "NoSuchEntityException")
_SESSIONS = "aws-reserved/sso.amazonaws.com/*"
"""The roles of Identity Center, that nobody else can make or assume: it names their sessions."""
_WILD = frozenset("*?$")


def trust_policy(management: str, door: Door) -> dict[str, Any]:
    """Who may assume the role, and when: the person, in a session of Identity Center, until the end."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{management}:root"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "DateGreaterThanEquals": {"aws:CurrentTime": _when(door.begins)},
                    "DateLessThan": {"aws:CurrentTime": _when(door.ends)},
                    "ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{management}:role/{_SESSIONS}"},
                    "StringLike": {"aws:userid": f"*:{door.person}"},
                },
            }
        ],
    }


def permissions(door: Door) -> dict[str, Any]:
    """What the role may do: everything, until the end. A session lasts an hour at least; this ends it too."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "*",
                "Resource": "*",
                "Condition": {"DateLessThan": {"aws:CurrentTime": _when(door.ends)}},
            }
        ],
    }


@dataclass(frozen=True)
class AwsDoors:
    """Roles ``hashira/emergency-…`` in the account of an environment."""

    cloud: AwsCloud

    def open(self, order: EnvironmentOrder, facts: Facts, door: Door) -> None:
        if not door.person or _WILD.intersection(door.person):
            words = Bilingual(
                f"入る人のアドレス「{door.person}」では、一人を名指しできません",
                f"The address {door.person!r} does not name one person",
            )
            raise DoorImpossible(reason=words)
        account, name = account_of(facts), _name(door.key)
        trust = written(trust_policy(self._management(), door))
        # Permissions come with the first call that finds the role, so it is made without any: before them
        # it opens nothing.
        self.cloud.found(
            "iam",
            "create_role",
            "EntityAlreadyExists",
            "EntityAlreadyExistsException",
            account=account,
            Path=_PATH,
            RoleName=name,
            AssumeRolePolicyDocument=trust,
            Description="Hashira: emergency access",
            MaxSessionDuration=3600,
            Tags=[{"Key": _TAG, "Value": door.key}],
        )
        self._strip(account, name, keep=_POLICY)
        self._in(account, "update_assume_role_policy", RoleName=name, PolicyDocument=trust)
        self._in(
            account,
            "put_role_policy",
            RoleName=name,
            PolicyName=_POLICY,
            PolicyDocument=written(permissions(door)),
        )

    def verify(self, order: EnvironmentOrder, facts: Facts, door: Door) -> Evidence:
        account, name = account_of(facts), _name(door.key)
        found = self.cloud.found("iam", "get_role", *_NO_ROLE, account=account, RoleName=name)
        if found is None:
            raise missing(_THING, "扉のロールがありません", "there is no role of the door")
        role = found["Role"]
        if _read(role["AssumeRolePolicyDocument"]) != trust_policy(self._management(), door):
            raise missing(_THING, "入れる人か期限が違います", "its person or its end differs")
        if self._inline(account, name) != [_POLICY] or list(self._attached(account, name)):
            raise missing(_THING, "権限の数が違います", "it has other policies")
        policy = self._in(account, "get_role_policy", RoleName=name, PolicyName=_POLICY)
        if _read(policy["PolicyDocument"]) != permissions(door):
            raise missing(_THING, "権限の内容が違います", "its policy differs")
        return Evidence(
            (
                line("扉", "Door", str(role["Arn"])),
                line("入れる人", "Person", door.person),
                line("期限", "Ends", _when(door.ends)),
            )
        )

    def close(self, order: EnvironmentOrder, facts: Facts, key: str) -> None:
        self._remove(account_of(facts), _name(key))

    def listed(self, order: EnvironmentOrder, facts: Facts) -> tuple[SeenDoor, ...]:
        account = account_of(facts)
        return tuple(self._seen(account, role) for role in self._roles(account))

    def close_seen(self, order: EnvironmentOrder, facts: Facts, seen: SeenDoor) -> None:
        self._remove(account_of(facts), seen.identifier.rpartition("/")[2])

    def _roles(self, account: str) -> Iterator[dict[str, Any]]:
        marker: dict[str, str] = {}
        while True:
            answer = self._in(account, "list_roles", PathPrefix=_PATH, **marker)
            yield from (one for one in answer["Roles"] if one["RoleName"].startswith(_PREFIX))
            if not answer.get("IsTruncated"):
                return
            marker = {"Marker": answer["Marker"]}

    def _seen(self, account: str, role: dict[str, Any]) -> SeenDoor:
        told = self.cloud.found(
            "iam", "list_role_tags", *_NO_ROLE, account=account, RoleName=role["RoleName"]
        )
        tags = {one["Key"]: one["Value"] for one in (told or {}).get("Tags", ())}
        key = tags.get(_TAG, "")
        return SeenDoor(key if _name(key) == role["RoleName"] else "", str(role["Arn"]))

    def _remove(self, account: str, name: str) -> None:
        """First what it may do, so that whoever is in can do nothing more; then the role."""
        if self.cloud.found("iam", "get_role", *_NO_ROLE, account=account, RoleName=name) is None:
            return
        self._strip(account, name)
        self.cloud.found("iam", "delete_role", *_NO_ROLE, account=account, RoleName=name)

    def _strip(self, account: str, name: str, *, keep: str = "") -> None:
        for policy in self._inline(account, name):
            if policy != keep:
                self.cloud.found(
                    "iam",
                    "delete_role_policy",
                    *_NO_ROLE,
                    account=account,
                    RoleName=name,
                    PolicyName=policy,
                )
        for arn in self._attached(account, name):
            self.cloud.found(
                "iam", "detach_role_policy", *_NO_ROLE, account=account, RoleName=name, PolicyArn=arn
            )

    def _inline(self, account: str, name: str) -> list[str]:
        found = self.cloud.found("iam", "list_role_policies", *_NO_ROLE, account=account, RoleName=name)
        return sorted((found or {}).get("PolicyNames", ()))

    def _attached(self, account: str, name: str) -> list[str]:
        found = self.cloud.found(
            "iam", "list_attached_role_policies", *_NO_ROLE, account=account, RoleName=name
        )
        return [str(one["PolicyArn"]) for one in (found or {}).get("AttachedPolicies", ())]

    def _management(self) -> str:
        found = self.cloud.call("organizations", "describe_organization")["Organization"]
        return str(found["MasterAccountId"])

    def _in(self, account: str, operation: str, **arguments: Any) -> dict[str, Any]:
        return self.cloud.call("iam", operation, account=account, **arguments)


def door_arn(account: str, key: str) -> str:
    """Of the role of a door; what its person assumes."""
    return f"arn:aws:iam::{account}:role{_PATH}{_name(key)}"


def _name(key: str) -> str:
    return f"{_PREFIX}{key.replace('-', '')}"


def _when(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(document: Any) -> Any:
    """As boto3 gives it: read already, or the text."""
    return json.loads(document) if isinstance(document, str) else document

"""Requests and policies made at random, the same for the same seed: what two evaluators are asked."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hashira.cloud.domain.policy import (
    Policy,
    PolicyKind,
    PolicySet,
    Principal,
    Request,
    parse_policy,
)

ACCOUNT, OTHER = "111122223333", "444455556666"
USER = f"arn:aws:iam::{ACCOUNT}:user/hanako"
FEDERATED = f"arn:aws:sts::{ACCOUNT}:federated-user/visitor"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/hanako"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ops"
ROOT, OTHERS_ROOT = f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{OTHER}:root"

RESOURCES: Mapping[str, tuple[str, ...]] = {
    "s3:GetObject": ("arn:aws:s3:::town-log/2026/01.json", "arn:aws:s3:::city/hanako/a.txt"),
    "s3:PutObject": ("arn:aws:s3:::town-log/2026/02.json", "arn:aws:s3:::city/a"),
    "s3:ListBucket": ("arn:aws:s3:::town-log", "arn:aws:s3:::city"),
    "sqs:SendMessage": ("arn:aws:sqs:ap-northeast-1:{owner}:queue", "arn:aws:sqs:us-east-1:{owner}:queue-2"),
    "kms:Decrypt": ("arn:aws:kms:ap-northeast-1:{owner}:key/1234abcd-12ab-34cd-56ef-1234567890ab",),
    "dynamodb:GetItem": ("arn:aws:dynamodb:ap-northeast-3:{owner}:table/people",),
    "ec2:TerminateInstances": ("arn:aws:ec2:ap-northeast-1:{owner}:instance/i-0123456789abcdef0",),
    "ec2:DescribeInstances": ("*",),
    "lambda:InvokeFunction": ("arn:aws:lambda:ap-northeast-1:{owner}:function:nightly",),
    "organizations:LeaveOrganization": ("*",),
}
ONE_VALUE: Mapping[str, tuple[str, ...]] = {
    "aws:RequestedRegion": ("ap-northeast-1", "ap-northeast-3", "us-east-1"),
    "aws:PrincipalOrgID": ("o-town", "o-other"),
    "aws:PrincipalTag/stage": ("production", "verification", "Production"),
    "aws:PrincipalTag/team": ("hanako", "town-log", "*"),
    "aws:UserAgent": ("console", "cli/2.1", "cli/*"),
    "aws:username": ("hanako", "taro"),
}
MANY_VALUES: Mapping[str, tuple[str, ...]] = {
    "aws:TagKeys": ("stage", "owner", "cost", "Stage"),
    "aws:PrincipalOrgPaths": ("o-town/r-1/ou-a/", "o-town/r-1/ou-b/ou-c/", "o-other/r-2/"),
}
ADDRESSES = ("10.1.2.3", "203.0.113.9", "2001:db8::1", "192.168.0.77")
NETWORKS = ("10.0.0.0/8", "203.0.113.0/24", "2001:db8::/32", "192.168.0.77/32", "172.16.0.0/12")
TIMES = ("2026-04-01T00:00:00Z", "2026-03-31T23:59:59Z", "2027-01-01T09:00:00Z")
NUMBERS = ("0", "3599", "3600", "3601", "10.5")


@dataclass(frozen=True, slots=True)
class Case:
    """One request with its policies, as JSON-like values."""

    principal: str
    action: str
    resource: str
    owner: str
    context: Mapping[str, str | list[str]]
    scps: list[list[dict[str, Any]]]
    rcps: list[list[dict[str, Any]]]
    identity: list[dict[str, Any]]
    boundary: dict[str, Any] | None
    resource_policy: dict[str, Any] | None


class Generator:
    """Draws cases; every part is drawn often enough to matter."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def some(self, values: Any, most: int = 3) -> list[Any]:
        values = list(values)
        return self.chance.sample(values, min(len(values), self.chance.randint(1, most)))

    def case(self) -> Case:
        pick = self.chance.choice
        owner = OTHER if self.maybe(0.25) else ACCOUNT
        action = pick(list(RESOURCES))
        if action == "organizations:LeaveOrganization":
            owner = ACCOUNT
        resource = pick(RESOURCES[action]).format(owner=owner)
        if action == "ec2:DescribeInstances":
            owner = ACCOUNT
        principal = pick((USER, USER, SESSION, SESSION, FEDERATED))
        return Case(
            principal,
            action,
            resource,
            owner,
            self.context(principal),
            [self.level(action, 0.75) for _ in range(self.chance.randint(0, 3))],
            [[self.policy(action, allow=0.0, principals=True, everybody=True)] for _ in range(2)]
            if self.maybe(0.4) and action.startswith(("s3", "sqs", "kms"))
            else [],
            [self.policy(action, allow=0.85) for _ in range(self.chance.randint(0, 2))],
            self.policy(action, allow=0.85) if self.maybe(0.3) else None,
            self.policy(action, allow=0.8, principals=True)
            if owner == OTHER or (action.startswith(("s3", "sqs", "kms")) and self.maybe(0.6))
            else None,
        )

    def context(self, principal: str) -> dict[str, str | list[str]]:
        pick = self.chance.choice
        context: dict[str, str | list[str]] = {}
        for key, values in ONE_VALUE.items():
            if key == "aws:username" and principal != USER:
                continue
            if self.maybe(0.6):
                context[self.cased(key)] = pick([v for v in values if "*" not in v] or values)
        for key, values in MANY_VALUES.items():
            if self.maybe(0.5):
                context[key] = self.some(values)
        if self.maybe(0.5):
            context["aws:SourceIp"] = pick(ADDRESSES)
        if self.maybe(0.5):
            context["aws:CurrentTime"] = pick(TIMES)
        if self.maybe(0.5):
            context["aws:MultiFactorAuthAge"] = pick(NUMBERS)
        if self.maybe(0.5):
            context["aws:MultiFactorAuthPresent"] = pick(("true", "false"))
        if self.maybe(0.5):
            context["aws:SecureTransport"] = pick(("true", "false"))
        context["aws:PrincipalArn"] = ROLE if principal == SESSION else principal
        return context

    def cased(self, key: str) -> str:
        return key if self.maybe(0.8) else key.upper().replace("AWS:PRINCIPALTAG/", "aws:PrincipalTag/")

    def level(self, action: str, full: float) -> list[dict[str, Any]]:
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        policies = [{"Version": "2012-10-17", "Statement": [everything]}] if self.maybe(full) else []
        return policies + [self.policy(action, allow=0.4) for _ in range(self.chance.randint(0, 2))]

    def policy(
        self, action: str, *, allow: float, principals: bool = False, everybody: bool = False
    ) -> dict[str, Any]:
        statements = [
            self.statement(action, allow, principals, everybody) for _ in range(self.chance.randint(1, 3))
        ]
        return {"Version": "2012-10-17", "Statement": statements}

    def statement(self, action: str, allow: float, principals: bool, everybody: bool) -> dict[str, Any]:
        effect = "Allow" if self.maybe(allow) else "Deny"
        item: dict[str, Any] = {"Effect": effect}
        if principals:
            item |= {"Principal": "*"} if everybody or self.maybe(0.3) else self.principals(effect)
        item["NotAction" if self.maybe(0.15) and not principals else "Action"] = self.actions(
            action, everybody
        )
        item["NotResource" if self.maybe(0.12) else "Resource"] = self.resources(action)
        if self.maybe(0.6):
            item["Condition"] = self.condition()
        return item

    def principals(self, effect: str) -> dict[str, Any]:
        named = self.some(
            (
                USER,
                ROLE,
                SESSION,
                FEDERATED,
                ROOT,
                OTHERS_ROOT,
                f"arn:aws:iam::{OTHER}:user/taro",
            )
        )
        if effect == "Deny" and self.maybe(0.3):
            return {"NotPrincipal": {"AWS": named}}
        return {"Principal": {"AWS": named}}

    def actions(self, action: str, for_rcp: bool) -> list[str]:
        service, _, operation = action.partition(":")
        near = (
            action,
            action.lower(),
            f"{service}:*",
            f"{service}:{operation[:3]}*",
            f"{service}:?{operation[1:]}",
        )
        if for_rcp:  # one may name neither all services nor those that have no such policies
            return self.some((*near, "s3:*", "sqs:*", "kms:Decrypt"), 3)
        return self.some((*near, "*", *RESOURCES), 3)

    def resources(self, action: str) -> list[str]:
        owned = [r.format(owner=o) for r in RESOURCES[action] for o in (ACCOUNT, OTHER)]
        arns = [r for r in owned if r != "*"]
        wild = [r[:-2] + "*" for r in arns] + [r.rsplit(":", 1)[0] + ":*" for r in arns]
        wild += [
            "arn:aws:s3:::town-*",
            "arn:aws:s3:::city/${aws:username}/*",
            "arn:aws:s3:::${aws:PrincipalTag/team}/*",
        ]
        wild += ["arn:aws:s3:::${aws:PrincipalTag/team, 'city'}*", "arn:aws:s3:::*${?}"]
        return self.some((*arns, *wild, "*", "*"), 3)

    def condition(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(self.chance.randint(1, 2)):
            operator, key, values = self.line()
            found.setdefault(operator, {})[key] = values if len(values) > 1 or self.maybe(0.5) else values[0]
        return found

    def line(self) -> tuple[str, str, list[str]]:
        pick = self.chance.choice
        kind = pick(("text", "text", "set", "mixed", "number", "date", "bool", "address", "arn", "null"))
        ending = "IfExists" if kind != "null" and self.maybe(0.3) else ""
        if kind == "text":
            key = pick(list(ONE_VALUE))
            values = [
                *ONE_VALUE[key],
                ONE_VALUE[key][0].upper(),
                ONE_VALUE[key][0][:3] + "*",
                "${aws:username}",
                "${aws:PrincipalTag/team, 'console'}",
            ]
            names = ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")
            return f"String{pick(names)}{ending}", self.cased(key), self.some(values)
        if kind == "mixed":  # an operator for one value on a key that has several, and the other way round
            if self.maybe(0.5):
                key = pick(list(MANY_VALUES))
                name = pick(("Equals", "NotEquals", "Like", "NotLike"))
                return f"String{name}{ending}", key, self.some(MANY_VALUES[key])
            key = pick(list(ONE_VALUE))
            name = pick(("Equals", "NotEquals", "NotLike"))
            together = pick(("ForAllValues", "ForAnyValue"))
            return f"{together}:String{name}{ending}", self.cased(key), self.some(ONE_VALUE[key])
        if kind == "set":
            key = pick(list(MANY_VALUES))
            values = [*MANY_VALUES[key], MANY_VALUES[key][0][:4] + "*"]
            name = pick(("Equals", "NotEquals", "Like", "NotLike", "EqualsIgnoreCase"))
            together = pick(("ForAllValues", "ForAnyValue"))
            return f"{together}:String{name}{ending}", key, self.some(values)
        orders = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
        if kind == "number":
            return f"Numeric{pick(orders)}{ending}", "aws:MultiFactorAuthAge", self.some(NUMBERS, 2)
        if kind == "date":
            return f"Date{pick(orders)}{ending}", "aws:CurrentTime", self.some(TIMES, 2)
        if kind == "bool":
            key = pick(("aws:MultiFactorAuthPresent", "aws:SecureTransport"))
            return f"Bool{ending}", key, [pick(("true", "false"))]
        if kind == "address":
            return f"{pick(('IpAddress', 'NotIpAddress'))}{ending}", "aws:SourceIp", self.some(NETWORKS)
        if kind == "arn":
            arns = (
                USER,
                ROLE,
                f"arn:aws:iam::{ACCOUNT}:*",
                "arn:aws:iam::*:role/*",
                "arn:*:iam::*:user/hana*",
            )
            name = pick(("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"))
            return f"{name}{ending}", "aws:PrincipalArn", self.some(arns)
        return "Null", pick([*ONE_VALUE, *MANY_VALUES]), [pick(("true", "false"))]


def for_the_peer(case: Case) -> dict[str, Any]:
    """The case as the foreign simulator takes it."""

    def named(policies: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{"name": str(number), "policy": policy} for number, policy in enumerate(policies)]

    def levels(of: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        return [
            {"orgIdentifier": str(number), "policies": named(policies)} for number, policies in enumerate(of)
        ]

    asked: dict[str, Any] = {
        "identityPolicies": named(case.identity),
        "serviceControlPolicies": levels(case.scps),
        "resourceControlPolicies": levels(case.rcps),
        "request": {
            "action": case.action,
            "principal": case.principal,
            "resource": {"accountId": case.owner, "resource": case.resource},
            "contextVariables": dict(case.context),
        },
    }
    if case.boundary is not None:
        asked["permissionBoundaryPolicies"] = named([case.boundary])
    if case.resource_policy is not None:
        asked["resourcePolicy"] = case.resource_policy
    return asked


def policies_of(case: Case) -> PolicySet:
    """The policies of a case, read by us."""

    def read(listed: list[dict[str, Any]], kind: PolicyKind) -> tuple[Policy, ...]:
        return tuple(
            parse_policy(json.dumps(one), kind, name=str(number)) for number, one in enumerate(listed)
        )

    return PolicySet(
        scps=tuple(read(level, PolicyKind.SCP) for level in case.scps),
        rcps=tuple(read(level, PolicyKind.RCP) for level in case.rcps),
        identity=read(case.identity, PolicyKind.IDENTITY),
        boundary=None if case.boundary is None else read([case.boundary], PolicyKind.BOUNDARY),
        resource=None
        if case.resource_policy is None
        else read([case.resource_policy], PolicyKind.RESOURCE)[0],
    )


def request_of(case: Case) -> Request:
    """The request of a case."""
    context = {key: tuple(v) if isinstance(v, list) else v for key, v in case.context.items()}
    return Request(Principal.read(case.principal), case.action, case.resource, case.owner, context)

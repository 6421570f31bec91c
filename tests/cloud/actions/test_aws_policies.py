"""What the narrow role and the door of an emergency let through, judged by the SCP lab.

moto enforces nothing. The operations are all those that boto3 knows of EC2 and of a sample of other services,
so that what is allowed is counted and not only looked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.session
import pytest

from hashira.cloud.adapters.engines.aws.doors import permissions, trust_policy
from hashira.cloud.adapters.engines.aws.servers import server_policy
from hashira.cloud.domain.door import Door
from hashira.cloud.domain.guardrails import GUARDRAILS
from hashira.cloud.domain.policy import (
    Outcome,
    PolicyKind,
    PolicySet,
    Principal,
    Request,
    evaluate,
    parse_policy,
)
from hashira.cloud.domain.policy.document import FULL_ACCESS

ACCOUNT, MANAGEMENT, OTHER = "111122223333", "444455556666", "999988887777"
REGIONS = ("ap-northeast-1", "ap-northeast-3")
ROLE = Principal.read(f"arn:aws:iam::{ACCOUNT}:role/hashira/servers")
INSTANCE = f"arn:aws:ec2:ap-northeast-1:{ACCOUNT}:instance/i-0a1b2c3d4e5f60718"
HERE = {"aws:RequestedRegion": "ap-northeast-1"}
SCPS = (
    (
        parse_policy(FULL_ACCESS, PolicyKind.SCP, name="FullAWSAccess"),
        *(
            parse_policy(
                json.dumps({"Version": "2012-10-17", "Statement": list(one.statements)}),
                PolicyKind.SCP,
                name=one.id,
            )
            for one in GUARDRAILS
        ),
    ),
)
"""The guardrails, as they lie above every account."""
NARROW = PolicySet(
    scps=SCPS,
    identity=(
        parse_policy(
            json.dumps(server_policy(ACCOUNT, REGIONS)), PolicyKind.IDENTITY, name="hashira-servers"
        ),
    ),
)


def allowed(
    action: str, resource: str = INSTANCE, context: Mapping[str, Any] = HERE, account: str = ACCOUNT
) -> bool:
    request = Request(ROLE, action, resource, account, {**context, "aws:PrincipalArn": ROLE.arn})
    return evaluate(request, NARROW).outcome is Outcome.ALLOWED


TAGGING = {**HERE, "aws:TagKeys": ("CostCenter", "Name")}


def test_of_everything_that_ec2_knows_five_operations_are_allowed_and_no_more() -> None:
    operations = botocore.session.get_session().get_service_model("ec2").operation_names
    assert len(operations) > 500
    found = {one for one in operations if allowed(f"ec2:{one}", context=TAGGING)}
    assert found == {"DescribeInstances", "StartInstances", "StopInstances", "CreateTags", "DeleteTags"}


@pytest.mark.parametrize(
    "service", ["iam", "sts", "s3", "organizations", "ssm", "kms", "rds", "lambda", "ec2-instance-connect"]
)
def test_nothing_of_other_services_is_allowed(service: str) -> None:
    operations = botocore.session.get_session().get_service_model(service).operation_names
    assert operations
    assert [one for one in operations if allowed(f"{service}:{one}", "*", TAGGING)] == []


@pytest.mark.parametrize("action", ["ec2:StartInstances", "ec2:StopInstances", "ec2:CreateTags"])
@pytest.mark.parametrize(
    ("resource", "context"),
    [
        (INSTANCE, TAGGING | {"aws:RequestedRegion": "us-east-1"}),
        (INSTANCE, {"aws:TagKeys": ("CostCenter",)}),  # a call that tells no region
        (INSTANCE, TAGGING | {"aws:ResourceTag/hashira:protected": "true"}),
        (INSTANCE, TAGGING | {"aws:ResourceTag/hashira:protected": "True"}),
        (INSTANCE.replace(ACCOUNT, OTHER), TAGGING),
        (f"arn:aws:ec2:ap-northeast-1:{ACCOUNT}:volume/vol-1", TAGGING),
        (f"arn:aws:ec2:ap-northeast-1:{ACCOUNT}:security-group/sg-1", TAGGING),
    ],
)
def test_not_elsewhere_not_what_is_protected_not_other_things(
    action: str, resource: str, context: Mapping[str, Any]
) -> None:
    assert allowed(action, INSTANCE, TAGGING)
    assert not allowed(action, resource, context)


@pytest.mark.parametrize("action", ["ec2:CreateTags", "ec2:DeleteTags"])
@pytest.mark.parametrize(
    ("keys", "may"),
    [
        (("CostCenter",), True),
        (("CostCenter", "hashira:key"), False),
        (("hashira:protected",), False),
        (("aws:x",), False),
        (None, False),  # no key at all would take every tag away
    ],
)
def test_tags_of_the_operator_are_out_of_reach(action: str, keys: tuple[str, ...] | None, may: bool) -> None:
    assert allowed(action, INSTANCE, HERE if keys is None else {**HERE, "aws:TagKeys": keys}) is may


# ── the door of an emergency ──

BEGINS = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
ENDS = BEGINS + timedelta(hours=2)
DOOR = Door("7b4c0000-0000-4000-8000-000000000001", "hanako@operator.example", BEGINS, ENDS)
DOOR_ROLE = f"arn:aws:iam::{ACCOUNT}:role/hashira/emergency-{DOOR.key.replace('-', '')}"
SSO = "aws-reserved/sso.amazonaws.com/ap-northeast-1/AWSReservedSSO_Operator_0123456789abcdef"
MAY_ASSUME = parse_policy(
    json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Resource": "arn:aws:iam::*:role/hashira/emergency-*",
                }
            ],
        }
    ),
    PolicyKind.IDENTITY,
    name="operator",
)


def lets_in(
    moment: datetime,
    *,
    role: str = SSO,
    account: str = MANAGEMENT,
    session: str = DOOR.person,
    action: str = "sts:AssumeRole",
) -> bool:
    """Whether the trust policy lets a session of some role assume the door's role at a moment."""
    principal = Principal.read(f"arn:aws:iam::{account}:role/{role}")
    request = Request(
        principal,
        action,
        DOOR_ROLE,
        ACCOUNT,
        {
            "aws:CurrentTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "aws:PrincipalArn": principal.arn,
            "aws:userid": f"AROAEXAMPLEEXAMPLE:{session}",
        },
    )
    trust = parse_policy(json.dumps(trust_policy(MANAGEMENT, DOOR)), PolicyKind.RESOURCE, name="trust")
    return evaluate(request, PolicySet(identity=(MAY_ASSUME,), resource=trust)).outcome is Outcome.ALLOWED


@pytest.mark.parametrize(
    ("after", "in_time"),
    [
        (timedelta(seconds=-1), False),
        (timedelta(0), True),
        (timedelta(hours=1), True),
        (timedelta(hours=2, seconds=-1), True),
        (timedelta(hours=2), False),
        (timedelta(hours=2, seconds=1), False),
        (timedelta(days=400), False),
    ],
)
def test_the_trust_of_the_door_holds_from_its_beginning_to_its_end(after: timedelta, in_time: bool) -> None:
    assert lets_in(BEGINS + after) is in_time


@pytest.mark.parametrize(
    "who",
    [
        {"session": "taro@operator.example"},
        {"session": "x-hanako@operator.example"},
        {"session": "hanako@operator.example.evil.example"},
        {"role": "Admin"},  # a role whose sessions anybody of the account may name as they like
        {"role": "aws-reserved/other.amazonaws.com/AWSReservedSSO_Operator"},
        {"account": OTHER},
        {"action": "sts:TagSession"},
        {"action": "sts:SetSourceIdentity"},
    ],
)
def test_nobody_else_is_let_in(who: dict[str, str]) -> None:
    assert lets_in(BEGINS)
    assert not lets_in(BEGINS, **who)  # type: ignore[arg-type]


@pytest.mark.parametrize("action", ["ec2:StopInstances", "s3:GetObject", "iam:PassRole"])
def test_a_session_that_was_opened_in_time_can_do_nothing_after_the_end(action: str) -> None:
    session = Principal.read(f"arn:aws:sts::{ACCOUNT}:assumed-role/{DOOR_ROLE.rpartition('/')[2]}/hanako")
    policy = parse_policy(json.dumps(permissions(DOOR)), PolicyKind.IDENTITY, name="emergency")

    def may(moment: datetime) -> bool:
        told = {"aws:CurrentTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), **HERE}
        request = Request(session, action, "*", ACCOUNT, told)
        return evaluate(request, PolicySet(identity=(policy,))).outcome is Outcome.ALLOWED

    assert may(ENDS - timedelta(seconds=1))
    assert not may(ENDS)
    assert not may(ENDS + timedelta(minutes=30))

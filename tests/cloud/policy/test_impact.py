"""Who loses what by a changed policy, from calls that were recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cloud.policy.generated import ACCOUNT, OTHER, USER, Case, Generator, request_of
from tests.cloud.policy.published import allow, deny, policy

from hashira.cloud.domain.policy import Assume, PolicyKind, PolicySet, parse_policy
from hashira.cloud.domain.policy.calls import Call, read_call
from hashira.cloud.domain.policy.evaluation import restrict
from hashira.cloud.domain.policy.impact import Change, Group, Impact, compare
from hashira.cloud.domain.policy.organisation import Organisation, read_organisation
from hashira.cloud.domain.policy.refusals import UnreadableOrganisation, UnreadableRequest

ABROAD = {"StringNotEquals": {"aws:RequestedRegion": ["ap-northeast-1", "ap-northeast-3"]}}
MANAGEMENT = "999999999999"


def scp(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "service-control", "document": policy(*statements)}


def town(**policies: dict[str, Any]) -> dict[str, Any]:
    """A root, two units below one another, an account in each, and the management account."""
    return {
        "id": "o-town",
        "management": MANAGEMENT,
        "policies": {"guard": scp(deny("cloudtrail:StopLogging"))} | policies,
        "root": {"id": "r"},
        "units": [
            {"id": "ou-town", "parent": "r", "policies": ["FullAWSAccess", "guard"]},
            {"id": "ou-town-production", "parent": "ou-town"},
        ],
        "accounts": [
            {"id": ACCOUNT, "parent": "ou-town-production"},
            {"id": OTHER, "parent": "r"},
            {"id": MANAGEMENT, "parent": "ou-town"},
        ],
    }


def changed(*statements: dict[str, Any]) -> tuple[Organisation, Organisation]:
    before = read_organisation(town())
    text = json.dumps(policy(*statements))
    return before, before.with_policy(parse_policy(text, PolicyKind.SCP, name="guard"))


def call(action: str = "ec2:RunInstances", *, account: str = ACCOUNT, **more: Any) -> Call:
    who = f"arn:aws:iam::{account}:user/hanako"
    return read_call({"principal": who, "action": action, "resource": "*", **more})


def judged(calls: list[Call], *statements: dict[str, Any]) -> Impact:
    return compare(*changed(*statements), calls)


def test_what_is_lost_is_grouped_with_the_statement_that_takes_it() -> None:
    abroad = {"aws:RequestedRegion": "us-east-1"}
    impact = judged(
        [
            call(context=abroad, count=3),
            call(context=abroad),
            call(context={"aws:RequestedRegion": "ap-northeast-1"}),
        ],
        deny("*", Sid="Abroad", Condition=ABROAD),
    )
    [(group, count)] = impact.listed()

    assert (group.account, group.principal, group.action, group.change, count) == (
        ACCOUNT,
        USER,
        "ec2:RunInstances",
        Change.LOSES,
        4,
    )
    assert group.reason is not None
    assert (group.reason.policy, group.reason.statement) == ("guard", "Abroad")
    assert (impact.calls, impact.unchanged, impact.loses) == (5, 1, True)
    assert impact.accounts(Change.LOSES) == 1


def test_a_key_that_a_record_lacks_is_named_and_not_guessed() -> None:
    condition = {"StringNotEquals": {"aws:PrincipalTag/team": "ops"}}
    impact = judged([call(context={})], deny("ec2:*", Condition=condition))
    [(group, _count)] = impact.listed()

    assert (group.change, group.unknown) == (Change.MAY_LOSE, ("aws:principaltag/team",))
    assert not impact.loses


def test_a_key_that_is_known_to_be_absent_decides() -> None:
    condition = {"StringNotEquals": {"aws:PrincipalTag/team": "ops"}}

    assert judged([call(context={"aws:PrincipalTag/team": None})], deny("ec2:*", Condition=condition)).loses


def test_a_resource_that_a_record_lacks_is_named() -> None:
    impact = judged([call("s3:DeleteObject", resource="")], deny("s3:*", "arn:aws:s3:::log/*"))

    assert [group.unknown for group, _count in impact.listed()] == [("resource",)]
    assert judged([call("s3:DeleteObject", resource="")], deny("s3:*")).loses


def test_what_was_refused_before_cannot_be_lost_but_gained() -> None:
    impact = judged(
        [call("cloudtrail:StopLogging", refused=True), call("ec2:RunInstances", refused=True)], deny("ec2:*")
    )

    assert [(group.action, group.change) for group, _ in impact.listed()] == [
        ("cloudtrail:StopLogging", Change.GAINS)
    ]
    assert impact.refused == 1


def test_a_success_that_the_old_policy_denies_contradicts_it() -> None:
    impact = judged([call("cloudtrail:StopLogging")], deny("ec2:*"))

    assert (impact.contradicting, impact.listed()) == (1, [])


def test_only_those_below_the_target_are_touched() -> None:
    impact = judged(
        [call(), call(account=OTHER), call(account=MANAGEMENT), call(account="000000000001")], deny("ec2:*")
    )

    assert {group.account for group in impact.groups} == {ACCOUNT}
    assert impact.unchanged == 3


def test_service_linked_roles_and_services_lose_nothing() -> None:
    linked = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForAutoScaling/a"
    calls = [
        read_call({"principal": one, "action": "ec2:RunInstances", "resource": "*", "account": ACCOUNT})
        for one in (linked, "autoscaling.amazonaws.com")
    ]
    assert judged(calls, deny("ec2:*")).listed() == []


def test_sessions_count_under_their_role() -> None:
    sessions = [
        read_call(
            {"principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/{name}", "action": "ec2:RunInstances"}
        )
        for name in ("hanako", "taro")
    ]
    [(group, count)] = judged(sessions, deny("ec2:*")).listed()

    assert (group.principal, count) == (f"arn:aws:iam::{ACCOUNT}:role/ops", 2)


def test_the_path_of_a_role_is_not_guessed_from_a_session() -> None:
    spared = deny("ec2:*", Condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/baseline/*"}})
    session = {"principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/a", "action": "ec2:RunInstances"}
    known = session | {"context": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/baseline/ops"}}

    assert [group.unknown for group in judged([read_call(session)], spared).groups] == [("aws:principalarn",)]
    assert judged([read_call(known)], spared).listed() == []


def test_an_rcp_is_asked_of_the_account_of_the_resource() -> None:
    strangers = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-town"}}
    rule = {"kind": "resource-control", "document": policy(deny("s3:*", Principal="*", Condition=strangers))}
    document = town(strangers=rule)
    before = read_organisation(document)
    document["accounts"][0]["policies"] = ["FullAWSAccess", "strangers"]
    calls = [
        call("s3:GetObject", account=OTHER, resource="arn:aws:s3:::a/b"),
        call(
            "s3:GetObject",
            account="000000000001",
            resource="arn:aws:s3:::a/b",
            context={"aws:PrincipalOrgID": "o-x"},
        ),
    ]
    impact = compare(
        before, read_organisation(document), [replace(one, resource_account=ACCOUNT) for one in calls]
    )

    assert [(group.account, group.change) for group in impact.groups] == [("000000000001", Change.LOSES)]


def test_a_policy_that_only_changes_its_form_changes_nothing() -> None:
    impact = judged([call("cloudtrail:StopLogging", refused=True)], deny(["cloudtrail:StopLogging"], Sid="X"))

    assert (impact.unchanged, impact.shapes) == (1, 0)


def test_the_version_decides_whether_a_variable_is_one() -> None:
    mine = deny("s3:*", "arn:aws:s3:::${aws:username}")
    calls = [call("s3:DeleteBucket", resource="arn:aws:s3:::hanako")]
    before = read_organisation(town(guard=scp() | {"document": policy(mine, version="2008-10-17")}))
    after = before.with_policy(parse_policy(json.dumps(policy(mine)), PolicyKind.SCP, name="guard"))

    assert compare(before, after, calls).loses


def test_groups_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hashira.cloud.domain.policy.impact.MOST_GROUPS", 3)
    impact = judged([call(f"ec2:Run{n}") for n in range(10)], deny("ec2:*"))

    assert impact.of(Change.LOSES) == 10
    assert len(impact.groups) == 4
    assert impact.merged == 7
    assert Group(ACCOUNT, "", "", Change.LOSES, None) in impact.groups


def _as_organisation(case: Case) -> dict[str, Any]:
    """The SCPs and RCPs of a case as those of accounts at the end of a row of units."""
    policies: dict[str, Any] = {}
    rows: list[list[str]] = []
    for number, level in enumerate(case.scps):
        rows.append([])
        for place, document in enumerate(level[:5]):
            rows[-1].append(f"{number}-{place}")
            policies[rows[-1][-1]] = {"kind": "service-control", "document": document}
    rows = [row or ["FullAWSAccess"] for row in rows] or [["FullAWSAccess"]]
    for number, level in enumerate(case.rcps):
        for place, document in enumerate(level):
            rows[min(number, len(rows) - 1)].append(f"rcp-{number}-{place}")
            policies[f"rcp-{number}-{place}"] = {"kind": "resource-control", "document": document}
    ids = ["r", *(f"ou-{n}" for n in range(1, len(rows)))]
    targets = [
        {"id": one, "parent": ids[n - 1] if n else "", "policies": rows[n]} for n, one in enumerate(ids)
    ]
    accounts = [{"id": one, "parent": ids[-1]} for one in (ACCOUNT, OTHER)]
    return {"policies": policies, "root": targets[0], "units": targets[1:], "accounts": accounts}


def _restricting(document: dict[str, Any]) -> PolicySet:
    scps, rcps = read_organisation(document).levels(ACCOUNT)
    return PolicySet(scps=scps, rcps=rcps)


cases = st.integers(0, 10**9).map(lambda seed: Generator(seed).case())


@pytest.mark.long
@given(cases, cases, st.booleans())
def test_the_impact_says_what_the_evaluation_says(case: Case, other: Case, known: bool) -> None:
    """One call, two organisations: lost, gained or open exactly as both judgements under both assumptions."""
    before, after = _as_organisation(case), _as_organisation(other)
    context = {key.lower(): tuple(v) if isinstance(v, list) else v for key, v in case.context.items()}
    if not known:
        context.pop("aws:requestedregion", None)
    asked = Call(case.principal, case.action, case.resource, case.owner, context)
    impact = compare(read_organisation(before), read_organisation(after), [asked])

    request = replace(
        request_of(case),
        context={**context, **{k: v for k in ("aws:username",) if (v := asked.known(k)) is not None}},
    )
    stopped = {
        (when, assume): restrict(request, _restricting(document), assume=assume) is not None
        for when, document in (("before", before), ("after", after))
        for assume in Assume
    }
    expected = None
    if not stopped["before", Assume.BEST]:
        if stopped["after", Assume.BEST]:
            expected = Change.LOSES
        elif stopped["after", Assume.WORST]:
            expected = Change.MAY_LOSE
    found = [group.change for group in impact.groups]
    if expected is Change.MAY_LOSE and not found:
        assert impact.unchanged == 1  # the same statements before and after: a success has passed them
    else:
        assert found == ([expected] if expected else [])


def test_an_event_of_a_trail_is_read() -> None:
    event = {
        "eventSource": "s3.amazonaws.com",
        "eventName": "HeadObject",
        "awsRegion": "ap-northeast-1",
        "sourceIPAddress": "203.0.113.9",
        "userAgent": "cli",
        "eventTime": "2026-04-01T00:00:00Z",
        "recipientAccountId": ACCOUNT,
        "errorCode": "AccessDenied",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/hanako",
            "accountId": ACCOUNT,
            "sessionContext": {
                "sessionIssuer": {"arn": f"arn:aws:iam::{ACCOUNT}:role/section/ops"},
                "attributes": {"mfaAuthenticated": "true"},
            },
        },
        "resources": [{"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::log/a", "accountId": OTHER}],
    }
    read = read_call(event)

    assert (read.action, read.resource, read.resource_account, read.refused) == (
        "s3:GetObject",
        "arn:aws:s3:::log/a",
        OTHER,
        True,
    )
    assert read.known("aws:principalarn") == f"arn:aws:iam::{ACCOUNT}:role/section/ops"
    assert read.known("aws:multifactorauthpresent") == "true"
    assert read.known("aws:principalaccount") == ACCOUNT
    assert read.known("aws:principaltag/team") is None
    service = event | {
        "userIdentity": {"type": "AWSService", "invokedBy": "cloudtrail.amazonaws.com"},
        "sourceIPAddress": "cloudtrail.amazonaws.com",
    }
    assert read_call(service).known("aws:principalisawsservice") == "true"
    assert read_call(service).known("aws:sourceip") is None
    assert read_call(
        event | {"eventSource": "lambda.amazonaws.com", "eventName": "ListFunctions20150331"}
    ).action == ("lambda:ListFunctions")


@pytest.mark.parametrize(
    "record",
    [
        [],
        {},
        {"principal": USER, "action": "GetObject"},
        {"principal": "hanako", "action": "s3:GetObject"},
        {"principal": USER, "action": "s3:GetObject", "count": 0},
        {"principal": USER, "action": "s3:GetObject", "when": "now"},
        {"principal": USER, "action": "s3:GetObject", "context": {"k": {}}},
        {"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "userIdentity": {"type": "Unknown"}},
    ],
)
def test_a_record_that_is_none_is_refused(record: object) -> None:
    with pytest.raises(UnreadableRequest):
        read_call(record)


def _spoiled() -> Iterator[tuple[str, dict[str, Any], str]]:
    yield (
        "six-policies",
        town(**{f"p{n}": scp(deny()) for n in range(6)})
        | {"root": {"id": "r", "policies": [f"p{n}" for n in range(6)]}},
        "root.policies",
    )
    yield "no-scp", town() | {"root": {"id": "r", "policies": []}}, "root.policies"
    yield "unknown-policy", town() | {"root": {"id": "r", "policies": ["x"]}}, "root.policies"
    deep = [{"id": f"ou-{n}", "parent": f"ou-{n - 1}" if n else "r"} for n in range(6)]
    yield "six-deep", town() | {"units": deep, "accounts": [], "management": ""}, "units.ou-5"
    yield "a-circle", town() | {"units": [{"id": "a", "parent": "b"}, {"id": "b", "parent": "a"}]}, "units.a"
    many = [{"id": f"ou-{n}", "parent": "r"} for n in range(2_001)]
    yield "too-many-units", town() | {"units": many}, "units"
    yield (
        "a-parent-that-is-none",
        town() | {"accounts": [{"id": ACCOUNT, "parent": "x"}]},
        f"accounts.{ACCOUNT}.parent",
    )
    yield "a-number-that-is-none", town() | {"accounts": [{"id": "1", "parent": "r"}]}, "accounts.1"
    yield "twice", town() | {"accounts": [{"id": ACCOUNT, "parent": "r"}] * 2}, "accounts[1].id"
    yield "no-such-management", town() | {"management": "1"}, "management"
    yield "another-kind", town(x={"kind": "identity", "document": policy(allow())}), "policies.x.kind"
    yield "an-unknown-word", town() | {"ou": []}, "JSON"


@pytest.mark.parametrize(("document", "place"), [pytest.param(d, p, id=i) for i, d, p in _spoiled()])
def test_an_organisation_that_aws_would_refuse_is_refused(document: dict[str, Any], place: str) -> None:
    with pytest.raises(UnreadableOrganisation) as refused:
        read_organisation(document)

    assert refused.value.details["place"] == place


def test_a_policy_that_is_not_attached_cannot_be_changed() -> None:
    with pytest.raises(UnreadableOrganisation):
        read_organisation(town()).with_policy(
            parse_policy(json.dumps(policy(deny())), PolicyKind.SCP, name="x")
        )

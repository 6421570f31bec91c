"""Policies judged a second, as a ratio to the foreign simulator, in one run; and what a changed one takes.

    .venv/bin/python -m benchmarks.policy_evaluation

The same cases, made at random, go to both, portion by portion in turn, and the best portion of each counts.
The simulator reads the policies of every case anew, as it must; we do so once (``read and judge``), or have
read them before, as where one organisation is asked again and again (``judge``).
"""

from __future__ import annotations

import json
import random
import resource
import time
from collections.abc import Iterator

from tests.cloud.policy.generated import Generator, policies_of, request_of
from tests.cloud.policy.simulator import simulate, simulator

from hashira.cloud.domain.policy import PolicyKind, evaluate, parse_policy
from hashira.cloud.domain.policy.calls import Call, read_call
from hashira.cloud.domain.policy.impact import Change, compare
from hashira.cloud.domain.policy.organisation import read_organisation

ACCOUNTS, CALLS = 5_000, 200
PORTIONS, PORTION, SEED = 5, 2_000, 7


_REGIONS = {
    "Effect": "Deny",
    "NotAction": ["iam:*", "organizations:*", "sts:*", "cloudfront:*"],
    "Resource": "*",
    "Condition": {
        "StringNotEquals": {"aws:RequestedRegion": ["ap-northeast-1", "ap-northeast-3"]},
        "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/baseline/*"},
    },
}
_TRAIL = {"Effect": "Deny", "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"], "Resource": "*"}
_BUCKETS = {"Effect": "Deny", "Action": "s3:DeleteObject*", "Resource": "arn:aws:s3:::*-log/*"}
_ACTIONS = (
    "s3:GetObject",
    "s3:DeleteObject",
    "ec2:RunInstances",
    "ec2:StopInstances",
    "kms:Decrypt",
    "iam:GetRole",
)
_ACTIONS += ("lambda:InvokeFunction", "cloudtrail:StopLogging", "rds:CreateDBInstance", "sqs:SendMessage")


def policy(*statements: object) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def organisation(accounts: int) -> dict[str, object]:
    """Units of two classes and three stages, as a baseline has them, and accounts spread over them."""
    units = [
        {"id": f"ou-{kind}-{stage}", "parent": "r", "policies": ["FullAWSAccess", "guard"]}
        for kind in ("town", "ministry")
        for stage in ("production", "verification", "development")
    ]
    return {
        "id": "o-town",
        "policies": {
            "guard": {"kind": PolicyKind.SCP.value, "document": policy(_TRAIL)},
            "root": {"kind": PolicyKind.SCP.value, "document": policy(_REGIONS)},
        },
        "root": {"id": "r", "policies": ["FullAWSAccess", "root"]},
        "units": units,
        "accounts": [
            {"id": f"{100_000_000_000 + n}", "parent": units[n % len(units)]["id"]} for n in range(accounts)
        ],
    }


def calls(accounts: int, each: int) -> Iterator[Call]:
    """Calls as a trail has them: mostly at home, some abroad, some without a region."""
    chance = random.Random(SEED)
    for n in range(accounts):
        account = f"{100_000_000_000 + n}"
        for _ in range(each):
            action = chance.choice(_ACTIONS)
            region = chance.choice(("ap-northeast-1",) * 8 + ("us-east-1", None))
            yield read_call(
                {
                    "principal": f"arn:aws:iam::{account}:user/{chance.choice(('hanako', 'taro', 'deploy'))}",
                    "action": action,
                    "resource": f"arn:aws:s3:::{account}-log/{chance.randrange(50)}",
                    "account": account,
                    "context": {"aws:RequestedRegion": region} if region else {},
                }
            )


def impact() -> None:
    """A guardrail that is tightened, against a year's calls of thousands of accounts."""
    started = time.perf_counter()
    for _call in calls(ACCOUNTS, CALLS):
        pass
    making = time.perf_counter() - started
    started = time.perf_counter()
    before = read_organisation(organisation(ACCOUNTS))
    tightened = parse_policy(
        json.dumps(policy(_TRAIL, _BUCKETS, _REGIONS | {"NotAction": "iam:*"})), PolicyKind.SCP, name="guard"
    )
    found = compare(before, before.with_policy(tightened), calls(ACCOUNTS, CALLS))
    seconds = time.perf_counter() - started - making  # without making the calls up
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lost, may = found.of(Change.LOSES), found.of(Change.MAY_LOSE)
    print(
        f"impact          {found.calls:>10,} calls, {ACCOUNTS:,} accounts, {seconds:.1f} s, "
        f"{memory:,.0f} MiB: {lost:,} lost, {may:,} may be, {found.shapes:,} shapes"
    )


def main() -> None:
    impact()
    peer, made = simulator(), Generator(SEED)
    best = {"simulator": 0.0, "read and judge": 0.0, "judge": 0.0}
    for _ in range(PORTIONS):
        cases = [made.case() for _ in range(PORTION)]
        _outcomes, seconds = simulate(peer, cases)
        best["simulator"] = max(best["simulator"], PORTION / seconds)
        started = time.perf_counter()
        for case in cases:
            evaluate(request_of(case), policies_of(case))
        best["read and judge"] = max(best["read and judge"], PORTION / (time.perf_counter() - started))
        read = [(request_of(case), policies_of(case)) for case in cases]
        started = time.perf_counter()
        for request, policies in read:
            evaluate(request, policies)
        best["judge"] = max(best["judge"], PORTION / (time.perf_counter() - started))
    for name, rate in best.items():
        print(f"{name:<16}{rate:>10,.0f} /s   {rate / best['simulator']:>6.1f}")


if __name__ == "__main__":
    main()

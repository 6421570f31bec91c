"""The foreign simulator, asked in portions, and every class of cases in which it and we differ, with why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.certificates.peer import Peer, peer
from tests.cloud.policy.generated import (
    ACCOUNT,
    FEDERATED,
    ROLE,
    ROOT,
    SESSION,
    USER,
    Case,
    for_the_peer,
)

from hashira.cloud.domain.policy import Outcome

_PORTION = 2_000
_OUTCOMES = {
    "Allowed": Outcome.ALLOWED,
    "ExplicitlyDenied": Outcome.EXPLICITLY_DENIED,
    "ImplicitlyDenied": Outcome.IMPLICITLY_DENIED,
}


def simulator() -> Peer:
    """The peer, or a skip."""
    return peer("iam_simulate.mjs")


def simulate(asked: Peer, cases: Sequence[Case]) -> tuple[list[Outcome | str], float]:
    """Its outcomes, or its words where it refuses a case, and the seconds that it took for all."""
    outcomes: list[Outcome | str] = []
    seconds = 0.0
    for start in range(0, len(cases), _PORTION):
        answer = asked.ask("simulate", cases=[for_the_peer(one) for one in cases[start : start + _PORTION]])
        outcomes += [
            _OUTCOMES[one["outcome"]] if "outcome" in one else one["error"] for one in answer["outcomes"]
        ]
        seconds += answer["seconds"]
    return outcomes, seconds


@dataclass(frozen=True, slots=True)
class Difference:
    """A class of cases that we judge otherwise than the simulator: which, why, and one that shows it."""

    name: str
    why: str
    """The words of AWS that we go by, told in ours, with the place."""
    case: Case
    ours: Outcome
    theirs: Outcome
    includes: Callable[[Case], bool] = lambda _case: False
    """Whether a case made at random is of this class; the generator makes none of most."""


def _policy(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_FULL = _policy(_ALL)
_NOTHING = _policy({"Effect": "Deny", "Action": "*", "Resource": "*"})


def _case(
    *identity: dict[str, Any],
    principal: str = USER,
    context: dict[str, str | list[str]] | None = None,
    scps: list[list[dict[str, Any]]] | None = None,
    resource_policy: dict[str, Any] | None = None,
) -> Case:
    return Case(
        principal,
        "s3:GetObject",
        "arn:aws:s3:::town-log/2026/01.json",
        ACCOUNT,
        context or {},
        scps or [],
        [],
        list(identity),
        None,
        resource_policy,
    )


def _only(condition: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return _policy(_ALL | {"Condition": condition}, version=version)


def _except(*named: str) -> dict[str, Any]:
    return _policy(
        {"Effect": "Deny", "NotPrincipal": {"AWS": list(named)}, "Action": "s3:*", "Resource": "*"}
    )


def _half_exempt(case: Case) -> bool:
    """Whether a ``NotPrincipal`` names some, but not all, of what an exemption must name."""
    needed = {ROOT, SESSION, ROLE} if case.principal == SESSION else {ROOT, case.principal}
    statements = case.resource_policy["Statement"] if case.resource_policy else []
    listed = [set(one["NotPrincipal"]["AWS"]) for one in statements if "NotPrincipal" in one]
    return case.boundary is None and any(one & needed and not needed <= one for one in listed)


_ALLOWED, _DENIED, _NOT_ALLOWED = Outcome.ALLOWED, Outcome.EXPLICITLY_DENIED, Outcome.IMPLICITLY_DENIED

DIFFERENCES = (
    Difference(
        "not-principal-account-alone",
        "An exemption has to name the account and the user; what is left out stays denied "
        "(IAM User Guide, NotPrincipal, key points). The simulator exempts whoever's account is listed.",
        _case(_FULL, resource_policy=_except(ROOT)),
        _DENIED,
        _ALLOWED,
        _half_exempt,
    ),
    Difference(
        "not-principal-user-alone",
        "The same page: without the account the whole account is denied, the user with it.",
        _case(_FULL, resource_policy=_except(USER)),
        _DENIED,
        _ALLOWED,
    ),
    Difference(
        "not-principal-session-without-role",
        "The same page: account, then role, then session are asked, so that all three are to be named.",
        _case(_FULL, principal=SESSION, resource_policy=_except(ROOT, SESSION)),
        _DENIED,
        _ALLOWED,
    ),
    Difference(
        "every-ipv4-address",
        "0.0.0.0/0 is every IPv4 address (RFC 4632); the simulator finds none in it.",
        _case(_only({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), context={"aws:SourceIp": "203.0.113.9"}),
        _ALLOWED,
        _NOT_ALLOWED,
    ),
    Difference(
        "address-of-the-other-family",
        "An IPv6 address is not a given IPv4 address, so that NotIpAddress holds; the simulator lets no "
        "NotIpAddress hold for it where that is written without a prefix; with /32 it does.",
        _case(
            _only({"NotIpAddress": {"aws:SourceIp": "192.168.0.77"}}), context={"aws:SourceIp": "2001:db8::1"}
        ),
        _ALLOWED,
        _NOT_ALLOWED,
    ),
    Difference(
        "root-without-policies",
        "All requests are denied by default except those of the root user, who has full access "
        "(IAM User Guide, How AWS enforcement code logic evaluates requests).",
        _case(principal=ROOT),
        _ALLOWED,
        _NOT_ALLOWED,
    ),
    Difference(
        "service-linked-role",
        "SCPs do not restrict service-linked roles (Organizations User Guide, SCP, tasks not restricted).",
        _case(
            _FULL,
            principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForConfig/config",
            scps=[[_FULL, _NOTHING]],
        ),
        _ALLOWED,
        _DENIED,
    ),
    Difference(
        "version-2008",
        "Variables came with the version 2012-10-17; in an older one they are these characters "
        "(IAM User Guide, Variables and tags). The simulator resolves them all the same.",
        _case(
            _only({"StringEquals": {"aws:username": "${aws:PrincipalTag/team}"}}, version="2008-10-17"),
            context={"aws:username": "hanako", "aws:PrincipalTag/team": "hanako"},
        ),
        _NOT_ALLOWED,
        _ALLOWED,
    ),
    Difference(
        "federated-user-of-the-same-name",
        "A federated user has the name that was asked for, not that of the user who asked; a policy naming "
        "a user of this name does not name it (AWS STS, GetFederationToken). The simulator goes by the name.",
        _case(
            principal=FEDERATED.replace("visitor", "hanako"),
            resource_policy=_policy(
                {"Effect": "Allow", "Principal": {"AWS": USER}, "Action": "s3:*", "Resource": "*"}
            ),
        ),
        _NOT_ALLOWED,
        _ALLOWED,
    ),
    Difference(
        "negated-on-an-empty-set",
        "A key without a value is a key that is not there (IAM User Guide, Null, set operators), for which "
        "what is negated holds.",
        _case(_only({"StringNotEquals": {"aws:TagKeys": "a"}}), context={"aws:TagKeys": []}),
        _ALLOWED,
        _NOT_ALLOWED,
    ),
)
"""Every class, each with the case in which the two answers are held to be what they are today."""

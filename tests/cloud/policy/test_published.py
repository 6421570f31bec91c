"""The outcomes that AWS publishes, case by case."""

from __future__ import annotations

import json

import pytest
from tests.cloud.policy.published import CASES, Published, allow, policy
from tests.cloud.policy.published_conditions import LINES, Line

from hashira.cloud.domain.policy import (
    Policy,
    PolicyKind,
    PolicySet,
    Principal,
    Request,
    evaluate,
    parse_policy,
)


def _read(listed: tuple[dict[str, object], ...], kind: PolicyKind) -> tuple[Policy, ...]:
    return tuple(parse_policy(json.dumps(one), kind) for one in listed)


def test_every_case_has_an_id_of_its_own() -> None:
    ids = [one.id for one in (*CASES, *LINES)]

    assert len(ids) == len(set(ids))
    assert all(one.startswith(("IAM ", "ORG ")) for one in ids)


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.id)
def test_case(case: Published) -> None:
    known = Principal.read(case.principal)
    principal = Principal(
        known.kind, known.arn, known.account, known.role, case.user, service_linked=known.service_linked
    )
    request = Request(principal, case.action, case.target, case.owner, dict(case.context))
    policies = PolicySet(
        scps=tuple(_read(level, PolicyKind.SCP) for level in case.scps),
        rcps=tuple(_read(level, PolicyKind.RCP) for level in case.rcps),
        identity=_read(case.identity, PolicyKind.IDENTITY),
        boundary=None if case.boundary is None else _read(case.boundary, PolicyKind.BOUNDARY),
        session=None if case.session is None else _read(case.session, PolicyKind.SESSION),
        resource=None if case.resource is None else _read((case.resource,), PolicyKind.RESOURCE)[0],
    )

    assert evaluate(request, policies).outcome is case.outcome


@pytest.mark.parametrize("line", LINES, ids=lambda one: one.id)
def test_condition(line: Line) -> None:
    document = json.dumps(policy(allow(Condition=line.condition)))
    statement = parse_policy(document, PolicyKind.IDENTITY).statements[0]
    context = {key: tuple(v) if isinstance(v, list) else v for key, v in line.context.items()}
    request = Request(
        Principal.read("arn:aws:iam::111122223333:user/hanako"), "s3:GetObject", "*", "111122223333", context
    )

    assert statement.applies(request) is line.holds

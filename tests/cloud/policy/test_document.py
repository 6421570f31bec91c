"""What is read as a policy, what is refused, and that every operator keeps its example."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hashira.cloud.domain.policy import PolicyKind, Principal, PrincipalKind, Request, parse_policy
from hashira.cloud.domain.policy.condition import OPERATORS, Clause, Operator
from hashira.cloud.domain.policy.document import MOST_CHARACTERS
from hashira.cloud.domain.policy.refusals import UnreadablePolicy, UnreadableRequest

_GOOD: dict[str, Any] = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}


def _without(name: str, **more: Any) -> dict[str, Any]:
    return {key: value for key, value in _GOOD.items() if key != name} | more


def _written(statement: object, **more: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statement} | more)


REFUSED = {
    "no JSON": ("{", "JSON"),
    "a list": ("[]", "JSON"),
    "a key twice": (
        '{"Statement":[{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}]}',
        "JSON",
    ),
    "too deep": ("[" * 100_000, "JSON"),
    "too long": (" " * (MOST_CHARACTERS + 1), "JSON"),
    "an unknown element": (_written(_GOOD | {"Conditions": {}}), "Statement[0]"),
    "an unknown version": (_written(_GOOD, Version="2012-10-18"), "Version"),
    "no statement": (_written([]), "Statement"),
    "a statement that is none": (_written(["Deny"]), "Statement[0]"),
    "no effect": (_written(_without("Effect")), "Statement[0].Effect"),
    "an effect of another case": (_written(_GOOD | {"Effect": "deny"}), "Statement[0].Effect"),
    "no action": (_written(_without("Action")), "Statement[0]"),
    "action and its opposite": (_written(_GOOD | {"NotAction": "s3:*"}), "Statement[0]"),
    "an action without a service": (_written(_GOOD | {"Action": "GetObject"}), "Statement[0].Action"),
    "an empty list of actions": (_written(_GOOD | {"Action": []}), "Statement[0].Action"),
    "no resource": (_written(_without("Resource")), "Statement[0]"),
    "a resource that is no ARN": (_written(_GOOD | {"Resource": "town-log"}), "Statement[0].Resource"),
    "a variable in the service of an ARN": (
        _written(_GOOD | {"Resource": "arn:aws:${aws:username}:::a"}),
        "Statement[0].Resource",
    ),
    "a variable that is not closed": (
        _written(_GOOD | {"Resource": "arn:aws:s3:::${aws:username"}),
        "Statement[0].Resource",
    ),
    "a principal": (_written(_GOOD | {"Principal": "*"}), "Statement[0]"),
    "an operator that does not exist": (
        _written(_GOOD | {"Condition": {"StringEqual": {"aws:UserAgent": "x"}}}),
        "Statement[0].Condition.StringEqual.aws:UserAgent",
    ),
    "a set operator that does not exist": (
        _written(_GOOD | {"Condition": {"ForSomeValues:StringEquals": {"aws:TagKeys": "x"}}}),
        "Statement[0].Condition.ForSomeValues:StringEquals.aws:TagKeys",
    ),
    "a number that is none": (
        _written(_GOOD | {"Condition": {"NumericEquals": {"s3:max-keys": "ten"}}}),
        "Statement[0].Condition.NumericEquals.s3:max-keys",
    ),
    "a network that is none": (
        _written(_GOOD | {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}}),
        "Statement[0].Condition.IpAddress.aws:SourceIp",
    ),
    "a date that is none": (
        _written(_GOOD | {"Condition": {"DateLessThan": {"aws:CurrentTime": "April"}}}),
        "Statement[0].Condition.DateLessThan.aws:CurrentTime",
    ),
    "Null with another word": (
        _written(_GOOD | {"Condition": {"Null": {"aws:TagKeys": "yes"}}}),
        "Statement[0].Condition.Null.aws:TagKeys",
    ),
    "a condition without a key": (
        _written(_GOOD | {"Condition": {"Bool": {}}}),
        "Statement[0].Condition.Bool",
    ),
}


@pytest.mark.parametrize(("text", "place"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_policy_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(UnreadablePolicy) as refused:
        parse_policy(text, PolicyKind.SCP, name="region")

    assert refused.value.details["place"] == place
    assert refused.value.details["name"] == "region"


@pytest.mark.parametrize(
    ("kind", "statement", "place"),
    [
        (PolicyKind.RCP, _GOOD, "Statement[0]"),
        (PolicyKind.RCP, _GOOD | {"Principal": {"AWS": "111122223333"}}, "Statement[0].Principal"),
        (PolicyKind.RCP, _GOOD | {"Principal": "*", "Action": "*"}, "Statement[0].Action"),
        (PolicyKind.RESOURCE, _GOOD | {"Principal": {"Robot": "r"}}, "Statement[0].Principal"),
        (PolicyKind.RESOURCE, _GOOD | {"Effect": "Allow", "NotPrincipal": "*"}, "Statement[0].NotPrincipal"),
    ],
)
def test_each_kind_has_its_own_elements(kind: PolicyKind, statement: dict[str, Any], place: str) -> None:
    with pytest.raises(UnreadablePolicy) as refused:
        parse_policy(_written(statement), kind)

    assert refused.value.details["place"] == place


@pytest.mark.parametrize(
    "text", ["hanako", "arn:aws:s3:::b", "arn:aws:iam::x:user/a", "arn:aws:iam::1:group/a"]
)
def test_a_principal_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UnreadableRequest):
        Principal.read(text)


def test_an_action_that_is_none_is_refused() -> None:
    with pytest.raises(UnreadableRequest):
        Request(Principal.read("*"), "GetObject", "*", "111122223333")


def test_principals_are_known_by_their_kind() -> None:
    kinds = {
        "arn:aws:iam::111122223333:user/section/hanako": PrincipalKind.USER,
        "arn:aws:iam::111122223333:root": PrincipalKind.ROOT,
        "arn:aws:sts::111122223333:assumed-role/ops/hanako": PrincipalKind.ROLE_SESSION,
        "arn:aws:sts::111122223333:federated-user/hanako": PrincipalKind.FEDERATED_USER,
        "cloudtrail.amazonaws.com": PrincipalKind.SERVICE,
        "*": PrincipalKind.ANONYMOUS,
    }
    assert {text: Principal.read(text).kind for text in kinds} == kinds


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=lambda one: one.name)
def test_every_operator_keeps_its_example(operator: Operator) -> None:
    wanted, value = operator.example
    assert Clause.read(operator.name, "k", (wanted,), variables=True).holds({"k": value})
    wanted, value = operator.counterexample
    assert not Clause.read(operator.name, "k", (wanted,), variables=True).holds({"k": value})


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=lambda one: one.name)
def test_every_operator_without_a_key(operator: Operator) -> None:
    value = operator.example[0]

    def holds(written: str) -> bool:
        return Clause.read(written, "k", (value,), variables=True).holds({})

    assert holds(operator.name) is operator.negated
    assert holds(f"{operator.name}IfExists")
    assert holds(f"ForAllValues:{operator.name}")
    assert not holds(f"ForAnyValue:{operator.name}")
    assert not holds(f"ForAnyValue:{operator.name}IfExists")

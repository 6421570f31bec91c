"""Every guardrail keeps its examples, by our judgement and by that of other people."""

from __future__ import annotations

import json

import pytest
from tests.cloud.policy.generated import Case
from tests.cloud.policy.simulator import simulate, simulator

from hashira.cloud.domain.guardrail import ACCOUNT, Example, Guardrail, GuardrailClass, together
from hashira.cloud.domain.guardrails import GUARDRAILS, ROLES, guardrail
from hashira.cloud.domain.policy import Outcome, PolicyKind, PolicySet, evaluate, parse_policy
from hashira.cloud.domain.policy.compaction import compact, counterexample
from hashira.cloud.domain.policy.document import FULL_ACCESS
from hashira.cloud.domain.policy.size import measure, written

each = pytest.mark.parametrize("one", GUARDRAILS, ids=lambda one: one.id)
_ALL = parse_policy(FULL_ACCESS, PolicyKind.SCP, name="FullAWSAccess")
_ADMINISTRATOR = parse_policy(FULL_ACCESS, PolicyKind.IDENTITY, name="administrator")


def _outcome(one: Guardrail, example: Example) -> Outcome:
    policies = PolicySet(scps=((_ALL, one.policy),), identity=(_ADMINISTRATOR,))
    return evaluate(example.request(), policies).outcome


@each
def test_a_guardrail_keeps_its_examples(one: Guardrail) -> None:
    assert _outcome(one, one.passing) is Outcome.ALLOWED
    assert _outcome(one, one.failing) is Outcome.EXPLICITLY_DENIED


@each
def test_a_guardrail_tells_what_it_is_for(one: Guardrail) -> None:
    assert one.intent.ja
    assert one.intent.en
    assert one.reference
    assert one.belongs.label.ja
    assert guardrail(one.id) is one
    assert all(statement["Effect"] == "Deny" and statement["Sid"].isalnum() for statement in one.statements)
    assert measure(written(one.document), PolicyKind.SCP).fits


@each
def test_only_the_operator_is_spared(one: Guardrail) -> None:
    """Where a guardrail spares a role, it is that of the baseline alone."""
    for statement in one.statements:
        spared = statement.get("Condition", {}).get("ArnNotLike", {})
        assert spared in ({}, {"aws:PrincipalArn": ROLES})


def test_ids_and_names_are_their_own() -> None:
    assert len({one.id for one in GUARDRAILS}) == len(GUARDRAILS) >= 12
    names = [statement["Sid"] for one in GUARDRAILS for statement in one.statements]
    assert len(names) == len(set(names))
    assert {one.belongs for one in GUARDRAILS} == set(GuardrailClass)


def test_all_together_decide_as_each_alone_and_fit_into_one_policy_less_than_half_full() -> None:
    document = together(GUARDRAILS)
    small = compact(document)
    before, after = (parse_policy(written(one), PolicyKind.SCP) for one in (document, small))

    assert measure(written(document), PolicyKind.SCP).compacted < 5_120
    assert counterexample(before, after, seed=1, count=5_000) is None
    for one in GUARDRAILS:
        assert not any(statement.applies(one.passing.request()) for statement in one.policy.denials)
        assert any(statement.applies(one.failing.request()) for statement in after.denials)


@pytest.mark.foreign
def test_the_foreign_simulator_keeps_the_same_examples() -> None:
    full = json.loads(FULL_ACCESS)
    cases = [
        Case(
            example.principal,
            example.action,
            example.resource,
            ACCOUNT,
            {key: value for key, value in example.request().context.items() if isinstance(value, str)},
            [[full, one.document]],
            [],
            [full],
            None,
            None,
        )
        for one in GUARDRAILS
        for example in (one.passing, one.failing)
    ]
    outcomes, _seconds = simulate(simulator(), cases)

    assert outcomes == [Outcome.ALLOWED, Outcome.EXPLICITLY_DENIED] * len(GUARDRAILS)

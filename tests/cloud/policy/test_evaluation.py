"""What holds of every judgement, whatever the policies are."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.cloud.policy.generated import Case, Generator, policies_of, request_of

from hashira.cloud.domain.policy import Assume, Outcome, PolicyKind, evaluate, parse_policy
from hashira.cloud.domain.policy.evaluation import restrict, unknown_keys
from hashira.cloud.domain.policy.pattern import arn, glob

cases = st.integers(0, 10**9).map(lambda seed: Generator(seed).case())
_EVERYTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"%s","Action":"*","Resource":"*"}]}'
_DENIAL = parse_policy(_EVERYTHING % "Deny", PolicyKind.SCP, name="nothing")
_ALLOWANCE = parse_policy(_EVERYTHING % "Allow", PolicyKind.SCP, name="all")


@given(cases, st.sampled_from(["scps", "identity", "boundary"]))
def test_an_explicit_denial_always_wins(case: Case, layer: str) -> None:
    policies = policies_of(case)
    added = {
        "scps": {"scps": (*policies.scps, (_ALLOWANCE, _DENIAL))},
        "identity": {"identity": (*policies.identity, _DENIAL)},
        "boundary": {"boundary": (*(policies.boundary or ()), _DENIAL)},
    }[layer]

    assert evaluate(request_of(case), replace(policies, **added)).outcome is Outcome.EXPLICITLY_DENIED


@given(cases, cases)
def test_a_further_denial_never_allows_more(case: Case, other: Case) -> None:
    policies, request = policies_of(case), request_of(case)
    denials = tuple(
        replace(policy, statements=policy.denials) for policy in policies_of(other).identity if policy.denials
    )
    before = evaluate(request, policies)
    after = evaluate(request, replace(policies, identity=(*policies.identity, *denials)))

    assert before.allowed or not after.allowed


@given(cases, cases)
def test_a_further_allowance_never_denies_more(case: Case, other: Case) -> None:
    policies, request = policies_of(case), request_of(case)
    allowances = tuple(
        replace(policy, statements=policy.allowances)
        for policy in policies_of(other).identity
        if policy.allowances
    )
    before = evaluate(request, policies)
    after = evaluate(request, replace(policies, identity=(*policies.identity, *allowances)))

    assert after.allowed or not before.allowed


@given(cases, st.randoms())
def test_the_order_of_levels_policies_and_statements_does_not_matter(case: Case, chance: object) -> None:
    policies = policies_of(case)

    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(chance.sample(items, len(items)))  # type: ignore[attr-defined]

    turned = replace(
        policies,
        scps=shuffled(tuple(shuffled(level) for level in policies.scps)),
        rcps=shuffled(policies.rcps),
        identity=shuffled(
            tuple(replace(one, statements=shuffled(one.statements)) for one in policies.identity)
        ),
    )
    assert evaluate(request_of(case), turned).outcome is evaluate(request_of(case), policies).outcome


@given(cases)
def test_the_organisation_alone_never_stops_what_is_allowed(case: Case) -> None:
    policies, request = policies_of(case), request_of(case)
    decision, stopped = evaluate(request, policies), restrict(request, policies)

    assert stopped is None or not decision.allowed
    if decision.reasons[0].kind is PolicyKind.SCP:
        assert stopped is not None
        assert stopped.outcome is decision.outcome


@given(cases, st.data())
def test_what_a_record_leaves_open_is_bounded_by_the_worst_and_the_best(
    case: Case, data: st.DataObject
) -> None:
    """Whatever values the keys have that a record lacks, the outcome lies between the two assumptions."""
    policies = policies_of(case)
    kept = data.draw(st.sets(st.sampled_from(sorted(case.context))))
    recorded = replace(case, context={key: case.context[key] for key in kept})
    worst = evaluate(request_of(recorded), policies, assume=Assume.WORST)
    best = evaluate(request_of(recorded), policies, assume=Assume.BEST)
    known = evaluate(request_of(case), policies)

    assert best.allowed or not known.allowed
    assert known.allowed or not worst.allowed
    if worst.allowed is not best.allowed:
        assert unknown_keys(request_of(recorded), policies)


@given(cases)
def test_a_key_that_is_known_to_be_absent_leaves_nothing_open(case: Case) -> None:
    policies, request = policies_of(case), request_of(case)
    absent = {key: () for key in unknown_keys(request, policies)}
    closed = replace(request, context={**absent, **request.context})

    for assume in Assume:
        assert evaluate(closed, policies, assume=assume).allowed is evaluate(request, policies).allowed


_letters = st.text("ab*?:/.-", max_size=12)


@given(_letters, st.text("ab:/.-*?", max_size=12))
def test_wildcards_match_as_an_expression_does(pattern: str, text: str) -> None:
    expression = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)

    assert glob(pattern)(text, {}) is (re.fullmatch(expression, text, re.DOTALL) is not None)


_parts = st.lists(st.text("ab*?", max_size=4), min_size=6, max_size=6)


@given(_parts, st.lists(st.text("ab", max_size=4), min_size=6, max_size=7))
def test_an_arn_matches_where_each_of_its_parts_does(pattern: list[str], given_parts: list[str]) -> None:
    text = [*given_parts[:5], ":".join(given_parts[5:])]
    each = all(glob(wanted)(part, {}) for wanted, part in zip(pattern, text, strict=True))

    assert arn(":".join(pattern))(":".join(given_parts), {}) is each

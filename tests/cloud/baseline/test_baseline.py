"""Every guardrail of the baseline says everything of itself, and its verifiers keep their examples."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from hashira.cloud.adapters.engines.aws.guardrails import packs
from hashira.cloud.domain.baseline import (
    BASELINE,
    BaselineGuardrail,
    Hold,
    Inventory,
    Outcome,
    Realisation,
    Resource,
    baseline_guardrail,
    examine,
    of_class,
)
from hashira.cloud.domain.baseline.catalogue import in_force, limits_in_force, settings_in_force
from hashira.cloud.domain.baseline.cost import PRICES, MonthlyCost
from hashira.cloud.domain.baseline.entry import ENGINES, Granter
from hashira.cloud.domain.baseline.preventions import sparing
from hashira.cloud.domain.guardrail import ACCOUNT, Example, Guardrail, GuardrailClass
from hashira.cloud.domain.guardrails import GUARDRAILS
from hashira.cloud.domain.policy import PolicyKind, PolicySet, parse_policy
from hashira.cloud.domain.policy.document import FULL_ACCESS
from hashira.cloud.domain.policy.evaluation import restrict
from hashira.kernel.language import Bilingual

each = pytest.mark.parametrize("one", BASELINE, ids=lambda one: one.id)
VERIFIED = [
    pytest.param(one, realised, id=f"{one.id}-{realised.engine}")
    for one in BASELINE
    for realised in one.realisations
    if realised.verifier is not None
]


@each
def test_a_guardrail_says_what_it_is_for_and_what_becomes_of_it_everywhere(one: BaselineGuardrail) -> None:
    assert tuple(realised.engine for realised in one.realisations) == ENGINES
    for words in (one.title, one.intent, one.exception.condition, one.cost.assumption):
        assert words.ja
        assert words.en
        assert words.ja != words.en or words.ja.isascii()
    assert one.reference
    assert baseline_guardrail(one.id) is one
    for realised in one.realisations:
        assert realised.holds
        assert realised.how.ja
        assert realised.how.en
        if not {Hold.CANNOT, Hold.NOT_NEEDED}.isdisjoint(realised.holds):
            # What cannot be held is not claimed beside.
            assert len(realised.holds) == 1
            claims = (realised.settings, realised.limits, realised.policy, realised.rules)
            assert not any(claims)
            assert realised.verifier is None
    assert any(realised.held for realised in one.realisations)


@each
def test_what_is_claimed_stands_on_something(one: BaselineGuardrail) -> None:
    aws = one.at("aws")
    assert (one.prevention is not None) == (Hold.PREVENTS in aws.holds)
    assert aws.verifier is not None  # nothing counts as held at AWS that nobody reads back
    for engine in ("openstack", "lxd"):
        realised = one.at(engine)
        if Hold.PREVENTS in realised.holds:
            assert realised.policy if engine == "openstack" else realised.settings
        if Hold.DETECTS in realised.holds:
            assert realised.verifier is not None


@pytest.mark.parametrize(("one", "realised"), VERIFIED)
def test_a_verifier_keeps_its_examples(one: BaselineGuardrail, realised: Realisation) -> None:
    verifier = realised.verifier
    assert verifier is not None
    kinds = {kind: [r for r in verifier.passing if r.kind == kind] for kind in verifier.kinds}
    well = Inventory.of_kinds(kinds)
    assert examine(verifier, well).outcome is Outcome.HELD
    assert verifier.passing

    badly = Inventory.of_kinds(
        {kind: [r for r in verifier.failing if r.kind == kind] for kind in verifier.kinds}
    )
    found = examine(verifier, badly)
    assert found.outcome is Outcome.BROKEN
    assert all(one.wrong.ja and one.wrong.en for one in found.findings)

    assert examine(verifier, Inventory({})).outcome is Outcome.UNREAD
    # A thing of which nothing was read is never taken for one that is well.
    blank = Inventory.of_kinds({kind: [Resource(kind, "unread", {})] for kind in verifier.kinds})
    assert examine(verifier, blank).outcome is Outcome.BROKEN


def test_the_four_classes_have_content_and_every_scp_has_its_place() -> None:
    counts = {belongs: len(of_class(belongs)) for belongs in GuardrailClass}
    assert counts[GuardrailClass.SCP] >= 6
    assert counts[GuardrailClass.AUTOMATIC] >= 10
    assert counts[GuardrailClass.MANDATORY] >= 10
    assert counts[GuardrailClass.SAMPLE] >= 5
    assert len({one.id for one in BASELINE}) == len(BASELINE)
    with_scp = {one.id: one for one in BASELINE if one.prevention is not None}
    assert {one.id for one in GUARDRAILS} == set(with_scp)
    for known in GUARDRAILS:
        assert with_scp[known.id].belongs is known.belongs
        assert with_scp[known.id].prevention is known


def test_the_classes_say_who_is_spared() -> None:
    for one in BASELINE:
        if one.belongs is GuardrailClass.SAMPLE:
            assert one.exception.granter is Granter.NOT_NEEDED
        else:
            assert one.exception.granter is not Granter.NOT_NEEDED
        assert (one.exception.granter is Granter.OPERATORS) == (one.exception.longest_days > 0)
    assert any(one.exception.granter is Granter.NOBODY for one in BASELINE)


def test_what_it_costs_follows_from_quantities_and_prices() -> None:
    one = MonthlyCost({"config-item": Decimal(500), "log-gb": Decimal(1)}, Bilingual("", ""))
    assert one.usd == Decimal("1.53")  # 500 × 0.003 + 0.025 = 1.525
    assert one.yen(Decimal(160)) == Decimal(245)
    for known in BASELINE:
        assert set(known.cost.quantities) <= set(PRICES)
        assert known.cost.usd >= 0
    assert sum(known.cost.usd for known in BASELINE if known.belongs is not GuardrailClass.SAMPLE) > 0


def _stopped(one: Guardrail, account: str) -> bool:
    full = parse_policy(FULL_ACCESS, PolicyKind.SCP, name="FullAWSAccess")
    failing = one.failing
    request = Example(
        failing.action,
        failing.resource.replace(ACCOUNT, account),
        {**failing.context, "aws:PrincipalAccount": account},
        failing.principal.replace(ACCOUNT, account),
    ).request()
    return restrict(request, PolicySet(scps=((full, one.policy),))) is not None


@pytest.mark.parametrize("one", GUARDRAILS, ids=lambda one: one.id)
def test_an_exception_spares_the_named_account_and_no_other(one: Guardrail) -> None:
    changed = sparing(one, [ACCOUNT])
    assert _stopped(one, ACCOUNT)
    assert not _stopped(changed, ACCOUNT)
    assert _stopped(changed, "444455556666")
    assert sparing(one, []) is one


def test_an_exception_takes_its_settings_out_and_leaves_those_that_others_need() -> None:
    whole = settings_in_force("lxd")
    assert whole["limits.instances"] == "10"
    less = settings_in_force("lxd", ["quota/7b4c"])
    assert set(whole) - set(less) == {"limits.instances", "limits.cpu", "limits.memory", "limits.networks"}
    # Root in containers is held by two guardrails: one exception does not open it.
    assert (
        settings_in_force("lxd", ["isolated-compute/1"])["restricted.containers.privilege"] == "unprivileged"
    )
    assert limits_in_force("openstack")["instances"] == 10
    assert "instances" not in limits_in_force("openstack", ["quota/1"])
    assert all(one.belongs is not GuardrailClass.SAMPLE for one, _realised in in_force("aws"))


def test_an_exception_takes_its_scp_off_at_aws() -> None:
    whole = "".join(packs(()).values())
    less = "".join(packs(("data-location/7b4c",)).values())
    assert "aws:RequestedRegion" in whole
    assert "aws:RequestedRegion" not in less
    assert packs(("quota/1",)) == packs(())  # an exception from what no SCP holds


def test_the_reference_page_names_every_guardrail() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/reference/guardrails.md").read_text(encoding="utf-8")
    missing = [one.id for one in BASELINE if f"`{one.id}`" not in page]
    assert not missing

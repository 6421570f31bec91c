"""The engine of AWS on an emulator: what boto3 alone finds there, also after a bad day of the provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.cloud.vending.conftest import ordered, worked
from tests.cloud.vending.emulator import REGIONS, Outside, emulator
from tests.cloud.vending.fault_proxy import FaultProxy, Faults
from tests.cloud.vending.orders import an_order

from hashira.cloud.adapters.engines import registry
from hashira.cloud.adapters.engines.aws.engine import AwsEngine
from hashira.cloud.adapters.engines.aws.organisation import Organisation
from hashira.cloud.domain.baseline.versions import read_terms
from hashira.cloud.domain.engine import EngineRefused, QuotaReached, TenantState
from hashira.cloud.domain.environment_order import Stage
from hashira.cloud.domain.environment_state import EnvironmentState, StepState
from hashira.cloud.domain.rollout import RolloutState, Wave
from hashira.cloud.selectors.environments import environment
from hashira.cloud.selectors.rollouts import rollout_view
from hashira.cloud.services.amendments import ask_amendment
from hashira.cloud.services.environments import VENDING
from hashira.cloud.services.rollout_waves import advance_rollouts
from hashira.cloud.services.rollouts import approve_rollout, propose_rollout, return_rollout
from hashira.cloud.services.verification import verify
from hashira.core.access import Grant, Principal, PrincipalKind

pytestmark = [pytest.mark.django_db, pytest.mark.long, pytest.mark.one_database]


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    with emulator() as address:
        yield address


@pytest.fixture(scope="module")
def door(aws: str) -> Iterator[FaultProxy]:
    """A proxy before it, for all tests of this file: so is the engine, whose clients take long to make."""
    registry.forget("aws")
    made = FaultProxy(aws)
    yield made
    registry.forget("aws")
    made.close()


@pytest.fixture
def proxy(door: FaultProxy, settings: Any, monkeypatch: pytest.MonkeyPatch) -> FaultProxy:
    """The proxy, which does nothing wrong yet, and the engine behind it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "inside")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "inside")
    settings.HASHIRA_CLOUD_AWS = settings.HASHIRA_CLOUD_AWS | {
        "ENDPOINT": door.address,
        "TIMEOUT_SECONDS": "20",
    }
    settings.HASHIRA_CLOUD_PATIENCE_SECONDS = 60.0
    settings.HASHIRA_CLOUD_READ_BACK_SECONDS = 2.0
    door.faults = Faults()
    door.calls.clear()
    door.given.clear()
    return door


def test_what_was_vended_is_found_by_boto3_alone(aws: str, proxy: FaultProxy) -> None:
    order = an_order(engine="aws")
    environment_id = ordered(order)
    worked(environment_id)
    shown = environment(environment_id)
    assert shown.problem is None
    assert shown.line.state is EnvironmentState.READY
    outside = Outside(aws)
    account = next(one for one in outside.accounts() if one["Id"] == shown.line.account)
    assert account["Status"] == "ACTIVE"
    found = outside.whole(shown.line.account)
    assert found["unit"] == ["local", "production"]
    assert [name.rpartition("-")[0] for name in found["policies"] if name != "FullAWSAccess"] == [
        "hashira-baseline"
    ]
    assert found["tags"]["hashira:key"] == order.key
    assert found["contacts"] == [
        "hanako@town.example.jp",
        "taro@vendor.example.jp",
        "taro@vendor.example.jp",
    ]
    assert (found["buckets"], found["lock"]) == ([f"{account['Id']}-log-archive"], 1095)
    assert (found["trails"], found["passwords"], found["budgets"]) == ([True], 14, ["800.00"])
    assert found["assignments"] == ["hashira-responsible-officer", "hashira-technical-lead"]
    for region in REGIONS:
        assert found[region] == {
            "recorders": [True],
            "rules": 15,
            "detectors": 1,
            "hub": True,
            "encryption": True,
        }


def test_a_bad_day_of_the_provider_makes_nothing_twice(aws: str, proxy: FaultProxy) -> None:
    proxy.faults = Faults(
        seed=5, throttled=0.05, failing=0.03, unheard=0.05, making_seconds=0.3, hidden_seconds=0.6
    )
    order = an_order(engine="aws", stage=Stage.VERIFICATION)
    environment_id = ordered(order)
    worked(environment_id)
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.READY, shown.problem
    assert proxy.given["throttled"]
    assert proxy.given["unheard"]
    assert proxy.given["failing"]
    proxy.faults = Faults()
    assert verify(actor=VENDING, environment_id=environment_id).state is EnvironmentState.READY
    outside = Outside(aws)
    address = f"aws+{order.key.replace('-', '')}@sandbox.example.jp"
    [account] = [one["Id"] for one in outside.accounts() if one["Email"] == address]
    found = outside.whole(account)
    assert [found[region]["detectors"] for region in REGIONS] == [1, 1]
    assert len(found["assignments"]) == 2
    assert len(found["budgets"]) == 1


def test_an_answer_that_was_never_heard_does_not_make_a_second_account(aws: str, proxy: FaultProxy) -> None:
    cut = {"left": 1}

    def after(number: int, operation: str) -> None:
        if operation == "CreateAccount" and cut["left"]:
            cut["left"] = 0
            raise ConnectionResetError

    proxy.faults = Faults(after=after, hidden_seconds=0.8)
    order = an_order(engine="aws")
    environment_id = ordered(order)
    worked(environment_id)
    assert environment(environment_id).line.state is EnvironmentState.READY
    assert proxy.calls["CreateAccount"] >= 2
    address = f"aws+{order.key.replace('-', '')}@sandbox.example.jp"
    assert [one["Email"] for one in Outside(aws).accounts()].count(address) == 1


@pytest.mark.parametrize(
    ("operation", "step", "exceptions"),
    [
        ("StartConfigurationRecorder", "recorder", ()),
        ("CreateBudget", "budget", ()),
        # A unit of its own: policies are attached to one once, for all accounts in it.
        ("AttachPolicy", "guardrails", ("no-access-keys",)),
    ],
)
def test_an_answer_that_lies_is_found_out(
    proxy: FaultProxy, operation: str, step: str, exceptions: tuple[str, ...]
) -> None:
    proxy.faults = Faults(lies=frozenset({operation}))
    environment_id = ordered(an_order(engine="aws", exceptions=exceptions))
    worked(environment_id)
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.PARKED
    assert shown.problem is not None
    assert shown.problem.code == "CLD-305"
    assert {one.name for one in shown.steps if one.state is StepState.FAILED} == {step}


def test_a_full_organisation_parks_it_before_anything_is_made_in_an_account(proxy: FaultProxy) -> None:
    proxy.faults = Faults(account_quota=0)
    environment_id = ordered(an_order(engine="aws"))
    worked(environment_id)
    shown = environment(environment_id)
    assert shown.problem is not None
    assert shown.problem.code == QuotaReached.code
    assert shown.line.account == ""


def test_what_could_never_be_sent_is_refused_and_not_waited_for(proxy: FaultProxy) -> None:
    engine = registry.engine_of("aws")
    assert isinstance(engine, AwsEngine)
    with pytest.raises(EngineRefused, match="Email"):
        engine.cloud.call("organizations", "create_account", Email="", AccountName="x")
    assert proxy.calls["CreateAccount"] == 0


def test_before_approval_it_is_told_what_stands_against_it(proxy: FaultProxy) -> None:
    engine = registry.engine_of("aws")
    assert isinstance(engine, AwsEngine)
    engine = replace(engine, cloud=replace(engine.cloud, email="no-key@example.jp", account_quota=1))
    Organisation(engine.cloud).apply(an_order(engine="aws"), {})
    plan = engine.plan(an_order(engine="aws"))
    assert [type(one) for one in plan.obstacles] == [EngineRefused, QuotaReached]
    assert [one.name for one in plan.steps][:4] == ["organisation", "unit", "account-request", "account"]
    assert any("アカウント" in note.ja for note in plan.notes)


def test_an_account_that_is_closed_outside_is_seen(aws: str, proxy: FaultProxy) -> None:
    order = an_order(engine="aws")
    environment_id = ordered(order)
    worked(environment_id)
    view = environment(environment_id)
    engine = registry.engine_of("aws")
    assert engine.observe(order, view.facts).state is TenantState.ACTIVE
    Outside(aws).client("organizations").close_account(AccountId=view.line.account)
    found = verify(actor=VENDING, environment_id=environment_id)
    assert found.state is EnvironmentState.DEVIATING
    assert "account" in {one.step for one in found.deviations}
    assert engine.observe(order, view.facts).state is TenantState.CLOSED


def test_two_versions_are_different_scps_on_different_units_and_everybody_is_taken_back(
    aws: str, proxy: FaultProxy
) -> None:
    """Two accounts of one class and stage, of which a wave takes one: boto3 tells what each is under."""
    ids = [ordered(an_order(engine="aws", stage=Stage.OPERATION)) for _ in range(2)]
    for one in ids:
        worked(one)
    outside = Outside(aws)
    accounts = [environment(one).line.account for one in ids]

    def regions(account: str) -> set[tuple[str, ...]]:
        return {
            tuple([told] if isinstance(told := test["aws:RequestedRegion"], str) else told)
            for text in outside.texts(account)
            for statement in text["Statement"]
            for test in statement.get("Condition", {}).values()
            if "aws:RequestedRegion" in test
        }

    before = [outside.whole(account) for account in accounts]
    both = {("ap-northeast-1", "ap-northeast-3")}
    assert [regions(account) for account in accounts] == [both, both]
    people = [
        Principal(PrincipalKind.STAFF, name, grants=(Grant("cloud_operator", "o"),), second_factor=True)
        for name in ("asks", "first", "second")
    ]
    now = datetime.now(UTC)
    made = propose_rollout(
        actor=people[0],
        terms=read_terms(
            {"version": "2026.12", "regions": ["ap-northeast-1"], "adopted": ["no-access-keys"]}
        ),
        reason="東京だけにする",
        waves=(Wave(stages=(Stage.OPERATION,), most=1), Wave(stages=(Stage.OPERATION,)), Wave()),
        pause_minutes=60,
        at=now,
    )
    for who in people[1:]:
        approve_rollout(actor=who, rollout_id=made, at=now)
    worked(ids[0])
    assert environment(ids[0]).order.baseline.version == "2026.12"
    assert [outside.whole(account)["unit"] for account in accounts] == [
        ["local", "operation-2026.12"],
        ["local", "operation"],
    ]
    assert [regions(account) for account in accounts] == [{("ap-northeast-1",)}, both]
    denied = json.dumps(outside.texts(accounts[0]))
    assert "iam:CreateAccessKey" in denied
    assert "iam:CreateAccessKey" not in json.dumps(outside.texts(accounts[1]))
    assert verify(actor=VENDING, environment_id=ids[0]).state is EnvironmentState.READY

    # Somebody takes an SCP of the new unit away: the next wave is not read back, and that halts it by itself.
    unit = outside.client("organizations").list_parents(ChildId=accounts[0])["Parents"][0]["Id"]
    proxy.faults = Faults(lies=frozenset({"AttachPolicy"}))
    for name, id_ in outside.attached(unit).items():
        if name != "FullAWSAccess":
            outside.client("organizations").detach_policy(PolicyId=id_, TargetId=unit)
    advance_rollouts(actor=VENDING, at=now + timedelta(hours=2))
    worked(ids[1])
    view = rollout_view(made)
    assert (view.state, view.acts[-1].facts["why"]) == (RolloutState.HALTED, "read-back")
    assert environment(ids[1]).line.state is EnvironmentState.STALLED
    assert regions(accounts[1]) == both  # it never left its guardrails
    proxy.faults = Faults()
    return_rollout(actor=people[0], rollout_id=made, reason="読み戻せない", at=now)
    for one in ids:
        worked(one)
    assert rollout_view(made).state is RolloutState.RETURNED
    assert [outside.whole(account) for account in accounts] == before
    for one in ids:
        assert verify(actor=VENDING, environment_id=one).state is EnvironmentState.READY


def test_a_change_reaches_aws_and_takes_away_whoever_left(aws: str, proxy: FaultProxy) -> None:
    order = an_order(engine="aws", stage=Stage.DEVELOPMENT)
    environment_id = ordered(order)
    worked(environment_id)
    outside = Outside(aws)
    account = environment(environment_id).line.account
    proxy.calls.clear()
    ask_amendment(
        actor=Principal.system("terminal:test"),
        environment_id=environment_id,
        change=lambda one: replace(
            one, roles=one.roles[:1], monthly_budget_yen=Decimal(300_000), exceptions=("data-location/1",)
        ),
        cause="application",
        at=datetime.now(UTC),
    )
    worked(environment_id)
    assert environment(environment_id).line.state is EnvironmentState.READY
    found = outside.whole(account)
    assert found["unit"] == ["local", "development-except-data-location"]
    assert (found["budgets"], found["assignments"]) == (["2000.00"], ["hashira-responsible-officer"])
    assert found["contacts"] == ["hanako@town.example.jp"] * 3
    assert "aws:RequestedRegion" not in json.dumps(outside.texts(account))
    assert proxy.calls["CreateAccount"] == 0
    assert proxy.calls["PutConfigRule"] == 0

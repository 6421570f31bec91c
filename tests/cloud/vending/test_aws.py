"""The engine of AWS on an emulator: what boto3 alone finds there, also after a bad day of the provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.cloud.vending.conftest import ordered, worked
from tests.cloud.vending.emulator import REGIONS, Outside, emulator
from tests.cloud.vending.fault_proxy import FaultProxy, Faults
from tests.cloud.vending.orders import an_order

from hashira.cloud.adapters.engines import registry
from hashira.cloud.adapters.engines.aws.engine import AwsEngine
from hashira.cloud.adapters.engines.aws.organisation import Organisation
from hashira.cloud.domain.engine import EngineRefused, QuotaReached, TenantState
from hashira.cloud.domain.environment_order import Stage
from hashira.cloud.domain.environment_state import EnvironmentState, StepState
from hashira.cloud.selectors.environments import environment
from hashira.cloud.services.environments import VENDING
from hashira.cloud.services.verification import verify

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

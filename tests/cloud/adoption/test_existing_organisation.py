"""An organisation that was there before, on an emulator: read, compared, adopted, released."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from tests.cloud.adoption.existing import DENIES_QUEUES, Existing
from tests.cloud.adoption.on_aws import (
    READING,
    aws,
    door,
    existing,
    operator,
    proxy,
    second,
    standings,
    surveyed,
)
from tests.cloud.vending.conftest import worked
from tests.cloud.vending.emulator import REGIONS, Outside
from tests.cloud.vending.fault_proxy import FaultProxy, Faults
from tests.cloud.vending.orders import an_order

from hashira.cloud.domain.environment_state import EnvironmentState
from hashira.cloud.selectors.environments import environment
from hashira.cloud.selectors.surveys import survey_changes, survey_view, surveyed_account
from hashira.cloud.services.adoptions import (
    AdoptionBlocked,
    approve_adoption,
    propose_adoption,
    release_environment,
)
from hashira.cloud.services.environments import VENDING
from hashira.cloud.services.verification import verify
from hashira.core.access import Principal

__all__ = ["aws", "door", "existing", "operator", "proxy", "second"]
pytestmark = [pytest.mark.django_db, pytest.mark.long]


def test_an_inventory_sends_nothing_that_changes_anything(
    existing: Existing, proxy: FaultProxy, operator: Principal
) -> None:
    lived, empty = existing.account("lived-in"), existing.account("empty")
    existing.lived_in(lived)
    proxy.calls.clear()
    survey_id = surveyed(operator)
    assert survey_view(survey_id).line.state == "done"
    assert not [one for one in proxy.calls if not one.startswith(READING)]
    assert proxy.calls["DescribeConfigRules"] > 2
    stands = standings(survey_id, lived)
    assert stands["trail"] == "missing"
    assert stands["recorder"] == "differs"
    assert stands["password-policy"] == "differs"
    assert stands["contacts"] == "differs"
    assert standings(survey_id, empty)["contacts"] == "missing"
    more = {(one.kind, one.identifier) for one in surveyed_account(survey_id, lived).surplus}
    assert ("trail", f"theirs → theirs-{lived}") in more
    assert ("scp", "keep-queues (Workloads)") in more
    assert not [one for one in surveyed_account(survey_id, empty).surplus if one.kind == "trail"]


def test_throttling_and_a_closed_door_keep_nobody_else_from_being_read(
    existing: Existing, proxy: FaultProxy, operator: Principal
) -> None:
    locked, open_ = existing.account("locked"), existing.account("open")
    proxy.faults = Faults(seed=3, throttled=0.05, failing=0.02, no_role=frozenset({locked}))
    survey_id = surveyed(operator)
    assert proxy.given["throttled"]
    assert proxy.given["no role"] >= 3
    found = surveyed_account(survey_id, locked)
    assert found.line.state == "unreadable"
    trail = next(one for one in found.steps if one.step == "trail")
    assert (trail.standing.value, trail.code) == ("unreadable", "CLD-602")
    assert locked in trail.found.ja
    assert "OrganizationAccountAccessRole" in trail.found.en
    assert trail.remedy.ja
    assert standings(survey_id, locked)["tags"] == "missing"  # which the management account tells
    assert standings(survey_id, open_)["trail"] == "missing"
    assert surveyed_account(survey_id, open_).line.state == "lacking"


def test_what_is_approved_is_done_and_released_again(
    aws: str, existing: Existing, proxy: FaultProxy, operator: Principal, second: Principal
) -> None:
    account = existing.account("204811-jumin-prod")
    existing.lived_in(account)
    before = surveyed(operator)
    order = an_order(engine="aws", adopts=account)
    accounts = len(Outside(aws).accounts())
    proxy.calls.clear()
    proposal = propose_adoption(actor=operator, survey_id=before, order=order, words="", at=datetime.now(UTC))
    assert not [one for one in proxy.calls if not one.startswith(READING)]
    environment_id = approve_adoption(actor=second, adoption_id=proposal, at=datetime.now(UTC))
    worked(environment_id)
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.READY, shown.problem
    assert shown.line.account == account
    assert verify(actor=VENDING, environment_id=environment_id).sound
    assert proxy.calls["CreateAccount"] == 0
    outside = Outside(aws)
    assert len(outside.accounts()) == accounts
    found = outside.whole(account)
    assert found["unit"] == ["local", "production"]
    assert found["tags"]["hashira:key"] == order.key
    assert sorted(found["buckets"]) == [f"{account}-log-archive", f"theirs-{account}"]
    assert found["trails"] == [True, True]
    assert found["passwords"] == 20  # stricter than the baseline, and left so
    assert [found[region]["recorders"] for region in REGIONS] == [[True], [True]]
    assert found[REGIONS[0]]["rules"] == 16  # theirs among them
    organizations = existing.client("organizations")
    on_account = organizations.list_policies_for_target(TargetId=account, Filter="SERVICE_CONTROL_POLICY")
    assert "keep-queues" in [one["Name"] for one in on_account["Policies"]]
    after = surveyed(operator)
    assert {one.step for one in survey_changes(before, after) if one.account == account} >= {"trail", "tags"}
    assert surveyed_account(after, account).line.environment == environment_id

    release_environment(
        actor=operator, environment_id=environment_id, reason="誤った団体", at=datetime.now(UTC)
    )
    worked(environment_id)
    assert environment(environment_id).line.state is EnvironmentState.WITHDRAWN
    assert proxy.calls["CloseAccount"] == 0
    assert organizations.describe_account(AccountId=account)["Account"]["Status"] == "ACTIVE"
    assert organizations.list_parents(ChildId=account)["Parents"][0]["Id"] == existing.unit
    assert organizations.list_tags_for_resource(ResourceId=account)["Tags"] == []
    on_account = organizations.list_policies_for_target(TargetId=account, Filter="SERVICE_CONTROL_POLICY")
    assert "keep-queues" not in [one["Name"] for one in on_account["Policies"]]
    contact = existing.client("account").get_alternate_contact(
        AccountId=account, AlternateContactType="SECURITY"
    )["AlternateContact"]
    assert contact["EmailAddress"] == "security@elsewhere.example.jp"
    channels = existing.client("config", account).describe_delivery_channels()["DeliveryChannels"]
    assert [one["s3BucketName"] for one in channels] == [f"theirs-{account}"]
    assert len(existing.client("cloudtrail", account).describe_trails()["trailList"]) == 2


def test_what_was_changed_after_the_approval_stops_the_adoption(
    existing: Existing, proxy: FaultProxy, operator: Principal, second: Principal
) -> None:
    account = existing.account("changed")
    survey_id = surveyed(operator)
    proposal = propose_adoption(
        actor=operator,
        survey_id=survey_id,
        order=an_order(engine="aws", adopts=account),
        words="",
        at=datetime.now(UTC),
    )
    existing.lived_in(account)  # its recorder would now be delivered elsewhere, which nobody approved
    environment_id = approve_adoption(actor=second, adoption_id=proposal, at=datetime.now(UTC))
    proxy.calls.clear()
    worked(environment_id)
    shown = environment(environment_id)
    assert shown.line.state is EnvironmentState.PARKED
    assert shown.problem is not None
    assert shown.problem.code == "CLD-609"
    assert not [one for one in proxy.calls if not one.startswith(READING)]


def test_an_account_with_too_many_policies_to_carry_is_not_proposed(
    existing: Existing, proxy: FaultProxy, operator: Principal
) -> None:
    account = existing.account("crowded")
    organizations = existing.client("organizations")
    for number in range(4):
        made = organizations.create_policy(
            Name=f"own-{number}",
            Description="theirs",
            Type="SERVICE_CONTROL_POLICY",
            Content=json.dumps(DENIES_QUEUES | {"Statement": DENIES_QUEUES["Statement"] * (number + 1)}),
        )["Policy"]["PolicySummary"]["Id"]
        organizations.attach_policy(PolicyId=made, TargetId=account)
    survey_id = surveyed(operator)
    assert "crowded" in {one.kind for one in survey_view(survey_id).conflicts}
    with pytest.raises(AdoptionBlocked, match="6本"):
        propose_adoption(
            actor=operator,
            survey_id=survey_id,
            order=an_order(engine="aws", adopts=account),
            words="",
            at=datetime.now(UTC),
        )

"""SIGKILL of the worker in the middle of an adoption, and of a release: the account is as was approved, once.

The account was somebody else's before, with a trail, a recorder, contacts and SCPs of its own. Whatever the
worker dies at, the account is at no moment under fewer SCPs than before: that is looked up by boto3 alone at
each call that attaches, detaches or moves, before anybody hears the answer.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.cloud.adoption.existing import DENIES_QUEUES, Existing
from tests.cloud.adoption.on_aws import READING
from tests.cloud.vending.emulator import REGIONS, Outside
from tests.cloud.vending.fault_proxy import FaultProxy, Faults
from tests.crash.installation import Installation, kill, until
from tests.crash.test_vending import Blow, aws, behind, client, state

pytestmark = pytest.mark.crash
COUNT = int(os.environ.get("HASHIRA_PROVE_COUNT", "1"))
"""Accounts, each of which is adopted through a kill and given back through another."""
CALLS, WRITES = 310, 80
"""About so many calls adopt one account, and so many of them write."""
WRITES_OF_A_RELEASE = 10
_MOVING = ("AttachPolicy", "DetachPolicy", "MoveAccount")
__all__ = ["aws", "behind"]


class Watch:
    """Looks at what the account is under after each call that could change it, and kills at one of them."""

    def __init__(self, blow: Blow, proxy: FaultProxy, outside: Outside, account: str) -> None:
        self.blow, self.proxy, self.outside, self.account = blow, proxy, outside, account
        self.before = self.scps()
        self.looks: list[frozenset[str]] = []
        self.written: set[str] = set()
        self._left = 0
        self._counts: Callable[[str], bool] = lambda operation: True

    def scps(self) -> frozenset[str]:
        """Everything that restricts the account: attached to it, and to all that it lies in."""
        organizations, found, target = self.outside.client("organizations"), set(), self.account
        while True:
            found |= self.outside.attached(target).keys()
            if target.startswith("r-"):
                return frozenset(found)
            target = organizations.list_parents(ChildId=target)["Parents"][0]["Id"]

    def fall_at(self, wanted: int, when: str, *, writes: bool) -> None:
        """Kills at the call of that number from now on, or the one of that number that writes."""
        self.blow.fallen.clear()
        self._left, self._counts = wanted, (lambda operation: _writes(operation) if writes else True)
        hooks: dict[str, Callable[[int, str], None]] = {"after": self._look, "before": self._note}
        of, other = hooks[when], "before" if when == "after" else "after"

        def fall(number: int, operation: str) -> None:
            of(number, operation)
            self._left -= self._counts(operation)
            if self._left <= 0 and self._counts(operation) and not self.blow.fallen.is_set():
                self.blow.fallen.set()
                kill(self.blow.worker)

        self.proxy.faults = Faults(**{when: fall, other: hooks[other]})

    def go_on(self, installation: Installation, ended: Callable[[], bool], what: str) -> bool:
        """Waits for the kill or the end, then without a kill for the end; whether it fell."""
        until(lambda: self.blow.fallen.is_set() or ended(), f"a kill of {what}", 120)
        self.proxy.faults = Faults(before=self._note, after=self._look)
        fell = self.blow.fallen.is_set()
        if fell:
            self.looks.append(self.scps())
            self.blow.worker = installation.worker()
        until(ended, what, 180)
        self.proxy.faults = Faults()
        self.looks.append(self.scps())
        return fell

    def _note(self, number: int, operation: str) -> None:
        if _writes(operation):
            self.written.add(operation)

    def _look(self, number: int, operation: str) -> None:
        if operation in _MOVING:
            self.looks.append(self.scps())


def _writes(operation: str) -> bool:
    return not operation.startswith(READING)


def theirs(existing: Existing, number: int) -> str:
    """An account that somebody has worked in, with an SCP on itself beside that of its unit."""
    account = existing.account(f"theirs-{number}")
    existing.lived_in(account)
    organizations = existing.client("organizations")
    # A document is a mapping to anything; here it is known to be a list of statements.
    statement = DENIES_QUEUES["Statement"][0] | {"Sid": f"Own{number}"}  # type: ignore[operator]
    own = organizations.create_policy(
        Name=f"own-{number}",
        Description="theirs",
        Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps(DENIES_QUEUES | {"Statement": [statement]}),
    )["Policy"]["PolicySummary"]["Id"]
    organizations.attach_policy(PolicyId=own, TargetId=account)
    return account


def adopting(installation: Installation, *arguments: str) -> str:
    return installation.command("-m", "tests.crash.adoption_client", *arguments, seconds=240 + 30 * COUNT)


def test_a_worker_killed_at_any_call_leaves_the_account_as_was_approved(
    behind: tuple[Installation, FaultProxy], aws: str
) -> None:
    installation, proxy = behind
    chance = random.Random(int(os.environ.get("HASHIRA_PROVE_SEED", "20261130")))
    existing, outside = Existing(aws), Outside(aws)
    existing.find_or_make()
    accounts = [theirs(existing, number) for number in range(COUNT)]
    count = len(outside.accounts())
    lines = adopting(installation, "propose", *accounts).splitlines()
    proposals = [json.loads(line) for line in lines if line.startswith("[")]
    assert [account for account, _id, _operations in proposals] == accounts
    blow = Blow(installation, proxy)
    killed = 0
    for number, (account, proposal, operations) in enumerate(proposals):
        watch = Watch(blow, proxy, outside, account)
        former = _given_back(existing, account)
        # What writes is what can be left half done: it is drawn more often than its share.
        writes = chance.random() < 0.75
        watch.fall_at(
            chance.randint(1, WRITES if writes else CALLS), chance.choice(["before", "after"]), writes=writes
        )
        key = adopting(installation, "approve", proposal).split()[-1]
        killed += watch.go_on(
            installation, lambda key=key: state(installation, key) == "ready", f"{account} after {number}"
        )
        as_approved(outside, account, number)
        _nothing_else_was_written(watch.written, operations)
        assert all(seen >= watch.before for seen in watch.looks), (watch.before, watch.looks)
        [[_id, _state, sound]] = [one for one in json.loads(client(installation, "verify")) if one[0] == key]
        assert sound

        watch.looks.clear()  # and it is given back, through another kill
        watch.fall_at(chance.randint(1, WRITES_OF_A_RELEASE), chance.choice(["before", "after"]), writes=True)
        adopting(installation, "release", key)
        killed += watch.go_on(
            installation, lambda key=key: state(installation, key) == "withdrawn", f"release of {account}"
        )
        assert all(seen >= watch.before for seen in watch.looks), (watch.before, watch.looks)
        assert _given_back(existing, account) == former
    print(f"{killed} kills in {COUNT} adoptions and as many releases")
    assert killed >= COUNT * 4 // 3
    assert len(outside.accounts()) == count
    assert {one["Status"] for one in outside.accounts()} == {"ACTIVE"}


def as_approved(outside: Outside, account: str, number: int) -> None:
    """The account as boto3 alone sees it: what was approved is there once, what was theirs is there still."""
    found = outside.whole(account)
    assert found["unit"] == ["local", "production"]
    assert sorted(found["buckets"]) == [f"{account}-log-archive", f"theirs-{account}"]
    assert found["trails"] == [True, True]
    assert (found["passwords"], len(found["budgets"])) == (20, 1)
    assert found["assignments"] == ["hashira-responsible-officer", "hashira-technical-lead"]
    assert found["contacts"][0] == "hanako@town.example.jp"
    assert sorted(outside.attached(account)) == ["FullAWSAccess", "keep-queues", f"own-{number}"]
    assert [name for name in found["policies"] if name.startswith("hashira-baseline-")]
    rules = {REGIONS[0]: 16, REGIONS[1]: 15}  # theirs in the first
    for region in REGIONS:
        assert (found[region]["detectors"], found[region]["rules"]) == (1, rules[region])
        assert (found[region]["recorders"], found[region]["hub"]) == ([True], True)
        assert found[region]["encryption"]
    roles = outside.client("iam", account=account).list_roles(PathPrefix="/hashira/")["Roles"]
    assert sorted(one["RoleName"] for one in roles) == ["servers", "vending"]


def _given_back(existing: Existing, account: str) -> dict[str, Any]:
    """What a release gives back, as it is now."""
    organizations = existing.client("organizations")
    policies = organizations.list_policies_for_target(TargetId=account, Filter="SERVICE_CONTROL_POLICY")
    contact = existing.client("account").get_alternate_contact(
        AccountId=account, AlternateContactType="SECURITY"
    )["AlternateContact"]
    channels = existing.client("config", account).describe_delivery_channels()["DeliveryChannels"]
    return {
        "unit": organizations.list_parents(ChildId=account)["Parents"][0]["Id"],
        "tags": organizations.list_tags_for_resource(ResourceId=account)["Tags"],
        "policies": sorted(one["Name"] for one in policies["Policies"]),
        "contact": contact["EmailAddress"],
        "delivery": [one["s3BucketName"] for one in channels],
        "budgets": existing.client("budgets", account).describe_budgets(AccountId=account).get("Budgets", []),
    }


def _nothing_else_was_written(written: set[str], operations: list[str]) -> None:
    """Each call that wrote, as far as its name tells, is one of the plan that was approved."""
    planned = {operation.rpartition(":")[2].replace("_", "") for operation in operations}
    named = {one for one in written if re.fullmatch(r"[A-Z][A-Za-z]+", one)}
    assert named
    beyond = {one for one in named if one.lower() not in planned}
    assert not beyond, (beyond, operations)

"""SIGKILL of the worker while it opens or closes the door of an emergency access.

The kill falls just before a call to the provider, or after the provider has carried it out and before anybody
has heard of it. What is there then is counted by boto3 alone.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest
from tests.cloud.vending.emulator import Outside
from tests.cloud.vending.fault_proxy import FaultProxy, Faults
from tests.crash.installation import Installation, until
from tests.crash.test_vending import Blow, aws, behind, client, state, states

pytestmark = pytest.mark.crash
COUNT = int(os.environ.get("HASHIRA_PROVE_COUNT", "1"))
OPENING, CLOSING = 12, 9
"""About so many calls open a door, and close one."""
__all__ = ["aws", "behind"]


def doors(outside: Outside, account: str) -> list[str]:
    roles = outside.client("iam", account=account).list_roles(PathPrefix="/hashira/")["Roles"]
    return [one["RoleName"] for one in roles if one["RoleName"].startswith("emergency-")]


def door(installation: Installation, emergency: str) -> str:
    """How the row of the door has it."""
    id_ = emergency if installation.database_url else emergency.replace("-", "")
    rows = installation.rows("SELECT state FROM cloud_emergencydoor WHERE emergency_id = ?", id_)
    return str(rows[0][0])


def comes_to_be(installation: Installation, emergency: str, wanted: str, blow: Blow | None = None) -> None:
    """Waits until the door is so, or the blow has fallen."""
    until(
        lambda: (blow is not None and blow.fallen.is_set()) or door(installation, emergency) == wanted,
        f"the door to be {wanted}",
        120,
    )


def test_a_worker_killed_at_any_call_leaves_the_door_as_the_access_says(
    behind: tuple[Installation, FaultProxy],
    aws: str,
    tmp_path: Path,
) -> None:
    installation, proxy = behind
    chance = random.Random(int(os.environ.get("HASHIRA_PROVE_SEED", "20261130")))
    outside = Outside(aws)
    blow = Blow(installation, proxy)
    [key] = client(installation, "order", "aws", "1").split()
    until(lambda: state(installation, key) == "ready", "the environment", 180)
    [account] = [account for id_, _, account, _ in states(installation) if id_ == key]
    killed = 0
    for _ in range(COUNT):
        blow.fall_at(chance.randint(1, OPENING), chance.choice(["before", "after"]))
        emergency = client(installation, "enter", key).split()[-1]
        comes_to_be(installation, emergency, "open", blow)
        proxy.faults = Faults()
        # Whatever is there now, the row knows of it.
        assert set(doors(outside, account)) <= {f"emergency-{emergency.replace('-', '')}"}
        if blow.fallen.is_set():
            killed += 1
            blow.worker = installation.worker()
        comes_to_be(installation, emergency, "open")
        assert doors(outside, account) == [f"emergency-{emergency.replace('-', '')}"]

        blow.fall_at(chance.randint(1, CLOSING), chance.choice(["before", "after"]))
        client(installation, "leave", emergency)
        comes_to_be(installation, emergency, "closed", blow)
        proxy.faults = Faults()
        if blow.fallen.is_set():
            killed += 1
            blow.worker = installation.worker()
        comes_to_be(installation, emergency, "closed")
        assert doors(outside, account) == []
    print(f"{killed} kills while {COUNT} doors were opened and closed")
    assert killed >= COUNT
    [[_id, _state, sound]] = json.loads(client(installation, "verify"))
    assert sound

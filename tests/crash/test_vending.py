"""SIGKILL of the worker in the middle of a vending: the environment is finished, and nothing is made twice.

The kill falls just before one of the calls to the provider, or after the provider has carried it out and
before anybody has heard of it.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cloud.vending.emulator import REGIONS, Outside, emulator
from tests.cloud.vending.fault_proxy import FaultProxy, Faults
from tests.crash.installation import Installation, installed, kill, until

pytestmark = pytest.mark.crash
COUNT = int(os.environ.get("HASHIRA_PROVE_COUNT", "3"))
CALLS = 150
"""About so many calls make one environment."""
CALLS_OF_A_CHANGE = 25
"""And so many change one."""


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    with emulator() as address:
        yield address


def client(installation: Installation, *arguments: str) -> str:
    # Some of it, ``verify`` above all, takes a second or two for each environment.
    return installation.command("-m", "tests.crash.vending_client", *arguments, seconds=240 + 5 * COUNT)


def states(installation: Installation) -> list[list[Any]]:
    return list(json.loads(client(installation, "states")))


def in_state(installation: Installation, state: str) -> int:
    return int(installation.rows("SELECT count(*) FROM cloud_environment WHERE state = ?", state)[0][0])


@pytest.fixture
def behind(aws: str, tmp_path: Path) -> Iterator[tuple[Installation, FaultProxy]]:
    """An installation whose AWS is the emulator behind a proxy."""
    proxy = FaultProxy(aws)
    (tmp_path / "data").mkdir()
    with installed(tmp_path / "data") as installation:
        installation.settings = {
            "HASHIRA_CLOUD_AWS_ENDPOINT": proxy.address,
            "AWS_ACCESS_KEY_ID": "inside",
            "AWS_SECRET_ACCESS_KEY": "inside",
            "HASHIRA_CLOUD_READ_BACK_SECONDS": "5",
        }
        yield installation, proxy
    proxy.close()


def state(installation: Installation, key: str) -> str:
    """How an environment stands."""
    id_ = key if installation.database_url else key.replace("-", "")
    return str(installation.rows("SELECT state FROM cloud_environment WHERE id = ?", id_)[0][0])


class Blow:
    """Kills the worker at a call of the next vending."""

    def __init__(self, installation: Installation, proxy: FaultProxy) -> None:
        self.worker = installation.worker()
        self.fallen = threading.Event()
        self._proxy = proxy
        self._at = 0

    def fall_at(self, wanted: int, when: str) -> None:
        """At the call of that number from now on, ``before`` or ``after`` it is carried out."""
        self.fallen.clear()
        self._at = self._proxy.number + wanted
        self._proxy.faults = Faults(**{when: self._fall})

    def _fall(self, number: int, operation: str) -> None:
        if number >= self._at and not self.fallen.is_set():
            self.fallen.set()
            kill(self.worker)


def sound_and_single(account: str, email: str, outside: Outside) -> None:
    """The environment as boto3 alone sees it: everything there, and once."""
    assert [one["Id"] for one in outside.accounts() if one["Email"] == email] == [account]
    found = outside.whole(account)
    assert (found["trails"], len(found["budgets"]), len(found["buckets"])) == ([True], 1, 1)
    assert found["assignments"] == ["hashira-responsible-officer", "hashira-technical-lead"]
    for region in REGIONS:
        assert (found[region]["detectors"], found[region]["rules"]) == (1, 15)
        assert found[region]["recorders"] == [True]


def test_a_worker_killed_at_any_call_leaves_one_whole_environment(
    behind: tuple[Installation, FaultProxy], aws: str
) -> None:
    installation, proxy = behind
    chance = random.Random(int(os.environ.get("HASHIRA_PROVE_SEED", "20261130")))
    outside = Outside(aws)
    addresses: set[str] = set()
    blow = Blow(installation, proxy)
    killed = 0
    for _ in range(COUNT):
        # The account is made among the first calls: these are drawn more often.
        wanted = chance.choice([chance.randint(1, 20), chance.randint(1, CALLS)])
        when = chance.choice(["before", "after"])
        blow.fall_at(wanted, when)
        [key] = client(installation, "order", "aws", "1").split()
        until(lambda key=key: blow.fallen.is_set() or state(installation, key) == "ready", "a kill", 120)
        proxy.faults = Faults()
        if blow.fallen.is_set():
            killed += 1
            blow.worker = installation.worker()
        until(lambda key=key: state(installation, key) == "ready", f"{key} after call {wanted} ({when})", 180)
        [account] = [account for id_, _, account, _ in states(installation) if id_ == key]
        address = f"aws+{key.replace('-', '')}@sandbox.example.jp"
        sound_and_single(account, address, outside)
        addresses.add(address)
    print(f"{killed} kills in {COUNT} vendings")
    assert killed >= COUNT * 2 // 3
    # Nothing else was asked for; the emulator has accounts of the other tests as well.
    assert set(proxy.emails) == addresses
    verified = json.loads(client(installation, "verify"))
    assert len(verified) == COUNT
    assert all(sound for _, _, sound in verified)


def test_a_worker_killed_at_any_call_of_a_change_leaves_it_whole(
    behind: tuple[Installation, FaultProxy], aws: str
) -> None:
    """One environment is changed and changed back, and each time the worker dies at one of the calls."""
    installation, proxy = behind
    chance = random.Random(int(os.environ.get("HASHIRA_PROVE_SEED", "20261130")))
    outside = Outside(aws)
    blow = Blow(installation, proxy)
    proxy.faults = Faults()
    [key] = client(installation, "order", "aws", "1").split()
    until(lambda: state(installation, key) == "ready", "the vending", 180)
    [account] = [account for id_, _, account, _ in states(installation) if id_ == key]
    killed = 0
    for number in range(COUNT):
        yen = 300_001 + number
        wanted, when = chance.randint(1, CALLS_OF_A_CHANGE), chance.choice(["before", "after"])
        blow.fall_at(wanted, when)
        client(installation, "amend", key, str(yen))
        until(lambda: blow.fallen.is_set() or state(installation, key) == "ready", "a kill", 120)
        proxy.faults = Faults()
        if blow.fallen.is_set():
            killed += 1
            blow.worker = installation.worker()
        until(lambda: state(installation, key) == "ready", f"call {wanted} ({when})", 180)
        found = outside.whole(account)
        roles = ["hashira-responsible-officer", "hashira-technical-lead"]
        assert found["assignments"] == (roles[:1] if yen % 2 else roles)
        unit = "production-except-data-location" if yen % 2 else "production"
        assert found["unit"] == ["local", unit]
        assert found["budgets"] == [f"{yen / 150:.2f}"]
        [(_, _, sound)] = [one for one in json.loads(client(installation, "verify")) if one[0] == key]
        assert sound
    print(f"{killed} kills in {COUNT} changes")
    assert killed >= COUNT * 2 // 3


def test_many_queued_vendings_end_within_the_limits_of_the_provider(
    behind: tuple[Installation, FaultProxy], aws: str
) -> None:
    """By default few; ``./prove vend`` has fifty."""
    installation, proxy = behind
    count = min(50, COUNT)
    outside = Outside(aws)
    proxy.faults = Faults(
        seed=1, throttled=0.02, failing=0.01, unheard=0.01, making_seconds=1.0, hidden_seconds=1.0
    )
    keys = client(installation, "order", "aws", str(count)).split()
    installation.worker()
    until(lambda: in_state(installation, "ready") == count, "all of them", 60 + 30 * count)
    assert proxy.most_at_once <= 5
    proxy.faults = Faults()
    emails = [one["Email"] for one in outside.accounts()]
    assert all(emails.count(f"aws+{key.replace('-', '')}@sandbox.example.jp") == 1 for key in keys)
    verified = json.loads(client(installation, "verify"))
    assert [sound for _, _, sound in verified] == [True] * count
    print(f"{count} vendings, {sum(proxy.calls.values())} calls, faults {dict(proxy.given)}")


def test_own_overhead_of_queued_vendings(on_sqlite: Installation) -> None:
    """On a cloud of paper that does everything at once, all that is left is our own work.

    Counted is the processor's time of the worker, so that a busy machine matters little, less what it uses
    when it has nothing to do. Few are too few to be timed: the 50 ms are held by ``./prove vend``.
    """
    timed = COUNT > 100
    count = 1_000 if timed else 30
    client(on_sqlite, "order", "paper", "3")
    worker = on_sqlite.worker()
    until(lambda: in_state(on_sqlite, "ready") == 3, "the first, which load what all need")
    idle = processor_seconds(worker.pid)
    threading.Event().wait(_IDLE_SECONDS)
    idle = (processor_seconds(worker.pid) - idle) / _IDLE_SECONDS
    begun, spent = time.monotonic(), processor_seconds(worker.pid)
    for portion in (count // 4, count // 4, count // 4, count - 3 * (count // 4)):
        client(on_sqlite, "order", "paper", str(portion))
    until(lambda: in_state(on_sqlite, "ready") == count + 3, "all of them", 120 + count)
    whole = time.monotonic() - begun
    each = (processor_seconds(worker.pid) - spent - idle * whole) / count
    assert len({account for _, _, account, _ in states(on_sqlite)}) == count + 3
    print(f"{count} vendings: {each * 1000:.1f} ms of our own each, {whole / count * 1000:.1f} ms passed")
    assert each <= 0.05 or not timed


_IDLE_SECONDS = 3.0


def processor_seconds(pid: int) -> float:
    """What a process has used of the processor (proc(5), fields utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

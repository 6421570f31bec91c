"""``hashira run``: a dead worker is started again, a dead web ends everything, nobody stays behind."""

from __future__ import annotations

import os
import signal
import urllib.request

import pytest
from tests.browser.installation import free_port
from tests.crash.installation import Installation, alive, children, until

pytestmark = pytest.mark.crash


class Running:
    """``hashira run`` and what it has started."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.port = free_port()
        self.main = installation.start("run", "--port", str(self.port))
        until(self.serves, "serving")
        self.worker = until(self.worker_pid, "a worker")
        # its children are the web and the worker
        (self.web,) = children(self.main.pid) - {self.worker}
        until(lambda: children(self.web), "the processes of the web")

    def serves(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}/health/live", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def worker_pid(self, other_than: int = 0) -> int:
        rows = self.installation.rows("SELECT pid FROM jobs_worker WHERE pid <> ?", other_than)
        return int(rows[0][0]) if rows else 0

    def everybody(self) -> set[int]:
        return {self.main.pid, self.web, self.worker, *children(self.web)}


@pytest.fixture
def running(demonstrated_on_sqlite: Installation) -> Running:
    return Running(demonstrated_on_sqlite)


def test_a_worker_that_is_killed_is_started_again_and_its_job_goes_on(running: Running) -> None:
    installation = running.installation
    job = installation.request(count=200, milliseconds=20)  # some are left, however late the kill comes
    until(lambda: installation.job(job).done > 3, "some steps")
    os.kill(running.worker, signal.SIGKILL)
    until(lambda: running.worker_pid(running.worker), "another worker")
    assert running.serves()
    assert installation.await_state(job, "done").token == 2
    assert len(installation.effects(job)) == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_in_the_midst_of_a_job(running: Running, number: signal.Signals) -> None:
    job = running.installation.request(count=2000, milliseconds=10)
    until(lambda: running.installation.job(job).done > 3, "some steps")
    everybody = running.everybody()
    assert len(everybody) == 5
    running.main.send_signal(number)
    assert running.main.wait(timeout=20) == 0
    assert not [pid for pid in everybody if alive(pid)]
    assert running.installation.job(job).state == "running"


def test_a_web_that_dies_ends_everything(running: Running) -> None:
    everybody = running.everybody()
    os.kill(running.web, signal.SIGKILL)
    assert running.main.wait(timeout=20) == 1
    until(lambda: not [pid for pid in everybody if alive(pid)], "the end of all", 20)


def test_nobody_stays_behind_when_the_first_process_is_killed(running: Running) -> None:
    everybody = running.everybody()
    running.main.kill()
    running.main.wait(timeout=20)
    until(lambda: not [pid for pid in everybody if alive(pid)], "the end of all", 20)
    again = Running(running.installation)
    assert again.serves()

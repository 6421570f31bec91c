"""Jobs survive the death of whoever works on them: processes are really killed, at seeded random moments."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess

import pytest
from tests.crash.installation import Installation, JobRow, kill, until
from tests.nursery import Process

from hashira.core.jobs.durable import CONCURRENT_JOBS

pytestmark = [pytest.mark.crash]
KILLS = int(os.environ.get("HASHIRA_PROVE_COUNT", "2"))
STEPS_EACH = 80


def test_a_job_ends_though_its_worker_is_killed_again_and_again(installation: Installation) -> None:
    """Each effect is there once, progress never goes back, and only steps in hand were tried twice."""
    chance = random.Random(20261123)
    count = STEPS_EACH * (KILLS + 1)
    job = installation.request(count=count, milliseconds=5)
    seen = [installation.job(job)]

    def look() -> JobRow:
        seen.append(installation.job(job))
        return seen[-1]

    for number in range(KILLS):
        worker = installation.worker()
        before = look().done
        if number % 4 == 3:  # at any moment of its start
            wait_for(worker, chance.uniform(0, 2))
        else:
            until(lambda before=before: look().done > before, "progress")
            wait_for(worker, chance.uniform(0, 0.3))
        assert look().state != "done", "too few steps: nothing was at work when the worker was killed"
        kill(worker)
        look()
    installation.worker()
    until(lambda: look().state == "done", "done")

    effects = installation.effects(job)
    assert [number for number, _token, _tries in effects] == list(range(count))
    assert sum(tries - 1 for _number, _token, tries in effects) <= KILLS
    progress = [row.done for row in seen]
    assert progress == sorted(progress)
    assert seen[-1].done == seen[-1].total == count
    assert seen[-1].token > 1
    tokens = [token for _number, token, _tries in effects]
    assert tokens == sorted(tokens)
    assert len(set(tokens)) > 1


@pytest.mark.parametrize("running", [False, True], ids=["worker-later", "worker-there"])
def test_a_kill_between_commit_and_enqueueing_loses_no_job(installation: Installation, running: bool) -> None:
    if running:
        installation.worker()
        until(lambda: installation.rows("SELECT executor FROM jobs_worker"), "a worker")
    dead = installation.client("die", "5", "0")
    assert dead.returncode == -signal.SIGKILL
    job = installation.only_job()
    if not running:
        assert installation.job(job).state == "requested"
        installation.worker()
    assert installation.await_state(job, "done").token == 1
    assert len(installation.effects(job)) == 5


def test_another_worker_finishes_the_jobs_of_one_that_died_for_good(on_postgresql: Installation) -> None:
    steps = 100
    # Neither may be thought dead while it starts beside the other on a busy machine.
    workers = {w.pid: w for w in (on_postgresql.worker(lease=8), on_postgresql.worker(lease=8))}
    until(lambda: len(on_postgresql.rows("SELECT executor FROM jobs_worker")) == 2, "two workers")
    # Three times what one can have in hand: however late the other looks, there is some left for it.
    jobs = on_postgresql.requests(3 * CONCURRENT_JOBS, count=steps, milliseconds=50)

    def both_at_work() -> bool:
        rows = [on_postgresql.job(job) for job in jobs]
        return len({row.executor for row in rows if row.state == "running" and row.done}) == 2

    until(both_at_work, "both at work")
    doomed, pid = on_postgresql.rows("SELECT executor, pid FROM jobs_worker ORDER BY executor")[0]
    kill(workers.pop(pid))
    left = [
        job for job in jobs if (row := on_postgresql.job(job)).executor == doomed and row.state == "running"
    ]
    assert left
    for job in jobs:
        row = on_postgresql.await_state(job, "done", 120)
        assert [number for number, _token, _tries in on_postgresql.effects(job)] == list(range(steps))
        assert (row.executor != doomed and row.token == 2) or job not in left
    until(
        lambda: doomed not in {e for (e,) in on_postgresql.rows("SELECT executor FROM jobs_worker")},
        "the dead worker struck off",
    )
    assert all(worker.poll() is None for worker in workers.values())


def test_a_worker_that_wakes_after_it_was_thought_dead_writes_nothing_and_ends(
    installation: Installation,
) -> None:
    sleeper = installation.worker()
    job = installation.request(count=25, milliseconds=150)
    until(lambda: installation.effects(job), "a first effect")
    installation.freeze(sleeper)
    installation.worker()
    until(lambda: installation.job(job).token == 2, "another worker took the job up")
    sleeper.send_signal(signal.SIGCONT)
    assert sleeper.wait(timeout=60) == 75
    installation.await_state(job, "done")
    effects = installation.effects(job)
    assert [number for number, _token, _tries in effects] == list(range(25))
    tokens = [token for _number, token, _tries in effects]
    assert tokens == sorted(tokens)
    assert set(tokens) == {1, 2}


def test_a_cancelled_job_ends_before_its_next_step(installation: Installation) -> None:
    installation.worker()
    job = installation.request(count=2000, milliseconds=10)
    until(lambda: installation.job(job).done > 3, "some steps")
    assert installation.client("cancel", str(job)).returncode == 0
    row = installation.await_state(job, "cancelled", 10)
    effects = installation.effects(job)
    assert [number for number, _token, _tries in effects] == list(range(len(effects)))
    assert 3 < row.done <= len(effects) < 2000
    assert row.error is None


def test_cancelling_what_has_not_begun_keeps_it_from_beginning(on_sqlite: Installation) -> None:
    job = on_sqlite.request(count=3, milliseconds=0)
    assert on_sqlite.client("cancel", str(job)).returncode == 0
    other = on_sqlite.request(count=3, milliseconds=0)
    on_sqlite.worker()
    on_sqlite.await_state(other, "done")
    assert on_sqlite.job(job).state == "cancelled"
    assert on_sqlite.effects(job) == []


def test_a_worker_told_to_stop_leaves_its_job_to_the_next_at_once(installation: Installation) -> None:
    worker = installation.worker(lease=600)
    job = installation.request(count=150, milliseconds=10)
    until(lambda: installation.job(job).done > 3, "some steps")
    worker.terminate()
    assert worker.wait(timeout=60) == 0
    assert installation.job(job).state == "running"
    assert installation.rows("SELECT executor FROM jobs_worker") == []
    installation.worker(lease=600)
    assert installation.await_state(job, "done").token == 2
    assert len(installation.effects(job)) == 150


def wait_for(process: Process, seconds: float) -> None:
    """Lets it live on for a while; it must not end by itself."""
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=seconds)


def test_a_queue_that_was_lost_is_filled_again(on_sqlite: Installation) -> None:
    """DBOS's own file is gone, with all it remembered: the job runs again from its beginning."""
    worker = on_sqlite.worker()
    job = on_sqlite.request(count=60, milliseconds=20)
    until(lambda: on_sqlite.job(job).done > 10, "some steps")
    kill(worker)
    for file in on_sqlite.data.glob("hashira-jobs.sqlite3*"):
        file.unlink()
    on_sqlite.worker()
    on_sqlite.await_state(job, "done")
    assert [number for number, _token, _tries in on_sqlite.effects(job)] == list(range(60))


def test_a_job_that_dbos_has_given_up_is_failed_and_says_so(on_sqlite: Installation) -> None:
    on_sqlite.worker()
    job = on_sqlite.request(count=3000, milliseconds=10)
    until(lambda: on_sqlite.job(job).done > 3, "some steps")
    kill(on_sqlite.processes[-1])
    with sqlite3.connect(on_sqlite.data / "hashira-jobs.sqlite3") as queue:
        assert queue.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        changed = queue.execute(
            "UPDATE workflow_status SET status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' WHERE workflow_uuid = ?",
            (str(job),),
        )
        assert changed.rowcount == 1
    queue.close()
    on_sqlite.worker()
    row = on_sqlite.await_state(job, "failed")
    assert json.loads(row.error)["code"] == "CORE-023"

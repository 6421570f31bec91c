"""An installation whose processes are started, watched from outside and killed."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from tests import nursery
from tests.browser.installation import NO_CLOUD

ROOT = Path(__file__).resolve().parents[2]
LEASE = 1.5
_Seen = TypeVar("_Seen")


def until(look: Callable[[], _Seen], what: str, seconds: float = 60.0) -> _Seen:
    """What ``look`` gives as soon as it is true."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        pause.wait(0.02)


@dataclass(frozen=True)
class JobRow:
    """A job as the database has it."""

    state: str
    done: int
    total: int | None
    token: int
    executor: str
    error: Any


def _is_free(file: Path) -> bool:
    """Whether nobody holds the turn to write."""
    with contextlib.closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as database:
        try:
            database.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        database.execute("ROLLBACK")
        return True


@dataclass
class Installation:
    """One database and the processes on it; all of them are killed at the end."""

    data: Path
    database_url: str = ""
    processes: list[nursery.Process] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    """Variables of the installation beside those that every one has."""

    @property
    def environment(self) -> dict[str, str]:
        own = {k: v for k, v in os.environ.items() if not k.startswith(("HASHIRA_", "DJANGO_"))}
        return own | {
            "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
            "HASHIRA_ENVIRONMENT": "development",
            "HASHIRA_DATA_DIR": str(self.data),
            "HASHIRA_DATABASE_URL": self.database_url,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]),
            **NO_CLOUD,
            **self.settings,
        }

    def command(self, *arguments: str, seconds: float = 240) -> str:
        """What Python says, run with these arguments to its end, which must be a good one and in time."""
        done = nursery.run(arguments, env=self.environment, timeout=seconds)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *arguments: str) -> nursery.Process:
        """``hashira`` with these arguments, going on; what it says is in the file ``log``."""
        with (self.data / "log").open("a", encoding="utf-8") as said:
            process = nursery.start([*nursery.HASHIRA, *arguments], env=self.environment, stdout=said)
        self.processes.append(process)
        return process

    def worker(self, lease: float = LEASE) -> nursery.Process:
        return self.start("worker", "--lease", str(lease))

    def freeze(self, process: nursery.Process) -> None:
        """SIGSTOP while the process writes nothing: on SQLite nobody else could write until it goes on."""

        def frozen() -> bool:
            process.send_signal(signal.SIGSTOP)
            if all(_is_free(file) for file in self.data.glob("*.sqlite3")):
                return True
            process.send_signal(signal.SIGCONT)
            return False

        until(frozen, "a moment between two transactions")

    def client(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return nursery.run(["-m", "tests.crash.client", *arguments], env=self.environment, timeout=180)

    def request(self, *, count: int, milliseconds: int, resident: str = "") -> uuid.UUID:
        (job,) = self.requests(1, count=count, milliseconds=milliseconds, resident=resident)
        return job

    def requests(self, number: int, *, count: int, milliseconds: int, resident: str = "") -> list[uuid.UUID]:
        """That many jobs at once, which are the same."""
        asked = self.client("request", str(number), str(count), str(milliseconds), resident)
        assert asked.returncode == 0, asked.stderr
        return [uuid.UUID(line) for line in asked.stdout.split()]

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Reads from outside, as another program would; ``?`` stands for a value."""
        if self.database_url:
            with psycopg.connect(self.database_url) as connection:
                return connection.execute(query.replace("?", "%s"), values).fetchall()
        with contextlib.closing(sqlite3.connect(self.data / "hashira.sqlite3", timeout=30)) as connection:
            return connection.execute(query, values).fetchall()

    def job(self, job_id: uuid.UUID) -> JobRow:
        key = job_id if self.database_url else job_id.hex
        found = self.rows("SELECT state, done, total, token, executor, error FROM jobs_job WHERE id = ?", key)
        return JobRow(*found[0])

    def only_job(self) -> uuid.UUID:
        return uuid.UUID(str(self.rows("SELECT id FROM jobs_job")[0][0]))

    def effects(self, job_id: uuid.UUID) -> list[tuple[int, int, int]]:
        """Number, token and number of tries of each effect, in order."""
        return self.rows(
            "SELECT number, token, tries FROM demonstration_effect WHERE job = ? ORDER BY number", str(job_id)
        )

    def await_state(self, job_id: uuid.UUID, state: str, seconds: float = 60.0) -> JobRow:
        until(lambda: self.job(job_id).state == state, f"{state}, but {self.job(job_id)}", seconds)
        return self.job(job_id)

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait(timeout=30)


def kill(process: nursery.Process) -> None:
    """As the kernel would: no last word."""
    process.send_signal(signal.SIGKILL)
    assert process.wait(timeout=30) == -signal.SIGKILL


@contextlib.contextmanager
def installed(data: Path, database_url: str = "", *, prepared: bool = False) -> Iterator[Installation]:
    """Its tables are made, unless the database and the folder are copies of one that has them."""
    installation = Installation(data, database_url)
    try:
        if not prepared:
            prepare(installation)
        yield installation
    finally:
        installation.end()


def prepare(installation: Installation) -> None:
    """Makes the tables of the product and of the tests."""
    prepared = installation.client("prepare")
    assert prepared.returncode == 0, prepared.stderr


def children(pid: int) -> set[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = (line.split() for line in listed.stdout.splitlines())
    return {int(child) for child, parent in pairs if int(parent) == pid}


def alive(pid: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.returncode == 0 and not told.stdout.startswith("Z")

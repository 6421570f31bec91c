"""DBOS in the worker: one workflow that runs any job, and steps that it remembers (耐久実行).

Only the worker imports this module. What DBOS does not know (who lives, who may write) is in ``living``,
``relief`` and the token of the job.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from django.db import connections

from hashira.core.jobs import queue
from hashira.core.jobs.context import TRANSIENT
from hashira.core.jobs.errors import JobNotFound, Superseded
from hashira.core.jobs.execution import run_body, take_up, write_ending
from hashira.core.jobs.kinds import limits_of_lanes

_log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")

CONCURRENT_JOBS = 2
POLLING_SECONDS = 0.25
"""How often a worker looks for jobs: each look is some queries, day and night."""
_SPARE_THREADS = 6
_TRIES = 6
_EXIT_SUPERSEDED = 75  # EX_TEMPFAIL: start me again

_stopping = threading.Event()
_executor = ""
_in_hand = 0
_hand = threading.Condition()


def launch(executor: str) -> None:
    """Start to run jobs under this executor id, which no other process may ever have had."""
    global _executor
    _executor = executor
    file = queue.system_file()
    if file is not None:
        with sqlite3.connect(file, timeout=30) as made:
            made.execute("PRAGMA journal_mode=WAL")  # kept in the file; DBOS leaves it at DELETE
        made.close()
    lanes = limits_of_lanes()
    config: DBOSConfig = {
        "name": queue.APPLICATION,
        "system_database_url": queue.system_database(),
        "executor_id": executor,
        "application_version": queue.VERSION,
        "serializer": DBOSPortableJSONSerializer(),
        "use_listen_notify": False,
        "max_executor_threads": CONCURRENT_JOBS + sum(lanes.values()) + _SPARE_THREADS,
        "notification_listener_polling_interval_sec": POLLING_SECONDS,
        "log_level": "ERROR",
    }
    DBOS(config=config)
    DBOS.launch()
    DBOS.register_queue(
        queue.QUEUE,
        worker_concurrency=CONCURRENT_JOBS,
        polling_interval_sec=POLLING_SECONDS,
        on_conflict="always_update",
    )
    for lane, limit in lanes.items():
        DBOS.register_queue(
            queue.name_of(lane),
            concurrency=limit,
            worker_concurrency=limit,
            polling_interval_sec=POLLING_SECONDS,
            on_conflict="always_update",
        )


def stop(grace_seconds: float) -> bool:
    """Let no step begin any more, and wait for those in hand; whether all of them ended in time."""
    _stopping.set()
    with _hand:
        return _hand.wait_for(lambda: _in_hand == 0, timeout=grace_seconds)


def give_up() -> NoReturn:
    """End this process at once: its jobs belong to another worker, so that it may not finish a thing."""
    _log.error("worker %s was thought dead and its jobs were given to another; it ends", _executor)
    logging.shutdown()
    os._exit(_EXIT_SUPERSEDED)


class _Remembered:
    """Steps carried out by DBOS: one that ended gives what it gave, without running again."""

    def run(self, name: str, step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        def once() -> dict[str, Any]:
            with _holding():
                try:
                    return step()
                except Superseded:
                    give_up()
                finally:
                    connections.close_all()

        return DBOS.run_step(
            {
                "name": name,
                "retries_allowed": True,
                "interval_seconds": 0.5,
                "max_attempts": _TRIES,
                "backoff_rate": 2.0,
                "should_retry": lambda error: isinstance(error, TRANSIENT),
            },
            once,
        )


@DBOS.workflow(name=queue.WORKFLOW)
def run_job(job_id: str) -> str:
    """The workflow: any job, by its id. Gives the state in which it ended."""
    try:
        try:
            taken = _persistently(lambda: take_up(uuid.UUID(job_id), executor=_executor))
        except JobNotFound:
            return "unknown"
        if taken is None:
            return "over"
        ending = run_body(taken, _Remembered())
        _persistently(lambda: write_ending(taken, ending))
        return ending.state.value
    except Superseded:
        give_up()
    finally:
        connections.close_all()


@contextmanager
def _holding() -> Iterator[None]:
    """Counts what is in hand; stays here for good if the process is about to end."""
    global _in_hand
    with _hand:
        if not _stopping.is_set():
            _in_hand += 1
            held = True
        else:
            held = False
    if not held:
        threading.Event().wait()
    try:
        yield
    finally:
        with _hand:
            _in_hand -= 1
            _hand.notify_all()


def _persistently(write: Callable[[], _Answer]) -> _Answer:
    """Does a write of our own, again and again for about two minutes while the database is away."""
    pause = 0.2
    while True:
        try:
            with _holding():
                return write()
        except TRANSIENT:
            connections.close_all()
            if pause > 60:
                raise
            _stopping.wait(pause)
            pause *= 2

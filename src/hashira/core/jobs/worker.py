"""The life of a worker (ワーカー): enrol, run jobs, beat, look after orphans, and leave."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import connections

from hashira.core.jobs import durable, relief
from hashira.core.jobs.context import TRANSIENT
from hashira.core.jobs.kinds import load_kinds
from hashira.core.jobs.living import beat, enrol, strike_off

_log = logging.getLogger(__name__)

LEASE_SECONDS = 10.0
ROUND_SECONDS = 0.5
_THOROUGH_EVERY = 20
_GRACE_SECONDS = 4.0


def work_until(stopping: threading.Event, *, lease_seconds: float = LEASE_SECONDS) -> None:
    """Run jobs until ``stopping`` is set; then end what is in hand, or leave it to the next worker.

    The process must end soon afterwards, without waiting for threads: some may be parked for good.
    """
    load_kinds()
    executor = enrol(lease_seconds=lease_seconds)
    connections.close_all()
    durable.launch(executor)
    _every(lease_seconds / 5, stopping, lambda: _beat(executor, stopping), "heartbeat")
    _every(ROUND_SECONDS, stopping, _Rounds(executor), "rounds")
    _log.info("worker %s runs", executor)
    stopping.wait()
    if not durable.stop(_GRACE_SECONDS):
        _log.warning("a step of worker %s did not end in time; it will run again", executor)
    relief.resign(executor)
    strike_off(frozenset({executor}))


def _beat(executor: str, stopping: threading.Event) -> None:
    if not beat(executor) and not stopping.is_set():
        durable.give_up()


class _Rounds:
    """One round after the other; each twentieth is thorough."""

    def __init__(self, executor: str) -> None:
        self._executor = executor
        self._count = 0

    def __call__(self) -> None:
        relief.make_round(self._executor, thorough=self._count % _THOROUGH_EVERY == 0)
        self._count += 1


def _every(seconds: float, stopping: threading.Event, act: Callable[[], None], name: str) -> None:
    """Does it now and then every so often, in a thread; what fails is logged and tried again."""

    def loop() -> None:
        while True:
            try:
                act()
            except TRANSIENT as away:
                _log.warning("%s: the database is away or busy: %s", name, away)
                connections.close_all()
            except Exception:
                _log.exception("%s failed", name)
                connections.close_all()
            if stopping.wait(seconds):
                break
        connections.close_all()

    threading.Thread(target=loop, name=f"hashira-{name}", daemon=True).start()

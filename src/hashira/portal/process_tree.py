"""The processes on one machine (プロセス): the web, and a worker that is started again when it dies."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2
_END_SECONDS = 15.0
_FORK = multiprocessing.get_context("fork")


@dataclass(slots=True)
class Backoff:
    """How long to wait before a worker that died is started again: longer each time, until one lives.

    >>> backoff = Backoff()
    >>> [backoff.after(lived) for lived in (0.1, 0.1, 0.1, 60.0, 0.1)]
    [0.5, 1.0, 2.0, 0.5, 1.0]
    """

    first: float = 0.5
    longest: float = 30.0
    steady: float = 30.0
    _next: float = 0.0

    def after(self, lived: float) -> float:
        """Seconds to wait after one that lived for ``lived`` seconds."""
        waiting = self.first if lived >= self.steady or not self._next else self._next
        self._next = min(waiting * 2, self.longest)
        return waiting


@dataclass(slots=True)
class OnDemand:
    """A program that is started once somebody wants it, and started again when it dies.

    It is no fork: what it loads nobody else needs. It has to see by itself that this process ends.
    """

    command: tuple[str, ...]
    wanted: Callable[[], bool]
    _process: subprocess.Popen[bytes] | None = None
    _backoff: Backoff = field(default_factory=Backoff)
    _started: float = 0.0
    _start_at: float = 0.0

    def keep(self, now: float) -> None:
        """Looks after it."""
        if self._process is not None and self._process.poll() is not None:
            self._process = None
            self._start_at = now + self._backoff.after(now - self._started)
        if self._process is None and now >= self._start_at and self.wanted():
            self._process = subprocess.Popen(self.command)  # noqa: S603 (our own command)
            self._started = now

    def end(self) -> None:
        """Ends it, without waiting: nothing in it is worth that."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class ProcessTree:
    """The web, which must live, and a worker beside it, which is started again whenever it dies.

    All are forks of this process, so that what it has loaded is loaded once; it runs no thread and has no
    connection open. Ctrl-C and SIGTERM end all of them. Should this process itself be killed, the others see
    it and end too: the web here, a worker by itself (``follow_parent``).
    """

    def __init__(
        self,
        *,
        web: Callable[[], None],
        worker: Callable[[], None],
        on_demand: tuple[OnDemand, ...] = (),
    ) -> None:
        self._web_main = web
        self._worker_main = worker
        self._on_demand = on_demand
        self._stopping = False
        self._worker: BaseProcess | None = None
        self._backoff = Backoff()
        self._started = self._start_at = 0.0

    def run(self) -> int:
        """Runs until told to stop (0) or until the web has died (1)."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        web = _FORK.Process(target=self._run_web, name="web")
        web.start()
        try:
            while not self._stopping and web.exitcode is None:
                self._keep_worker()
                for one in self._on_demand:
                    one.keep(time.monotonic())
                wait([web.sentinel], timeout=_LOOK_SECONDS)
        finally:
            self._end(web)
        return 0 if self._stopping else 1

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _run_web(self) -> None:
        _obey_signals()
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
        self._web_main()

    def _run_worker(self) -> None:
        _obey_signals()
        self._worker_main()

    def _keep_worker(self) -> None:
        now = time.monotonic()
        if self._worker is not None and self._worker.exitcode is not None:
            status, self._worker = self._worker.exitcode, None
            self._start_at = now + self._backoff.after(now - self._started)
            _log.warning(
                "ワーカーが終わったので再び起動します / the worker ended (%d), starting again", status
            )
        if self._worker is None and now >= self._start_at:
            self._worker = _FORK.Process(target=self._run_worker, name="worker")
            self._worker.start()
            self._started = now

    def _end(self, web: BaseProcess) -> None:
        for one in self._on_demand:
            one.end()
        processes = [process for process in (self._worker, web) if process is not None]
        for process in processes:
            if process.exitcode is None:
                process.terminate()
        deadline = time.monotonic() + _END_SECONDS
        for process in processes:
            process.join(max(0.1, deadline - time.monotonic()))
            if process.exitcode is None:
                process.kill()
                process.join()


def _obey_signals() -> None:
    """In a fork: signals end it, instead of telling its copy of the tree."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _end_with(parent: int) -> None:
    """Ends this process as by SIGTERM once its parent is another one."""
    pause = threading.Event()
    while os.getppid() == parent:
        pause.wait(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)

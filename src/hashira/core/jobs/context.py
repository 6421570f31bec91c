"""What the body of a job has in hand while it runs (ジョブの実行文脈)."""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from hashira.core.jobs.errors import JobCancelled, Superseded
from hashira.core.jobs.kinds import JSON
from hashira.core.jobs.models import Job
from hashira.core.jobs.problem import recalled, remembered
from hashira.core.jobs.progress import Meter
from hashira.core.jobs.state import JobState

_log = logging.getLogger(__name__)

TRANSIENT = (OperationalError, InterfaceError)
"""The database was away or busy: worth another try."""


class Steps(Protocol):
    """Where steps are carried out and remembered: DBOS in a worker, nowhere in a direct run."""

    def run(self, name: str, step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What ``step`` gives, or what it gave when it ran before the crash."""
        ...


class JobContext:
    """One run of a job. ``token`` grows with each run, so that what is outside can refuse an earlier one."""

    def __init__(self, *, job_id: uuid.UUID, token: int, done: int, steps: Steps) -> None:
        self.job_id = job_id
        self.token = token
        self._steps = steps
        self._meter = Meter(start=done)
        self._total: int | None = None
        self._in_step = False
        self._ending = False

    def step(self, name: str, function: Callable[..., JSON], *arguments: Any) -> JSON:
        """``function(*arguments)`` as one step: its result (JSON) is remembered and not computed again.

        A step that was in hand when the worker died runs again, so it must be idempotent: its effects carry
        keys, and a second run finds them there. Raises what the function raises; ``JobCancelled`` if somebody
        asked for that meanwhile. After ``JobCancelled`` was raised once, further steps run: they clean up.
        """
        if self._in_step:
            raise RuntimeError("a step cannot hold another step")
        live: list[Exception] = []

        def run() -> dict[str, Any]:
            if self._row_state() is JobState.CANCELLING and not self._ending:
                return {"cancelled": True}
            self._in_step = True
            try:
                return {"result": json.loads(json.dumps(function(*arguments)))}
            except JobCancelled:
                return {"cancelled": True}
            except TRANSIENT:
                raise
            except Exception as error:
                live.append(error)
                return {"error": remembered(error)}
            finally:
                self._in_step = False

        outcome = self._steps.run(name, run)
        if outcome.get("cancelled"):
            self._ending = True
            raise JobCancelled
        if "error" in outcome:
            raise live[0] if live else recalled(outcome["error"])
        return outcome["result"]

    def progress(self, done: int, total: int | None = None) -> None:
        """Tell how many units are done, and of how many. Call it as often as you like: few are written."""
        self._total = total if total is not None else self._total
        now = time.monotonic()
        if self._meter.take(now, done):
            self._write_progress(now)

    def finish_progress(self) -> None:
        """Write down what was told last, if it is not yet."""
        if self._meter.unwritten:
            self._write_progress(time.monotonic())

    def raise_if_cancelled(self) -> None:
        """Raise ``JobCancelled`` if somebody asked for it. Each step asks at its beginning anyway;
        a long step asks again while it works."""
        if self._in_step:
            if self._row_state() is JobState.CANCELLING and not self._ending:
                raise JobCancelled
        elif not self._ending:
            self.step("cancelled?", lambda: None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction that only the present run can commit: the row of the job is locked and its token
        compared, so a worker that was thought dead writes nothing any more."""
        with transaction.atomic():
            self._row_state(locked=True)
            yield

    def _row_state(self, *, locked: bool = False) -> JobState:
        rows = Job.objects.select_for_update(no_key=True) if locked else Job.objects
        token, state = rows.values_list("token", "state").get(pk=self.job_id)
        if token != self.token:
            raise Superseded
        return JobState(state)

    def _write_progress(self, now: float) -> None:
        values: dict[str, Any] = {
            "done": self._meter.done,
            "rate": self._meter.rate,
            "progress_at": Now(),
        }
        if self._total is not None:
            values["total"] = self._total
        try:
            with transaction.atomic():
                Job.objects.filter(pk=self.job_id, token=self.token, done__lte=self._meter.done).update(
                    **values
                )
        except (DatabaseError, InterfaceError):
            _log.warning("progress of job %s was not written", self.job_id, exc_info=True)
        self._meter.wrote(now)

"""Carrying out one job: take it up, run its body, write down how it ended (ジョブの実行)."""

from __future__ import annotations

import json
import logging
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from hashira.core.jobs.context import JobContext, Steps
from hashira.core.jobs.errors import JobCancelled, JobFault, JobKeepsDying, Superseded
from hashira.core.jobs.kinds import JSON, find_kind
from hashira.core.jobs.models import Job
from hashira.core.jobs.problem import JobProblem
from hashira.core.jobs.selectors import JobView, row_of, view
from hashira.core.jobs.state import AT_WORK, WAITING, JobState
from hashira.kernel.errors import HashiraError

_log = logging.getLogger(__name__)

MOST_RUNS = 100


@dataclass(frozen=True, slots=True)
class Taken:
    """A job that this run has taken up, under a token of its own."""

    job_id: uuid.UUID
    kind: str
    parameters: Mapping[str, JSON]
    token: int
    done: int


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended."""

    state: JobState
    result: JSON = None
    problem: JobProblem | None = None


def take_up(job_id: uuid.UUID, *, executor: str) -> Taken | None:
    """Take the job up under a new token, which ends the right of any earlier run; None if it is over."""
    with transaction.atomic():
        row = row_of(job_id, locked=True)
        if JobState(row.state).over:
            return None
        if JobState(row.state) in WAITING:
            row.state = JobState.RUNNING.value
        row.token += 1
        row.executor = executor
        row.started_at = row.started_at or Now()
        row.save(update_fields=["state", "token", "executor", "started_at"])
        return Taken(row.pk, row.kind, row.parameters, row.token, row.done)


def run_body(taken: Taken, steps: Steps) -> Ending:
    """Run the body from its beginning and say how it ended; only ``Superseded`` comes out of it.

    A job that was begun ``MOST_RUNS`` times is not begun again: it would take down one worker after another.
    """
    if taken.token > MOST_RUNS:
        return Ending(JobState.FAILED, problem=JobProblem.of(JobKeepsDying(runs=MOST_RUNS)))
    context = JobContext(job_id=taken.job_id, token=taken.token, done=taken.done, steps=steps)
    try:
        result = find_kind(taken.kind).body(context, taken.parameters)
        ending = Ending(JobState.DONE, json.loads(json.dumps(result)))
    except JobCancelled:
        ending = Ending(JobState.CANCELLED)
    except HashiraError as error:
        ending = Ending(JobState.FAILED, problem=JobProblem.of(error))
    except Exception:
        ending = Ending(JobState.FAILED, problem=fault(taken.job_id))
    context.finish_progress()
    return ending


def fault(job_id: uuid.UUID) -> JobProblem:
    """The problem of an unforeseen failure; the exception in hand goes to the log under its reference."""
    reference = secrets.token_hex(4)
    _log.exception("job %s failed, reference %s", job_id, reference)
    return JobProblem.of(JobFault(reference=reference))


def write_ending(taken: Taken, ending: Ending) -> None:
    """Write down how the run ended; ``Superseded`` if another run has the job by now."""
    values: dict[str, Any] = {"state": ending.state.value, "ended_at": Now(), "result": ending.result}
    if ending.problem is not None:
        values["error"] = ending.problem.to_json()
    with transaction.atomic():
        written = Job.objects.filter(
            pk=taken.job_id, token=taken.token, state__in=[s.value for s in AT_WORK]
        ).update(**values)
    if not written:
        raise Superseded


class _Direct:
    """Carries steps out here and now, and remembers nothing."""

    def run(self, name: str, step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        return step()


def carry_out(job_id: uuid.UUID | str) -> JobView:
    """Carry a job out here and now, without a worker and without durability: for trials and tests."""
    taken = take_up(uuid.UUID(str(job_id)), executor="direct")
    if taken is not None:
        write_ending(taken, run_body(taken, _Direct()))
    return view(job_id)

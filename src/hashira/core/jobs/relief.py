"""Looking after jobs that nobody looks after (引継ぎ): not enqueued, or left by a worker that died."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from dbos import DBOS
from django.db import connection, transaction
from django.db.models.functions import Now

from hashira.core.jobs import queue
from hashira.core.jobs.execution import fault
from hashira.core.jobs.living import attendance, strike_off
from hashira.core.jobs.models import Job, Leadership
from hashira.core.jobs.state import AT_WORK, JobState

_log = logging.getLogger(__name__)

LEADER_SECONDS = 3.0
_LOCK = 0x48415348_4A4F4253  # "HASHJOBS", the number of the advisory lock
_AT_ONCE = 200
_GOING_ON = frozenset({"ENQUEUED", "DELAYED", "PENDING"})


class LostRun(RuntimeError):
    """DBOS holds the workflow of a job for ended, though the job is not."""


def make_round(executor: str, *, thorough: bool) -> bool:
    """Look after the jobs once, if this worker leads; ``thorough`` also compares each job with DBOS.

    Gives whether this worker leads.
    """
    with _leading(executor) as leads:
        if leads:
            enqueue_orphans()
            relieve(executor)
            if thorough:
                reconcile()
    return leads


def enqueue_orphans() -> int:
    """Enqueue the jobs that were committed, but not handed over: their process died in between."""
    orphans = Job.objects.filter(
        state=JobState.REQUESTED.value, requested_at__lt=Now() - timedelta(seconds=1)
    ).order_by("requested_at")[:_AT_ONCE]
    ids = [row.pk for row in orphans]
    for job_id in ids:
        queue.hand_over(job_id)
    return len(ids)


def relieve(executor: str) -> int:
    """Have the workflows of dead workers run again, and strike the dead off; how many workflows.

    Those whose worker is not enrolled count as dead too: it enrols before it takes anything up. So the
    workflows are read first and the living afterwards.
    """
    running = DBOS.list_workflows(status="PENDING", name=queue.WORKFLOW, load_input=False, load_output=False)
    present = attendance()
    left = {w.executor_id for w in running if w.executor_id} - present.living - {executor}
    resumed = 0
    for gone in sorted(left):
        workflows = DBOS.list_workflows(
            status="PENDING", executor_id=gone, load_input=False, load_output=False
        )
        for name in {w.queue_name or queue.QUEUE for w in workflows}:
            ids = [w.workflow_id for w in workflows if (w.queue_name or queue.QUEUE) == name]
            DBOS.resume_workflows(ids, queue_name=name)
        resumed += len(workflows)
        _log.warning("worker %s is gone; %d of its jobs go on elsewhere", gone, len(workflows))
    strike_off(present.silent - {executor})
    return resumed


def reconcile() -> None:
    """Compare the jobs that are not over with DBOS: enqueue what it lost, fail what it holds for ended."""
    states = [JobState.QUEUED.value, *(s.value for s in AT_WORK)]
    rows = list(Job.objects.filter(state__in=states).order_by("requested_at")[:_AT_ONCE])
    if not rows:
        return
    found = DBOS.list_workflows(
        workflow_ids=[str(row.pk) for row in rows], load_input=False, load_output=False
    )
    known = {w.workflow_id: w.status for w in found}
    for row in rows:
        status = known.get(str(row.pk))
        if status is None:
            queue.hand_over(row.pk)
        elif status not in _GOING_ON:
            _fail(row, status)


def _fail(row: Job, status: str) -> None:
    # The end of a job is written before that of its workflow, so one that ended meanwhile is not touched.
    try:
        raise LostRun(status)
    except LostRun:
        problem = fault(row.pk)
    Job.objects.filter(pk=row.pk, state=row.state, token=row.token).update(
        state=JobState.FAILED.value, ended_at=Now(), error=problem.to_json()
    )


def resign(executor: str) -> None:
    """Let another lead at once, on SQLite; on PostgreSQL nobody leads between rounds."""
    Leadership.objects.filter(executor=executor).delete()


@contextmanager
def _leading(executor: str) -> Iterator[bool]:
    """Whether this worker is the one to make the round: by an advisory lock that ends with the round, or
    on SQLite by a lease that runs out."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            yield bool(cursor.fetchone()[0])
        return
    with transaction.atomic():
        lease, _made = Leadership.objects.get_or_create(pk=1, defaults={"executor": executor, "until": Now()})
        free = Leadership.objects.filter(pk=lease.pk, until__lt=Now())
        mine = Leadership.objects.filter(pk=lease.pk, executor=executor)
        leads = bool((free | mine).update(executor=executor, until=Now() + timedelta(seconds=LEADER_SECONDS)))
    yield leads

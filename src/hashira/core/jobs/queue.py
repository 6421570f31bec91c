"""Handing jobs to DBOS from a process that does not run them; DBOS is loaded on first use (待ち行列)."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import uuid
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection

from hashira.core.jobs.errors import UnknownJobKind
from hashira.core.jobs.kinds import find_kind
from hashira.core.jobs.models import Job
from hashira.core.jobs.state import JobState

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions

_log = logging.getLogger(__name__)

APPLICATION = "hashira"
VERSION = "1"
"""Pinned: DBOS never takes up the workflows of another version. A changed workflow uses ``DBOS.patch``;
only a change that cannot be patched gets a new number, once all jobs are over."""
QUEUE = "hashira-jobs"
WORKFLOW = "hashira.job"

_clients: dict[tuple[int, str], DBOSClient] = {}
_making = threading.Lock()


def system_database() -> str:
    """The address of DBOS's own tables: a schema of the same PostgreSQL, or a file beside the SQLite one."""
    file = system_file()
    if file is not None:
        return f"sqlite:///{file}"
    return postgresql_address(connection.settings_dict)


def postgresql_address(chosen: Mapping[str, Any]) -> str:
    """The address of a PostgreSQL as DBOS reads it, from Django's settings of the same database."""
    from sqlalchemy import URL  # comes with DBOS, which reads the address with it

    host, port = str(chosen["HOST"] or ""), chosen["PORT"]
    socket = host.startswith("/")
    url = URL.create(
        "postgresql",
        username=chosen["USER"] or None,
        password=chosen["PASSWORD"] or None,
        host=None if socket else host or None,
        port=int(port) if port else None,
        database=str(chosen["NAME"]),
        query={"host": host} if socket else {},
    )
    return url.render_as_string(hide_password=False)


def system_file() -> Path | None:
    """DBOS's own SQLite file, named after the database of the installation; None on PostgreSQL."""
    if connection.vendor != "sqlite":
        return None
    name = Path(str(connection.settings_dict["NAME"]))
    return name.with_name(f"{name.stem}-jobs.sqlite3")


def hand_over(job_id: uuid.UUID) -> None:
    """Enqueue a requested job, as often as you like. A failure is only logged: the worker's sweep does it."""
    try:
        if not _tables_are_there():
            return  # no worker has ever run here; the first one makes the tables and finds the job
        _client().enqueue(enqueue_options(job_id), str(job_id))
        note_queued([job_id])
    except Exception:
        _log.warning("job %s was not enqueued; the worker will find it", job_id, exc_info=True)


def forget(job_ids: list[uuid.UUID]) -> None:
    """Delete what DBOS keeps of jobs that are over; nothing where no worker has ever run."""
    if job_ids and _tables_are_there():
        _client().delete_workflows([str(job_id) for job_id in job_ids])


def _tables_are_there() -> bool:
    """Whether a worker has made DBOS's tables: its file on SQLite is there a moment before them."""
    file = system_file()
    if file is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('dbos.workflow_status')")
            return cursor.fetchone()[0] is not None
    if not file.exists():
        return False
    with closing(sqlite3.connect(file, timeout=30)) as opened:
        named = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'workflow_status'"
        return opened.execute(named).fetchone() is not None


def enqueue_options(job_id: uuid.UUID) -> EnqueueOptions:
    """How a job is enqueued; its workflow has its own id, so that twice is once."""
    return {
        "workflow_name": WORKFLOW,
        "queue_name": queue_of(job_id),
        "workflow_id": str(job_id),
        "app_version": VERSION,
        "application_name": APPLICATION,
    }


def name_of(lane: str) -> str:
    """The queue of a lane; the common one without."""
    return f"{QUEUE}-{lane}" if lane else QUEUE


def queue_of(job_id: uuid.UUID) -> str:
    """The queue that a job waits in; the common one for a job or a kind that is not there any more."""
    row = Job.objects.filter(pk=job_id).values_list("kind", "parameters").first()
    try:
        return name_of(find_kind(row[0]).lane_of(row[1])) if row is not None else QUEUE
    except UnknownJobKind:
        return QUEUE


def note_queued(job_ids: list[uuid.UUID]) -> None:
    """Write down that DBOS knows of these jobs; those already begun stay as they are."""
    Job.objects.filter(pk__in=job_ids, state=JobState.REQUESTED.value).update(state=JobState.QUEUED.value)


def _client() -> DBOSClient:
    """One client for each process (a forked one makes its own) and each database."""
    url = system_database()
    with _making:
        client = _clients.get((os.getpid(), url))
        if client is None:
            from dbos import DBOSClient, DBOSPortableJSONSerializer

            client = DBOSClient(
                system_database_url=url,
                serializer=DBOSPortableJSONSerializer(),
                application_name=APPLICATION,
                system_database_pool_size=2,
                retry_connection_errors=False,
            )
            _clients[(os.getpid(), url)] = client
    return client

"""Asking for a job, and asking that it end."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from django.db import transaction

from hashira.core import access, audit
from hashira.core.access import Principal
from hashira.core.jobs.errors import JobOver
from hashira.core.jobs.kinds import JSON, find_kind
from hashira.core.jobs.models import Job
from hashira.core.jobs.queue import hand_over
from hashira.core.jobs.selectors import JobView, read_model, resource_of, row_of
from hashira.core.jobs.state import JobState, after_cancellation
from hashira.core.services import service


@service(action="jobs:RequestJob")
def request(
    *,
    actor: Principal,
    kind: str,
    parameters: Mapping[str, JSON],
    organisation: str | None = None,
    total: int | None = None,
) -> JobView:
    """Ask for a job, inside the transaction of the business that needs it.

    ``parameters`` are JSON without personal data; ``total`` is the number of units, if it is known. With the
    commit the job is handed to the queue; should the process die in between, the worker finds it.
    Raises ``UnknownJobKind``, and ``AccessDenied`` for somebody else's organisation.
    """
    found = find_kind(kind)
    access.require(actor, "jobs:RequestJob", resource_of("", owner=actor.id, organisation=organisation or ""))
    row = Job.objects.create(
        kind=found.name,
        parameters=dict(parameters),
        owner=actor.id,
        owner_kind=actor.kind.value,
        organisation=organisation or "",
        state=JobState.REQUESTED.value,
        total=total,
        requested_at=datetime.now(UTC),
    )
    _tell(actor, "jobs:RequestJob", row)
    transaction.on_commit(functools.partial(hand_over, row.pk), robust=True)
    return read_model(row)


@service(action="jobs:CancelJob")
def cancel(*, actor: Principal, job_id: uuid.UUID | str) -> JobView:
    """Ask that a job end: at once if it has not begun, else before its next step.

    Asking twice is asking once. Raises ``JobNotFound``, ``JobOver``, ``AccessDenied``.
    """
    row = row_of(job_id, locked=True)
    access.require(
        actor, "jobs:CancelJob", resource_of(str(row.pk), owner=row.owner, organisation=row.organisation)
    )
    after = after_cancellation(JobState(row.state))
    if after is None:
        raise JobOver
    row.state = after.value
    if after.over:
        row.ended_at = datetime.now(UTC)
    row.save(update_fields=["state", "ended_at"])
    _tell(actor, "jobs:CancelJob", row)
    return read_model(row)


def _tell(actor: Principal, action: str, row: Job) -> None:
    audit.record(
        actor=actor,
        action=action,
        subjects=[audit.Subject("job", str(row.pk))],
        organisation=row.organisation or None,
        facts={"kind": row.kind, "state": row.state},
    )

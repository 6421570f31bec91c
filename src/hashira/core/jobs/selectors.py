"""Reading jobs: what a page or a command shows of them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from hashira.core import access
from hashira.core.access import Principal, Resource
from hashira.core.jobs.errors import JobNotFound
from hashira.core.jobs.kinds import JSON, title_of
from hashira.core.jobs.models import Job
from hashira.core.jobs.problem import JobProblem
from hashira.core.jobs.progress import WINDOW_SECONDS, seconds_left
from hashira.core.jobs.state import AT_WORK, JobState
from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it stands now. ``rate`` is in units per second, ``seconds_left`` follows from it."""

    id: uuid.UUID
    kind: str
    title: Bilingual
    state: JobState
    owner: str
    organisation: str
    done: int
    total: int | None
    rate: float | None
    seconds_left: float | None
    error: JobProblem | None
    result: JSON
    requested_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def resource(self) -> Resource:
        """The job as an access decision sees it."""
        return resource_of(str(self.id), owner=self.owner, organisation=self.organisation)


def resource_of(job_id: str, *, owner: str, organisation: str) -> Resource:
    """A job, or one about to be requested (``job_id`` empty), for ``access.require``."""
    return Resource("Portal::Job", job_id, organisation, {"owner": owner})


def view(job_id: uuid.UUID | str) -> JobView:
    """The job, whoever asks: check ``jobs:ViewJob`` on its ``resource`` first. Raises ``JobNotFound``."""
    return read_model(row_of(job_id))


def row_of(job_id: uuid.UUID | str, *, locked: bool = False) -> Job:
    """The row of a job, for the rest of the transaction if ``locked``. Raises ``JobNotFound``."""
    rows = Job.objects.select_for_update(no_key=True) if locked else Job.objects
    try:
        return rows.get(pk=uuid.UUID(str(job_id)))
    except (Job.DoesNotExist, ValueError):
        raise JobNotFound from None


def listed(principal: Principal, *, limit: int = 200) -> tuple[JobView, ...]:
    """The newest jobs that the principal may see: the own ones, and those of bodies they answer for."""
    organisations = {grant.organisation for grant in principal.grants}
    found = Job.objects.filter(Q(owner=principal.id) | Q(organisation__in=organisations))
    return _seen_by(principal, found, limit)


def newest(principal: Principal, *, limit: int = 200, state: JobState | None = None) -> tuple[JobView, ...]:
    """The newest jobs of all that the principal may see; for the operator at a terminal."""
    found = Job.objects.filter(state=state.value) if state is not None else Job.objects.all()
    return _seen_by(principal, found, limit)


def _seen_by(principal: Principal, found: QuerySet[Job], limit: int) -> tuple[JobView, ...]:
    views = (read_model(row) for row in found.order_by("-requested_at")[:limit])
    return tuple(v for v in views if access.may(principal, "jobs:ViewJob", v.resource))


def read_model(row: Job) -> JobView:
    """The row as a value, with what follows from it."""
    state = JobState(row.state)
    at_work = state in AT_WORK
    fresh = row.progress_at is not None and datetime.now(UTC) - row.progress_at < timedelta(
        seconds=WINDOW_SECONDS
    )
    rate = row.rate if at_work and fresh else None
    return JobView(
        id=row.pk,
        kind=row.kind,
        title=title_of(row.kind),
        state=state,
        owner=row.owner,
        organisation=row.organisation,
        done=row.done,
        total=row.total,
        rate=rate,
        seconds_left=seconds_left(done=row.done, total=row.total, rate=rate) if at_work else None,
        error=JobProblem.from_json(row.error) if row.error else None,
        result=row.result,
        requested_at=row.requested_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )

"""Jobs that are over go by the clock, here and in DBOS's own tables (ジョブの保存期間)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from hashira.core import access, audit
from hashira.core.access import Principal, Resource
from hashira.core.jobs.models import Job
from hashira.core.jobs.queue import forget
from hashira.core.jobs.state import JobState
from hashira.core.services import service

_AT_ONCE = 500


def jobs_are_over(at: datetime) -> bool:
    """Whether there is a job to delete."""
    return Job.objects.filter(ended_at__lt=_oldest(at)).exists()


@service(action="jobs:PruneJobs")
def prune_jobs(*, actor: Principal, at: datetime) -> int:
    """Deletes the oldest jobs that ended before the time of keeping, some hundred at once; how many.

    DBOS forgets them first: should the process die in between, the next round deletes the rows.
    """
    access.require(actor, "jobs:PruneJobs", Resource("Portal::Area", "jobs"))
    over = Job.objects.filter(ended_at__lt=_oldest(at), state__in=[s.value for s in JobState if s.over])
    ids = list(over.order_by("ended_at").values_list("pk", flat=True)[:_AT_ONCE])
    forget(ids)
    deleted, _ = Job.objects.filter(pk__in=ids).delete()
    audit.record(actor=actor, action="jobs:PruneJobs", facts={"deleted": deleted})
    return deleted


def _oldest(at: datetime) -> datetime:
    return at - timedelta(days=settings.HASHIRA_JOB_RETENTION_DAYS)

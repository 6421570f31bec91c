"""The rows of the jobs: what was asked for and how far it is; which workers live; who leads them."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from hashira.core.jobs.state import JobState


class Job(models.Model):
    """Work that was asked for (ジョブ). Its id is the workflow's too: starting twice is starting once.

    ``token`` counts the times that a worker took it up; a write by an earlier token is refused.
    ``parameters``, ``result`` and ``error`` hold no personal data: ids, counts and codes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=80)
    parameters = models.JSONField(default=dict)
    owner = models.CharField(max_length=64, help_text="the id of the principal who asked")
    owner_kind = models.CharField(max_length=16)
    organisation = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=16, choices=[(s.value, s.label.ja) for s in JobState])
    token = models.PositiveBigIntegerField(default=0)
    executor = models.CharField(max_length=64, blank=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    rate = models.FloatField(null=True, help_text="units per second over the last moments")
    result = models.JSONField(null=True)
    error = models.JSONField(null=True)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    progress_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-requested_at"]
        indexes: ClassVar = [
            models.Index(fields=["owner", "-requested_at"], name="jobs_of_an_owner"),
            models.Index(fields=["organisation", "-requested_at"], name="jobs_of_an_organisation"),
            models.Index(
                fields=["requested_at"],
                name="jobs_not_over",
                condition=Q(state__in=["requested", "queued", "running", "cancelling"]),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in JobState]), name="a_job_is_in_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["cancelled", "failed", "done"], ended_at__isnull=False)
                | Q(state__in=["requested", "queued", "running", "cancelling"], ended_at__isnull=True),
                name="a_job_that_is_over_has_its_end",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | Q(error__isnull=False), name="a_failed_job_says_why"
            ),
        ]


class Worker(models.Model):
    """A living worker (ワーカー): it writes ``beat_at`` again and again, by the clock of the database.

    One that stays silent for longer than ``lease_seconds`` counts as dead: another takes up its jobs and
    removes the row. A worker that finds its row gone ends itself.
    """

    executor = models.CharField(max_length=64, primary_key=True)
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    lease_seconds = models.FloatField()
    beat_at = models.DateTimeField()
    started_at = models.DateTimeField()


class Leadership(models.Model):
    """Who looks after the orphans until when (SQLite only; PostgreSQL has advisory locks). One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    executor = models.CharField(max_length=64)
    until = models.DateTimeField()

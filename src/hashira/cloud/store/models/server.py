"""Servers as they were last read, what was done with them, and when they are to run (委任操作)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from hashira.cloud.domain.servers import ServerState, ServerVerb


class ServerReading(models.Model):
    """When the servers of an environment were last read, and what kept them from being read."""

    environment = models.OneToOneField(
        "cloud.Environment", on_delete=models.CASCADE, related_name="server_reading"
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    problem = models.JSONField(null=True, help_text="why they could not be read, as a JobProblem")
    job_id = models.UUIDField(null=True, blank=True)


class CloudServer(models.Model):
    """One server of an environment, as the last reading found it (サーバー)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    environment = models.ForeignKey("cloud.Environment", on_delete=models.PROTECT, related_name="servers")
    identifier = models.CharField(max_length=128)
    region = models.CharField(max_length=40)
    name = models.CharField(max_length=256)
    kind = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=[(s.value, s.label.ja) for s in ServerState])
    since = models.DateTimeField(null=True, blank=True)
    tags = models.JSONField(default=dict)
    protected_there = models.BooleanField(default=False, help_text="by a tag of whoever holds the account")
    seen_at = models.DateTimeField()
    protected_at = models.DateTimeField(null=True, blank=True)
    protected_by = models.CharField(max_length=64, blank=True)
    protected_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "identifier"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "identifier"], name="a_server_is_listed_once"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in ServerState]), name="a_server_is_in_a_known_state"
            ),
        ]


class ServerAct(models.Model):
    """Something that somebody, or a schedule, had done with a server (委任操作の記録)."""

    class Origin(models.TextChoices):
        """Who had it done."""

        PERSON = "person", "人"
        SCHEDULE = "schedule", "予定"
        UNDO = "undo", "取消し"

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", "順番待ち"
        SENT = "sent", "確認中"
        DONE = "done", "読み戻して確認"
        FAILED = "failed", "失敗"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    server = models.ForeignKey(CloudServer, on_delete=models.PROTECT, related_name="acts")
    verb = models.CharField(max_length=8, choices=[(v.value, v.label.ja) for v in ServerVerb])
    wanted = models.JSONField(default=dict, help_text="tags to be set")
    dropped = models.JSONField(default=list, help_text="keys of tags to be taken away")
    before = models.JSONField(default=dict, help_text="the state and the tags before it was done")
    origin = models.CharField(max_length=8, choices=Origin.choices)
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="undone_by", null=True, blank=True
    )
    boundary = models.DateTimeField(null=True, blank=True, help_text="the change of the schedule")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    seen = models.JSONField(default=list, help_text="moment and state of each read-back that was new")
    problem = models.JSONField(null=True, help_text="why it failed, or what it waits for, as a JobProblem")
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    job_id = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at", "id"]
        indexes: ClassVar = [models.Index(fields=["-asked_at", "id"], name="server_acts_newest_first")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["server"],
                condition=Q(state__in=["waiting", "sent"]),
                name="one_act_at_a_time_with_a_server",
            ),
            models.UniqueConstraint(
                fields=["server", "boundary"],
                condition=Q(boundary__isnull=False),
                name="a_change_is_carried_out_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed") | Q(problem__isnull=False),
                name="a_failed_act_says_why",
            ),
        ]


class ServerSchedule(models.Model):
    """When a server is to run (稼働の予定). ``acted_until``: changes up to then are settled."""

    server = models.OneToOneField(CloudServer, on_delete=models.CASCADE, related_name="schedule")
    days = models.JSONField(help_text="days of the week, 0 is Monday")
    begins = models.TimeField()
    ends = models.TimeField()
    off_on_holidays = models.BooleanField(default=True)
    left_on_until = models.DateTimeField(null=True, blank=True)
    acted_until = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True, db_index=True)
    next_on = models.BooleanField(null=True)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=64)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.CharField(max_length=64, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=64, blank=True)

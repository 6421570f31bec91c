"""Environments that were ordered, their steps with the evidence, and what was done with them (環境)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from hashira.cloud.domain.environment_state import EnvironmentState, StepState


class Environment(models.Model):
    """One environment of one system of one body (環境). Its id is the key of its order.

    The columns beside ``order`` are what lists search, filter and sort by.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application_id = models.UUIDField(null=True, blank=True, db_index=True)
    order = models.JSONField(help_text="domain.order_record")
    engine = models.CharField(max_length=32)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    body_code = models.CharField(max_length=16)
    body_name = models.CharField(max_length=120)
    tenant_class = models.CharField(max_length=16)
    system_code = models.CharField(max_length=40)
    system_name = models.CharField(max_length=200)
    stage = models.CharField(max_length=16)
    region = models.CharField(max_length=40)
    state = models.CharField(max_length=16, choices=[(s.value, s.label.ja) for s in EnvironmentState])
    account = models.CharField(max_length=64, blank=True, help_text="what the provider calls it")
    cloud = models.CharField(
        max_length=64, blank=True, help_text="the identity of the cloud it was vended on"
    )
    facts = models.JSONField(default=dict, help_text="what the steps have learnt")
    problem = models.JSONField(null=True, help_text="why it stands still, as a JobProblem")
    job_id = models.UUIDField(null=True, blank=True, help_text="the last job on it")
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, blank=True, help_text="when the last vending began")
    vended_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    closes_on = models.DateField(null=True, blank=True, help_text="the first day on which it may be closed")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-requested_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["-requested_at", "id"], name="environments_newest_first"),
            models.Index(fields=["body_code", "system_code"], name="environments_of_a_body"),
            models.Index(fields=["engine", "state", "requested_at"], name="environments_in_the_queue"),
            models.Index(fields=["organisation", "-requested_at"], name="environments_of_organisation"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in EnvironmentState]),
                name="an_environment_is_in_a_known_state",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["parked", "stalled", "lost"]) | Q(problem__isnull=False),
                name="an_environment_that_stands_still_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False),
                name="a_closed_environment_has_its_end",
            ),
        ]


class StepColumns(models.Model):
    """How far one step is, and what the read-back found (手順と証拠)."""

    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    state = models.CharField(
        max_length=16, choices=[(s.value, s.label.ja) for s in StepState], default=StepState.WAITING.value
    )
    attempts = models.PositiveIntegerField(default=0)
    evidence = models.JSONField(default=list, help_text="lines of name in both languages and value")
    problem = models.JSONField(null=True, help_text="what stands against it, as a JobProblem")
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class EnvironmentStep(StepColumns):
    """One step of an environment."""

    class Part(models.TextChoices):
        """Which verb of the port it belongs to."""

        VEND = "vend", "払出し"
        GUARD = "guard", "ガードレール"
        SUSPENSION = "suspension", "休止"
        CLOSING = "closing", "廃止"

    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="steps")
    part = models.CharField(max_length=16, choices=Part.choices)

    class Meta:
        ordering: ClassVar = ["environment", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "name"], name="a_step_is_taken_once"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in StepState]), name="a_step_is_in_a_known_state"
            ),
        ]


class EnvironmentAct(models.Model):
    """Something that was done with an environment (経過). Append-only: see ``store.published``."""

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="acts")
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    act = models.CharField(max_length=32)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["environment", "id"]

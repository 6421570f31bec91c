"""Emergency access to environments, past the guardrails that spare the operator alone (緊急の立入り)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from hashira.cloud.domain.door import DoorState


class EmergencyAccess(models.Model):
    """Somebody of the operator gets into one environment for some hours; a second person lets them in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    environment = models.ForeignKey(
        "cloud.Environment", on_delete=models.PROTECT, related_name="emergencies", null=True, blank=True
    )
    target = models.CharField(max_length=200, help_text="what it is about, in words")
    reason = models.TextField(max_length=2000)
    hours = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    opened_at = models.DateTimeField(null=True, blank=True)
    opened_by = models.CharField(max_length=64, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.CharField(max_length=64, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    ended_early_by = models.CharField(max_length=64, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.CharField(max_length=64, blank=True)
    review = models.TextField(max_length=4000, blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        verbose_name_plural = "emergency accesses"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opened_by="") | ~Q(opened_by=F("asked_by")),
                name="an_emergency_is_opened_by_another",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by="") | ~Q(reviewed_by=F("asked_by")),
                name="an_emergency_is_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None) | Q(ends_at__gte=F("opened_at")),
                name="an_emergency_ends_after_it_is_opened",
            ),
        ]


class EmergencyDoor(models.Model):
    """The door at the provider of one access: what was asked for, and what was read back (扉).

    Its row is there before the provider is asked, so that no door is open that no row knows.
    """

    emergency = models.OneToOneField(EmergencyAccess, on_delete=models.PROTECT, related_name="door")
    environment = models.ForeignKey("cloud.Environment", on_delete=models.PROTECT, related_name="doors")
    state = models.CharField(max_length=8, choices=[(s.value, s.label.ja) for s in DoorState])
    person = models.CharField(max_length=254, help_text="the address by which the provider knows the person")
    begins = models.DateTimeField()
    ends = models.DateTimeField(help_text="that the door itself carries")
    evidence = models.JSONField(default=list)
    problem = models.JSONField(null=True, help_text="what stands against it, as a JobProblem")
    attempts = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True, help_text="read back")
    closed_at = models.DateTimeField(null=True, blank=True, help_text="read back")
    job_id = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-begins"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in DoorState]), name="a_door_is_in_a_known_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False), name="a_closed_door_was_read_back"
            ),
            models.CheckConstraint(
                condition=~Q(state="open") | Q(opened_at__isnull=False), name="an_open_door_was_read_back"
            ),
        ]

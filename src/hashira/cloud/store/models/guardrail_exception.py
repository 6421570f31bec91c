"""Exceptions to guardrails, with those who asked, examined and granted them (ガードレールの例外)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class GuardrailException(models.Model):
    """One body is spared from one guardrail, in one environment or for one system, until a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    guardrail = models.CharField(max_length=64)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    environment = models.ForeignKey(
        "cloud.Environment", on_delete=models.PROTECT, related_name="exceptions", null=True, blank=True
    )
    system = models.CharField(max_length=200)
    reason = models.TextField(max_length=2000)
    substitute = models.TextField(max_length=2000, help_text="what stands in its place meanwhile")
    begins_on = models.DateField()
    ends_on = models.DateField(help_text="the last day")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    examined_at = models.DateTimeField(null=True, blank=True)
    examined_by = models.CharField(max_length=64, blank=True)
    opinion = models.TextField(max_length=2000, blank=True)
    granted_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.CharField(max_length=64, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = models.CharField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="taken back before its last day")
    ended_by = models.CharField(max_length=64, blank=True)
    end_reason = models.TextField(max_length=2000, blank=True, help_text="of a refusal or an end")

    class Meta:
        ordering: ClassVar = ["-asked_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("begins_on")), name="an_exception_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(examined_by="") | ~Q(examined_by=F("asked_by")),
                name="an_exception_is_examined_by_another",
            ),
            models.CheckConstraint(
                condition=Q(granted_by="")
                | (~Q(granted_by=F("asked_by")) & ~Q(granted_by=F("examined_by")) & ~Q(examined_by="")),
                name="an_exception_is_granted_by_a_third",
            ),
        ]

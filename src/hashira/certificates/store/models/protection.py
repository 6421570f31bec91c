"""Protected people (DV等支援措置対象者): since when and until when, who opened them, what was attempted."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Protection(models.Model):
    """A period in which a person is protected (支援措置). Lifted, never deleted; extended by another row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("certificates.Person", on_delete=models.CASCADE, related_name="protections")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    ground = models.CharField(max_length=16)
    reason = models.CharField(max_length=400)
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="the last day")
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, help_text="the account, by its id")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=64, blank=True)
    lift_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering: ClassVar = ["-starts_on", "-decided_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="a_protection_ends_after_it_begins"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["person", "ends_on"], name="protections_of_person")]


class ProtectedOpening(models.Model):
    """A supervisor opened a protected person, for a reason and a short time (閲覧の解除)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("certificates.Person", on_delete=models.CASCADE, related_name="openings")
    account = models.CharField(max_length=64, help_text="the account, by its id")
    reason = models.CharField(max_length=400)
    opened_at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-opened_at"]
        indexes: ClassVar = [models.Index(fields=["person", "until"], name="openings_of_person")]


class ProtectionAlert(models.Model):
    """Something was attempted about a protected person; for the supervisors of the municipality (通知)."""

    person = models.ForeignKey("certificates.Person", on_delete=models.CASCADE, related_name="alerts")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    refused = models.BooleanField()
    actor_kind = models.CharField(max_length=16)
    actor = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "acknowledged_at", "-at"], name="alerts_of_a_body")
        ]

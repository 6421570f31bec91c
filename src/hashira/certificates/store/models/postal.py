"""Applications for a certificate that came by post (郵送申請)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from hashira.certificates.store.models.counter import PrintBatch
from hashira.certificates.store.models.registry import Person


class PostalApplication(models.Model):
    """A letter that asked for a person's certificate, until a batch prints it or it is taken back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    received_on = models.DateField(help_text="the day the letter came")
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=64)
    batch = models.ForeignKey(PrintBatch, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=64, blank=True)

    class Meta:
        app_label = "certificates"
        ordering: ClassVar = ["received_on", "entered_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(batch__isnull=True, withdrawn_at__isnull=True),
                name="a_person_has_one_open_application",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "received_on"], name="applications_of_a_body")
        ]

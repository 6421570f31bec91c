"""Versions of vaccine programmes as they were loaded and approved (予防接種プログラムの版)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class ProgrammeVersion(models.Model):
    """One version of a programme: its document, and by whom it was put in force.

    A document is never changed and never deleted: what a certificate of an earlier day shows is told by the
    version of that day. One person asks and another decides; at the terminal the operator does both.
    """

    class Decision(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "承認待ち"
        APPROVED = "approved", "承認"
        REJECTED = "rejected", "却下"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    valid_from = models.DateField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the canonical document, hexadecimal")
    document = models.JSONField()
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.WAITING)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["programme", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "version"],
                condition=~Q(decision="rejected"),
                name="a_version_of_a_programme_is_one",
            ),
            models.CheckConstraint(
                condition=~Q(decision="approved")
                | ~Q(decided_by=F("requested_by"))
                | Q(decided_by__startswith="terminal:"),
                name="a_programme_is_approved_by_another",
            ),
        ]

"""Codes with which somebody without an account receives a certificate (受取コード), and the tries."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class PickupCode(models.Model):
    """A code for one certificate, given at the counter; kept as a digest, works once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("certificates.Person", on_delete=models.CASCADE, related_name="+")
    certificate = models.ForeignKey(
        "certificates.IssuedCertificate", on_delete=models.CASCADE, related_name="pickup_codes"
    )
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    misses = models.PositiveSmallIntegerField(default=0, help_text="right code, wrong date of birth")
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-issued_at"]
        indexes: ClassVar = [models.Index(fields=["person", "-issued_at"], name="pickup_codes_of_person")]


class PickupAttempt(models.Model):
    """A try with a code, by a digest of the network address, so that codes cannot be guessed by trying."""

    source = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["source", "at"], name="pickup_attempts_of_source"),
            models.Index(fields=["at"], name="pickup_attempts"),
        ]

"""Who was served at the counter and which certificates were printed in numbers (窓口と一括印刷)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q


class CounterVisit(models.Model):
    """One person at the counter, from the choice in the register to the next visitor (窓口での受付).

    That the identity was checked is kept as the kind of the document. The document itself is not copied.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("certificates.Person", on_delete=models.CASCADE, related_name="+")
    # Under one the visit is at the counter of its requester, and what is issued is the owner's.
    delegation = models.ForeignKey(
        "certificates.Delegation", null=True, blank=True, on_delete=models.PROTECT, related_name="visits"
    )
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=64, help_text="the account, by its id")
    document = models.CharField(max_length=24, blank=True, help_text="which kind of document was shown")
    by_representative = models.BooleanField(default=False)
    large_print = models.BooleanField(default=False)
    served_at = models.DateTimeField(null=True, blank=True)
    reprinted = models.BooleanField(default=False)
    # Fits a card and a seal: whoever gets one for travel gets the domestic sheet too.
    card = models.ForeignKey(
        "certificates.IssuedCertificate", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    seal = models.ForeignKey(
        "certificates.IssuedCertificate", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-opened_at"]
        indexes: ClassVar = [
            models.Index(fields=["opened_by"], name="visits_not_ended", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["organisation", "-opened_at"], name="visits_of_a_body"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(served_at__isnull=True) | ~Q(document=""),
                name="nobody_is_served_unidentified",
            )
        ]


class PrintBatch(models.Model):
    """Certificates for many people, issued and drawn by a job (一括印刷)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    large_print = models.BooleanField(default=False)
    cover = models.CharField(max_length=8, blank=True, help_text="the envelope of the cover letter")
    people = models.PositiveIntegerField()
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=64)
    job_id = models.UUIDField(null=True, blank=True)
    files_until = models.DateTimeField(help_text="the files are deleted then")
    files_kept = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["-requested_at"]
        indexes: ClassVar = [models.Index(fields=["organisation", "-requested_at"], name="batches_of_a_body")]


class PrintLine(models.Model):
    """One person of a batch: the certificate that was made, or why there is none."""

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(PrintBatch, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    reference = models.CharField(max_length=32)
    person = models.ForeignKey("certificates.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    certificate = models.ForeignKey(
        "certificates.IssuedCertificate", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    problem = models.CharField(max_length=16, blank=True, help_text="code of the error that refused it")
    reason = models.JSONField(default=dict, help_text="what the error said, by language")
    done = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "position"], name="a_place_in_a_batch_is_one"),
            models.UniqueConstraint(
                fields=["batch", "person"],
                condition=Q(person__isnull=False),
                name="a_batch_names_a_person_once",
            ),
        ]

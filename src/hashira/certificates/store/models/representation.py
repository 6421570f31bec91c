"""Representatives of a child (法定代理人): who, how it was proved, until when."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q


class Representation(models.Model):
    """A resident may see a child's record in this municipality (代理). Ended, never deleted."""

    class Means(models.TextChoices):
        """What proved it."""

        CARD = "card", "本人のマイナンバーカード"
        PAPERS = "papers", "職員が確認した書類"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resident = models.ForeignKey("accounts.Resident", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(
        "certificates.Person", on_delete=models.CASCADE, related_name="representations"
    )
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    means = models.CharField(max_length=8, choices=Means.choices)
    paper = models.CharField(max_length=24, blank=True, help_text="kind of paper that staff saw; no copy")
    proved_at = models.DateTimeField()
    proved_by = models.CharField(max_length=64, blank=True, help_text="the account that saw the papers")
    ends_on = models.DateField(help_text="the last day; at the latest the day before the 18th birthday")
    held_at = models.DateTimeField(null=True, blank=True, help_text="nothing is issued online meanwhile")
    hold_reason = models.CharField(max_length=400, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, blank=True)
    end_reason = models.CharField(max_length=400, blank=True, help_text="for staff")

    class Meta:
        ordering: ClassVar = ["proved_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resident", "person"],
                condition=Q(ended_at__isnull=True),
                name="a_representation_is_entered_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["person", "ends_on"], name="representatives_of_person")]


class RepresentationCode(models.Model):
    """A one-time code for one representative of one child, after staff have seen the papers; as a digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("certificates.Person", on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    representative_name = models.CharField(max_length=200)
    representative_birth_date = models.DateField()
    paper = models.CharField(max_length=24)
    ends_on = models.DateField()
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="used, or taken back")

"""What waits for staff (要対応): doubtful records, and who looks after what."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from hashira.certificates.store.models.registry import Person


class DoubtfulRecord(models.Model):
    """A rule of ``domain.doubt`` that a record in force does not keep (疑義のある記録).

    It goes by itself when the record is put right.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="doubts")
    rule = models.CharField(max_length=24)
    event = models.UUIDField(help_text="the dose it is about")
    found_at = models.DateTimeField()

    class Meta:
        app_label = "certificates"
        ordering: ClassVar = ["found_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "rule", "event"], name="a_doubt_is_listed_once")
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "found_at"], name="doubts_of_a_body")]


class WorkMark(models.Model):
    """Who looks after something that waits, and whether it is done with (担当・済み)."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    key = models.UUIDField(help_text="of what waits")
    account = models.CharField(max_length=64, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=64, blank=True)

    class Meta:
        app_label = "certificates"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="what_waits_has_one_mark")
        ]

"""How a resident came to see a person's record (本人との連携): links, codes, requests, attempts."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q


class RegisterLink(models.Model):
    """A resident may see this person's record in this municipality (連携). Ended, never deleted."""

    class Means(models.TextChoices):
        """What proved it, beside the matching attributes."""

        COUPON = "coupon", "接種券番号"
        CODE = "code", "一回限りの番号"
        STAFF = "staff", "窓口の確認"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resident = models.ForeignKey("accounts.Resident", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("certificates.Person", on_delete=models.CASCADE, related_name="links")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    means = models.CharField(max_length=16, choices=Means.choices)
    linked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering: ClassVar = ["linked_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at__isnull=True), name="a_person_has_one_link"
            ),
            models.UniqueConstraint(
                fields=["resident", "organisation"],
                condition=Q(ended_at__isnull=True),
                name="a_resident_has_one_link_a_municipality",
            ),
        ]


class LinkCode(models.Model):
    """A one-time code for one person (一回限りの番号), given at the counter or by post; kept as a digest."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("certificates.Person", on_delete=models.CASCADE, related_name="link_codes")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    by_post = models.BooleanField()
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, help_text="used, or replaced by a newer code")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at__isnull=True), name="a_person_has_one_code"
            )
        ]


class LinkRequest(models.Model):
    """A claim that the rules do not decide, for the municipality to decide (連携の申出)."""

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", "確認中"
        ACCEPTED = "accepted", "連携しました"
        REFUSED = "refused", "連携できませんでした"
        WITHDRAWN = "withdrawn", "取り下げました"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resident = models.ForeignKey("accounts.Resident", on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200, help_text="as the provider said at that moment")
    birth_date = models.DateField(null=True)
    gender = models.CharField(max_length=16, blank=True)
    address = models.CharField(max_length=400, blank=True)
    coupon_number = models.CharField(max_length=10, blank=True)
    why = models.CharField(max_length=32, help_text="which rule left it open; for staff only")
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=400, blank=True, help_text="told to the resident")
    person = models.ForeignKey(
        "certificates.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["resident", "organisation"],
                condition=Q(state="open"),
                name="one_open_request_a_municipality",
            )
        ]


class LinkAttempt(models.Model):
    """A try to link, so that numbers cannot be guessed by trying (試行)."""

    resident = models.ForeignKey("accounts.Resident", on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["resident", "at"], name="link_attempts_of_resident"),
            models.Index(fields=["organisation", "at"], name="link_attempts_at_municipality"),
        ]

"""Calls for those who migrate first: applications, scores, the choice (先行事業)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class EarlyCall(models.Model):
    """A call with its criteria (先行事業の公募)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    description = models.TextField(max_length=4000)
    description_en = models.TextField(max_length=4000, blank=True)
    criteria = models.JSONField(help_text="id, title, weight of each")
    places = models.PositiveSmallIntegerField()
    least_points = models.PositiveSmallIntegerField(help_text="of a hundred")
    opens_on = models.DateField()
    closes_on = models.DateField()
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=64)
    result = models.JSONField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="of everything the result follows from")
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.CharField(max_length=64, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-closes_on"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("proposed_by")),
                name="a_choice_is_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="the_days_of_a_call_follow"
            ),
        ]


class EarlyApplication(models.Model):
    """A body with the systems it would migrate first (応募)."""

    class State(models.TextChoices):
        """Where it stands."""

        DRAFT = "draft", "作成中"
        SUBMITTED = "submitted", "提出済み"
        WITHDRAWN = "withdrawn", "取下げ"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(EarlyCall, on_delete=models.PROTECT, related_name="applications")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    systems = models.TextField(max_length=2000, blank=True, help_text="one a line")
    plan = models.TextField(max_length=8000, blank=True)
    service = models.CharField(max_length=200, blank=True, help_text="cloud service it would use")
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=64)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["submitted_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["call", "organisation"], name="a_body_applies_once"),
        ]


class EarlyScore(models.Model):
    """The points of one scorer (採点)."""

    application = models.ForeignKey(EarlyApplication, on_delete=models.CASCADE, related_name="scores")
    scorer = models.CharField(max_length=64)
    points = models.JSONField(help_text="by criterion")
    reason = models.TextField(max_length=2000)
    scored_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["scored_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "scorer"], name="a_scorer_scores_once"),
        ]

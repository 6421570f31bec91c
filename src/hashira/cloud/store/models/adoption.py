"""Inventories of what exists already, and proposals to adopt it (棚卸しと取込み)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class OrganisationSurvey(models.Model):
    """One inventory of an organisation: a dated snapshot, never changed once it is over (棚卸し)."""

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "running", "読取り中"
        DONE = "done", "完了"
        CANCELLED = "cancelled", "中止"
        FAILED = "failed", "失敗"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engine = models.CharField(max_length=32)
    state = models.CharField(max_length=16, choices=State.choices, default=State.RUNNING)
    cloud = models.CharField(max_length=64, blank=True, help_text="the identity of the organisation")
    management = models.CharField(max_length=64, blank=True)
    document = models.JSONField(null=True, help_text="units, accounts and policies, as the lab reads them")
    summary = models.JSONField(null=True, help_text="counts by step and standing")
    conflicts = models.JSONField(default=list)
    sizes = models.JSONField(default=list)
    problem = models.JSONField(null=True, help_text="why it failed, as a JobProblem")
    job_id = models.UUIDField(null=True, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["engine"], condition=Q(state="running"), name="one_survey_at_a_time_of_an_engine"
            ),
        ]


class SurveyedAccount(models.Model):
    """What one inventory found in one account."""

    class State(models.TextChoices):
        """What it comes to."""

        UNREAD = "unread", "未読"
        WHOLE = "whole", "基準のとおり"
        LACKING = "lacking", "足りない"
        UNREADABLE = "unreadable", "読めない"

    survey = models.ForeignKey(OrganisationSurvey, on_delete=models.CASCADE, related_name="accounts")
    account = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    status = models.CharField(max_length=32, help_text="in the provider's words")
    unit = models.CharField(max_length=64)
    path = models.CharField(max_length=800)
    state = models.CharField(max_length=16, choices=State.choices, default=State.UNREAD)
    tags = models.JSONField(default=dict)
    measure = models.JSONField(default=dict, help_text="what it was compared with: domain.adoption.measure")
    steps = models.JSONField(default=list)
    surplus = models.JSONField(default=list)
    stands = models.TextField(blank=True, help_text="how each step stands, to compare by")
    lacks = models.TextField(blank=True, help_text="the steps that are missing or differ, between bars")
    lacking = models.PositiveSmallIntegerField(default=0)
    unreadable = models.PositiveSmallIntegerField(default=0)
    more = models.PositiveIntegerField(default=0)
    problem = models.JSONField(null=True, help_text="why it could not be read, as a JobProblem")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["survey", "name", "account"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["survey", "account"], name="an_account_is_surveyed_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["survey", "state", "name"], name="surveyed_by_state"),
            models.Index(fields=["survey", "name", "account"], name="surveyed_by_name"),
        ]


class AdoptionProposal(models.Model):
    """One account, whose it is to be, and exactly what would be done; decided by another (取込みの提案)."""

    class State(models.TextChoices):
        """How it stands."""

        PROPOSED = "proposed", "承認待ち"
        APPROVED = "approved", "承認済み"
        REFUSED = "refused", "却下"
        WITHDRAWN = "withdrawn", "取下げ"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engine = models.CharField(max_length=32)
    cloud = models.CharField(max_length=64)
    account = models.CharField(max_length=64)
    account_name = models.CharField(max_length=200)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    body_name = models.CharField(max_length=120)
    system_name = models.CharField(max_length=200)
    order = models.JSONField(help_text="domain.order_record; its key becomes that of the environment")
    plan = models.JSONField(help_text="domain.adoption.plan")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PROPOSED)
    words = models.TextField(max_length=2000, blank=True, help_text="of the proposal")
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=64)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    decision = models.TextField(
        max_length=2000, blank=True, help_text="the reason of a refusal or withdrawal"
    )
    environment = models.OneToOneField(
        "cloud.Environment", on_delete=models.PROTECT, related_name="adoption", null=True, blank=True
    )

    class Meta:
        ordering: ClassVar = ["-proposed_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["engine", "account"],
                condition=Q(state="proposed"),
                name="an_account_has_one_open_proposal",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "refused"])
                | (~Q(decided_by="") & ~Q(decided_by=F("proposed_by"))),
                name="an_adoption_is_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(environment__isnull=False),
                name="an_approved_adoption_has_its_environment",
            ),
        ]

"""Assessments by two people, their settlement, the decision and what follows from it (評価・決定・経過)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from hashira.cloud.store.models.catalogue import RequirementItem
from hashira.cloud.store.models.proposal import Proposal


class Assessment(models.Model):
    """One of the two assessors (評価者). The other's judgements are hidden until both have ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="assessments")
    place = models.PositiveSmallIntegerField(help_text="1 or 2")
    assessor = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "place"], name="a_proposal_has_two_assessors"),
            models.UniqueConstraint(fields=["proposal", "assessor"], name="an_assessor_has_one_place"),
            models.CheckConstraint(condition=Q(place__in=[1, 2]), name="there_are_two_places"),
        ]


class ItemJudgement(models.Model):
    """What one assessor finds of one answer in one of its revisions (評価)."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="judgements")
    item = models.ForeignKey(RequirementItem, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveSmallIntegerField()
    finding = models.CharField(max_length=16)
    reason = models.TextField(max_length=2000, blank=True)
    planned_on = models.DateField(null=True, blank=True)
    evidence = models.TextField(max_length=2000, blank=True)
    judged_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["assessment", "item", "revision"], name="an_answer_is_judged_once_by_each"
            ),
        ]


class ItemSettlement(models.Model):
    """How a difference between two assessors was resolved, with the reason (差の解消)."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="settlements")
    item = models.ForeignKey(RequirementItem, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveSmallIntegerField()
    finding = models.CharField(max_length=16)
    reason = models.TextField(max_length=2000)
    planned_on = models.DateField(null=True, blank=True)
    evidence = models.TextField(max_length=2000, blank=True)
    settled_at = models.DateTimeField()
    settled_by = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "item", "revision"], name="a_difference_ends_once"),
        ]


class SelectionDecision(models.Model):
    """A computed verdict, put forward by one and confirmed by another; then it is public (決定)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=16)
    until = models.DateField(null=True, blank=True)
    reasons = models.JSONField()
    findings = models.JSONField(help_text="what counts for each requirement, as published")
    counts = models.JSONField()
    digest = models.CharField(max_length=64, help_text="of everything the verdict follows from")
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=64)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-confirmed_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("proposed_by")),
                name="a_verdict_is_confirmed_by_another",
            )
        ]


class SelectionCondition(models.Model):
    """A requirement that a conditional service still has to meet (条件)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(SelectionDecision, on_delete=models.CASCADE, related_name="conditions")
    item = models.ForeignKey(RequirementItem, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    met_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["due_on", "item__position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["decision", "item"], name="a_condition_is_one"),
        ]


class ProgressReport(models.Model):
    """What a provider reports of a condition in a month, and what an assessor says of it (毎月の進捗)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    condition = models.ForeignKey(SelectionCondition, on_delete=models.CASCADE, related_name="reports")
    month = models.DateField(help_text="its first day")
    percent = models.PositiveSmallIntegerField()
    words = models.TextField(max_length=2000)
    reported_at = models.DateTimeField()
    reported_by = models.CharField(max_length=64)
    judgement = models.CharField(max_length=16, blank=True)
    judgement_reason = models.TextField(max_length=2000, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["month"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["condition", "month"], name="a_month_has_one_report"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="progress_is_up_to_a_hundred"),
        ]


class StandingChange(models.Model):
    """How a service stands from a moment on (選定の状態). Append-only: see ``store.published``."""

    decision = models.ForeignKey(SelectionDecision, on_delete=models.PROTECT, related_name="standings")
    standing = models.CharField(max_length=16)
    at = models.DateTimeField()
    by_clock = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["pk"]

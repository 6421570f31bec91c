"""Versions of the baseline and how they reach the environments, wave by wave (基準の版と段階適用)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from hashira.cloud.domain.rollout import EntryState, RolloutState
from hashira.cloud.store.models.environment import Environment


class BaselineVersion(models.Model):
    """What a version of the baseline sets. Append-only: see ``store.published``."""

    version = models.CharField(max_length=24, primary_key=True)
    terms = models.JSONField(help_text="domain.order_record")
    reason = models.TextField(max_length=2000)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-made_at"]


class Rollout(models.Model):
    """One version on its way to everybody."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(BaselineVersion, on_delete=models.PROTECT, related_name="rollouts")
    waves = models.JSONField(help_text="domain.rollout")
    tolerated = models.PositiveSmallIntegerField(help_text="refusals of a provider that do not halt it")
    pause_minutes = models.PositiveIntegerField(help_text="between one wave and the next")
    impact = models.JSONField(default=dict, help_text="who loses what, as it was shown to those who approved")
    state = models.CharField(
        max_length=16,
        choices=[(s.value, s.label.ja) for s in RolloutState],
        default=RolloutState.PROPOSED.value,
    )
    engaged = models.BooleanField(null=True, unique=True, help_text="true while it works on environments")
    wave = models.SmallIntegerField(default=-1, help_text="the one that is under way, from 0")
    wave_ended_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    first_at = models.DateTimeField(null=True, blank=True)
    first_by = models.CharField(max_length=64, blank=True)
    second_at = models.DateTimeField(null=True, blank=True)
    second_by = models.CharField(max_length=64, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-asked_at", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(first_by="") | ~Q(first_by=F("asked_by")), name="a_rollout_is_approved_by_another"
            ),
            models.CheckConstraint(
                condition=Q(second_by="")
                | (~Q(second_by=F("asked_by")) & ~Q(second_by=F("first_by")) & ~Q(first_by="")),
                name="a_rollout_is_approved_by_two",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "refused"]) | ~Q(second_by=""),
                name="no_rollout_begins_before_two_approve",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in RolloutState]), name="a_rollout_is_in_a_known_state"
            ),
        ]


class RolloutEntry(models.Model):
    """One environment of a rollout, with the version that it was under before."""

    rollout = models.ForeignKey(Rollout, on_delete=models.PROTECT, related_name="entries")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="rollout_entries")
    wave = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=16,
        choices=[(s.value, s.label.ja) for s in EntryState],
        default=EntryState.WAITING.value,
    )
    former = models.JSONField(help_text="the terms of before")
    problem = models.JSONField(null=True, help_text="why it failed, as a JobProblem")
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["rollout", "wave", "id"]
        indexes: ClassVar = [models.Index(fields=["rollout", "state"], name="entries_by_state")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rollout", "environment"], name="an_environment_is_in_one_wave"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in EntryState]), name="an_entry_is_in_a_known_state"
            ),
        ]


class RolloutAct(models.Model):
    """Something that was done with a rollout (経過). Append-only: see ``store.published``."""

    rollout = models.ForeignKey(Rollout, on_delete=models.PROTECT, related_name="acts")
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    act = models.CharField(max_length=32)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["rollout", "id"]

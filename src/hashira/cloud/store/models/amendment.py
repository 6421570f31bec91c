"""Changes of environments that are there: what was ordered anew, its steps, how it ended (環境の変更)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from hashira.cloud.domain.environment_state import StepState
from hashira.cloud.store.models.environment import Environment, StepColumns


class EnvironmentAmendment(models.Model):
    """One change of one environment, which keeps its order of before until all of it is read back."""

    class Cause(models.TextChoices):
        """Why it was asked for."""

        APPLICATION = "application", "変更の申請"
        EXCEPTIONS = "exceptions", "例外の始まりか終わり"
        BASELINE = "baseline", "基準の版"
        RETURN = "return", "取りやめ"

    class State(models.TextChoices):
        """How it stands."""

        WAITING = "waiting", "順番待ち"
        RUNNING = "running", "作業中"
        DONE = "done", "完了"
        SUPERSEDED = "superseded", "次の変更に置換え"

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="amendments")
    cause = models.CharField(max_length=16, choices=Cause.choices)
    application_id = models.UUIDField(null=True, blank=True, db_index=True)
    rollout_id = models.UUIDField(null=True, blank=True, db_index=True)
    before = models.JSONField(help_text="domain.order_record: what counted when it was asked for")
    after = models.JSONField(help_text="domain.order_record")
    mixed = models.JSONField(
        default=list, help_text="orders of changes that stopped, of which parts may be at the provider"
    )
    reason = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING.value)
    facts = models.JSONField(default=dict, help_text="what its steps have learnt")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment"],
                condition=Q(state="waiting"),
                name="one_change_of_an_environment_waits",
            ),
            models.UniqueConstraint(
                fields=["environment"], condition=Q(state="running"), name="one_change_of_an_environment_runs"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(ended_at__isnull=False),
                name="a_change_that_is_done_has_its_end",
            ),
        ]


class AmendmentStep(StepColumns):
    """One step of a change."""

    amendment = models.ForeignKey(EnvironmentAmendment, on_delete=models.CASCADE, related_name="steps")

    class Meta:
        ordering: ClassVar = ["amendment", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["amendment", "name"], name="a_step_of_a_change_is_taken_once"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in StepState]),
                name="a_step_of_a_change_is_in_a_known_state",
            ),
        ]

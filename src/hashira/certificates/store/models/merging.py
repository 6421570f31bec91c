"""Two entries of the register that are one person (名寄せ): likely pairs, merges, and their reversals.

A merge moves no dose. It says of an entry that it stands in the record of another from now on, and which of
the doses that both had are one; reading follows it. So a reversal gives both back exactly as they were, with
what was corrected in each since. Merges and reversals are only ever added; triggers refuse anything else,
except for people whose erasure has begun.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from hashira.certificates.store.models.registry import DoseEvent, Person


class LikelyDuplicate(models.Model):
    """Two people of a register who may be one, and what was decided about them (重複の候補)."""

    class State(models.TextChoices):
        """What was decided."""

        OPEN = "open", "未判断"
        DISTINCT = "distinct", "別人"
        MERGED = "merged", "統合済み"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", help_text="the lower id")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField(help_text="0 to 100")
    signs = models.JSONField(default=list, help_text="codes of domain.likeness")
    scan = models.UUIDField(null=True, blank=True, help_text="the search that saw the pair last")
    found_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        app_label = "certificates"
        ordering: ClassVar = ["-score", "found_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="a_pair_is_listed_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "state", "-score"], name="pairs_that_wait"),
        ]


class PersonMerge(models.Model):
    """That ``absorbed`` stands in the record of ``kept`` (統合); append-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    kept = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="merges")
    absorbed = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="merged")
    along = models.JSONField(default=list, help_text="ids that stood in the record of absorbed until then")
    link = models.JSONField(default=dict, help_text="the resident's link that moved with it, as it was")
    reason = models.CharField(max_length=400)
    at = models.DateTimeField()
    by = models.CharField(max_length=64)

    class Meta:
        app_label = "certificates"
        ordering: ClassVar = ["at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(kept=F("absorbed")), name="nobody_is_merged_with_themselves")
        ]


class CollapsedDose(models.Model):
    """That a dose of the absorbed entry is the very dose that the kept one has (同一の接種); append-only."""

    merge = models.ForeignKey(PersonMerge, on_delete=models.CASCADE, related_name="collapsed")
    event = models.ForeignKey(
        DoseEvent, to_field="id", on_delete=models.CASCADE, related_name="collapsed", help_text="not counted"
    )
    kept = models.ForeignKey(DoseEvent, to_field="id", on_delete=models.CASCADE, related_name="collapses")

    class Meta:
        app_label = "certificates"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merge", "event"], name="a_dose_collapses_once_a_merge")
        ]


class MergeReversal(models.Model):
    """That a merge was taken back (統合の取消し); append-only."""

    merge = models.OneToOneField(PersonMerge, on_delete=models.CASCADE, related_name="reversal")
    reason = models.CharField(max_length=400)
    at = models.DateTimeField()
    by = models.CharField(max_length=64)

    class Meta:
        app_label = "certificates"

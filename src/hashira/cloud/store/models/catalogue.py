"""Catalogues of requirements by year and version, and the rounds that select by them (要件と選定の回)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class RequirementCatalogue(models.Model):
    """One version of a catalogue (要件の一覧). Once published it never changes: see ``store.published``."""

    class State(models.TextChoices):
        """Where it stands."""

        DRAFT = "draft", "下書き"
        PUBLISHED = "published", "公開"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16)
    fiscal_year = models.PositiveSmallIntegerField()
    version = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    source = models.CharField(max_length=200, blank=True, help_text="file it came from")
    source_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of that file")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    changed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="of what was published")

    class Meta:
        ordering: ClassVar = ["kind", "-fiscal_year", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "fiscal_year", "version"], name="a_catalogue_version_is_one"
            ),
            models.UniqueConstraint(
                fields=["kind", "fiscal_year"], condition=Q(state="draft"), name="one_catalogue_draft_a_year"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | (Q(published_at__isnull=False) & ~Q(digest="")),
                name="a_published_catalogue_has_its_digest",
            ),
        ]


class RequirementItem(models.Model):
    """One requirement of one version, in its place (要件)."""

    catalogue = models.ForeignKey(RequirementCatalogue, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    identifier = models.CharField(max_length=40)
    category = models.CharField(max_length=120)
    category_en = models.CharField(max_length=120, blank=True)
    mandatory = models.BooleanField()
    text = models.TextField(max_length=4000)
    text_en = models.TextField(max_length=4000, blank=True)
    verified_by = models.TextField(max_length=1000)
    verified_by_en = models.TextField(max_length=1000, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["catalogue", "identifier"], name="a_requirement_has_one_row"),
        ]


class SelectionRound(models.Model):
    """A call for proposals by a published catalogue, with the rules laid down beforehand (公募の回)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    catalogue = models.ForeignKey(RequirementCatalogue, on_delete=models.PROTECT, related_name="rounds")
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    opens_on = models.DateField()
    closes_on = models.DateField()
    latest_condition_on = models.DateField(help_text="by when a planned requirement has to be met")
    ismap = models.CharField(max_length=16)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-closes_on", "title"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")) & Q(latest_condition_on__gt=F("closes_on")),
                name="the_days_of_a_round_follow",
            )
        ]


class ListedOffering(models.Model):
    """A product, or a thing other than a service, that bodies can use; listed by the operator (掲載品)."""

    class Kind(models.TextChoices):
        """What it is."""

        PRODUCT = "product", "製品"
        LINE = "line", "回線・接続"
        SUPPORT = "support", "支援・研修"
        OTHER = "other", "その他"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    supplier = models.CharField(max_length=200)
    description = models.TextField(max_length=2000)
    description_en = models.TextField(max_length=2000, blank=True)
    link = models.CharField(max_length=1000, blank=True)
    listed_at = models.DateTimeField()
    listed_by = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, blank=True)
    end_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering: ClassVar = ["kind", "name"]

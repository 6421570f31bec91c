"""The rows of laws, their revisions, and the findings (法令、改正履歴、洗い出しの結果).

A law has revisions; each keeps the document as it was read, so nothing of a source is lost, and its units,
packed. One revision is current, and only its units stand in the index of the search and have findings.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from hashira.regulations.domain.law.law import Rank

RANKS = tuple(Rank)
"""The ranks in their order; a row keeps the place of its rank, by which lists are sorted."""


class Law(models.Model):
    """A law, ordinance or notice (法令・例規). The facts are those of its current revision."""

    body = models.CharField(max_length=6, blank=True, help_text="全国地方公共団体コード; empty: the state")
    law_id = models.CharField(max_length=200, unique=True, help_text="131016/… for one of a body")
    title = models.CharField(max_length=2000)
    number = models.CharField(max_length=200, blank=True)
    rank = models.PositiveSmallIntegerField(help_text="its place in RANKS")
    kana = models.CharField(max_length=2000, blank=True)
    abbreviations = models.TextField(blank=True, help_text="略称, one a line, with a line end before each")
    category = models.CharField(max_length=200, blank=True, help_text="事項別分類")
    ministry = models.CharField(max_length=200, blank=True, help_text="所管")
    promulgated_at = models.DateField(null=True, blank=True)
    current = models.ForeignKey("Revision", on_delete=models.SET_NULL, null=True, related_name="+")
    put_together = models.CharField(
        max_length=32, blank=True, help_text="tells what its findings were put together from"
    )
    references_read = models.CharField(
        max_length=100, blank=True, help_text="tells of which text, and how, its references were read"
    )

    class Meta:
        app_label = "regulations"
        ordering: ClassVar = ["rank", "law_id"]
        indexes: ClassVar = [
            models.Index(fields=["title"], name="laws_by_title"),
            models.Index(fields=["body", "rank", "law_id"], name="laws_by_body"),
            models.Index(fields=["ministry"], name="laws_by_ministry"),
        ]


class Revision(models.Model):
    """One text of a law, in force from a day on (改正履歴)."""

    law = models.ForeignKey(Law, on_delete=models.CASCADE, related_name="revisions")
    revision_id = models.CharField(max_length=250)
    enforced_at = models.DateField(null=True, blank=True)
    dated = models.BooleanField(
        help_text="whether the document says since when; else it is the day it was taken in for"
    )
    digest = models.CharField(max_length=64, help_text="SHA-256 of the document and its facts, hexadecimal")
    source = models.CharField(max_length=500, help_text="the document's name within what was read")
    units = models.PositiveIntegerField()
    read_at = models.DateTimeField()
    surveyed_by = models.CharField(max_length=80, blank=True, help_text="which rules made the survey kept")

    class Meta:
        app_label = "regulations"
        ordering: ClassVar = ["law", "-enforced_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["law", "revision_id"], name="a_revision_is_one_in_its_law")
        ]
        indexes: ClassVar = [models.Index(fields=["digest"], name="revisions_by_digest")]


class RevisionContent(models.Model):
    """What is large of a revision, apart so that lists stay quick."""

    revision = models.OneToOneField(
        Revision, on_delete=models.CASCADE, primary_key=True, related_name="content"
    )
    document = models.BinaryField(help_text="as it was read, zlib")
    companion = models.BinaryField(help_text="the facts beside it, zlib; often empty")
    units = models.BinaryField(help_text="see hashira.regulations.adapters.packing")
    survey = models.BinaryField(null=True, help_text="see hashira.regulations.adapters.packing")

    class Meta:
        app_label = "regulations"


class Finding(models.Model):
    """A provision and one category, as the last scan left it (洗い出しの一行)."""

    law = models.ForeignKey(Law, on_delete=models.CASCADE, related_name="findings")
    entry = models.BigIntegerField(help_text="the unit's entry in the index of the search")
    path = models.CharField(max_length=400)
    citation = models.TextField()
    part = models.CharField(max_length=8)
    article = models.CharField(max_length=64, blank=True)
    paragraph = models.CharField(max_length=64, blank=True)
    item = models.CharField(max_length=64, blank=True)
    subitem = models.CharField(max_length=64, blank=True)
    revision_id = models.CharField(max_length=250)
    enforced_at = models.DateField(null=True, blank=True)
    family_id = models.CharField(max_length=32)
    ministry = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=32)
    type = models.CharField(max_length=32, blank=True)
    phase = models.CharField(max_length=16, blank=True)
    score = models.FloatField()
    reasons = models.JSONField(default=list)
    excerpt = models.TextField()
    fingerprint = models.CharField(
        max_length=32, help_text="of all the above but the law; tells what changed"
    )
    found_at = models.DateTimeField(help_text="when a scan first had it")

    class Meta:
        app_label = "regulations"
        ordering: ClassVar = ["-score", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["law", "path", "category"], name="a_finding_is_one_in_its_place")
        ]
        indexes: ClassVar = [
            models.Index(fields=["-score", "id"], name="findings_best_first"),
            models.Index(fields=["category", "-score", "id"], name="findings_by_category"),
            models.Index(fields=["ministry", "-score", "id"], name="findings_by_ministry"),
            models.Index(fields=["family_id"], name="findings_by_family"),
            models.Index(fields=["category", "entry"], name="findings_by_entry"),
            models.Index(fields=["entry", "category"], name="findings_in_order_of_text"),
            models.Index(fields=["law", "entry"], name="findings_by_law"),
        ]


class LawName(models.Model):
    """A name by which a scan puts laws together: the law's own, or of one that its provisions rest on."""

    law = models.ForeignKey(Law, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=2000)
    own = models.BooleanField(help_text="whether it is the law's own name")

    class Meta:
        app_label = "regulations"
        indexes: ClassVar = [models.Index(fields=["name", "own"], name="laws_by_names")]


class Reference(models.Model):
    """A provision that names another (参照): an edge of the graph over laws, orders and ordinances."""

    law = models.ForeignKey(Law, on_delete=models.CASCADE, related_name="references")
    path = models.CharField(max_length=400, help_text="the unit that names")
    kind = models.CharField(max_length=4, help_text="引用, 準用, 委任")
    named_law = models.CharField(max_length=200, help_text="its law_id; its number where it is not kept")
    named_article = models.CharField(max_length=200, help_text="its article, or what stands as one")
    named_path = models.CharField(max_length=400)

    class Meta:
        app_label = "regulations"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["named_law", "named_article"], name="references_to"),
        ]


class Scan(models.Model):
    """One scan of what is kept, and what it changed (洗い出しの実行)."""

    at = models.DateTimeField()
    rules = models.CharField(max_length=80)
    inputs = models.CharField(max_length=32, help_text="of the texts, rules and ministries that went in")
    laws = models.PositiveIntegerField()
    surveyed = models.PositiveIntegerField(help_text="laws that were looked at anew")
    findings = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    removed = models.PositiveIntegerField()

    class Meta:
        app_label = "regulations"
        ordering: ClassVar = ["-at"]
        get_latest_by = "at"

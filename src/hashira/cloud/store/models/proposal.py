"""Proposals of providers: the service, who proposes it together, answers and evidence (提案・回答・根拠)."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from hashira.cloud.store.models.catalogue import RequirementItem, SelectionRound


class Proposal(models.Model):
    """A service that a provider, alone or with others, proposes in a round (提案)."""

    class State(models.TextChoices):
        """Where it stands. Only a draft and the returned items of a returned one can be edited."""

        DRAFT = "draft", "作成中"
        SUBMITTED = "submitted", "提出済み"
        RETURNED = "returned", "差戻し"
        WITHDRAWN = "withdrawn", "取下げ"
        DECIDED = "decided", "決定"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    round = models.ForeignKey(SelectionRound, on_delete=models.PROTECT, related_name="proposals")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    service = models.CharField(max_length=200)
    service_en = models.CharField(max_length=200, blank=True)
    description = models.TextField(max_length=2000, blank=True)
    description_en = models.TextField(max_length=2000, blank=True)
    ismap_list = models.CharField(max_length=16, blank=True)
    ismap_number = models.CharField(max_length=40, blank=True)
    ismap_registered_on = models.DateField(null=True, blank=True)
    ismap_expires_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round", "organisation", "service"],
                condition=~Q(state="withdrawn"),
                name="a_service_is_proposed_once_a_round",
            )
        ]


class ProposalPartner(models.Model):
    """Another vendor of a joint proposal (共同提案者), once it has agreed itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=200, help_text="what it contributes")
    asked_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True, blank=True)
    agreed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["asked_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "organisation"], name="a_partner_is_one"),
        ]


class ProposalAnswer(models.Model):
    """What is said of one requirement (回答). ``revision`` rises each time it comes back corrected."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="answers")
    item = models.ForeignKey(RequirementItem, on_delete=models.PROTECT, related_name="+")
    claim = models.CharField(max_length=16, blank=True)
    explanation = models.TextField(max_length=8000, blank=True)
    planned_on = models.DateField(null=True, blank=True)
    third_party_product = models.CharField(max_length=200, blank=True)
    third_party_supplier = models.CharField(max_length=200, blank=True)
    revision = models.PositiveSmallIntegerField(default=1)
    returned_reason = models.CharField(max_length=2000, blank=True, help_text="set while it is returned")
    returned_by = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField()
    answered_by = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "item"], name="a_requirement_has_one_answer"),
        ]


class ProposalEvidence(models.Model):
    """A piece of evidence of one answer: a text, a link, or a file (根拠)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="evidence")
    item = models.ForeignKey(RequirementItem, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    title = models.CharField(max_length=200)
    text = models.TextField(max_length=8000, blank=True)
    link = models.CharField(max_length=1000, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the file")
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["added_at"]


class EvidenceContent(models.Model):
    """The bytes of a file, apart, so that lists of evidence do not load them."""

    evidence = models.OneToOneField(
        ProposalEvidence, primary_key=True, on_delete=models.CASCADE, related_name="content"
    )
    data = models.BinaryField()


class ProposalSubmission(models.Model):
    """What was handed in, whole, each time it was (提出の控え). Append-only: see ``store.published``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField(help_text="answers and evidence with their digests")
    digest = models.CharField(max_length=64)
    submitted_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "number"], name="submissions_are_counted"),
        ]

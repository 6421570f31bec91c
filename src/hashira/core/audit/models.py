"""The rows of the audit: who a pseudonym is, what was done, and the seals over it (監査記録)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class AuditSubject(models.Model):
    """Who stands behind a pseudonym, and the salt of the digests about them.

    The one place that leads from the audit back to a person; deleting the row erases the way.
    """

    kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    pseudonym = models.CharField(max_length=32, unique=True)
    salt = models.CharField(max_length=64, help_text="32 octets, hexadecimal")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "subject_id"], name="a_subject_has_one_pseudonym")
        ]


class AuditEvent(models.Model):
    """Something that was done. Append-only, without personal data."""

    sequence = models.BigAutoField(primary_key=True)
    moment = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor = models.CharField(max_length=64, help_text="a pseudonym, or the name of a part of the system")
    action = models.CharField(max_length=64)
    organisation = models.CharField(max_length=36, blank=True)
    subjects = models.TextField(help_text="pseudonyms, a JSON array in canonical form")
    facts = models.TextField(help_text="a JSON object in canonical form")
    digest = models.CharField(max_length=64, blank=True, help_text="of the evidence, with the subject's salt")

    class Meta:
        ordering: ClassVar = ["sequence"]
        indexes: ClassVar = [
            models.Index(fields=["actor", "sequence"], name="audit_by_actor"),
            models.Index(fields=["action", "sequence"], name="audit_by_action"),
            models.Index(fields=["organisation", "sequence"], name="audit_by_organisation"),
        ]


class AuditMention(models.Model):
    """An event found by the pseudonym of one of its subjects: an index, rebuilt from the events."""

    event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, related_name="mentions")
    pseudonym = models.CharField(max_length=32)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["pseudonym", "event"], name="audit_by_subject")]


class AuditSeal(models.Model):
    """The seal over a run of events: their Merkle root, chained to the seal before."""

    number = models.PositiveBigIntegerField(primary_key=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    count = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    moment = models.DateTimeField()
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar = ["number"]

"""What became of certificates (証明書の状態): the ledger, its changes, notices, approvals and bundles.

The ledger outlives the certificate: erasing a person deletes what was signed, while verifiers must go on to
refuse it. So a row holds no personal data, only what a feed of revocations is made of.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from hashira.certificates.store.models.issuing import IssuedCertificate, SigningKey


class State(models.TextChoices):
    """What a certificate is worth now; there is no way back to valid."""

    VALID = "valid", "有効"
    REVOKED = "revoked", "失効"
    SUPERSEDED = "superseded", "差替え"


class CertificateStatus(models.Model):
    """The status of one certificate that was issued: the only place that says it (状態台帳)."""

    id = models.UUIDField(primary_key=True, help_text="of the certificate, also after its erasure")
    certificate = models.OneToOneField(
        IssuedCertificate, null=True, on_delete=models.SET_NULL, related_name="status"
    )
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="statuses")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    index = models.PositiveIntegerField(help_text="in the status list of the key; random, never used again")
    identifier = models.CharField(max_length=64, help_text="as the certificate has it: rid, UVCI or CI")
    signature_hash = models.CharField(max_length=32, help_text="SHA-256, first 128 bits, hexadecimal")
    uci_hash = models.CharField(max_length=32, blank=True)
    country_uci_hash = models.CharField(max_length=32, blank=True)
    issued_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.VALID)
    reason = models.CharField(max_length=24, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "index"], name="a_status_index_is_used_once"),
            models.UniqueConstraint(fields=["key", "identifier"], name="an_identifier_has_one_status"),
            models.CheckConstraint(
                condition=Q(state="valid", changed_at__isnull=True)
                | (~Q(state="valid") & Q(changed_at__isnull=False) & ~Q(reason="")),
                name="a_lost_validity_has_a_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["key", "state"], name="statuses_of_a_key"),
            models.Index(fields=["signature_hash"], name="statuses_by_signature"),
            models.Index(fields=["organisation", "state", "-changed_at"], name="revocations_of_a_body"),
        ]


class StatusChange(models.Model):
    """A change of a status, as it happened (状態の変更履歴); append-only by a trigger."""

    status = models.ForeignKey(CertificateStatus, on_delete=models.PROTECT, related_name="changes")
    before = models.CharField(max_length=10)
    after = models.CharField(max_length=10)
    reason = models.CharField(max_length=24)
    note = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["pk"]


class Reissue(models.Model):
    """A certificate that lost its validity by no act of its holder, the notice of it, and its successor.

    One row is the notice in the holder's page, the letter of those without an account, and the place in the
    queue of what is to be issued.
    """

    class Wish(models.TextChoices):
        """What the holder said."""

        ASKED = "asked", "確認待ち"
        WANTED = "wanted", "希望する"
        DECLINED = "declined", "希望しない"

    class Outcome(models.TextChoices):
        """What came of it."""

        OPEN = "open", "未了"
        ISSUED = "issued", "発行済み"
        IMPOSSIBLE = "impossible", "発行できない"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    old = models.OneToOneField(IssuedCertificate, on_delete=models.CASCADE, related_name="reissue")
    new = models.OneToOneField(
        IssuedCertificate, null=True, blank=True, on_delete=models.SET_NULL, related_name="reissue_of"
    )
    person = models.ForeignKey("certificates.Person", on_delete=models.CASCADE, related_name="reissues")
    cause = models.CharField(max_length=24)
    wish = models.CharField(max_length=10, choices=Wish.choices, default=Wish.ASKED)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.OPEN)
    problem = models.CharField(max_length=16, blank=True, help_text="code of what was in the way")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    letter_at = models.DateTimeField(null=True, blank=True, help_text="printed for the post")

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["person", "outcome"], name="reissues_of_person"),
            models.Index(fields=["wish", "outcome"], name="reissues_waiting"),
        ]


class KeyApproval(models.Model):
    """An act on a key that two people have to agree to (鍵の操作の承認)."""

    class Act(models.TextChoices):
        """What is to be done with the key."""

        ROTATE = "rotate", "切替え"
        RETIRE = "retire", "引退"
        COMPROMISE = "compromise", "危殆化"

    class Decision(models.TextChoices):
        """What the second person said."""

        WAITING = "waiting", "承認待ち"
        APPROVED = "approved", "承認"
        REJECTED = "rejected", "却下"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="approvals")
    act = models.CharField(max_length=12, choices=Act.choices)
    successor = models.CharField(
        max_length=63, blank=True, help_text="label of the key to sign with from now"
    )
    reason = models.CharField(max_length=400)
    requested_by = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, default=Decision.WAITING)
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    job_id = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-requested_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(decided_by=F("requested_by")), name="nobody_approves_their_own_request"
            ),
            models.UniqueConstraint(
                fields=["key", "act"], condition=Q(decision="waiting"), name="an_act_waits_once"
            ),
        ]


class TrustBundle(models.Model):
    """A bundle for verifiers as it was signed (検証者向け信頼情報)."""

    version = models.PositiveIntegerField(primary_key=True)
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file, hexadecimal")
    ledger_digest = models.CharField(max_length=64, help_text="of what it was made from")
    octets = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["-version"]

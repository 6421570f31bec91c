"""What was issued (発行): the keys that were published, and each certificate with the records it shows."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class SigningKey(models.Model):
    """A public key under which certificates were issued (公開した署名鍵); verifiers need it for as long."""

    kid = models.CharField(
        primary_key=True, max_length=64, help_text="RFC 7638 thumbprint, or SHA-256 of the certificate"
    )
    format = models.CharField(max_length=16)
    label = models.CharField(max_length=63)
    jwk = models.JSONField(null=True, help_text="of a key for cards")
    chain = models.JSONField(default=list, help_text="DER certificates in base64, the signer's own first")
    published_at = models.DateTimeField()
    chosen_at = models.DateTimeField(
        null=True, blank=True, help_text="by a rotation: the latest of a format signs what is issued"
    )
    retired_at = models.DateTimeField(
        null=True, blank=True, help_text="signs nothing more; still published for what it signed"
    )
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="compromised: no longer published, so nothing under it verifies"
    )
    status_version = models.PositiveIntegerField(
        default=0, help_text="crlVersion: one more with every transaction that changes a status under the key"
    )

    without_rid = models.BooleanField(
        default=False,
        help_text="of an earlier system: its cards carry no rid, its list names digests",
    )

    class Meta:
        ordering: ClassVar = ["published_at", "kid"]


class CertificateSerial(models.Model):
    """The last number given on a day in a municipality (証明書IDの通し番号)."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    issued_on = models.DateField(help_text="in Japan")
    last = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "issued_on"], name="one_serial_a_day")
        ]


class IssuedCertificate(models.Model):
    """A certificate as it was signed (発行した証明書). It is never changed; a new one replaces it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("certificates.Person", on_delete=models.PROTECT, related_name="certificates")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    resident = models.ForeignKey("accounts.Resident", null=True, on_delete=models.SET_NULL, related_name="+")
    format = models.CharField(max_length=16)
    kind = models.CharField(max_length=8, help_text="card, seal, eu or icvp: of what its holder asked for")
    number = models.CharField(max_length=23, unique=True, help_text="証明書ID")
    kid = models.CharField(max_length=64)
    # Empty is NULL here, since many have none and what is there is unique.
    rid = models.CharField(max_length=24, null=True, unique=True, help_text="of a card")  # noqa: DJ001  (unique, so absent is NULL)
    uvci = models.CharField(max_length=80, null=True, unique=True, help_text="of a seal, of the EU")  # noqa: DJ001  (likewise)
    text = models.TextField(help_text="the text of the code, or the JWS")
    shows_name = models.BooleanField(default=True)
    shows_birth_date = models.BooleanField(default=True)
    nationality = models.CharField(
        max_length=3,
        blank=True,
        help_text="of the passport; a seal does not carry it, its sheet of paper does",
    )
    issued_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-issued_at", "-number"]
        indexes: ClassVar = [models.Index(fields=["person", "-issued_at"], name="certificates_of_person")]


class IssuedDose(models.Model):
    """A dose that a certificate shows, as the event of the register that was in force then."""

    certificate = models.ForeignKey(IssuedCertificate, on_delete=models.CASCADE, related_name="doses")
    event = models.ForeignKey(
        "certificates.DoseEvent", to_field="id", on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["certificate", "event"], name="a_dose_is_shown_once")
        ]

"""The register of one municipality: its people and the doses they were given (接種記録台帳).

Doses and earlier values of a person are only ever added to. Triggers of the database refuse anything else,
except for a person whose erasure has begun (``erased_at``).
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q


class PersonValues(models.Model):
    """What the register says about a person: shared by the current values and the earlier ones."""

    reference = models.CharField(max_length=32, help_text="宛名番号 of the municipality")
    coupon_number = models.CharField(max_length=10, blank=True, help_text="接種券番号")
    name = models.CharField(max_length=200, help_text="as given, never normalised")
    kana = models.CharField(max_length=200, blank=True)
    roman = models.CharField(max_length=200, blank=True, help_text="as in the passport: FAMILY, GIVEN")
    birth_date = models.DateField()
    sex = models.CharField(max_length=8, blank=True, help_text="male, female, other, or not known")
    address = models.CharField(max_length=400, blank=True)
    moved_out_on = models.DateField(null=True, blank=True)
    died_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


class Person(PersonValues):
    """A person in the register of one municipality (被接種者), with the values of today."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    name_key = models.CharField(max_length=200, help_text="of the name; never shown")
    kana_key = models.CharField(max_length=200, blank=True, help_text="of the reading; never shown")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True, help_text="its records may then be deleted")
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="absorbed",
        help_text="in whose record it stands; what PersonMerge says, for reading",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="a_person_is_registered_once"),
            models.CheckConstraint(
                condition=Q(coupon_number="") | Q(coupon_number__regex=r"^[0-9]{10}$"),
                name="a_coupon_number_has_ten_digits",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "birth_date", "name_key"], name="person_by_birth_and_name"),
            models.Index(fields=["organisation", "kana_key"], name="person_by_kana"),
            models.Index(fields=["organisation", "name_key"], name="person_by_name"),
            models.Index(fields=["organisation", "coupon_number"], name="person_by_coupon"),
        ]


class PersonRevision(PersonValues):
    """The values of a person as they were entered at one moment (異動履歴); append-only."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField()
    reason = models.CharField(max_length=400, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64, help_text="the account, by its id")

    class Meta:
        ordering: ClassVar = ["version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "version"], name="a_version_is_written_once")
        ]
        indexes: ClassVar = [models.Index(fields=["reference"], name="revisions_by_reference")]


class DoseEvent(models.Model):
    """Something the register was told about a dose (接種記録の事象): recorded, corrected, voided.

    A correction and a void point at the event they replace, and no event is replaced twice: what counts
    today is what nothing replaces and is no void.
    """

    class Kind(models.TextChoices):
        """What was told."""

        RECORDED = "recorded", "記録"
        CORRECTED = "corrected", "訂正"
        VOIDED = "voided", "取消"

    sequence = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="dose_events")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    replaces = models.OneToOneField(
        "self", to_field="id", null=True, blank=True, on_delete=models.CASCADE, related_name="replaced_by"
    )
    vaccine = models.CharField(max_length=32, help_text="code of domain.vaccine_product")
    lot = models.CharField(max_length=20, blank=True)
    given_on = models.DateField()
    dose_number = models.PositiveSmallIntegerField(null=True, blank=True)
    place = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=3, default="JPN")
    source = models.CharField(max_length=64, help_text="the system it came from, or counter")
    reason = models.CharField(max_length=400, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64, help_text="the account, by its id")
    import_id = models.UUIDField(null=True, blank=True, db_index=True)

    class Meta:
        ordering: ClassVar = ["sequence"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="recorded") | Q(replaces__isnull=False),
                name="a_correction_says_what_it_corrects",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["person", "sequence"], name="doses_of_person")]

"""The rows of imports: sources with their mappings, imports, and what was read but is not applied (取込み).

Nothing of an import is in the registry before it is applied: the rows that were read stand in ``StagedRow``,
what was wrong with them in ``ImportRemark``. Both are emptied when the import is done with.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from hashira.certificates.domain.import_state import STATE_NAMES, ImportState
from hashira.core.access import Resource


class ImportSource(models.Model):
    """A system whose files an organisation imports (取込元), such as VRS or 健康管理システム."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "certificates"
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "name"], name="a_source_has_one_name")
        ]


class ImportMappingVersion(models.Model):
    """One version of the columns and values of a source (列の対応づけ); a change makes the next version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(ImportSource, on_delete=models.PROTECT, related_name="mappings")
    version = models.PositiveIntegerField()
    mapping = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=64)

    class Meta:
        app_label = "certificates"
        ordering: ClassVar = ["source", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "version"], name="a_version_of_a_mapping_is_one")
        ]


class DoseImport(models.Model):
    """One file on its way into the registry (取込み), or beside it (比較)."""

    class Purpose(models.TextChoices):
        """What the file is read for."""

        IMPORT = "import", "取込み"
        COMPARE = "compare", "比較"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(ImportSource, on_delete=models.PROTECT, related_name="imports")
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.IMPORT)
    mapping = models.ForeignKey(ImportMappingVersion, on_delete=models.PROTECT, null=True, blank=True)
    state = models.CharField(
        max_length=16,
        choices=[(state.value, name.ja) for state, name in STATE_NAMES.items()],
        default=ImportState.UPLOADED.value,
    )
    file_name = models.CharField(max_length=255)
    file_size = models.BigIntegerField()
    file_digest = models.CharField(max_length=64, help_text="SHA-256, hexadecimal")
    file_kept = models.BooleanField(default=True)
    lines = models.PositiveIntegerField()
    encoding = models.CharField(max_length=8)
    encoding_guess = models.CharField(max_length=8)
    encoding_evidence = models.JSONField(default=dict)
    delimiter = models.CharField(max_length=1)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.CharField(max_length=64)
    check_number = models.PositiveIntegerField(default=0, help_text="which preview the staged rows are of")
    good_rows_only = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    job_id = models.UUIDField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.CharField(max_length=64, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.CharField(max_length=64, blank=True)
    undo_reason = models.CharField(max_length=400, blank=True)
    reason = models.CharField(max_length=400, blank=True, help_text="of a bulk correction")

    class Meta:
        app_label = "certificates"
        ordering: ClassVar = ["-uploaded_at"]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-uploaded_at"], name="imports_of_a_body"),
            models.Index(fields=["file_digest"], name="imports_of_a_file"),
        ]

    @property
    def resource(self) -> Resource:
        """The import as the policy sees it."""
        return Resource("Certificates::Import", str(self.pk), str(self.organisation_id))


class StagedRow(models.Model):
    """A row that was read and judged, not part of the registry yet (取込み前の行).

    ``person_id`` is that of the register, or the one a new person will get. ``known_version`` and
    ``known_events`` say which state of the person the row was judged by. A row with a ``version`` writes the
    person's values; one with a ``dose_id`` writes a dose.
    """

    id = models.BigAutoField(primary_key=True)
    dose_import = models.ForeignKey(DoseImport, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    person_id = models.UUIDField()
    person_outcome = models.CharField(max_length=8)
    known_version = models.PositiveIntegerField(help_text="0: not in the register")
    known_events = models.PositiveIntegerField()
    version = models.PositiveIntegerField(null=True, blank=True)
    dose_id = models.UUIDField(null=True, blank=True)
    dose_outcome = models.CharField(max_length=8)
    reference = models.CharField(max_length=32)
    coupon_number = models.CharField(max_length=10, blank=True)
    name = models.CharField(max_length=200)
    kana = models.CharField(max_length=200, blank=True)
    name_key = models.CharField(max_length=200, blank=True)
    kana_key = models.CharField(max_length=200, blank=True)
    birth_date = models.DateField()
    sex = models.CharField(max_length=8, blank=True)
    vaccine = models.CharField(max_length=32)
    dose_number = models.PositiveSmallIntegerField(null=True, blank=True)
    given_on = models.DateField()
    lot = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=120, blank=True)

    class Meta:
        app_label = "certificates"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dose_import", "line"], name="a_line_is_staged_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["dose_import", "reference"], name="staged_rows_of_a_person")
        ]


class ImportRemark(models.Model):
    """One remark on one row, for the report (取込みの指摘)."""

    id = models.BigAutoField(primary_key=True)
    dose_import = models.ForeignKey(DoseImport, on_delete=models.CASCADE, related_name="remarks")
    line = models.PositiveIntegerField()
    code = models.CharField(max_length=16)
    severity = models.CharField(max_length=8)
    about = models.CharField(max_length=24, blank=True)
    value = models.CharField(max_length=1000, blank=True)
    who = models.CharField(max_length=1000, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        app_label = "certificates"
        indexes: ClassVar = [models.Index(fields=["dose_import", "line"], name="remarks_of_an_import")]

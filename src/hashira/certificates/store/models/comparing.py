"""What differs between a file of a source and the register, row by row (台帳との比較).

A comparison is a ``DoseImport`` that is compared instead of applied: the same file, mapping, decoding and
report. Its rows stand here until the comparison is deleted with its file.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from hashira.certificates.domain.comparison import KIND_NAMES
from hashira.certificates.store.models.imports import DoseImport


class ComparedRow(models.Model):
    """One dose, or one person, that the file and the register have or have not alike.

    ``here`` and ``there`` are the values side by side, as JSON of ``domain.comparison``. What a bulk
    correction wrote for the row is ``made`` (an event) or ``made_version`` (of the person).
    """

    class Outcome(models.TextChoices):
        """What became of a row that was chosen."""

        NONE = "", "―"
        DONE = "done", "訂正済み"
        MOVED = "moved", "台帳が変わっていたため未実施"
        UNDONE = "undone", "訂正を取り消し済み"
        LEFT = "left", "その後の変更があるため取り消していない"

    id = models.BigAutoField(primary_key=True)
    dose_import = models.ForeignKey(DoseImport, on_delete=models.CASCADE, related_name="compared")
    line = models.PositiveIntegerField(help_text="0: not in the file")
    kind = models.CharField(
        max_length=10, choices=[(kind.value, name.ja) for kind, name in KIND_NAMES.items()]
    )
    person_id = models.UUIDField(null=True, help_text="of the register, or the one a new person will get")
    reference = models.CharField(max_length=32)
    name = models.CharField(max_length=200)
    fields = models.JSONField(default=list, help_text="which differ")
    here = models.JSONField(default=dict)
    there = models.JSONField(default=dict)
    event = models.UUIDField(null=True, help_text="of the dose in the register")
    version = models.PositiveIntegerField(default=0, help_text="of the person when it was compared")
    chosen = models.BooleanField(default=False)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.NONE, blank=True)
    made = models.UUIDField(null=True)
    made_version = models.PositiveIntegerField(null=True)

    class Meta:
        app_label = "certificates"
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            models.Index(fields=["dose_import", "kind", "id"], name="compared_rows_of_a_kind"),
            models.Index(fields=["dose_import", "chosen", "id"], name="compared_rows_chosen"),
            models.Index(fields=["dose_import", "event"], name="compared_rows_by_event"),
        ]

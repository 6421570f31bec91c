"""What each account of an inventory was compared with."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("cloud", "0007_adoption")]

    operations: ClassVar = [
        migrations.AddField(
            "surveyedaccount",
            "measure",
            models.JSONField(default=dict, help_text="what it was compared with: domain.adoption.measure"),
        ),
    ]

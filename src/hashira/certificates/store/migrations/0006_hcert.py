from __future__ import annotations

from typing import Any

from django.db import migrations, models

_KINDS = {"shc": "card", "vds-nc": "seal"}


def name_kinds(apps: Any, schema_editor: Any) -> None:
    """What was issued until now is of the two kinds that have a format of their own."""
    for format, kind in _KINDS.items():
        apps.get_model("certificates", "IssuedCertificate").objects.filter(format=format).update(kind=kind)


class Migration(migrations.Migration):
    dependencies = [("certificates", "0005_status_ledger")]

    operations = [
        migrations.AddField(
            model_name="issuedcertificate",
            name="kind",
            field=models.CharField(
                max_length=8, default="", help_text="card, seal, eu or icvp: of what its holder asked for"
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="issuedcertificate",
            name="uvci",
            field=models.CharField(
                max_length=80, null=True, unique=True, help_text="of a seal, of the EU"
            ),
        ),
        migrations.RunPython(name_kinds, migrations.RunPython.noop),
        migrations.AddField(
            model_name="signingkey",
            name="without_rid",
            field=models.BooleanField(
                default=False,
                help_text="of an earlier system: its cards carry no rid, its list names digests",
            ),
        ),
        migrations.AddIndex(
            model_name="certificatestatus",
            index=models.Index(fields=["signature_hash"], name="statuses_by_signature"),
        ),
    ]

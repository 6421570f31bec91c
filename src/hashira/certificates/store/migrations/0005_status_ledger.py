from __future__ import annotations

from django.db import migrations

from hashira.certificates.store.status_ledger import (
    add_change_triggers,
    drop_change_triggers,
    enter_what_was_issued,
    leave_as_is,
)


class Migration(migrations.Migration):
    dependencies = [("certificates", "0004_status")]

    operations = [
        migrations.RunPython(add_change_triggers, drop_change_triggers),
        migrations.RunPython(enter_what_was_issued, leave_as_is),
    ]

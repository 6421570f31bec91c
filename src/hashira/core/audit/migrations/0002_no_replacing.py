from django.db import migrations

from hashira.core.audit.triggers import allow_replacing, refuse_replacing


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_audit")]

    operations = [migrations.RunPython(refuse_replacing, allow_replacing)]

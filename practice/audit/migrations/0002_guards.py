from django.db import migrations

from practice.audit import guards
from practice.guards import InstallGuard


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        InstallGuard(guards.NO_UPDATE),
        InstallGuard(guards.NO_DELETE),
        InstallGuard(guards.NO_TRUNCATE),
    ]

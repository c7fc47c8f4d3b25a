from django.db import migrations

from scheduling import guards
from practice.guards import InstallGuard


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial")]

    operations = [
        InstallGuard(guards.NO_OVERLAP),
    ]

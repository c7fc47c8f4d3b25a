from django.db import migrations

from clients import guards
from practice.guards import InstallGuard


class Migration(migrations.Migration):
    dependencies = [("clients", "0005_changes")]

    operations = [InstallGuard(guards.NO_UPDATE), InstallGuard(guards.NO_DELETE)]

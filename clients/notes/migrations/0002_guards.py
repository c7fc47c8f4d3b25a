from django.db import migrations

from clients.notes import guards
from practice.guards import InstallGuard


class Migration(migrations.Migration):
    dependencies = [("notes", "0001_initial")]

    operations = [InstallGuard(guard) for guard in guards.ALL]

from django.db import migrations

from clients.contact import guards
from practice.guards import InstallGuard


class Migration(migrations.Migration):
    dependencies = [("contact", "0001_initial")]

    operations = [
        InstallGuard(guards.ENDED_STAYS_ENDED),
        InstallGuard(guards.LEGAL_MOVES),
    ]

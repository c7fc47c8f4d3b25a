from django.db import migrations

from clients.handouts import guards
from practice.guards import InstallGuard


class Migration(migrations.Migration):
    dependencies = [("handouts", "0001_initial")]

    operations = [
        InstallGuard(guards.FROZEN),
        InstallGuard(guards.NOT_DELETED),
        InstallGuard(guards.SAME_AUDIENCE),
        InstallGuard(guards.AUDIENCE_FIREWALL),
        InstallGuard(guards.KEEPS_ITS_READER),
        InstallGuard(guards.DISCLOSURE_LOCK),
        InstallGuard(guards.DISCLOSURE_LOCK_ON_RELEASE),
    ]

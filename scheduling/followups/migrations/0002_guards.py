from django.db import migrations

from scheduling.followups import guards
from practice.guards import InstallGuard


class Migration(migrations.Migration):
    dependencies = [("followups", "0001_initial")]

    operations = [
        InstallGuard(guards.QUESTIONS_FROZEN),
        InstallGuard(guards.ANSWERS_FROZEN),
    ]

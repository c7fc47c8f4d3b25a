from django.db import migrations, models

from practice.guards import InstallGuard
from scheduling.guards import COPIES_TO_ATTENDEES, NO_OVERLAP


class Migration(migrations.Migration):
    """An appointment knows when it began, once everybody had said where they are."""

    dependencies = [("scheduling", "0005_no_double_booking")]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="began_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        InstallGuard(NO_OVERLAP),
        InstallGuard(COPIES_TO_ATTENDEES),
    ]

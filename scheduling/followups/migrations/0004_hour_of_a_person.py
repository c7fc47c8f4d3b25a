import datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0006_guards'),
        ('followups', '0003_plans_and_flags'),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonHour',
            fields=[
                ('participant', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='follow_up_hour', serialize=False, to='clients.participant')),
                ('at', models.TimeField(help_text='By their own clock.')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('at__gte', datetime.time(8, 0)), ('at__lt', datetime.time(21, 0))), name='followups_personhour_is_in_the_day', violation_error_message='Please choose an hour from 8 AM until before 9 PM.')],
            },
        ),
    ]

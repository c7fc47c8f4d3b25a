from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('scheduling', '0002_guards'),
    ]

    operations = [
        migrations.AddField(
            model_name='attendee',
            name='place_confirmed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]

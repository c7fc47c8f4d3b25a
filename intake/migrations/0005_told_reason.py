from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0004_nothing_clinical_in_a_request")]

    operations = [
        migrations.AddField(
            model_name="consultationrequest",
            name="told_reason",
            field=models.BooleanField(default=False),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("intake", "0005_told_reason")]

    operations = [
        migrations.AddField(
            model_name="consultationrequest",
            name="partner_cleared",
            field=models.BooleanField(default=False),
        ),
        migrations.CreateModel(
            name="Unwanted",
            fields=[
                (
                    "email_index",
                    models.CharField(max_length=64, primary_key=True, serialize=False),
                ),
                ("since", models.DateTimeField()),
            ],
        ),
    ]

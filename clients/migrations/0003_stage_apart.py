from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0002_concerns'),
    ]

    operations = [
        migrations.AlterField(
            model_name='case',
            name='stage',
            field=models.CharField(blank=True, choices=[('impact', 'Impact (atone)'), ('meaning', 'Meaning (attune)'), ('moving_on', 'Moving on (attach)'), ('apart', 'Apart')], max_length=10),
        ),
    ]

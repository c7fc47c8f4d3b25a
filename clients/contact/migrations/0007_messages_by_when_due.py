from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contact', '0006_indexes_that_sqlite_uses'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['due_at'], name='contact_message_when'),
        ),
    ]

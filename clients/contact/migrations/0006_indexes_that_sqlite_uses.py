from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0006_guards'),
        ('contact', '0005_texts_and_notices'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='message',
            name='contact_message_to_take',
        ),
        migrations.RemoveIndex(
            model_name='message',
            name='contact_message_leased',
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('next_try_at__isnull', False)), fields=['next_try_at'], name='contact_message_to_take'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('lease_until__isnull', False)), fields=['lease_until'], name='contact_message_leased'),
        ),
    ]

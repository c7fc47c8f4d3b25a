from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("intake", "0003_situations")]

    operations = [
        migrations.RemoveField(model_name="consultationrequest", name="concern"),
        migrations.RemoveField(model_name="consultationrequest", name="words"),
    ]

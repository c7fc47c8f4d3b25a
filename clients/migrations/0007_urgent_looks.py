import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from clients import guards
from practice.guards import InstallGuard


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0006_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='UrgentLook',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('danger', 'Somebody may be in danger'), ('asked', 'A client needs an answer now, and nobody else can give it'), ('authority', 'A hospital, the police or a court asks at once')], max_length=10)),
                ('opened_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='urgent_looks', to='clients.case')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-opened_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('opened_at'))), name='clients_urgentlook_ends_after_it_opens')],
            },
        ),
        InstallGuard(guards.URGENT_KEPT),
        InstallGuard(guards.URGENT_STAYS),
    ]

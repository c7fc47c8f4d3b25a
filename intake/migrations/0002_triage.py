import django.db.models.deletion
import practice.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0002_concerns'),
        ('intake', '0001_initial'),
        ('practice', '0003_directories'),
        ('scheduling', '0003_place_confirmed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DeclineReason',
            fields=[
                ('key', models.SlugField(primary_key=True, serialize=False)),
                ('name', models.CharField(help_text='What the staff choose.', max_length=80)),
                ('words', models.TextField(help_text='What the person reads, behind their private link.')),
                ('position', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('offered_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['appointment__starts_at'],
            },
        ),
        migrations.CreateModel(
            name='RefusalCount',
            fields=[
                ('state', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='refusals', serialize=False, to='practice.state')),
                ('times', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='SafetyScreen',
            fields=[
                ('client', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='safety_screen', serialize=False, to='clients.client')),
                ('answers', practice.fields.EncryptedTextField(person='client_id')),
                ('raised', models.BooleanField()),
                ('answered_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Situation',
            fields=[
                ('client', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='situation', serialize=False, to='clients.client')),
                ('part', models.CharField(blank=True, choices=[('hurt', 'The partner who was hurt'), ('involved', 'The partner who was involved'), ('neither', 'Neither')], max_length=8)),
                ('partner_knows', models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No, not yet'), ('unsure', 'I’m not sure')], max_length=8)),
                ('words', practice.fields.EncryptedTextField(blank=True, default='', person='client_id')),
            ],
        ),
        migrations.CreateModel(
            name='StateInterest',
            fields=[
                ('client', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='state_interest', serialize=False, to='clients.client')),
                ('asked_at', models.DateTimeField()),
                ('told_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='consultationrequest',
            name='counselor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='practice.counselor'),
        ),
        migrations.AddField(
            model_name='consultationrequest',
            name='needs_counselor',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='consultationrequest',
            name='partner',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='invitation', to='clients.client'),
        ),
        migrations.AddField(
            model_name='consultationrequest',
            name='partner_answered_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='consultationrequest',
            name='partner_state',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='practice.state'),
        ),
        migrations.AddField(
            model_name='consultationrequest',
            name='partner_time_zone',
            field=models.CharField(blank=True, choices=[('America/New_York', 'Eastern time'), ('America/Chicago', 'Central time')], max_length=40),
        ),
        migrations.AddField(
            model_name='consultationrequest',
            name='status',
            field=models.CharField(choices=[('booked', 'Time booked'), ('waiting', 'Waiting for a time'), ('review', 'A counselor looks first'), ('offered', 'Times offered'), ('declined', 'Declined')], default='booked', max_length=8),
        ),
        migrations.AddField(
            model_name='consultationrequest',
            name='wished_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='consultationrequest',
            name='wished_days',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='consultationrequest',
            name='wished_parts',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AlterField(
            model_name='consultationrequest',
            name='appointment',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='request', to='scheduling.appointment'),
        ),
        migrations.AddField(
            model_name='consultationrequest',
            name='decline_reason',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='intake.declinereason'),
        ),
        migrations.AddIndex(
            model_name='consultationrequest',
            index=models.Index(fields=['status', 'asked_at'], name='intake_request_inbox'),
        ),
        migrations.AddConstraint(
            model_name='consultationrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('appointment__isnull', False), ('status', 'booked')), models.Q(('status', 'booked'), _negated=True), _connector='OR'), name='intake_request_booked_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='consultationrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decline_reason__isnull', False), ('status', 'declined')), models.Q(('status', 'declined'), _negated=True), _connector='OR'), name='intake_request_declined_has_a_reason'),
        ),
        migrations.AddField(
            model_name='offer',
            name='appointment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='offer', to='scheduling.appointment'),
        ),
        migrations.AddField(
            model_name='offer',
            name='request',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='intake.consultationrequest'),
        ),
        migrations.AddField(
            model_name='safetyscreen',
            name='request',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='screens', to='intake.consultationrequest'),
        ),
        migrations.AddField(
            model_name='safetyscreen',
            name='seen_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='situation',
            name='concern',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.concern'),
        ),
        migrations.AddField(
            model_name='situation',
            name='request',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='situations', to='intake.consultationrequest'),
        ),
        migrations.AddField(
            model_name='stateinterest',
            name='state',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='interests', to='practice.state'),
        ),
    ]

from datetime import UTC, datetime

import django.db.models.deletion
import practice.fields
from django.db import migrations, models

from clients.contact import guards
from practice.guards import InstallGuard


# The first version of each; the owner adds the next ones in the settings.
DOCUMENTS = [
    (
        "telehealth",
        "Meeting by video",
        "I agree to meet by video.",
        """We meet by video only. Please be alone in a room where nobody hears you, in the state you told us. If you will be somewhere else, tell us before: a counselor may only see people where they are licensed.

A video call can break off. Then open your private link again; if that fails, we call the number you gave us. We record nothing, and we ask you not to record either.

We are not there in an emergency. If you are in danger, call 911. In a crisis, call or text 988 at any hour.""",
    ),
    (
        "email",
        "E-mail about appointments",
        "You may e-mail me about appointments.",
        """We write to the address you gave us to tell you a time, to remind you, or to ask you something. A message names the office and holds a private link. It says nothing about what this is.

E-mail is not a safe place for private things, and we don’t watch the mailbox around the clock. Please write nothing there that nobody else should read. You can take this back at any time by your private link.""",
    ),
    (
        "follow_ups",
        "E-mail between sessions",
        "You may e-mail me between sessions.",
        """Between sessions your counselor may send you something to read or a few questions. The message says only that there is something, and holds a private link.

You can stop these messages at any time, by the link in each of them. Nobody else is told that you did.""",
    ),
    (
        "sms",
        "Text messages",
        "You may text me.",
        """We may send a short text to the number you gave us, with a time or a private link. It says nothing about what this is. Your phone company may charge for it.

Texts can be seen on a locked phone. Answer STOP, in any words, and we stop. You don’t need to agree to texts to come to us.""",
    ),
    (
        "secrets",
        "What we keep between us",
        "I have read how we treat what one of us tells alone.",
        """What you write to us alone, in this form or later by your own private link, is not shown to your partner: not on a page, not in a message, not in a copy of the records that your partner asks for.

Your counselor works for both of you. If you tell them alone something that your partner would need to know to choose freely, they will talk with you about how you could say it yourself. They don’t say it for you. If it can’t be said and can’t be left unsaid, they may have to end the work with both of you, without telling why.

Some things can’t be kept by law: danger to somebody’s life, and harm to a child or to a person who can’t protect themselves.""",
    ),
]


def add_documents(apps, schema_editor):
    ConsentDocument = apps.get_model("contact", "ConsentDocument")
    ConsentDocument.objects.bulk_create(
        ConsentDocument(
            purpose=purpose,
            version=1,
            title=title,
            agreement=agreement,
            body=body,
            published_at=datetime(2026, 11, 23, tzinfo=UTC),
        )
        for purpose, title, agreement, body in DOCUMENTS
    )


class Migration(migrations.Migration):

    dependencies = [
        ('contact', '0002_guards'),
    ]

    operations = [
        migrations.AddField(
            model_name='consent',
            name='signature',
            field=practice.fields.EncryptedTextField(blank=True, default='', person='client_id'),
        ),
        migrations.AddField(
            model_name='contactcard',
            name='channel',
            field=models.CharField(choices=[('email', 'E-mail'), ('phone', 'A phone call')], default='email', max_length=8),
        ),
        migrations.AddField(
            model_name='contactcard',
            name='device_is_shared',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='contactcard',
            name='neutral_name',
            field=practice.fields.EncryptedTextField(blank=True, default='', person='pk'),
        ),
        migrations.AddField(
            model_name='contactcard',
            name='phone_index',
            field=models.CharField(blank=True, db_index=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='consent',
            name='purpose',
            field=models.CharField(choices=[('email', 'E-mail about appointments'), ('follow_ups', 'E-mail between sessions'), ('sms', 'Text messages'), ('telehealth', 'Meeting by video'), ('secrets', 'What we keep between us')], max_length=12),
        ),
        migrations.AlterField(
            model_name='message',
            name='template',
            field=models.CharField(choices=[('booked', 'Appointment booked'), ('moved', 'Appointment moved'), ('called_off', 'Appointment canceled'), ('news', 'Something to read or answer'), ('reminder', 'Appointment tomorrow: please confirm'), ('soon', 'Appointment today'), ('invited', 'An invitation to answer'), ('state_opens', 'We can work where they are now')], max_length=12),
        ),
        migrations.CreateModel(
            name='ConsentDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('email', 'E-mail about appointments'), ('follow_ups', 'E-mail between sessions'), ('sms', 'Text messages'), ('telehealth', 'Meeting by video'), ('secrets', 'What we keep between us')], max_length=12)),
                ('version', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=80)),
                ('body', models.TextField(help_text='Plain paragraphs, with an empty line between two.')),
                ('agreement', models.CharField(max_length=200)),
                ('published_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['purpose', '-version'],
                'constraints': [models.UniqueConstraint(fields=('purpose', 'version'), name='contact_consentdocument_one_of_each_version')],
            },
        ),
        migrations.AddField(
            model_name='consent',
            name='document',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contact.consentdocument'),
        ),
        migrations.RunPython(add_documents, migrations.RunPython.noop),
        InstallGuard(guards.DOCUMENT_FROZEN),
        InstallGuard(guards.DOCUMENT_KEPT),
        InstallGuard(guards.CONSENT_KEPT),
    ]

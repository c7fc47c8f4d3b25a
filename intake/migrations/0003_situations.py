from django.db import migrations

# The first list of reasons; the owner edits it.
REASONS = [
    (
        "no-time",
        "No counselor has time soon",
        "We have no time open soon, and we don’t want you to wait without knowing. We are sorry. "
        "Below is who else can help. You are welcome to ask us again later.",
    ),
    (
        "other-help",
        "Another kind of help fits better",
        "From what you told us, we think another kind of help would serve you better than ours. "
        "We are glad to talk with you about who that could be: please call us.",
    ),
    (
        "not-couples",
        "Meeting as a couple isn’t right now",
        "We can’t offer to meet in the way you asked for right now. That says nothing about you. "
        "We are glad to talk with you, alone, about what could help: please call us.",
    ),
    (
        "not-reached",
        "We couldn’t reach them",
        "We tried to reach you and couldn’t. We have set your request aside. "
        "You are welcome to ask us again at any time.",
    ),
]


def add_reasons(apps, schema_editor):
    DeclineReason = apps.get_model("intake", "DeclineReason")
    DeclineReason.objects.bulk_create(
        DeclineReason(key=key, name=name, words=words, position=position)
        for position, (key, name, words) in enumerate(REASONS)
    )


def move_what_was_told(apps, schema_editor):
    """What brings somebody gets a table of its own, away from what the front desk reads."""
    ConsultationRequest = apps.get_model("intake", "ConsultationRequest")
    Situation = apps.get_model("intake", "Situation")
    for request in ConsultationRequest.objects.select_related("appointment"):
        Situation(
            client_id=request.client_id,
            request=request,
            concern_id=request.concern_id,
            words=request.words,
        ).save(force_insert=True)
        request.counselor_id = request.appointment.counselor_id
        partner = request.appointment.attendees.order_by("pk").all()[1:2]
        for attendee in partner if request.with_partner else []:
            request.partner_state_id = attendee.state_id
            request.partner_time_zone = attendee.time_zone
        request.save()


class Migration(migrations.Migration):
    dependencies = [("intake", "0002_triage")]

    operations = [
        migrations.RunPython(add_reasons, migrations.RunPython.noop),
        migrations.RunPython(move_what_was_told, migrations.RunPython.noop),
    ]

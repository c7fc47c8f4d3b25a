from django.db import migrations


def note_how_cases_stand(apps, schema_editor):
    """Cases opened before changes were kept get the one they began with."""
    Case = apps.get_model("clients", "Case")
    CaseChange = apps.get_model("clients", "CaseChange")
    CaseChange.objects.bulk_create(
        CaseChange(
            case_id=case.pk,
            what="opened",
            at=case.opened_at,
            counselor_id=case.counselor_id,
            stage=case.stage,
            disclosure=case.disclosure,
        )
        for case in Case.objects.all()
    )


class Migration(migrations.Migration):
    dependencies = [("clients", "0004_the_work")]

    operations = [migrations.RunPython(note_how_cases_stand, migrations.RunPython.noop)]

from django.db import migrations
from django.utils import timezone

# As they were when the practice began; it words its own afterwards.
OUTLINES = [
    ("dap", "DAP", "Data\n\n\nAssessment\n\n\nPlan\n\n"),
    ("soap", "SOAP", "Subjective\n\n\nObjective\n\n\nAssessment\n\n\nPlan\n\n"),
    ("free", "Free text", ""),
]


def add_outlines(apps, schema_editor):
    Outline = apps.get_model("notes", "Outline")
    # A whole second: stored and loaded again, as fixtures are, it is the same one.
    now = timezone.now().replace(microsecond=0)
    Outline.objects.bulk_create(
        Outline(key=key, version=1, name=name, body=body, made_at=now)
        for key, name, body in OUTLINES
    )


class Migration(migrations.Migration):
    dependencies = [("notes", "0002_guards")]

    operations = [migrations.RunPython(add_outlines, migrations.RunPython.noop)]

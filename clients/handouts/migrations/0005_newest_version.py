from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def fill(apps: Any, schema_editor: Any) -> None:
    version, searchable = (apps.get_model("handouts", name) for name in ("Version", "Searchable"))
    newest = version.objects.filter(handout=models.OuterRef("handout")).order_by("-number")
    searchable.objects.update(version=models.Subquery(newest.values("pk")[:1]))


class Migration(migrations.Migration):
    """What a handout is found by knows which version it is."""

    dependencies = [("handouts", "0004_full_text")]

    operations = [
        migrations.AddField(
            model_name="searchable",
            name="version",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="searchable",
                to="handouts.version",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

from importlib import import_module
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from clients.handouts import guards
from practice.guards import InstallGuard

_BEFORE: Any = import_module("clients.handouts.migrations.0004_full_text")
# Kept beside each row: PostgreSQL would make it anew of every text that it looks at.
_POSTGRESQL = [
    "DROP INDEX handouts_searchable_words",
    "ALTER TABLE handouts_searchable ADD COLUMN in_all tsvector "
    "GENERATED ALWAYS AS (to_tsvector('english', title || ' ' || words)) STORED",
    "ALTER TABLE handouts_searchable ADD COLUMN in_title tsvector "
    "GENERATED ALWAYS AS (to_tsvector('english', title)) STORED",
    "CREATE INDEX handouts_searchable_all ON handouts_searchable USING gin (in_all)",
]
_POSTGRESQL_BACK = [
    "ALTER TABLE handouts_searchable DROP COLUMN in_all",
    "ALTER TABLE handouts_searchable DROP COLUMN in_title",
]


def make(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        _BEFORE._run(schema_editor, _POSTGRESQL)
    else:  # the table was made anew above, without the triggers that keep its index in step
        _BEFORE._run(schema_editor, _BEFORE._SQLITE[1:])


def take_away(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        _BEFORE._run(schema_editor, _POSTGRESQL_BACK)
        schema_editor.add_index(apps.get_model("handouts", "Searchable"), _BEFORE._INDEX)
    else:
        _BEFORE._run(schema_editor, _BEFORE._SQLITE_BACK[:-1])


class Migration(migrations.Migration):
    """The library is searched and listed without a look at the texts."""

    dependencies = [("handouts", "0005_newest_version")]

    operations = [
        migrations.AlterField(
            model_name="searchable",
            name="version",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="searchable",
                to="handouts.version",
            ),
        ),
        migrations.AddIndex(
            model_name="searchable",
            index=models.Index(fields=["title", "id"], name="handouts_searchable_by_title"),
        ),
        migrations.RunPython(make, take_away),
        *(InstallGuard(guard) for guard in guards.ON_SEARCHABLES),
    ]

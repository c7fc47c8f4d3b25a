from typing import Any

from django.db import migrations


_POSTGRESQL = [
    "CREATE INDEX handouts_searchable_in_title ON handouts_searchable USING gin (in_title)",
    # Without it the server expects one handout of a stage among thousands, and begins with those.
    "CREATE STATISTICS handouts_handout_stages_and_topics "
    "ON (stages::text), (topics::text) FROM handouts_handout",
]
_POSTGRESQL_BACK = [
    "DROP STATISTICS handouts_handout_stages_and_topics",
    "DROP INDEX handouts_searchable_in_title",
]


def make(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, _POSTGRESQL)


def take_away(apps: Any, schema_editor: Any) -> None:
    _run(schema_editor, _POSTGRESQL_BACK)


def _run(schema_editor: Any, statements: list[str]) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in statements:
            schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    """Titles are found on PostgreSQL as quickly as words; SQLite has one index for both."""

    dependencies = [("handouts", "0006_found_at_once")]

    operations = [migrations.RunPython(make, take_away)]

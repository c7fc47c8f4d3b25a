from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import migrations

_INDEX = GinIndex(
    SearchVector("title", "words", config="english"), name="handouts_searchable_words"
)
# SQLite keeps its index in step by itself, as PostgreSQL does.
_SQLITE = [
    "CREATE VIRTUAL TABLE handouts_fulltext USING fts5("
    "title, words, content='handouts_searchable', content_rowid='id', "
    "tokenize='porter unicode61 remove_diacritics 2')",
    "CREATE TRIGGER handouts_fulltext_insert AFTER INSERT ON handouts_searchable BEGIN "
    "INSERT INTO handouts_fulltext(rowid, title, words) VALUES (NEW.id, NEW.title, NEW.words); "
    "END",
    "CREATE TRIGGER handouts_fulltext_delete AFTER DELETE ON handouts_searchable BEGIN "
    "INSERT INTO handouts_fulltext(handouts_fulltext, rowid, title, words) "
    "VALUES ('delete', OLD.id, OLD.title, OLD.words); END",
    "CREATE TRIGGER handouts_fulltext_update AFTER UPDATE ON handouts_searchable BEGIN "
    "INSERT INTO handouts_fulltext(handouts_fulltext, rowid, title, words) "
    "VALUES ('delete', OLD.id, OLD.title, OLD.words); "
    "INSERT INTO handouts_fulltext(rowid, title, words) VALUES (NEW.id, NEW.title, NEW.words); "
    "END",
]
_SQLITE_BACK = [
    *(f"DROP TRIGGER handouts_fulltext_{event}" for event in ("insert", "delete", "update")),
    "DROP TABLE handouts_fulltext",
]


def make(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.add_index(apps.get_model("handouts", "Searchable"), _INDEX)
    else:
        _run(schema_editor, _SQLITE)


def take_away(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.remove_index(apps.get_model("handouts", "Searchable"), _INDEX)
    else:
        _run(schema_editor, _SQLITE_BACK)


def _run(schema_editor: Any, statements: list[str]) -> None:
    for statement in statements:
        schema_editor.execute(statement, params=None)


def fill(apps: Any, schema_editor: Any) -> None:
    """What was published before can be found as well."""
    version, searchable = (apps.get_model("handouts", name) for name in ("Version", "Searchable"))
    newest = {each.handout_id: each for each in version.objects.order_by("number")}
    searchable.objects.bulk_create(
        searchable(
            handout_id=key, title=each.title, words=f"{each.summary}\n{each.body}".strip()
        )
        for key, each in newest.items()
    )


class Migration(migrations.Migration):
    """Full text over the library, on both databases."""

    dependencies = [("handouts", "0003_reading_and_review")]

    operations = [
        migrations.RunPython(make, take_away),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

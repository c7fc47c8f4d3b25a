"""A later release of this very program: a copy of it with one more column, and its migration.

What a later release may do while this one still runs, it does: it adds a column that the database
fills by itself, and an index. On SQLite the whole table is made anew for that.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

ROOT = Path(__file__).resolve().parents[2]
COLUMN, INDEX = "from_next_release", "contact_message_next_release"
_PARTS = ("practice", "clients", "scheduling", "intake", "templates")
_CONTACT = Path("clients/contact")
_KEY = "    key = models.CharField(max_length=120, unique=True)\n"
_FIELD = 'models.CharField(max_length=8, db_default="new")'
_MIGRATION = """
from django.db import migrations, models

from clients.contact import guards
from practice.guards import InstallGuard


class Migration(migrations.Migration):
    dependencies = [("contact", "{before}")]
    operations = [
        migrations.AddField("message", "{column}", {field}),
        migrations.AddIndex("message", models.Index(fields=["{column}"], name="{index}")),
        InstallGuard(guards.ENDED_STAYS_ENDED),
        InstallGuard(guards.LEGAL_MOVES),
        InstallGuard(guards.INTENT_KEPT),
    ]
"""


@contextmanager
def made(folder: Path) -> Iterator[Path]:
    """Where it lies, ready to be started; the database is as before when the block ends."""
    place = folder / "next-release"
    for part in _PARTS:
        shutil.copytree(ROOT / part, place / part)
    shutil.copy2(ROOT / "manage.py", place)
    _add_to_the_model(place / _CONTACT / "models.py")
    migrations = place / _CONTACT / "migrations"
    before = max(each.stem for each in migrations.glob("0*.py"))
    name = f"{int(before[:4]) + 1:04}_next_release"
    words = _MIGRATION.format(before=before, column=COLUMN, field=_FIELD, index=INDEX)
    (migrations / f"{name}.py").write_text(words)
    try:
        yield place
    finally:
        _take_back(name)
        shutil.rmtree(place)


def is_in_place() -> bool:
    """Whether its migration was carried out."""
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, "contact_message")
    return COLUMN in {each.name for each in columns}


def _add_to_the_model(file: Path) -> None:
    words = file.read_text()
    assert words.count(_KEY) == 1
    file.write_text(words.replace(_KEY, f"{_KEY}    {COLUMN} = {_FIELD}\n"))


def _take_back(name: str) -> None:
    if is_in_place():
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX {INDEX}")
            cursor.execute(f"ALTER TABLE contact_message DROP COLUMN {COLUMN}")
        MigrationRecorder(connection).record_unapplied("contact", name)

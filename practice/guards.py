"""Promises that the database keeps by itself, on PostgreSQL and on SQLite.

A guard is SQL for both databases: a constraint or trigger that refuses what must never happen.
A migration installs it with ``InstallGuard``. SQLite rebuilds a table when a column of it is
altered, and that drops the table's triggers: such a migration must install the table's guards
again (``tests/practice/test_guards.py`` finds the ones that are missing).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations.base import Operation


@dataclass(frozen=True)
class Guard:
    """One promise. `name` is what the database says when it refuses."""

    name: str
    table: str
    postgresql: tuple[str, ...]
    sqlite: tuple[str, ...]
    remove_postgresql: tuple[str, ...]
    remove_sqlite: tuple[str, ...]

    def install(self, connection: BaseDatabaseWrapper) -> None:
        _run(connection, self.postgresql if _is_postgresql(connection) else self.sqlite)

    def remove(self, connection: BaseDatabaseWrapper) -> None:
        drop = self.remove_postgresql if _is_postgresql(connection) else self.remove_sqlite
        _run(connection, drop)

    def stands(self, connection: BaseDatabaseWrapper) -> bool:
        """Whether the database knows it."""
        if _is_postgresql(connection):
            needed = 1
            query = (
                "SELECT (SELECT count(*) FROM pg_trigger WHERE tgname = %s AND tgenabled <> 'D') "
                "+ (SELECT count(*) FROM pg_constraint WHERE conname = %s AND contype = 'x')"
            )
            names = [self.name, self.name]
        else:
            needed = sum(statement.startswith("CREATE TRIGGER") for statement in self.sqlite)
            query = (
                "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (%s, %s, %s)"
            )
            names = [self.name, f"{self.name}_insert", f"{self.name}_update"]
        with connection.cursor() as cursor:
            cursor.execute(query, names)
            return bool(cursor.fetchone()[0] == needed)


ALL: dict[str, Guard] = {}


def _register(guard: Guard) -> Guard:
    ALL[guard.name] = guard
    return guard


def refuse(name: str, table: str, event: str, when: str = "") -> Guard:
    """A guard that refuses an event (`UPDATE`, `DELETE`, `INSERT`) on rows for which `when` holds.

    `when` is SQL over NEW and OLD that both databases understand, subqueries included.
    """
    condition = when or "1 = 1"
    function = f"{name}_refuse"
    returned = "OLD" if event.startswith("DELETE") else "NEW"
    return _register(
        Guard(
            name,
            table,
            postgresql=(
                f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN IF {condition} THEN RAISE EXCEPTION '{name}' "
                f"USING ERRCODE = 'integrity_constraint_violation'; END IF; "
                f"RETURN {returned}; END $$",
                f"DROP TRIGGER IF EXISTS {name} ON {table}",
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {function}()",
            ),
            sqlite=(
                f"DROP TRIGGER IF EXISTS {name}",
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{name}'); END",
            ),
            remove_postgresql=(
                f"DROP TRIGGER IF EXISTS {name} ON {table}",
                f"DROP FUNCTION IF EXISTS {function}()",
            ),
            remove_sqlite=(f"DROP TRIGGER IF EXISTS {name}",),
        )
    )


def refuse_truncate(name: str, table: str) -> Guard:
    """PostgreSQL can empty a table without touching a row; SQLite has no such command."""
    function = f"{name}_refuse"
    return _register(
        Guard(
            name,
            table,
            postgresql=(
                f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN RAISE EXCEPTION '{name}' "
                f"USING ERRCODE = 'integrity_constraint_violation'; END $$",
                f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
            ),
            sqlite=(),
            remove_postgresql=(
                f"DROP TRIGGER IF EXISTS {name} ON {table}",
                f"DROP FUNCTION IF EXISTS {function}()",
            ),
            remove_sqlite=(),
        )
    )


def copied(name: str, table: str, events: str, *, into: str, rows: str, values: str) -> Guard:
    """After one of these events on `table`, these rows of `into` take these values.

    `rows` and `values` are SQL over NEW that both databases understand. `events` are one or two of
    INSERT and UPDATE, such as "INSERT OR UPDATE". Rows that hold the values already should not be
    among `rows`: the copying is an update too.
    """
    function = f"{name}_copy"
    statement = f"UPDATE {into} SET {values} WHERE {rows}"
    wanted = events.split(" OR ")
    triggers = {f"{name}_{event.lower()}" if len(wanted) > 1 else name: event for event in wanted}
    return _register(
        Guard(
            name,
            table,
            postgresql=(
                f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN {statement}; RETURN NULL; END $$",
                f"DROP TRIGGER IF EXISTS {name} ON {table}",
                f"CREATE TRIGGER {name} AFTER {events} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {function}()",
            ),
            sqlite=(
                *(f"DROP TRIGGER IF EXISTS {trigger}" for trigger in triggers),
                *(
                    f"CREATE TRIGGER {trigger} AFTER {event} ON {table} BEGIN {statement}; END"
                    for trigger, event in triggers.items()
                ),
            ),
            remove_postgresql=(
                f"DROP TRIGGER IF EXISTS {name} ON {table}",
                f"DROP FUNCTION IF EXISTS {function}()",
            ),
            remove_sqlite=tuple(f"DROP TRIGGER IF EXISTS {trigger}" for trigger in triggers),
        )
    )


def no_overlap(
    name: str, table: str, *, same: str, begins: str, ends: str, live: str, says: str = "status"
) -> Guard:
    """No two live rows with the same `same` may overlap in [begins, ends).

    `live` is SQL over the column `says`. PostgreSQL keeps it with an exclusion constraint, SQLite
    (one writer at a time) with triggers.
    """
    live_new = live.replace(says, f"NEW.{says}")
    clash = (
        f"EXISTS (SELECT 1 FROM {table} WHERE {same} = NEW.{same} AND id <> NEW.id AND {live} "
        f"AND {begins} < NEW.{ends} AND NEW.{begins} < {ends})"
    )

    def trigger(event: str) -> str:
        return (
            f"CREATE TRIGGER {name}_{event.lower()} BEFORE {event} ON {table} "
            f"WHEN {live_new} AND {clash} BEGIN SELECT RAISE(ABORT, '{name}'); END"
        )

    return _register(
        Guard(
            name,
            table,
            postgresql=(
                "CREATE EXTENSION IF NOT EXISTS btree_gist",
                f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist "
                f"({same} WITH =, tstzrange({begins}, {ends}) WITH &&) WHERE ({live})",
            ),
            sqlite=(trigger("INSERT"), trigger("UPDATE")),
            remove_postgresql=(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",),
            remove_sqlite=(
                f"DROP TRIGGER IF EXISTS {name}_insert",
                f"DROP TRIGGER IF EXISTS {name}_update",
            ),
        )
    )


class InstallGuard(Operation):
    """Migration operation: put a guard in place; backwards takes it away."""

    reversible = True

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    def state_forwards(self, app_label: str, state: Any) -> None:
        """A guard changes no model."""

    def database_forwards(self, app_label: str, schema_editor: Any, *_: Any) -> None:
        # Where only SQLite lost it, PostgreSQL has it still.
        if not self.guard.stands(schema_editor.connection):
            self.guard.install(schema_editor.connection)

    def database_backwards(self, app_label: str, schema_editor: Any, *_: Any) -> None:
        self.guard.remove(schema_editor.connection)

    def describe(self) -> str:
        return f"Install the guard {self.guard.name}"


class RemoveGuard(Operation):
    """Migration operation: take a guard away, where a table that it speaks of is made anew.

    SQLite refuses that while a trigger of another table names it. The migration installs the
    guard again at its end.
    """

    reversible = True

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    def state_forwards(self, app_label: str, state: Any) -> None:
        """A guard changes no model."""

    def database_forwards(self, app_label: str, schema_editor: Any, *_: Any) -> None:
        self.guard.remove(schema_editor.connection)

    def database_backwards(self, app_label: str, schema_editor: Any, *_: Any) -> None:
        self.guard.install(schema_editor.connection)

    def describe(self) -> str:
        return f"Remove the guard {self.guard.name}"


@contextmanager
def lifted(connection: BaseDatabaseWrapper, *names: str) -> Iterator[None]:
    """Without these guards (all, if none is named): to erase by law, and to empty test data."""
    chosen = [ALL[name] for name in names] if names else list(ALL.values())
    for guard in chosen:
        guard.remove(connection)
    try:
        yield
    finally:
        for guard in chosen:
            guard.install(connection)


def _is_postgresql(connection: BaseDatabaseWrapper) -> bool:
    return connection.vendor == "postgresql"


def _run(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

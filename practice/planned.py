"""A cursor for statements that are made once and sent often, with values by their names.

PostgreSQL keeps its plan of them: Django's own cursors put the values into the text of a statement,
which is then read and planned anew each time. SQLite's driver keeps what it has read by itself.
"""

import re
import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from functools import cache
from operator import attrgetter
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg

_NAME = re.compile(r"%\((\w+)\)s")
Meanwhile = Callable[[], object]


class _Planned(psycopg.RawCursor[Any]):
    """Has the server keep its plan of what is sent, for as long as the connection lasts.

    Like the one for SQLite it looks through a statement once for where its values go.
    """

    meanwhile: Meanwhile | None = None

    def execute(self, query: Any, params: Any = None, **_: Any) -> Any:
        statement, names, told = _as_postgresql_has_it(query)
        talk = self._execute_gen(statement, [params[name] for name in names], prepare=True)
        wanted = next(talk, None)  # By now the statement is sent.
        try:
            if self.meanwhile:
                self.meanwhile()
        finally:
            if wanted is not None:
                self.connection.wait(_going_on(talk, wanted))
            self._query = told
        return self


def _going_on(talk: Generator[Any, Any, Any], wanted: Any) -> Generator[Any, Any, Any]:
    """A talk with the server that has begun already, and waits for this."""
    while True:
        ready = yield wanted
        try:
            wanted = talk.send(ready)
        except StopIteration:
            return


@cache
def _as_postgresql_has_it(query: str) -> tuple[str, list[str], Any]:
    """With numbers in place of names, the names in that order, and what Django logs of it."""
    names = list(dict.fromkeys(_NAME.findall(query)))
    statement = query % {name: f"${at}" for at, name in enumerate(names, 1)}
    return statement, names, SimpleNamespace(query=statement.encode())


class _ByName(sqlite3.Cursor):
    """Looks through a statement once for where its values go, not each time."""

    def execute(self, query: str, params: Any = ()) -> Any:
        return super().execute(_as_sqlite_has_it(query), params)


@cache
def _as_sqlite_has_it(query: str) -> str:
    return query % {name: f":{name}" for name in _NAME.findall(query)}


def stored(connection: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """These values of models as the database stores them. PostgreSQL's driver sees to it itself."""
    if connection.vendor == "postgresql":
        return dict(values)
    return {
        name: store(value) if (store := _AS_SQLITE_STORES.get(type(value))) else value
        for name, value in values.items()
    }


_AS_SQLITE_STORES: dict[type, Callable[[Any], str]] = {
    UUID: attrgetter("hex"),
    datetime: lambda moment: str(moment.astimezone(UTC).replace(tzinfo=None)),
    date: str,
    time: str,
}


@contextmanager
def cursor_of(connection: Any, meanwhile: Meanwhile | None = None) -> Iterator[Any]:
    """A cursor that counts, logs and names errors as Django's own.

    PostgreSQL is another process: `meanwhile` is called while it works.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    own: Any = connection.connection
    if connection.vendor == "postgresql":
        bare: Any = _Planned(own)
        bare.meanwhile = meanwhile
    else:
        bare = own.cursor(_ByName)
    watched = connection.queries_logged
    with connection.make_debug_cursor(bare) if watched else connection.make_cursor(bare) as cursor:
        yield cursor

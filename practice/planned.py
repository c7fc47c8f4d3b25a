"""A cursor for statements that are made once and sent often: PostgreSQL keeps its plan of them.

Django's own cursors put the values into the text of a statement, which is then read and planned
anew each time. SQLite's driver keeps what it has read by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


class _Planned(psycopg.Cursor[Any]):
    """Has the server keep its plan of what is sent, for as long as the connection lasts."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        return super().execute(query, params, **{**options, "prepare": True})


@contextmanager
def cursor_of(connection: Any) -> Iterator[Any]:
    """Django's cursor, which counts, logs and names errors as ever."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.cursor = _Planned(connection.connection)
        yield cursor

"""Statements that are planned once, and what is done while PostgreSQL works."""

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from practice import planned

pytestmark = pytest.mark.django_db
ON_POSTGRESQL = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite works within this process"
)


def ask(value: int, meanwhile: planned.Meanwhile | None = None) -> int:
    with planned.cursor_of(connection, meanwhile) as cursor:
        cursor.execute(
            "SELECT 2 * CAST(%(value)s AS integer) + %(value)s - %(value)s", {"value": value}
        )
        [(found,)] = cursor.fetchall()
        return int(found)


def test_a_value_goes_wherever_its_name_stands(db) -> None:
    assert [ask(1), ask(2)] == [2, 4]


def test_it_counts_among_the_statements_and_is_logged_as_it_was_sent(db) -> None:
    with CaptureQueriesContext(connection) as statements:
        ask(1)
    [sent] = statements.captured_queries
    assert "AS integer) + " in sent["sql"]


@ON_POSTGRESQL
def test_something_is_done_meanwhile_once(db) -> None:
    done: list[str] = []
    assert ask(3, lambda: done.append("this")) == 6
    assert done == ["this"]


@ON_POSTGRESQL
def test_where_that_fails_the_statement_is_done_and_the_connection_good(db) -> None:
    def fail() -> None:
        raise LookupError("while it worked")

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE kept (value integer) ON COMMIT DROP")
    with (
        pytest.raises(LookupError),
        planned.cursor_of(connection, fail) as cursor,
    ):
        cursor.execute("INSERT INTO kept VALUES (%(value)s)", {"value": 7})
    assert ask(4) == 8
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM kept")
        assert cursor.fetchall() == [(7,)]


@ON_POSTGRESQL
@pytest.mark.django_db(transaction=True)
def test_what_the_server_refuses_is_named_as_ever_and_the_connection_good() -> None:
    done: list[str] = []
    with pytest.raises(DataError), planned.cursor_of(connection, lambda: done.append("")) as cursor:
        cursor.execute("SELECT 1 / (%(value)s::integer - 1)", {"value": 1})
    assert done == [""]
    assert ask(5) == 10

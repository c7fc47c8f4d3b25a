"""Statements that are sent for each message that goes: their SQL is made once.

The ORM makes it anew each time, which takes several times as long as the database takes for it.
What the fields do with values, in both directions, is theirs all the same.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet, UUIDField
from django.db.models.query import ModelIterable

# What stands for the id until somebody asks. It is nobody's.
_SOMEBODY = UUID("c0ffee00-0000-4000-8000-000000000000")
_ID: Any = UUIDField()
_Row = TypeVar("_Row")


class _Made(NamedTuple):
    """A question as it is sent, and what makes values of columns."""

    sql: str
    given: Sequence[Any]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]
    names: list[str]  # of a model's columns; empty where plain rows are wanted


class Asked(Generic[_Row]):
    """A question about one id, such as
    `Asked(lambda client: Consent.objects.filter(client=client).values_list("purpose"))`.

    It is called with the id. What the queryset compares with it must be a UUID, and nothing else
    in it may differ between two calls.
    """

    def __init__(self, about: Callable[[UUID], QuerySet[Any, _Row]]) -> None:
        self._about = about
        self._made: dict[str, _Made] = {}  # by kind of database

    def __call__(self, key: UUID) -> list[_Row]:
        made = self._made.get(connection.vendor) or self._make()
        mark, asked = _as_stored(_SOMEBODY), _as_stored(key)
        with connection.cursor() as cursor:
            cursor.execute(made.sql, [asked if each == mark else each for each in made.given])
            return [self._row(made, list(row)) for row in cursor.fetchall()]

    def _make(self) -> _Made:
        queryset = self._about(_SOMEBODY)
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, given = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select or ()])
        whole = queryset._iterable_class is ModelIterable
        names = [field.attname for field in queryset.model._meta.concrete_fields]
        made = _Made(sql, given, converters, names if whole else [])
        self._model, self._made[connection.vendor] = queryset.model, made
        return made

    def _row(self, made: _Made, row: list[Any]) -> Any:
        for column, (converters, expression) in made.converters.items():
            for convert in converters:
                row[column] = convert(row[column], expression, connection)
        if not made.names:
            return tuple(row)
        return self._model.from_db(DEFAULT_DB_ALIAS, made.names, row)


def _as_stored(key: UUID) -> Any:
    return _ID.get_db_prep_value(key, connection)


def put_in(*rows: Model) -> None:
    """New rows of one model, with one statement. Keys that the database gives stay unknown."""
    model = type(rows[0])
    fields = _filled(model)
    values = [
        field.get_db_prep_save(field.pre_save(row, True), connection)
        for row in rows
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(_insertion(model, len(rows)), values)


def change(row: Model, names: Sequence[str], **held: Any) -> bool:
    """Write these fields of a row; False where it isn't as it was `held` to be any more."""
    new = {name: _field(type(row), name).pre_save(row, False) for name in names}
    return change_all(type(row), new, pk=row.pk, **held) == 1


def change_all(model: type[Model], new: Mapping[str, Any], **held: Any) -> int:
    """Write this into all rows that are as they are `held` to be; returns how many those were."""
    empty = tuple(name for name, value in held.items() if value is None)
    given = [*new.items(), *((name, held[name]) for name in held if name not in empty)]
    values = [_field(model, name).get_db_prep_save(value, connection) for name, value in given]
    with connection.cursor() as cursor:
        cursor.execute(_update(model, tuple(new), tuple(held), empty), values)
        found: int = cursor.rowcount
        return found


def _field(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


@cache
def _filled(model: type[Model]) -> list[Any]:
    """The fields that a new row brings along."""
    return [field for field in model._meta.concrete_fields if not field.db_returning]


@cache
def _insertion(model: type[Model], number: int) -> str:
    columns = [field.column for field in _filled(model)]
    places = f"({', '.join(['%s'] * len(columns))})"
    table, named = _quoted(model._meta.db_table), ", ".join(map(_quoted, columns))
    return f"INSERT INTO {table} ({named}) VALUES {', '.join([places] * number)}"


@cache
def _update(
    model: type[Model], names: tuple[str, ...], held: tuple[str, ...], empty: tuple[str, ...]
) -> str:
    def column(name: str) -> str:
        return _quoted(_field(model, name).column)

    new = ", ".join(f"{column(name)} = %s" for name in names)
    known = [f"{column(name)} {'IS NULL' if name in empty else '= %s'}" for name in held]
    table = _quoted(model._meta.db_table)
    return f"UPDATE {table} SET {new} WHERE {' AND '.join(known)}"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)

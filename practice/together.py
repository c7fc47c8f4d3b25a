"""Rows of several tables, asked for in one statement that is made once.

A page whose parts ask for different things would otherwise ask the database once for each, and
make each question anew for everybody who looks. Here the querysets become the parts of one
statement, which gives the rows of each back as JSON; then each is filled as if it had asked by
itself, with its models, joined rows and converters. What differs from one look to the next is
`Given`: it is filled in when the statement is sent. All else stands in its text, so that a partial
index is recognized, and PostgreSQL plans it once for each connection, not each time.
"""

import copy
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Expression, Field, QuerySet

from practice import planned

_PARTS = {
    "sqlite": "SELECT {number}, json_group_array(json_array({columns})) FROM ({sql}) AS part",
    "postgresql": "SELECT {number}, CAST(json_agg(part) AS text) FROM ({sql}) AS part",
}
# What JSON tells otherwise than PostgreSQL's driver does. SQLite stores what JSON knows.
_RESTORED: dict[str, Callable[[Any], Any]] = {
    "UUIDField": UUID,
    "DateTimeField": datetime.fromisoformat,
    "DateField": date.fromisoformat,
    "TimeField": time.fromisoformat,
    "JSONField": json.dumps,
}
_LOST_IN_JSON = {"BinaryField", "DecimalField", "DurationField", "FloatField"}
# As SQLite is told them; PostgreSQL's driver takes them as they are.
_ID_OR_MOMENT = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d.*"
)


class Given(Expression):
    """A value that is filled in, by its name, each time the statement is sent."""

    def __init__(
        self, name: str, output_field: "Field[Any, Any]", plus: timedelta = timedelta()
    ) -> None:
        super().__init__(output_field)
        self.name, self.plus = name, plus

    def __add__(self, other: Any) -> Any:
        return Given(self.name, self.output_field, self.plus + other)

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [_Slot(self.name, self.output_field, self.plus)]


class GivenMany(Given):
    """So many values as are given each time; stands where `__in` wants them."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        kind = self.output_field.rel_db_type(connection)
        each = "SELECT value FROM json_each(%s)"
        if connection.vendor == "postgresql":
            each = f"SELECT unnest(CAST(%s AS {kind}[]))"
        return each, [_Slot(self.name, self.output_field, many=True)]


@dataclass(frozen=True)
class _Slot:
    """The place of a value, or of a list of them, among the parameters."""

    name: str
    field: "Field[Any, Any]"
    plus: timedelta = timedelta()
    many: bool = False

    def filled(self, values: Mapping[str, Any], connection: Any) -> Any:
        value = values[self.name]
        if self.many:
            each = [self.field.get_db_prep_value(one, connection) for one in value]
            return each if connection.vendor == "postgresql" else json.dumps(each)
        return self.field.get_db_prep_value(value + self.plus if self.plus else value, connection)


class _Part:
    """A queryset with the statement that it would send."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        self.queryset = queryset
        self.compiler: Any = queryset.query.get_compiler(queryset.db)
        # Joined tables have columns of the same name: each gets one of its own.
        self.sql, self.params = self.compiler.as_sql(with_col_aliases=True)
        self.columns = [alias for _, _, alias in self.compiler.select]
        self.kinds = [
            str(column.output_field.get_internal_type()) for column, _, _ in self.compiler.select
        ]

    def filled(self, rows: list[Any], connection: Any) -> list[Any]:
        """What the queryset makes of these rows, which it would have asked for."""
        queryset, compiler = self.queryset.all(), copy.copy(self.compiler)
        query: Any = queryset.query
        compiler.connection = connection
        compiler.execute_sql = lambda *_, **__: [rows]
        query.get_compiler = lambda *_, **__: compiler
        return list(queryset)

    def restored(self, row: dict[str, Any]) -> tuple[Any, ...]:
        """A row of PostgreSQL's as its driver would have given it."""
        told = zip(self.kinds, row.values(), strict=True)
        return tuple(_restored(kind, value) for kind, value in told)


class Statement:
    """These querysets in one. Raises TypeError for columns that JSON can't carry.

    It is kept for everybody who looks: so it raises ValueError for an id or a moment that isn't
    `Given`, which would be the one of whoever looked first. Threads share it: each sends it on a
    connection of its own.
    """

    def __init__(self, querysets: Sequence[QuerySet[Any]]) -> None:
        self._parts = [_part(each) for each in querysets]
        asking = [(at, part) for at, part in enumerate(self._parts) if part]
        self._using = querysets[0].db
        params = [value for _, part in asking for value in part.params]
        if any(_is_id_or_moment(value) for value in params):
            raise ValueError("An id or a moment stands in it that will not be the next one's.")
        slots = dict.fromkeys(value for value in params if isinstance(value, _Slot))
        self._slots = {slot: f"given{at}" for at, slot in enumerate(slots)}
        sql = " UNION ALL ".join(self._sql_of(part, at) for at, part in asking)
        self._sql = sql.replace("%%", "%%%%") % tuple(self._written(value) for value in params)

    def rows(self, values: Mapping[str, Any]) -> list[list[Any]]:
        """What each of them finds now; what they prefetch is asked for afterwards."""
        connection = connections[self._using]
        found = self._read(values, connection) if self._sql else {}
        return [
            part.filled(found[at], connection) if part and found[at] else []
            for at, part in enumerate(self._parts)
        ]

    def _sql_of(self, part: _Part, number: int) -> str:
        connection = connections[self._using]
        quote = connection.ops.quote_name
        columns = ", ".join(quote(name) for name in part.columns)
        template = _PARTS[connection.vendor]
        return template.format(number=number, sql=part.sql, columns=columns)

    def _written(self, value: Any) -> str:
        """How it stands in the statement's text: what is given by a name, all else as it is."""
        if isinstance(value, _Slot):
            return f"%({self._slots[value]})s"
        connection: Any = connections[self._using]
        if connection.vendor == "postgresql":
            literal = connection.ops.compose_sql("%s", [value])
        else:
            literal = connection.schema_editor().quote_value(value)
        return str(literal).replace("%", "%%")

    def _read(self, values: Mapping[str, Any], connection: Any) -> dict[int, list[Any]]:
        given = {name: slot.filled(values, connection) for slot, name in self._slots.items()}
        with planned.cursor_of(connection) as cursor:
            cursor.execute(self._sql, given)
            found = {at: json.loads(rows or "[]") for at, rows in cursor.fetchall()}
        if connection.vendor == "postgresql":
            parts = self._parts
            return {at: [parts[at].restored(row) for row in rows] for at, rows in found.items()}
        return found


def _is_id_or_moment(value: Any) -> bool:
    return isinstance(value, UUID | date) or (
        isinstance(value, str) and _ID_OR_MOMENT.fullmatch(value) is not None
    )


def _part(queryset: QuerySet[Any]) -> _Part | None:
    try:
        part = _Part(queryset)
    except EmptyResultSet:
        return None
    lost = set(part.kinds) & _LOST_IN_JSON
    if lost:
        raise TypeError(f"JSON can't carry {', '.join(sorted(lost))}: please read it by itself.")
    return part


def _restored(kind: str, value: Any) -> Any:
    return value if value is None or kind not in _RESTORED else _RESTORED[kind](value)

"""Finding handouts by their words: full text on PostgreSQL and, by FTS5, on SQLite.

Both fold forms of a word together, want every word that is asked for, and put those first that
have them in their title. A row is written with each version, in its transaction; the indexes
follow by themselves (migrations ``0004_full_text``, ``0006_found_at_once`` and
``0007_titles_indexed``).
"""

import re
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.utils.functional import cached_property

from clients.handouts import prompts
from clients.handouts.models import Searchable, Version

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_MOST_WORDS = 12


class _InFullText(Func):
    """Whether SQLite's full text index has the words in this row."""

    arg_joiner = " IN (SELECT rowid FROM handouts_fulltext WHERE handouts_fulltext MATCH "
    template = "(%(expressions)s))"
    output_field = BooleanField()


class _InAll(Func):
    """Whether PostgreSQL's has them. Django doesn't know the column; it stands beside the key."""

    column = "in_all"
    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> Any:
        key: Any
        key, asked = self.source_expressions
        words, values = compiler.compile(asked)
        table = compiler.quote_name_unless_alias(key.alias)
        return f"({table}.{self.column} @@ plainto_tsquery('english', {words}))", values


class _InTitle(_InAll):
    """Whether it has them in the title."""

    column = "in_title"


def keep(version: Version) -> None:
    """Let the handout be found by the words of this version."""
    words = [*version.handout.topics, version.summary, prompts.plain(version.body)]
    Searchable.objects.update_or_create(
        handout=version.handout,
        defaults={
            "version": version,
            "title": version.title,
            "words": "\n".join(each for each in words if each),
        },
    )


class InTurn:
    """Rows by their titles, those of one query after those of another, a page at a time.

    Each query stops at its page's end, and counting at `most`.
    """

    def __init__(self, *parts: QuerySet[Searchable], most: int) -> None:
        self._parts = [part.order_by("title", "pk") for part in parts]
        self._most = most

    def __len__(self) -> int:
        return min(sum(self._sizes), self._most)

    def __getitem__(self, wanted: slice) -> list[Searchable]:
        found: list[Searchable] = []
        start = wanted.start
        for part, size in zip(self._parts, self._sizes, strict=True):
            end = start + wanted.stop - wanted.start - len(found)
            if start < size and end > start:
                found += part[start:end]
            start = max(start - size, 0)
        return found

    @cached_property
    def _sizes(self) -> list[int]:
        return [part.order_by()[: self._most].count() for part in self._parts]


def among(rows: QuerySet[Searchable], text: str, *, most: int) -> InTurn:
    """Those of these rows that have all words of the text; first those with all in the title."""
    words = [word.lower() for word in _WORD.findall(text)][:_MOST_WORDS]
    if not words:
        return InTurn(rows.none(), most=most)
    in_all, in_title = _by_postgresql(words) if _is_postgresql() else _by_sqlite(words)
    return InTurn(rows.filter(in_title), rows.filter(in_all).exclude(in_title), most=most)


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _by_postgresql(words: list[str]) -> tuple[Func, Func]:
    asked = Value(" ".join(words))
    return _InAll("pk", asked), _InTitle("pk", asked)


def _by_sqlite(words: list[str]) -> tuple[Func, Func]:
    quoted = " ".join(f'"{word}"' for word in words)
    # The sum keeps SQLite to the order of titles: it may stop early then, and has nothing to sort.
    key = F("pk") + 0
    return _InFullText(key, Value(quoted)), _InFullText("pk", Value(f"title : ({quoted})"))

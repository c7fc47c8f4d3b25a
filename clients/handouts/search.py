"""Finding handouts by their words: full text on PostgreSQL and, by FTS5, on SQLite.

Both fold forms of a word together, want every word that is asked for, and put those first that
have them in their title. A row is written with each version, in its transaction; the indexes
follow by themselves (migrations ``0004_full_text`` and ``0006_found_at_once``).
"""

import re

from django.db import connection
from django.db.models import BooleanField, Case, Func, QuerySet, Value, When

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
    """Whether PostgreSQL's has them."""

    arg_joiner = (
        " IN (SELECT id FROM handouts_searchable WHERE in_all @@ plainto_tsquery('english', "
    )
    template = "(%(expressions)s)))"
    output_field = BooleanField()


class _InTitle(_InAll):
    """Whether it has them in the title."""

    arg_joiner = (
        " IN (SELECT id FROM handouts_searchable WHERE in_title @@ plainto_tsquery('english', "
    )


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


def among(rows: QuerySet[Searchable], text: str) -> QuerySet[Searchable]:
    """Those of these rows that have all words of the text, best first.

    `after` is 0 where all of them are in the title.
    """
    words = [word.lower() for word in _WORD.findall(text)][:_MOST_WORDS]
    if not words:
        return rows.none()
    in_all, in_title = _by_postgresql(words) if _is_postgresql() else _by_sqlite(words)
    after = Case(When(in_title, then=Value(0)), default=Value(1))
    return rows.filter(in_all).annotate(after=after).order_by("after", "title", "pk")


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _by_postgresql(words: list[str]) -> tuple[Func, Func]:
    asked = Value(" ".join(words))
    return _InAll("pk", asked), _InTitle("pk", asked)


def _by_sqlite(words: list[str]) -> tuple[Func, Func]:
    quoted = " ".join(f'"{word}"' for word in words)
    return _InFullText("pk", Value(quoted)), _InFullText("pk", Value(f"title : ({quoted})"))

"""Finding handouts by their words: full text on PostgreSQL and, by FTS5, on SQLite.

Both fold forms of a word together, want every word that is asked for, and put those first that
have them in their title. A row is written with each version, in its transaction; the indexes
follow by themselves (migration ``0004_full_text``).
"""

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from clients.handouts import prompts
from clients.handouts.models import Searchable, Version

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_MOST_WORDS = 12
_LANGUAGE = "english"


class _InFullText(Func):
    """Whether SQLite's full text index has the words in this row."""

    arg_joiner = " IN (SELECT rowid FROM handouts_fulltext WHERE handouts_fulltext MATCH "
    template = "(%(expressions)s))"
    output_field = BooleanField()


def keep(version: Version) -> None:
    """Let the handout be found by the words of this version."""
    words = [*version.handout.topics, version.summary, prompts.plain(version.body)]
    Searchable.objects.update_or_create(
        handout=version.handout,
        defaults={"title": version.title, "words": "\n".join(each for each in words if each)},
    )


def among(versions: QuerySet[Version], text: str) -> QuerySet[Version]:
    """Those of these versions whose handouts have all words of the text, best first."""
    rows: QuerySet[Any] = found(text)
    rank = rows.filter(handout=OuterRef("handout")).values("after")[:1]
    fits = versions.filter(handout__in=rows.values("handout"))
    return fits.annotate(after=Subquery(rank)).order_by("after", "title", "pk")


def found(text: str) -> QuerySet[Searchable]:
    """The rows that have all words of the text; `after` is 0 where all are in the title."""
    words = [word.lower() for word in _WORD.findall(text)][:_MOST_WORDS]
    if not words:
        return Searchable.objects.none().annotate(after=Value(0))
    if connection.vendor == "postgresql":
        rows, in_title = _by_postgresql(" ".join(words))
    else:
        rows, in_title = _by_sqlite(words)
    return rows.annotate(after=Case(When(in_title, then=Value(0)), default=Value(1)))


def _by_postgresql(text: str) -> tuple[QuerySet[Searchable], Q | Func]:
    query = SearchQuery(text, config=_LANGUAGE)
    rows = Searchable.objects.annotate(
        everything=SearchVector("title", "words", config=_LANGUAGE),
        head=SearchVector("title", config=_LANGUAGE),
    )
    return rows.filter(everything=query), Q(head=query)


def _by_sqlite(words: list[str]) -> tuple[QuerySet[Searchable], Q | Func]:
    quoted = " ".join(f'"{word}"' for word in words)
    rows = Searchable.objects.filter(_InFullText("id", Value(quoted)))
    return rows, _InFullText("id", Value(f"title : ({quoted})"))

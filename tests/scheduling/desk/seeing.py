"""What a page says, and what the database was asked for it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

# Tables and columns whose content is clinical.
CLINICAL_TABLES = [
    *("intake_situation", "intake_safetyscreen"),
    *("handouts_", "followups_", "clients_concern", "clients_note"),
]
CLINICAL_COLUMNS = [
    '"clients_case"."disclosure"',
    '"clients_case"."stage"',
    '"clients_case"."concern_id"',
    '"clients_participant"."part"',
]


def text(response: Any) -> str:
    """The words of a page."""
    page = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    page = strip_tags(re.sub(r"<", " <", page)).replace("&#x27;", "'").replace("&amp;", "&")
    return re.sub(r"\s+", " ", page)


@contextmanager
def queries() -> Iterator[list[str]]:
    """What was asked of the database inside."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += [query["sql"] for query in captured]


def clinical(found: list[str]) -> set[str]:
    """The clinical tables and columns that these queries name."""
    return {word for word in CLINICAL_TABLES + CLINICAL_COLUMNS if any(word in q for q in found)}

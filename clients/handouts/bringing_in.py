"""An article that somebody brings in: a file, pasted text, or what stands at an address."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from clients.handouts import drafts, library
from clients.handouts.importing import import_article
from clients.handouts.importing.from_address import fetch_article
from clients.handouts.library import Citation, ImportedBefore
from clients.handouts.models import Article
from practice.audit import trail
from practice.models import Practice

# Of what a person can read in it, so much is kept for the review.
_MOST_KEPT = 200_000


def allowed_hosts() -> list[str]:
    """The sites from which the owner lets articles be read; nothing at first."""
    return Practice.current().article_hosts.split()


def take(given: Mapping[str, Any], citation: Citation, *, by: trail.Actor) -> Article:
    """A draft of it. Raises UnreadableArticle, AlreadyImported and ImportedBefore.

    With the last, what came is kept beside the article until somebody says what to take of it.
    """
    data, name = _content(given)
    imported = import_article(data, name)
    original = data.decode(errors="replace") if name.endswith((".txt", ".md")) else ""
    try:
        with transaction.atomic():
            return library.store_draft(
                imported, citation=citation, original=original[:_MOST_KEPT], by=by
            )
    except ImportedBefore as before:
        drafts.note_incoming(before.article, imported, by=by)
        raise


def _content(given: Mapping[str, Any]) -> tuple[bytes, str]:
    if given.get("file"):
        return given["file"].read(), str(given["file"].name)
    if given.get("text", "").strip():
        # How it is written is looked up in the text itself.
        return given["text"].encode(), "article"
    return fetch_article(given["address_to_read"], allowed_hosts=allowed_hosts())

"""Reads an article from a file into a draft that a counselor can check. Knows nothing of Django."""

from pathlib import PurePath

from . import markdown, plain_text, reading, web_page
from .markup_limits import check_markup
from .outline import arranged
from .structure import Block, ImportedArticle, LeftOut, Section, UnreadableArticle
from .writing import to_markdown

__all__ = [
    "Block",
    "ImportedArticle",
    "LeftOut",
    "Section",
    "UnreadableArticle",
    "import_article",
    "to_markdown",
]

MOST_PIECES = 5_000
_READERS = {"text": plain_text.pieces, "markdown": markdown.pieces, "page": web_page.pieces}


def import_article(data: bytes, name: str) -> ImportedArticle:
    """The article in the file; the end of `name` tells how it is written.

    Raises UnreadableArticle, with a sentence for the person, if it is not an article we can read.
    """
    text = reading.read(data)
    kind = reading.format_of(name, text)
    if kind != "text":
        check_markup(text)
    pieces = _READERS[kind](text)
    if len(pieces) > MOST_PIECES:
        raise UnreadableArticle("This file has too many lines for an article.")
    article = arranged(pieces, _title_from(name))
    if not any(section.blocks for section in article.sections):
        raise UnreadableArticle("We found no article text in this file.")
    return article


def _title_from(name: str) -> str:
    stem = PurePath(name.replace("\\", "/")).stem.replace("-", " ").replace("_", " ").strip()
    return stem[:1].upper() + stem[1:] if reading.has_words(stem) else "Untitled article"

"""Reads an article from a file into a draft that a counselor can check. Knows nothing of Django."""

from pathlib import PurePath

from . import markdown, plain_text, reading, web_page, word_file
from .accounting import accounted
from .changes import SectionChange, compare
from .markup_limits import check_markup
from .outline import arranged
from .structure import Block, ImportedArticle, LeftOut, Reading, Section, UnreadableArticle
from .writing import to_markdown

__all__ = [
    "MOST_BYTES",
    "Block",
    "ImportedArticle",
    "LeftOut",
    "Section",
    "SectionChange",
    "UnreadableArticle",
    "compare",
    "import_article",
    "to_markdown",
]

# No file that is larger can be read, in whatever format.
MOST_BYTES = word_file.MOST_BYTES
MOST_PIECES = 5_000
_READERS = {"text": plain_text.read, "markdown": markdown.read, "page": web_page.read}


def import_article(data: bytes, name: str) -> ImportedArticle:
    """The article in the file; the end of `name` tells how it is written.

    Every sentence of the file is in a section of it, or in what was left out with the reason.
    Raises UnreadableArticle, with a sentence for the person, if it is not an article we can read.
    """
    found = _read(data, name)
    if len(found.pieces) > MOST_PIECES:
        raise UnreadableArticle("This file has too many lines for an article.")
    article = arranged(found.pieces, _title_from(name))
    if not any(section.blocks for section in article.sections):
        raise UnreadableArticle("We found no article text in this file.")
    return accounted(article, found.lines)


def _read(data: bytes, name: str) -> Reading:
    if reading.is_word_file(data, name) and data.strip():
        return _read_word_file(data)
    text, kind = reading.read(data, name)
    if kind != "text":
        check_markup(text)
    return _READERS[kind](text)


def _read_word_file(data: bytes) -> Reading:
    word = word_file.read(data)
    page = reading.of_allowed_size(reading.tidy(word.page))
    check_markup(page)
    pieces = web_page.read(page).pieces
    return Reading([*pieces, *word.asides], [reading.tidy(line) for line in word.lines])


def _title_from(name: str) -> str:
    stem = PurePath(name.replace("\\", "/")).stem.replace("-", " ").replace("_", " ").strip()
    return stem[:1].upper() + stem[1:] if reading.has_words(stem) else "Untitled article"

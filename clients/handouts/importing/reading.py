"""From the bytes of a file to text that may be read on."""

import codecs
import re

from .structure import UnreadableArticle

LARGEST = 512 * 1024
_FORMATS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "page",
    ".htm": "page",
    ".xhtml": "page",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_STARTS = (
    b"%PDF",
    b"PK\x03\x04",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"{\\rtf",
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_PAGE_MARK = re.compile(
    r"<(?:!doctype\s+html|html|head|body|article|main|div|p|h[1-6])[\s>]", re.IGNORECASE
)
_MARKDOWN_MARK = re.compile(r"^(?:#{1,6}\s\S|={3,}\s*$|\[[^\]\n]+\]:\s)", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]{2,}")


def read(data: bytes) -> str:
    """The text of the file, with typographic quotes and dashes as they were.

    Raises UnreadableArticle if the file is empty, too large, or not text.
    """
    if not data.strip():
        raise UnreadableArticle("This file is empty.")
    if len(data) > LARGEST:
        raise UnreadableArticle("This file is larger than 512 kB. Please save only the article.")
    if data.startswith(_BINARY_STARTS):
        raise UnreadableArticle(
            "This file is not text. Please save the article as text or a web page."
        )
    return _tidy(_decode(data))


def format_of(name: str, text: str) -> str:
    """`text`, `markdown` or `page`: by the file's name, or by a look at it if that says nothing."""
    dot = name.rfind(".")
    known = _FORMATS.get(name[dot:].lower()) if dot >= 0 else None
    return known or _guess(text)


def has_words(text: str) -> bool:
    return _WORD.search(text) is not None


def _guess(text: str) -> str:
    if _PAGE_MARK.search(text[:4096]):
        return "page"
    return "markdown" if _MARKDOWN_MARK.search(text) else "text"


def _decode(data: bytes) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _decoded(data, encoding)
    if b"\x00" in data:
        raise UnreadableArticle(
            "This file is not text. Please save the article as text or a web page."
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(data, "windows-1252")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableArticle(
            "We could not read the letters in this file. Please save it again as UTF-8."
        ) from None


def _tidy(text: str) -> str:
    control = len(_CONTROL.findall(text))
    if control * 100 > len(text):
        raise UnreadableArticle(
            "This file is not text. Please save the article as text or a web page."
        )
    text = _INVISIBLE.sub("", _CONTROL.sub("", text))
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\u00a0", " ")

"""From the bytes of a file to text that may be read on."""

import codecs
import re

from .structure import UnreadableArticle

LARGEST = 512 * 1024
# Saved pages carry scripts and pictures; what is left of them without counts.
LARGEST_PAGE = 2 * 1024 * 1024
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
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"{\\rtf",
)
_TOO_LARGE = "This file is larger than 512 kB. Please save only the article."
_NO_TEXT = "This file is not text. Please save the article as text, a Word file or a web page."
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_-]{3,20})""")
_ENCODINGS = frozenset(
    (
        *(f"iso-8859-{number}" for number in (1, 2, 3, 4, 5, 7, 9, 13, 14, 15, 16)),
        *(f"windows-{number}" for number in (1250, 1251, 1252, 1253, 1254, 1257)),
        *("koi8-r", "koi8-u", "macintosh", "shift_jis", "euc-jp", "euc-kr", "gbk", "gb18030"),
        *("big5", "utf-8", "us-ascii"),
    )
)
_BAGGAGE = re.compile(r"<(script|style|svg)\b[^<>]*>", re.IGNORECASE)
_BAGGAGE_END = {
    name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style", "svg")
}
_WRITTEN_IN = re.compile(r"data:[a-z0-9.+/-]{1,60};base64,[A-Za-z0-9+/=]*", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNSEEN = re.compile(
    rf"[{_CONTROL.pattern[1:-1]}\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_PAGE_MARK = re.compile(
    r"<(?:!doctype\s+html|html|head|body|article|main|div|p|h[1-6])[\s>]", re.IGNORECASE
)
_MARKDOWN_MARK = re.compile(r"^(?:#{1,6}\s\S|={3,}\s*$|\[[^\]\n]+\]:\s)", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]{2,}")


def is_word_file(data: bytes, name: str) -> bool:
    """Whether this is to be read as a Word file; others that are packed are no text either."""
    return data.startswith(b"PK\x03\x04") or name.lower().endswith((".docx", ".docm"))


def read(data: bytes, name: str) -> tuple[str, str]:
    """The text of the file, and its format: `text`, `markdown` or `page`.

    Typographic quotes and dashes stay as they were. The format is known by the file's name, or by a
    look at the text if that says nothing. Raises UnreadableArticle if the file is empty, too large,
    or not text.
    """
    if not data.strip():
        raise UnreadableArticle("This file is empty.")
    if len(data) > LARGEST_PAGE:
        raise UnreadableArticle(_TOO_LARGE)
    if data.startswith(_BINARY_STARTS):
        raise UnreadableArticle(_NO_TEXT)
    text = _decode(data)
    kind = _format_of(name, text)
    if kind == "page":
        text = of_allowed_size(_without_baggage(text))
    elif len(data) > LARGEST:
        raise UnreadableArticle(_TOO_LARGE)
    return tidy(text), kind


def of_allowed_size(page: str) -> str:
    """The same page. Raises UnreadableArticle if it is longer than any article."""
    if len(page) > LARGEST:
        raise UnreadableArticle(_TOO_LARGE)
    return page


def _without_baggage(text: str) -> str:
    """The page without its scripts, styles and pictures that are written into it."""
    if len(text) <= LARGEST:
        return text
    kept: list[str] = []
    at = 0
    while start := _BAGGAGE.search(text, at):
        end = _BAGGAGE_END[start.group(1).lower()].search(text, start.end())
        if end is None:
            break
        kept.append(text[at : start.start()])
        at = end.end()
    return _WRITTEN_IN.sub("", "".join([*kept, text[at:]]))


def _format_of(name: str, text: str) -> str:
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
        raise UnreadableArticle(_NO_TEXT)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(data, _declared(data))


def _declared(data: bytes) -> str:
    """The encoding that a page says it has, if it is one of those that pages have."""
    found = _CHARSET.search(data[:2048])
    name = found.group(1).decode("ascii").lower() if found else ""
    return name if name in _ENCODINGS else "windows-1252"


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableArticle(
            "We could not read the letters in this file. Please save it again as UTF-8."
        ) from None


def tidy(text: str) -> str:
    """The text without signs that nobody sees. Raises UnreadableArticle if it is full of them."""
    if _UNSEEN.search(text):
        text = _without_unseen(text)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\u00a0", " ")


def _without_unseen(text: str) -> str:
    if len(_CONTROL.findall(text)) * 100 > len(text):
        raise UnreadableArticle(_NO_TEXT)
    return _UNSEEN.sub("", text)

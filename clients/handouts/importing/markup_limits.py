"""How much markup we are willing to parse, found out by one pass that builds nothing.

Follows the tokenizer of the HTML standard closely enough that text in scripts, comments and
quoted attributes is not taken for tags, and that real tags cannot hide in them.
"""

import re
from collections.abc import Iterator

from .structure import UnreadableArticle
from .words import word_set

MOST_TAGS = 5_000
DEEPEST = 100

_VOID = word_set(
    "area base br col embed hr img input link meta param source track wbr frame keygen"
)
_CLOSED_BY_THEIR_KIND = word_set("p li dt dd option optgroup tr td th thead tbody tfoot")
# Formatting left open is opened again in every later block, so only its own end tag counts.
_FORMATTING = word_set("b big code em font i nobr s small strike strong tt u")
_RAW = word_set("script style textarea title xmp iframe noembed noframes")
_FOREIGN = frozenset(("svg", "math"))

# Nearly all tags are so; the others are taken apart sign by sign.
_PLAIN_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:\s+[a-zA-Z-]+=\"[^\"]*\")*\s*>")
_NAME = re.compile(r"[a-zA-Z][^\s/>]*")
_COMMENT_END = re.compile(r"--!?>")
_BEFORE_ATTRIBUTE = re.compile(r"[\s/]*")
_ATTRIBUTE_NAME = re.compile(r"=?[^\s/>=]*")
_EQUALS = re.compile(r"\s*=\s*")
_BARE_VALUE = re.compile(r"[^\s>]*")
_RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW}


def check_markup(text: str) -> None:
    """Raises UnreadableArticle for more tags or deeper nesting than any article has."""
    depth = _Depth()
    for count, (name, change) in enumerate(_tags(text, depth), start=1):
        if count > MOST_TAGS:
            raise UnreadableArticle(
                "This page has too many parts to read. Please save only the article."
            )
        depth.note(name, change)
        if depth.now > DEEPEST:
            raise UnreadableArticle(
                "This page is nested too deeply to read. Please paste it as text."
            )


class _Depth:
    """How many elements are open, as far as tags alone can tell."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._count: dict[str, int] = {}
        self._formatting = 0

    @property
    def now(self) -> int:
        return len(self._open) + self._formatting

    @property
    def foreign(self) -> bool:
        return any(self._count.get(name) for name in _FOREIGN)

    def note(self, name: str, change: str) -> None:
        if change == "open":
            self._opened(name)
        elif change == "close":
            self._closed(name)

    def _opened(self, name: str) -> None:
        if name in _VOID or name in _CLOSED_BY_THEIR_KIND:
            return
        self._count[name] = self._count.get(name, 0) + 1
        if name in _FORMATTING:
            self._formatting += 1
        else:
            self._open.append(name)

    def _closed(self, name: str) -> None:
        if not self._count.get(name):
            return
        if name in _FORMATTING:
            self._count[name] -= 1
            self._formatting -= 1
            return
        last = ""
        while last != name:
            last = self._open.pop()
            self._count[last] -= 1


def _tags(text: str, depth: _Depth) -> Iterator[tuple[str, str]]:
    at = text.find("<")
    while at >= 0:
        plain = _PLAIN_TAG.match(text, at)
        if plain and (word := plain.group(2).lower()) not in _RAW:
            yield word, "close" if plain.group(1) else "open"
            at = text.find("<", plain.end())
            continue
        closing = text.startswith("</", at)
        name = _NAME.match(text, at + 1 + closing)
        if name:
            word = name.group().lower()
            at, closes_itself = _after_attributes(text, name.end())
            alone = closes_itself and depth.foreign
            yield word, "close" if closing else "alone" if alone else "open"
            if word in _RAW and not closing and not depth.foreign:
                at = _start_of(_RAW_END[word].search(text, at), text)
        else:
            at = _after_declaration(text, at, closing)
        at = text.find("<", at)


def _after_declaration(text: str, at: int, closing: bool) -> int:
    if text.startswith("<!--", at):
        return _end_of(_COMMENT_END.search(text, at + 2), text)
    if closing or text.startswith(("<!", "<?"), at):
        end = text.find(">", at)
        return end if end >= 0 else len(text)
    return at + 1


def _after_attributes(text: str, at: int) -> tuple[int, bool]:
    """Where the tag ends, and whether a slash stood before its end."""
    while at < len(text):
        gap = _BEFORE_ATTRIBUTE.match(text, at)
        at = _end_of(gap, text)
        if text.startswith(">", at):
            return at + 1, text[at - 1] == "/"
        at = _end_of(_ATTRIBUTE_NAME.match(text, at), text)
        equals = _EQUALS.match(text, at)
        if equals:
            at = _after_value(text, equals.end())
    return len(text), False


def _after_value(text: str, at: int) -> int:
    quote = text[at : at + 1]
    if quote not in ('"', "'"):
        return _end_of(_BARE_VALUE.match(text, at), text)
    end = text.find(quote, at + 1)
    return end + 1 if end >= 0 else len(text)


def _end_of(match: re.Match[str] | None, text: str) -> int:
    return match.end() if match else len(text)


def _start_of(match: re.Match[str] | None, text: str) -> int:
    return match.start() if match else len(text)

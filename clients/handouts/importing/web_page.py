"""A saved web page: the article's own element if it has one, else what trafilatura takes for it.

Scripts and styles are dropped; every other word of the page comes out as a piece, at least as an
aside.
"""

import re

import trafilatura
from selectolax.lexbor import LexborHTMLParser, LexborNode

from . import furniture
from .list_lines import marked
from .page_parts import (
    BLOCKS,
    DROPPED,
    HEADINGS,
    Attributes,
    aside_reason,
    children,
    full_of_text,
    is_data_row,
    lines,
    names_of,
)
from .structure import Piece, PieceKind, Reading, UnreadableArticle
from .words import ends_a_sentence, ends_as_question, words

# Where the article is said to be, the surest first.
_ARTICLES = (
    "article",
    "main, [role=main]",
    "[itemprop=articleBody], .entry-content, .post-content, .blog-item-content, .gh-content,"
    " .article-content, .article-body, .post-body, .body.markup, [data-hook=post-description]",
)
_DEEPEST_TREE = 250
_RUN = 6
_NOTE_MARK = re.compile(r"\W*\d{1,3}\W*")
_NUMBERED = re.compile(r"\W*\d")


def read(text: str) -> Reading:
    """The pieces of the page. Raises UnreadableArticle if its tree is absurdly deep."""
    page = LexborHTMLParser(text)
    if page.body is None:
        return Reading([], [])
    _take_off_marks(page.body)
    article = _article(page.body)
    found = _Walk(page.body, article).pieces()
    if article is None:
        found = _judged_by_trafilatura(found, text)
    return Reading([*_title(page, found), *found], lines(page.body))


def _take_off_marks(body: LexborNode) -> None:
    """Scripts, the small numbers of notes, and the bullets that Word writes as text."""
    body.strip_tags(["script", "style", "template", "iframe"])
    for node in body.css("sup"):
        if _NOTE_MARK.fullmatch(node.text()):
            node.decompose()
    for node in body.css("[style*='mso-list:']"):
        if "ignore" in (node.attributes.get("style") or "").lower():
            node.replace_with("1. " if _NUMBERED.match(node.text()) else "• ")


def _article(body: LexborNode) -> LexborNode | None:
    """The element that holds the article, if the page says or shows which."""
    whole = _length(body)
    for selector in _ARTICLES:
        nodes = body.css(selector)
        best = max(nodes[:20], key=_length, default=None)
        if best is not None and _length(best) * 4 >= whole:
            return best
    return full_of_text(body)


def _length(node: LexborNode | None) -> int:
    return len(node.text()) if node is not None else 0


def _title(page: LexborHTMLParser, found: list[Piece]) -> list[Piece]:
    """What the page calls it outside of the article, if no heading within does."""
    if any(piece.kind == "heading" and piece.level == 1 for piece in found):
        return []
    name = _in_head(page)
    tops = [" ".join(node.text().split()) for node in page.css("h1")[:5]]
    named = [top for top in tops if top and (len(tops) == 1 or top in name)]
    title = named[0] if named else _without_site(name)
    return [Piece("heading", title, level=1)] if title else []


def _in_head(page: LexborHTMLParser) -> str:
    shared = page.css_first("head meta[property='og:title']")
    node = page.css_first("head title")
    name = (shared.attributes.get("content") if shared else "") or (node.text() if node else "")
    return " ".join((name or "").split())


def _without_site(name: str) -> str:
    for mark in (" | ", " – ", " — ", " - ", " · ", " :: "):
        name = name.split(mark)[0].strip()
    return name


class _Walk:
    """Goes through the page in reading order and gathers its pieces."""

    def __init__(self, body: LexborNode, article: LexborNode | None) -> None:
        self._body = body
        self._article = article.mem_id if article is not None else None
        self._whole = max(_length(article if article is not None else body), 1)
        self._found: list[Piece] = []
        self._words: list[str] = []
        self._strong = self._linked = self._all = 0
        self._term: _Item | None = None

    def pieces(self) -> list[Piece]:
        outside = furniture.OUTSIDE if self._article is not None else ""
        self._node(self._body, _Place(reason=outside))
        self._flush(_Place(reason=outside))
        return self._found

    def _node(self, node: LexborNode, place: "_Place") -> None:
        if place.depth > _DEEPEST_TREE:
            raise UnreadableArticle(
                "This page is nested too deeply to read. Please paste it as text."
            )
        for child in children(node):
            if child.is_text_node:
                self._text(child.text(), place)
            elif child.is_element_node:
                self._element(child, place)

    def _element(self, node: LexborNode, place: "_Place") -> None:
        tag = node.tag or ""
        if tag in DROPPED:
            return
        if tag == "br":
            self._words.append("\n")
        elif tag == "img":
            self._image(node, place)
        else:
            inner = self._place_in(node, tag, place)
            apart = tag in BLOCKS or inner.reason != place.reason
            if apart:
                self._flush(place)
            self._node(node, inner)
            if apart:
                self._flush(inner)

    def _place_in(self, node: LexborNode, tag: str, place: "_Place") -> "_Place":
        if node.mem_id == self._article:
            return _Place(depth=place.depth + 1)
        inner = place.inside(tag)
        given = node.attributes
        if not inner.reason:
            inner.reason = self._aside_reason(node, tag, given)
        if given and tag == "p" and "msotitle" in names_of(given):
            inner.heading = 1
        self._begin_item(node, tag, inner)
        return inner

    def _aside_reason(self, node: LexborNode, tag: str, given: Attributes) -> str:
        reason = aside_reason(tag, given)
        holds_most = reason and tag != "nav" and _length(node) * 2 > self._whole
        return "" if holds_most else reason

    def _begin_item(self, node: LexborNode, tag: str, inner: "_Place") -> None:
        """Items of lists, rows of tables, and terms with what they mean are one piece each."""
        if tag == "li":
            inner.item = _Item("item", ordered=inner.ordered)
        elif tag == "tr":
            inner.item = _Item("text", between=" – ") if is_data_row(node) else None
        elif tag == "dt":
            question = ends_as_question(node.text())
            inner.heading = 4 if question else 0
            self._term = inner.item = None if question else _Item("item", between=": ")
        elif tag == "dd":
            inner.item = self._term

    def _image(self, node: LexborNode, place: "_Place") -> None:
        alt = " ".join((node.attributes.get("alt") or "").split())
        if alt:
            self._found.append(Piece("aside", alt, reason=place.reason or furniture.CAPTION))

    def _text(self, text: str, place: "_Place") -> None:
        self._words.append(text.replace("\n", " "))
        if text and not text.isspace():
            self._all += 1
            self._strong += place.strong
            self._linked += place.linked

    def _flush(self, place: "_Place") -> None:
        if not self._all:  # nothing but space
            self._words = []
            return
        lines = [" ".join(line.split()) for line in "".join(self._words).split("\n")]
        lines = [line for line in lines if line]
        if place.heading and lines:
            lines = [" ".join(lines)]
        strong = self._strong == self._all
        linked = self._linked == self._all
        self._words = []
        self._strong = self._linked = self._all = 0
        for line in lines:
            self._add(line, place, strong, linked)

    def _add(self, line: str, place: "_Place", strong: bool, linked: bool) -> None:
        if place.reason:
            self._found.append(Piece("aside", line, reason=place.reason))
        elif place.heading:
            self._found.append(Piece("heading", line, level=place.heading))
        elif linked and len(words(line)) <= 20:
            self._found.append(Piece("aside", line, reason=furniture.LINK))
        elif place.item is not None:
            self._add_to_item(line, place.item)
        elif strong and _could_be_heading(line):
            self._found.append(Piece("heading", line, level=5, sure=False))
        else:
            self._found.append(_line_piece(line))

    def _add_to_item(self, line: str, item: "_Item") -> None:
        if 0 <= item.at == len(self._found) - 1:
            self._found[item.at] = item.piece(item.joined(self._found[item.at].text, line))
        else:
            item.at = len(self._found)
            self._found.append(item.piece(line))


class _Item:
    """A list item, a term or a table's row, and which piece holds what was read of it."""

    def __init__(self, kind: PieceKind, *, ordered: bool = False, between: str = " ") -> None:
        self.kind = kind
        self.ordered = ordered
        self.at = -1
        self._between = between

    def joined(self, before: str, line: str) -> str:
        between = self._between
        if self.kind == "item":
            self._between = " "
            between = " " if ends_a_sentence(before) else between
        return f"{before}{between}{line}"

    def piece(self, text: str) -> Piece:
        return Piece(self.kind, text, ordered=self.ordered, row=self.kind == "text")


class _Place:
    """Where in the page the walk stands."""

    def __init__(self, *, reason: str = "", depth: int = 0) -> None:
        self.reason = reason
        self.depth = depth
        self.heading = 0
        self.ordered = self.strong = self.linked = False
        self.item: _Item | None = None

    def inside(self, tag: str) -> "_Place":
        inner = _Place(reason=self.reason, depth=self.depth + 1)
        inner.heading = HEADINGS.get(tag, self.heading)
        inner.ordered = tag == "ol" or (self.ordered and tag != "ul")
        inner.strong = self.strong or tag in ("strong", "b")
        inner.linked = self.linked or tag == "a"
        inner.item = self.item
        return inner


def _could_be_heading(line: str) -> bool:
    return len(words(line)) <= 18 and not line.rstrip().endswith((".", "!", ",", ";"))


def _line_piece(line: str) -> Piece:
    mark = marked(line)
    if mark and mark.words:
        return Piece("item", mark.words, ordered=mark.number > 0)
    return Piece("text", line)


def _judged_by_trafilatura(found: list[Piece], text: str) -> list[Piece]:
    """Pieces before and after what trafilatura counts to the article become asides."""
    taken = trafilatura.extract(text, favor_recall=True, include_comments=False)
    if not taken:
        return found
    kept = _Kept(taken)
    places = [at for at, piece in enumerate(found) if kept.holds(piece)]
    if not places:
        return found
    first, last = places[0], places[-1]
    return [
        piece if first <= at <= last or piece.kind in ("aside", "heading") else _outside(piece)
        for at, piece in enumerate(found)
    ]


class _Kept:
    """The words trafilatura kept, ready to be asked about."""

    def __init__(self, taken: str) -> None:
        lines = [tuple(words(line)) for line in taken.splitlines()]
        every = [word for line in lines for word in line]
        self._lines = set(lines)
        self._runs = {tuple(every[at : at + _RUN]) for at in range(len(every))}

    def holds(self, piece: Piece) -> bool:
        if piece.kind in ("aside", "heading"):
            return False
        own = tuple(words(piece.text))
        return own in self._lines or (len(own) >= _RUN and own[:_RUN] in self._runs)


def _outside(piece: Piece) -> Piece:
    return Piece("aside", piece.text, reason=furniture.OUTSIDE)

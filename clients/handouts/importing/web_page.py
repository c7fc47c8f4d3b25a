"""A saved web page: the article's own element if it has one, else what trafilatura takes for it.

Scripts and styles are dropped; every other word of the page comes out as a piece, at least as an
aside.
"""

from collections.abc import Iterator

import trafilatura
from selectolax.lexbor import LexborHTMLParser, LexborNode

from . import furniture
from .list_lines import marked
from .structure import Piece, PieceKind, UnreadableArticle
from .words import word_set, words

_DROPPED = word_set("script style template iframe head link meta base source track")
_BLOCKS = word_set(
    "address article aside blockquote body center dd details dialog div dl dt"
    " fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu"
    " nav ol p pre search section"
    " summary table tbody td tfoot th thead tr ul caption label option select textarea"
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)} | {"summary": 4}
_ASIDES = {
    "nav": furniture.NAVIGATION,
    "footer": furniture.OUTSIDE,
    "aside": furniture.OUTSIDE,
    "form": furniture.LINK,
    "button": furniture.LINK,
    "select": furniture.LINK,
    "textarea": furniture.LINK,
    "figcaption": furniture.CAPTION,
    "caption": furniture.CAPTION,
    "svg": furniture.CAPTION,
    **dict.fromkeys(("noscript", "object", "canvas", "audio", "video"), furniture.HIDDEN),
    "dialog": furniture.HIDDEN,
}
_NAMED_ASIDES = {
    furniture.NAVIGATION: "nav menu navigation breadcrumb breadcrumbs post-navigation nav-links"
    " related related-posts related-articles pagination pager toc table-of-contents tags post-tags",
    furniture.SHARING: "share sharing social social-share share-buttons newsletter subscribe"
    " comments"
    " comment-respond comment-form sharedaddy",
    furniture.COOKIES: "cookie cookies cookie-notice cookie-banner cookie-consent consent gdpr",
    furniture.CAPTION: "wp-caption-text caption image-caption photo-credit",
    furniture.OUTSIDE: "sidebar widget widget-area site-footer site-header footer",
    furniture.CREDIT: "credit site-credit designer-credit site-info copyright",
    furniture.BYLINE: "byline entry-meta post-meta author-box post-date author-bio",
    furniture.OFFER: "cta call-to-action promo advertisement banner-ad",
}
_ASIDE_NAMES = {name: why for why, names in _NAMED_ASIDES.items() for name in names.split()}
_DEEPEST_TREE = 250
_RUN = 6


def pieces(text: str) -> list[Piece]:
    """The pieces of the page. Raises UnreadableArticle if its tree is absurdly deep."""
    page = LexborHTMLParser(text)
    if page.body is None:
        return []
    article = _article(page)
    found = _Walk(page.body, article).pieces()
    if article is None:
        found = _judged_by_trafilatura(found, text)
    return [*_title(page, found), *found]


def _article(page: LexborHTMLParser) -> LexborNode | None:
    """The element that holds the article, if the page says which."""
    whole = _length(page.body)
    for selector in ("article", "main, [role=main]", "[itemprop=articleBody], .entry-content"):
        nodes = page.css(selector)
        best = max(nodes[:20], key=_length, default=None)
        if best is not None and _length(best) * 4 >= whole:
            return best
    return None


def _length(node: LexborNode | None) -> int:
    return len(node.text()) if node is not None else 0


def _title(page: LexborHTMLParser, found: list[Piece]) -> list[Piece]:
    """What the page's head calls it, if no heading in the body does."""
    node = page.css_first("head title")
    name = " ".join(node.text().split()) if node else ""
    if not name or any(piece.kind == "heading" and piece.level == 1 for piece in found):
        return []
    for mark in (" | ", " – ", " — ", " - ", " · ", " :: "):
        name = name.split(mark)[0].strip()
    return [Piece("heading", name, level=1)]


class _Walk:
    """Goes through the page in reading order and gathers its pieces."""

    def __init__(self, body: LexborNode, article: LexborNode | None) -> None:
        self._body = body
        self._article = article.mem_id if article is not None else None
        self._whole = max(_length(article if article is not None else body), 1)
        self._found: list[Piece] = []
        self._words: list[str] = []
        self._strong = self._linked = self._all = 0

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
        for child in _children(node):
            if child.is_text_node:
                self._text(child.text(), place)
            elif child.is_element_node:
                self._element(child, place)

    def _element(self, node: LexborNode, place: "_Place") -> None:
        tag = node.tag or ""
        if tag in _DROPPED:
            return
        if tag == "br":
            self._words.append("\n")
        elif tag == "img":
            self._image(node, place)
        else:
            inner = self._place_in(node, tag, place)
            apart = tag in _BLOCKS or inner.reason != place.reason
            if apart:
                self._flush(place)
            self._node(node, inner)
            if apart:
                self._flush(inner)

    def _place_in(self, node: LexborNode, tag: str, place: "_Place") -> "_Place":
        if node.mem_id == self._article:
            return _Place(depth=place.depth + 1)
        inner = place.inside(tag)
        if not inner.reason:
            inner.reason = self._aside_reason(node, tag)
        if tag == "li" or tag == "tr":
            inner.item = _Item("item" if tag == "li" else "text", ordered=place.ordered)
        return inner

    def _aside_reason(self, node: LexborNode, tag: str) -> str:
        reason = _ASIDES.get(tag, "") or _hidden(node) or _named_aside(node)
        holds_most = reason and tag != "nav" and _length(node) * 2 > self._whole
        return "" if holds_most else reason

    def _image(self, node: LexborNode, place: "_Place") -> None:
        alt = " ".join((node.attributes.get("alt") or "").split())
        if alt:
            self._found.append(Piece("aside", alt, reason=place.reason or furniture.CAPTION))

    def _text(self, text: str, place: "_Place") -> None:
        self._words.append(text.replace("\n", " "))
        size = len("".join(text.split()))
        self._all += size
        self._strong += size * place.strong
        self._linked += size * place.linked

    def _flush(self, place: "_Place") -> None:
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
            between = " " if item.kind == "item" else " – "
            self._found[item.at] = item.piece(f"{self._found[item.at].text}{between}{line}")
        else:
            item.at = len(self._found)
            self._found.append(item.piece(line))


class _Item:
    """A list item or a table's row, and which piece holds what was read of it."""

    def __init__(self, kind: PieceKind, *, ordered: bool) -> None:
        self.kind = kind
        self.ordered = ordered
        self.at = -1

    def piece(self, text: str) -> Piece:
        return Piece(self.kind, text, ordered=self.ordered)


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
        inner.heading = _HEADINGS.get(tag, self.heading)
        inner.ordered = tag == "ol" or (self.ordered and tag != "ul")
        inner.strong = self.strong or tag in ("strong", "b")
        inner.linked = self.linked or tag == "a"
        inner.item = self.item
        return inner


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _hidden(node: LexborNode) -> str:
    found = node.attributes
    style = (found.get("style") or "").replace(" ", "").lower()
    gone = "display:none" in style or "visibility:hidden" in style
    silent = found.get("aria-hidden") == "true" or "hidden" in found
    return furniture.HIDDEN if gone or silent else ""


def _named_aside(node: LexborNode) -> str:
    found = node.attributes
    names = f"{found.get('class') or ''} {found.get('id') or ''} {found.get('role') or ''}"
    for name in names.lower().replace("_", "-").split()[:20]:
        if name in _ASIDE_NAMES:
            return _ASIDE_NAMES[name]
    return furniture.NAVIGATION if found.get("role") == "navigation" else ""


def _could_be_heading(line: str) -> bool:
    return len(words(line)) <= 18 and not line.rstrip().endswith((".", "!", ",", ";"))


def _line_piece(line: str) -> Piece:
    mark = marked(line)
    if mark and mark.words:
        return Piece("item", mark.words, ordered=mark.number > 0)
    return Piece("text", line)


def _judged_by_trafilatura(found: list[Piece], text: str) -> list[Piece]:
    """Pieces trafilatura does not count to the article become asides."""
    taken = trafilatura.extract(text, favor_recall=True, include_comments=False)
    if not taken:
        return found
    kept = _Kept(taken)
    judged = [piece if kept.holds(piece) else _outside(piece) for piece in found]
    return judged if any(piece.kind != "aside" for piece in judged) else found


class _Kept:
    """The words trafilatura kept, ready to be asked about."""

    def __init__(self, taken: str) -> None:
        lines = [tuple(words(line)) for line in taken.splitlines()]
        every = [word for line in lines for word in line]
        self._lines = set(lines)
        self._runs = {tuple(every[at : at + _RUN]) for at in range(len(every))}

    def holds(self, piece: Piece) -> bool:
        own = tuple(words(piece.text))
        if piece.kind in ("aside", "heading"):
            return True
        return own in self._lines or (len(own) >= _RUN and own[:_RUN] in self._runs)


def _outside(piece: Piece) -> Piece:
    return Piece("aside", piece.text, reason=furniture.OUTSIDE)

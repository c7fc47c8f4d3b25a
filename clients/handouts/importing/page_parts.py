"""What the elements of a page are: blocks, headings, and those that stand beside the article."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from selectolax.lexbor import LexborNode

from . import furniture
from .structure import SEAM
from .words import word_set

Attributes = Mapping[str, str | None]

DROPPED = word_set("script style template iframe head link meta base source track")
BLOCKS = word_set(
    "address article aside blockquote body center dd details dialog div dl dt"
    " fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu"
    " nav ol p pre search section"
    " summary table tbody td tfoot th thead tr ul caption label option select textarea"
)
HEADINGS = {f"h{level}": level for level in range(1, 7)} | {"summary": 4}
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
_NAMED = {
    furniture.NAVIGATION: "nav menu navigation nav-links toc table-of-contents tags post-tags"
    " pager tag-list read-next msotoc1 msotoc2 msotoc3 msotoc4",
    furniture.SHARING: "comment-respond comment-form share-buttons post-actions",
    furniture.CAPTION: "wp-caption-text caption image-caption photo-credit msocaption",
    furniture.OUTSIDE: "widget widget-area site-footer site-header footer post-footer",
    furniture.CREDIT: "credit site-credit designer-credit site-info copyright",
    furniture.BYLINE: "entry-meta post-meta author-box post-date author-bio post-header-meta"
    " author-card",
    furniture.OFFER: "cta call-to-action promo advertisement banner-ad",
    furniture.NOTE: "msofootnotetext msoendnotetext footnotes",
    furniture.PAGE_EDGE: "msoheader msofooter",
    furniture.HIDDEN: "sr-only screen-reader-text visually-hidden visuallyhidden d-none"
    " preheader preview-text",
}
# Themes put words of their own around these: "gh-subscribe-form", "jp-relatedposts".
_NAMED_IN_PART = {
    furniture.NAVIGATION: "breadcrumb breadcrumbs related relatedposts pagination",
    furniture.SHARING: "share sharing social newsletter subscribe subscription comments sharedaddy",
    furniture.COOKIES: "cookie cookies consent gdpr",
    furniture.OUTSIDE: "sidebar",
    furniture.BYLINE: "byline",
    furniture.HIDDEN: "popup modal",
}
_WHY = {name: why for why, names in _NAMED.items() for name in names.split()}
_WHY_IN_PART = {name: why for why, names in _NAMED_IN_PART.items() for name in names.split()}
_BREAKING = BLOCKS | _ASIDES.keys() | {"br"}
_NAMING = ("class", "id", "role")
_LONGEST_NAMES = 400
_MOSTLY = 0.9
_HALF = 0.5
_ENOUGH = 400  # letters; a page with fewer may be anything
_UNSEEN = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|font-size:0(?:px|pt|em|rem)?(?:;|$)"
    r"|(?<![a-z-])opacity:0(?:\.0+)?(?:;|$)"
)
_WORD_NOTE = re.compile(r"(?:footnote|endnote)-\d+$")


def aside_reason(tag: str, given: Attributes) -> str:
    """Why what stands in such an element is no part of the article; empty if it may be."""
    reason = _ASIDES.get(tag, "")
    if reason or not given:
        return reason
    return _hidden(given) or _named(given)


def names_of(given: Attributes) -> list[str]:
    """The classes, the id and the role, in small letters and with dashes."""
    return _apart(" ".join(filter(None, map(given.get, _NAMING))))


def _apart(names: str) -> list[str]:
    return names[:_LONGEST_NAMES].lower().replace("_", "-").split()


def _hidden(given: Attributes) -> str:
    style = given.get("style")
    unseen = style and _UNSEEN.search(style.replace(" ", "").lower())
    silent = given.get("aria-hidden") == "true" or "hidden" in given
    return furniture.HIDDEN if unseen or silent else ""


def _named(given: Attributes) -> str:
    names = " ".join(filter(None, map(given.get, _NAMING)))
    return _why(names[:_LONGEST_NAMES]) if names else ""


@lru_cache(1_024)
def _why(names: str) -> str:
    for name in _apart(names):
        if name in _WHY:
            return _WHY[name]
        if _WORD_NOTE.match(name):
            return furniture.NOTE
        for part in name.split("-"):
            if part in _WHY_IN_PART:
                return _WHY_IN_PART[part]
    return ""


def children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def is_data_row(row: LexborNode) -> bool:
    """Whether this row of a table sets short things side by side; others only lay out a page."""
    cells = [cell for cell in children(row) if cell.tag in ("td", "th")]
    filled = [cell for cell in cells if cell.text().strip()]
    return len(filled) > 1 and all(_is_plain_cell(cell) for cell in filled)


def _is_plain_cell(cell: LexborNode) -> bool:
    blocks = [child for child in children(cell) if child.tag in BLOCKS]
    if not blocks:
        return True
    return (
        len(blocks) == 1
        and blocks[0].tag in ("p", "div")
        and not any(child.tag in BLOCKS for child in children(blocks[0]))
    )


def full_of_text(body: LexborNode) -> LexborNode | None:
    """The smallest element in which nearly all paragraphs stand, and little else; if there is one.

    So an article looks on pages that don't name it.
    """
    below: Counter[int] = Counter()
    for paragraph in body.css("p"):
        long = len(paragraph.text())
        around = paragraph.parent
        while around is not None:
            below[around.mem_id] += long
            around = around.parent
    most, inner = _MOSTLY * below[body.mem_id], body
    while deeper := next((c for c in children(inner) if below[c.mem_id] >= most), None):
        inner = deeper
    enough = below[inner.mem_id] >= max(_ENOUGH, _HALF * len(inner.text()))
    return inner if enough and inner.mem_id != body.mem_id else None


def lines(body: LexborNode) -> list[str]:
    """What a person sees of the page, one line for each block, judged by nobody."""
    found: list[list[str]] = []
    last = 0
    broken = True
    for node in body.traverse(include_text=True):
        if not node.is_text_node:
            broken = broken or node.tag in _BREAKING
            continue
        block = _block_around(node)
        if block == last and not broken:
            found[-1].append(node.text())
        elif block:
            found.append([node.text()])
            last, broken = block, False
    return [SEAM.join(line) for line in found]


def _block_around(node: LexborNode) -> int:
    """The block in which these words stand; 0 if nobody sees them."""
    around = node.parent
    while around is not None and around.tag not in BLOCKS:
        if around.tag in DROPPED:
            return 0
        around = around.parent
    return around.mem_id if around is not None else 0

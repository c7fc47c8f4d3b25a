"""A handout's Markdown as HTML that is safe to put on a page."""

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from clients.handouts.phone_numbers import link_numbers
from clients.handouts.plain_lines import take_shortcuts

_MARKDOWN = MarkdownIt("js-default").use(take_shortcuts).use(link_numbers)
_TEXT_TAGS = {
    "p",
    "br",
    "hr",
    "ul",
    "ol",
    "li",
    "blockquote",
    "em",
    "strong",
    "a",
    "code",
    "pre",
    "s",
}
_TABLE_TAGS = {"table", "thead", "tbody", "tr", "th", "td"}
_HEADING_TAGS = {"h2", "h3", "h4", "h5", "h6"}
_CLEANER = nh3.Cleaner(
    tags=_TEXT_TAGS | _TABLE_TAGS | _HEADING_TAGS,
    attributes={"a": {"href"}, "ol": {"start"}},
    url_schemes={"https", "mailto", "tel"},
    url_relative="deny",
    link_rel="noopener noreferrer",
)


def render_markdown(text: str, *, top: int = 2) -> str:
    """Safe HTML without images. The first rank of headings becomes h2: the h1 is the title's.

    `top` is another rank to begin with, for text that stands under a heading already.
    """
    tokens = _MARKDOWN.parse(text)
    _rank_headings(tokens, top)
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return _CLEANER.clean(html)


def parsed(text: str) -> list[Token]:
    """The Markdown as a flat run of tokens, for those who set it themselves."""
    return list(_MARKDOWN.parse(text))


def _rank_headings(tokens: list[Token], top: int) -> None:
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    ranks = sorted({int(token.tag[1:]) for token in headings})
    for token in headings:
        # Ranks follow each other without a gap, whatever the author wrote.
        token.tag = f"h{min(top + ranks.index(int(token.tag[1:])), 6)}"

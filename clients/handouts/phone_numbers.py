"""Numbers to call in a text: each becomes a link that calls it, and is never cut in two."""

import re
from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from phonenumbers import PhoneNumberFormat, PhoneNumberMatcher, format_number

_COUNTRY = "US"
_DIGITS = re.compile("[0-9]{3}")
# No plan of numbers knows these two, which everybody does.
_SHORT = re.compile(r"(?<![\w$.,:/+-])(?:911|988)(?![\w%:/-]|[.,]\d)")


def link_numbers(markdown: MarkdownIt) -> None:
    """Let this parser make links of them, where they stand in no link of the author's."""
    markdown.core.ruler.push("phone_numbers", _look_through)


def _look_through(state: StateCore) -> None:
    if not _DIGITS.search(state.src):
        return
    for token in state.tokens:
        if token.children and _DIGITS.search(token.content):
            token.children = list(_linked(token.children))


def _linked(tokens: Iterable[Token]) -> Iterator[Token]:
    in_link = False
    for token in tokens:
        if token.type in ("link_open", "link_close"):
            in_link = token.type == "link_open"
        if token.type == "text" and not in_link:
            yield from _cut(token.content)
        else:
            yield token


def _cut(text: str) -> Iterator[Token]:
    at = 0
    for start, end, address in _numbers(text):
        yield Token("text", "", 0, content=text[at:start])
        yield Token("link_open", "a", 1, attrs={"href": address})
        yield Token("text", "", 0, content=text[start:end])
        yield Token("link_close", "a", -1)
        at = end
    yield Token("text", "", 0, content=text[at:])


def _numbers(text: str) -> list[tuple[int, int, str]]:
    """Where they begin and end, and the address that calls them."""
    long = [
        (each.start, each.end, format_number(each.number, PhoneNumberFormat.RFC3966))
        for each in PhoneNumberMatcher(text, _COUNTRY)
    ]
    short = [(each.start(), each.end(), f"tel:{each[0]}") for each in _SHORT.finditer(text)]
    apart = [one for one in short if not any(start <= one[0] < end for start, end, _ in long)]
    return sorted([*long, *apart])

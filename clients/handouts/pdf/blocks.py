"""A handout's Markdown as plain data that the typst template sets: no text becomes code."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from markdown_it.token import Token

from clients.handouts import layout
from clients.handouts.prompts import Kind, Part
from clients.handouts.render import parsed

Node = dict[str, Any]
# What stands within a line: words as they are, and nodes of what is marked or leads somewhere.
# Most lines are words alone, without a list around them: typst sets those much sooner.
Inline = str | list[str | Node]
_MARKS = {"strong_open": "strong", "em_open": "em", "s_open": "s"}
_LISTS = {"bullet_list_open": "list", "ordered_list_open": "steps"}
_SAFE_LINKS = ("https://", "mailto:")


def of(body: str) -> list[Node]:
    """The body as blocks: headings, paragraphs, lists, quotes, tables and prompts."""
    return [node for section in layout.laid_out(body).sections for node in _section(section)]


def with_common_signs(value: Any) -> Any:
    """The same without signs that the fonts may lack."""
    if isinstance(value, str):
        return "".join(sign for sign in value if _is_common(sign))
    if isinstance(value, list):
        return [with_common_signs(each) for each in value]
    if isinstance(value, dict):
        return {key: with_common_signs(each) for key, each in value.items()}
    return value


def _is_common(sign: str) -> bool:
    # Latin, Greek and Cyrillic with their marks, and general punctuation.
    code = ord(sign)
    return code < 0x0530 or (0x1E00 <= code < 0x2070 and unicodedata.category(sign) != "Cf")


def _section(section: layout.Section) -> Iterator[Node]:
    if section.heading:
        yield {"kind": "heading", "level": 1, "inline": section.heading}
    for part in section.parts:
        yield from _part(part)


def _part(part: Part) -> Iterator[Node]:
    if part.kind is not Kind.TEXT:
        yield {"kind": part.kind.value, "text": part.words}
        return
    tokens = parsed(part.words)
    ranks = sorted({int(token.tag[1:]) for token in tokens if token.type == "heading_open"})
    yield from _Reader(tokens, ranks).blocks("")


class _Reader:
    """Goes through a flat run of tokens and nests what stands between their ends."""

    def __init__(self, tokens: list[Token], ranks: list[int]) -> None:
        self._tokens = iter(tokens)
        self._ranks = ranks

    def blocks(self, end: str) -> list[Node]:
        """The blocks up to the token that closes them."""
        found: list[Node] = []
        for token in self._tokens:
            if token.type == end:
                break
            node = self._block(token)
            if node:
                found.append(node)
        return found

    def _block(self, token: Token) -> Node | None:
        kind = token.type
        closing = kind.replace("_open", "_close")
        if kind == "heading_open":
            level = 2 + self._ranks.index(int(token.tag[1:]))
            return {"kind": "heading", "level": min(level, 5), "inline": self._inline(closing)}
        if kind == "paragraph_open":
            return {"kind": "paragraph", "inline": self._inline(closing)}
        if kind in _LISTS:
            start = int(token.attrGet("start") or 1)
            items = [each["blocks"] for each in self.blocks(closing)]
            return {"kind": _LISTS[kind], "start": start, "items": items}
        if kind in ("list_item_open", "blockquote_open"):
            name = "item" if kind == "list_item_open" else "quote"
            return {"kind": name, "blocks": self.blocks(closing)}
        if kind == "table_open":
            return {"kind": "table", "rows": self._rows()}
        if kind in ("fence", "code_block", "html_block"):
            return {"kind": "paragraph", "inline": token.content}
        return {"kind": "rule"} if kind == "hr" else None

    def _inline(self, closing: str) -> Inline:
        found: list[str | Node] = []
        for token in self._tokens:
            if token.type == closing:
                break
            found += _inline(token.children or [])
        return _plainly(found)

    def _rows(self) -> list[list[Inline]]:
        rows: list[list[Inline]] = []
        for token in self._tokens:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                rows[-1].append(self._inline(token.type.replace("_open", "_close")))
        return rows


def _inline(tokens: list[Token]) -> list[str | Node]:
    whole: Node = {"inline": []}
    open_ = [whole]
    for token in tokens:
        inside = open_[-1]["inline"]
        if token.type in _MARKS or token.type == "link_open":
            node = _marked(token)
            inside.append(node)
            open_.append(node)
        elif token.type.endswith("_close"):
            open_.pop()["inline"] = _plainly(inside)
        elif token.content or token.type != "text":
            inside.append(_leaf(token))
    found: list[str | Node] = whole["inline"]
    return found


def _marked(token: Token) -> Node:
    if token.type == "link_open":
        return _link(str(token.attrGet("href") or ""))
    return {"kind": _MARKS[token.type], "inline": []}


def _plainly(found: list[str | Node]) -> Inline:
    return found[0] if len(found) == 1 and isinstance(found[0], str) else found


def _leaf(token: Token) -> str | Node:
    if token.type == "hardbreak":
        return {"kind": "break"}
    return " " if token.type == "softbreak" else token.content


def _link(address: str) -> Node:
    if address.startswith("tel:"):
        return {"kind": "call", "to": address, "inline": []}
    if address.startswith(_SAFE_LINKS):
        return {"kind": "link", "to": address, "inline": []}
    return {"kind": "plain", "inline": []}

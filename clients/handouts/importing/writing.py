"""Imported blocks as plain Markdown, which a counselor may then edit.

A line that begins with `[ ] ` is a question to oneself; only questions are written so, since every
bracket of a text is escaped.
"""

import re
from collections.abc import Iterable, Mapping

from .structure import Block

_MARKUP = re.compile(r"([\\`*_\[\]<>&~|])")
_AT_START = re.compile(r"^([#+=:-]|\d{1,9}(?=[.)]))")
_BULLETS = ("- ", "* ")
_NUMBERS = (". ", ") ")
_QUESTION = "[ ] "


def to_markdown(blocks: Iterable[Block | Mapping[str, object]]) -> str:
    """The blocks as Markdown. Their text is escaped: it can never become markup."""
    written: list[str] = []
    for place, block in enumerate(blocks):
        kind, text, items = _parts(block)
        # Two lists in a row take turns in their mark, or they would read as one.
        written.append(_list(kind, items, place % 2) if items else _escaped(text))
    return "\n\n".join(part for part in written if part) + "\n"


def _parts(block: Block | Mapping[str, object]) -> tuple[str, str, list[str]]:
    if isinstance(block, Block):
        return block.kind, block.text, list(block.items)
    items = block.get("items")
    listed = [str(item) for item in items] if isinstance(items, list | tuple) else []
    return str(block.get("kind", "")), str(block.get("text", "")), listed


def _list(kind: str, items: list[str], turn: int) -> str:
    lines = [line for item in items if (line := _escaped(item))]
    if kind == "questions":
        return "\n".join(_QUESTION + line for line in lines)
    if kind != "steps":
        return "\n".join(_BULLETS[turn] + line for line in lines)
    return "\n".join(f"{n}{_NUMBERS[turn]}{line}" for n, line in enumerate(lines, start=1))


def _escaped(text: str) -> str:
    line = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    return _AT_START.sub(_escaped_start, line)


def _escaped_start(match: re.Match[str]) -> str:
    start = match.group(1)
    return f"{start}\\" if start.isdigit() else f"\\{start}"

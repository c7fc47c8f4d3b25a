"""What a handout asks of its reader: self-check items and worksheet prompts in its Markdown.

A line that begins with ``[ ] `` is answered with yes, not sure or no; one that begins with
``[...] `` in the reader's own words. All other lines are text. An imported article can't hold
either by accident: its brackets are escaped.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_PROMPT = re.compile(r"^(?:\[ \]|\[(?:\.\.\.|…)\])[ \t]+(?P<words>\S.*)$")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>&~|#+=:.)-])")
_MARKED = re.compile(r"(\*\*|__|\*|_|`)(?=\S)(.+?)(?<=\S)\1")
# Escaped signs stand aside, in a range that no text uses, while marks are taken off.
_ASIDE = 0xE000
_SET_ASIDE = re.compile("[\ue000-\ue07f]")
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")


class Kind(StrEnum):
    """What a part of a handout is."""

    TEXT = "text"
    CHECK = "check"
    WRITING = "writing"


@dataclass(frozen=True)
class Part:
    """A stretch of Markdown, or one prompt with the key under which its answer is kept."""

    kind: Kind
    words: str
    key: str = ""


def parts(body: str) -> list[Part]:
    """The body in order, prompts apart from the text between them."""
    seen: Counter[str] = Counter()
    return [_keyed(part, seen) for part in _cut(body)]


def prompts(body: str) -> list[Part]:
    """Its self-check items and worksheet prompts alone."""
    return [part for part in parts(body) if part.kind is not Kind.TEXT]


def plain(text: str) -> str:
    """A line of Markdown without its marks, for where only words may stand."""
    kept = _ESCAPED.sub(lambda sign: chr(_ASIDE + ord(sign[1])), text)
    told = _MARKED.sub(r"\2", kept)
    return _SET_ASIDE.sub(lambda sign: chr(ord(sign[0]) - _ASIDE), told)


def _cut(body: str) -> Iterator[Part]:
    text: list[str] = []
    in_code = False
    for line in body.splitlines():
        in_code ^= bool(_FENCE.match(line))
        found = None if in_code else _PROMPT.match(line)
        if found is None:
            text.append(line)
            continue
        yield from _text(text)
        text = []
        kind = Kind.CHECK if line.startswith("[ ]") else Kind.WRITING
        yield Part(kind, plain(found["words"].strip()))
    yield from _text(text)


def _text(lines: list[str]) -> Iterator[Part]:
    words = "\n".join(lines).strip("\n")
    if words.strip():
        yield Part(Kind.TEXT, words)


def _keyed(part: Part, seen: Counter[str]) -> Part:
    """By its words, so that it stays the same when others are added before it."""
    if part.kind is Kind.TEXT:
        return part
    name = hashlib.sha256(f"{part.kind}|{part.words}".encode()).hexdigest()[:12]
    seen[name] += 1
    again = f"-{seen[name]}" if seen[name] > 1 else ""
    return Part(part.kind, part.words, name + again)

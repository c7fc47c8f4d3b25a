"""Shortcuts through markdown-it for what most texts are made of: plain lines.

A line that begins with a letter and has nothing below it is a paragraph, whatever the other rules
would say; words without any sign of markup are one piece of text, and a few strong ones before
them are another. What comes out is what markdown-it itself makes, several times sooner.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# What any rule within a line looks for.
_SIGNS = r"\\`*_~\[\]!<>&\n"
_MARKUP = re.compile(rf"[{_SIGNS}]")
# "**Listen.** Then ask": what a point of a list often is.
_STRONG_FIRST = re.compile(rf"\*\*([^\W_](?:[^{_SIGNS}]*[^\s{_SIGNS}])?)\*\*((?: [^{_SIGNS}]*)?)")
_BULLET = re.compile(r"[-*+] \S")


def take_shortcuts(markdown: MarkdownIt) -> None:
    """Let this parser take them."""
    markdown.block.ruler.before("table", "plain_line", _plain_line)
    markdown.core.ruler.at("inline", _within_lines)


def _plain_line(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    start = state.bMarks[line] + state.tShift[line]
    if silent or not state.src[start : start + 1].isalpha() or state.is_code_block(line):
        return False
    if not _ends_there(state, line + 1):
        return False
    state.line = line + 1
    span = [line, state.line]
    state.push("paragraph_open", "p", 1).map = span
    inside = state.push("inline", "", 0)
    inside.content = mdTrim(state.src[start : state.eMarks[line]])
    inside.map, inside.children = list(span), []
    state.push("paragraph_close", "p", -1)
    return True


def _ends_there(state: StateBlock, following: int) -> bool:
    """Whether nothing can go on with the paragraph: an empty line, or the list's next item."""
    if following >= state.lineMax or state.isEmpty(following):
        return True
    if state.sCount[following] != state.listIndent or state.listIndent >= state.blkIndent:
        return False
    start = state.bMarks[following] + state.tShift[following]
    return _BULLET.match(state.src, start, state.eMarks[following]) is not None


def _within_lines(state: StateCore) -> None:
    for token in state.tokens:
        if token.type != "inline":
            continue
        words = token.content
        if not _MARKUP.search(words):
            token.children = [_words(words)] if words else []
        elif found := _STRONG_FIRST.fullmatch(words):
            token.children = _strong_first(*found.groups())
        else:
            token.children = state.md.inline.parse(words, state.md, state.env, [])


def _words(content: str, level: int = 0) -> Token:
    return Token("text", "", 0, content=content, level=level)


def _strong_first(strong: str, others: str) -> list[Token]:
    begin = Token("strong_open", "strong", 1, markup="**")
    end = Token("strong_close", "strong", -1, markup="**")
    return [_words(""), begin, _words(strong, level=1), end, _words(others)]

"""Finds sentences of a file that an import lost, without using the importer's own reading."""

import re
from html.parser import HTMLParser
from itertools import pairwise

from markdown_it import MarkdownIt

from clients.handouts.importing import ImportedArticle

_UNSEEN = {"script", "style", "template", "iframe", "title"}
_INLINE = {"a", "b", "i", "em", "strong", "span", "code", "sup", "time", "o:p"}
_NOTE_MARKS = re.compile(r"<sup>(?:<[^<>]*>)?\W*\d+\W*(?:<[^<>]*>)?</sup>")
_UNSEEN_SIGNS = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_WORD = re.compile(r"[^\W_]+")
_MARK = re.compile(r"^\s*(?:>\s?)*\s*(?:(?:[•●·§*+-]|\d+[.)]|\[[ x]\])\s+)*")


def lost_sentences(source: str, kind: str, article: ImportedArticle) -> list[str]:
    """The sentences of the source that stand in no section, heading, title or left-out line."""
    kept = words_of_article(article)
    source = _NOTE_MARKS.sub("", _UNSEEN_SIGNS.sub("", source))
    return [sentence for sentence in _sentences(source, kind) if said(sentence) not in kept]


def _sentences(source: str, kind: str) -> list[str]:
    found = []
    for block in _blocks(source, kind):
        parts = re.split(r"(?<=[.!?])\s+", _MARK.sub("", " ".join(block.split())))
        found += [part for part in parts if _WORD.search(part)]
    return found


def _blocks(source: str, kind: str) -> list[str]:
    if kind == "html":
        return _seen_text(source)
    if kind == "md":
        front = re.match(r"(---|\+\+\+)\n(.*?)\n\1\n", source, re.DOTALL)
        body = source[front.end() :] if front else source
        return _seen_text(MarkdownIt("commonmark", {"html": True}).enable("table").render(body))
    return _joined_when_wrapped(source)


def _joined_when_wrapped(source: str) -> list[str]:
    """Lines, but a sentence that runs on into the next line is followed there."""
    blocks: list[str] = []
    for before, line in pairwise(["", *source.split("\n")]):
        runs_on = len(before) > 30 and line.strip() and line.lstrip()[:1].islower()
        if runs_on and blocks and not _MARK.match(line):
            blocks[-1] += " " + line.strip()
        else:
            blocks.append(line)
    return blocks


def said(text: str) -> str:
    """The words alone, each between two spaces."""
    return " " + " ".join(_WORD.findall(text.lower())) + " "


def words_of_article(article: ImportedArticle) -> str:
    """All its words in their order, set aside ones too, each between two spaces."""
    texts = [article.title, *(entry.text for entry in article.left_out)]
    for section in article.sections:
        texts.append(section.heading)
        for block in section.blocks:
            texts += [block.text, *block.items]
    return " ".join(said(text) for text in texts)


def _seen_text(source: str) -> list[str]:
    reader = _Seen()
    reader.feed(source)
    reader.close()
    return reader.blocks


class _Seen(HTMLParser):
    """What a browser would show, one entry for each block."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = [""]
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unseen += tag in _UNSEEN
        if tag not in _INLINE:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN
        if tag not in _INLINE:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.blocks[-1] += data

"""A handout as its reader goes through it: sections with headings, text and prompts."""

import re
from dataclasses import dataclass

from django.utils.functional import cached_property

from clients.handouts import prompts
from clients.handouts.prompts import Kind, Part, plain

_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)[ \t#]*$")
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")
# So many sections need a table of contents, unless all are short.
_MANY, _LONG = 4, 400


@dataclass(frozen=True)
class Section:
    """What stands under one heading of the first rank; the heading is empty before the first."""

    number: int
    heading: str
    text: str
    parts: tuple[Part, ...]

    @property
    def anchor(self) -> str:
        return f"part-{self.number}"


@dataclass(frozen=True)
class Layout:
    """A body cut into sections."""

    sections: tuple[Section, ...]

    @cached_property
    def prompts(self) -> list[Part]:
        return [
            part
            for section in self.sections
            for part in section.parts
            if part.kind is not Kind.TEXT
        ]

    @property
    def is_worksheet(self) -> bool:
        """Whether it asks for words of the reader's own."""
        return any(part.kind is Kind.WRITING for part in self.prompts)

    @property
    def contents(self) -> list[Section]:
        """What to list before it where it is long; else nothing."""
        headed = [section for section in self.sections if section.heading]
        length = sum(len(section.text.split()) for section in self.sections)
        return headed if len(headed) >= _MANY and length > _LONG else []


def laid_out(body: str) -> Layout:
    """The body in sections. Keys of prompts are those of the whole body."""
    keyed = iter(prompts.prompts(body))
    cut = _cut(body)
    sections = []
    for number, (heading, text) in enumerate(cut, start=1):
        found = tuple(
            part if part.kind is Kind.TEXT else next(keyed) for part in prompts.parts(text)
        )
        sections.append(Section(number, heading, text, found))
    return Layout(tuple(sections))


def _cut(body: str) -> list[tuple[str, str]]:
    lines = _headings_marked(body)
    ranks = [rank for rank, _ in lines if rank]
    first = min(ranks, default=0)
    cut: list[tuple[str, list[str]]] = [("", [])]
    for rank, line in lines:
        if rank and rank == first:
            cut.append((plain(_heading_in(line)), []))
        else:
            cut[-1][1].append(line)
    told = [(heading, "\n".join(text).strip("\n")) for heading, text in cut]
    return [(heading, text) for heading, text in told if heading or text.strip()]


def _headings_marked(body: str) -> list[tuple[int, str]]:
    """Each line with its rank as a heading, or 0."""
    marked, in_code = [], False
    for line in body.splitlines():
        in_code ^= bool(_FENCE.match(line))
        found = None if in_code else _HEADING.match(line)
        marked.append((len(found[1]) if found and found[2] else 0, line))
    return marked


def _heading_in(line: str) -> str:
    found = _HEADING.match(line)
    return found[2] if found else ""

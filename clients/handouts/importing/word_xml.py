"""One XML part of a Word file, looked through as it streams by: nothing is built of it.

What could harm is refused: a document type (where entities are made), deep nesting, and more
elements than an article has. Runs that Word hides are cut out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from xml.parsers import expat

from .structure import UnreadableArticle

MOST_ELEMENTS = 40_000
DEEPEST = 100

# Text, formulas and drawings call their paragraphs, runs and words alike: p, r and t.
_LANGUAGES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",
    "http://schemas.openxmlformats.org/officeDocument/2006/math ",
    "http://schemas.openxmlformats.org/drawingml/2006/main ",
)
_BREAKS = ("tab", "br", "cr")
_OFF = ("0", "false", "off")
_NOT_SEEN = ("moveFrom", "del")


@dataclass(frozen=True)
class Part:
    """`shown` is the part without what is hidden in it; the words of both are in lines."""

    shown: bytes
    lines: list[str]
    hidden: list[str]


def look_through(part: bytes) -> Part:
    """Raises UnreadableArticle if the part is not harmless XML."""
    part = _as_utf8(part)
    looking = _Look()
    try:
        looking.at(part)
    except expat.ExpatError:
        raise UnreadableArticle(
            "This Word file is damaged. Please save it again as .docx."
        ) from None
    return Part(looking.without_hidden(part), _tidy(looking.lines), _tidy(looking.hidden))


def _as_utf8(part: bytes) -> bytes:
    """Other encodings are for those who want two readers to see two things."""
    if part.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in part:
        raise UnreadableArticle("This Word file is damaged. Please save it again as .docx.")
    return part


def _tidy(lines: list[list[str]]) -> list[str]:
    return [line for each in lines if (line := " ".join("".join(each).split()))]


class _Look:
    """What has been seen so far."""

    def __init__(self) -> None:
        self.lines: list[list[str]] = [[]]
        self.hidden: list[list[str]] = []
        self._open: list[str] = []
        self._count = 0
        self._runs: list[_Run] = []
        self._cuts: list[tuple[int, int]] = []
        self._away = 0

    def at(self, part: bytes) -> None:
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = self._starts(parser)
        parser.EndElementHandler = self._ends(parser, part)
        parser.CharacterDataHandler = self._says
        parser.Parse(part, True)

    def without_hidden(self, part: bytes) -> bytes:
        kept, at = bytearray(), 0
        for start, end in self._cuts:
            kept += part[at:start]
            at = end
        return bytes(kept + part[at:]) if self._cuts else part

    def _starts(self, parser: expat.XMLParserType) -> Callable[[str, dict[str, str]], None]:
        def starts(full_name: str, given: dict[str, str]) -> None:
            name = _local(full_name)
            self._open.append(name)
            self._count += 1
            if len(self._open) > DEEPEST or self._count > MOST_ELEMENTS:
                raise UnreadableArticle(
                    "This Word file has too many parts to read. Please paste it as text."
                )
            self._away += name in _NOT_SEEN
            if name == "p":
                self.lines.append([])
            elif name == "r":
                self._runs.append(_Run(parser.CurrentByteIndex))
            elif name == "vanish" and self._open[-3:-1] == ["r", "rPr"]:
                self._runs[-1].hidden = _is_on(given)
            elif name in _BREAKS:
                self._add(" ")

        return starts

    def _ends(self, parser: expat.XMLParserType, part: bytes) -> Callable[[str], None]:
        def ends(full_name: str) -> None:
            name = self._open.pop()
            self._away -= name in _NOT_SEEN
            if name == "p":
                self.lines.append([])
            elif name == "r":
                self._run_ended(part.index(b">", parser.CurrentByteIndex) + 1)

        return ends

    def _says(self, words: str) -> None:
        if self._open and self._open[-1] == "t" and not self._away:
            self._add(words)

    def _add(self, words: str) -> None:
        hiding = next((run for run in self._runs if run.hidden), None)
        if hiding is not None:
            hiding.words.append(words)
        else:
            self.lines[-1].append(words)

    def _run_ended(self, end: int) -> None:
        run = self._runs.pop()
        if run.hidden:
            self.hidden.append(run.words)
            while self._cuts and self._cuts[-1][0] >= run.start:
                self._cuts.pop()
            self._cuts.append((run.start, end))


class _Run:
    """A stretch of text of one look; its words are kept only where they are hidden."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.words: list[str] = []
        self.hidden = False


def _local(full_name: str) -> str:
    """The bare name of an element; nothing of a language unknown to us is ours to read."""
    space, _, name = full_name.rpartition(" ")
    return name if f"{space} " in _LANGUAGES else ""


def _is_on(given: dict[str, str]) -> bool:
    return not any(value.lower() in _OFF for value in given.values())


def _refuse_doctype(*_: object) -> None:
    raise UnreadableArticle("This Word file is built in a way that we don’t read.")

"""What is new in an article that was imported before: section by section, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from .structure import ImportedArticle, Section
from .words import words
from .writing import to_markdown

ChangeKind = Literal["same", "changed", "added", "removed"]
PieceKind = Literal["kept", "added", "removed"]

# Words, the spaces between them, and the ends of lines.
_WORDS = re.compile(r"\n+|[^\S\n]+|\S+")
_ALIKE = 0.5
# Where two texts are longer, words are not set against each other, only lines.
_MOST_WORDS = 800


@dataclass(frozen=True)
class TextPiece:
    """Words that stayed, came or went. Kept and added ones make the new text, in their order."""

    kind: PieceKind
    text: str


@dataclass(frozen=True)
class SectionChange:
    """One section, then and now. `heading` is the new one, or the old one of a removed section;
    `pieces` tell of its Markdown and are empty unless it changed.
    """

    kind: ChangeKind
    heading: str
    old_heading: str = ""
    old_text: str = ""
    new_text: str = ""
    pieces: tuple[TextPiece, ...] = ()


@dataclass(frozen=True)
class _Text:
    heading: str
    text: str

    @property
    def name(self) -> str:
        return " ".join(words(self.heading))

    @property
    def bag(self) -> frozenset[str]:
        return frozenset(words(self.text))


def compare(old_sections: Sequence[tuple[str, str]], new: ImportedArticle) -> list[SectionChange]:
    """The sections of the article in its order, beside those of before: (heading, Markdown) pairs.

    A section that is gone stands where it stood, after the one that came before it.
    """
    then = [_Text(heading, text) for heading, text in old_sections]
    now = [_as_text(section) for section in new.sections]
    partner = _paired(then, now)
    changes = [
        _change(None if at is None else then[at], text)
        for text, at in zip(now, partner, strict=True)
    ]
    return _with_removed(changes, partner, then)


def _as_text(section: Section) -> _Text:
    return _Text(section.heading, to_markdown(section.blocks))


def _paired(then: list[_Text], now: list[_Text]) -> list[int | None]:
    """For each new section the place of the old one that it was: by heading, else by its words."""
    free = list(range(len(then)))
    partner: list[int | None] = []
    for text in now:
        same = next((at for at in free if then[at].name == text.name), None)
        if same is not None:
            free.remove(same)
        partner.append(same)
    for place, text in enumerate(now):
        if partner[place] is None:
            alike = _most_alike(text, then, free)
            if alike is not None:
                partner[place] = alike
                free.remove(alike)
    return partner


def _most_alike(text: _Text, then: list[_Text], free: list[int]) -> int | None:
    likeness = {at: _likeness(text.bag, then[at].bag) for at in free}
    best = max(likeness, key=likeness.__getitem__, default=None)
    return best if best is not None and likeness[best] >= _ALIKE else None


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _change(old: _Text | None, new: _Text) -> SectionChange:
    if old is None:
        return SectionChange("added", new.heading, new_text=new.text)
    if old.heading.split() == new.heading.split() and old.text.split() == new.text.split():
        return SectionChange("same", new.heading, old.heading, old.text, new.text)
    pieces = tuple(text_pieces(old.text, new.text))
    return SectionChange("changed", new.heading, old.heading, old.text, new.text, pieces)


def _with_removed(
    changes: list[SectionChange], partner: list[int | None], then: list[_Text]
) -> list[SectionChange]:
    gone = [at for at in range(len(then)) if at not in partner]
    told: list[SectionChange] = []
    for change, at in zip(changes, partner, strict=True):
        while at is not None and gone and gone[0] < at:
            told.append(_removed(then[gone.pop(0)]))
        told.append(change)
    return [*told, *(_removed(then[at]) for at in gone)]


def _removed(old: _Text) -> SectionChange:
    return SectionChange("removed", old.heading, old.heading, old_text=old.text)


def text_pieces(old: str, new: str) -> Iterator[TextPiece]:
    """The two texts as one: lines are set against each other, and within those words."""
    ours, theirs = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs).get_opcodes():
        before, after = "".join(ours[a:b]), "".join(theirs[c:d])
        if kind == "equal":
            yield TextPiece("kept", after)
        else:
            yield from _within(_WORDS.findall(before), _WORDS.findall(after))


def _within(ours: list[str], theirs: list[str]) -> Iterator[TextPiece]:
    if max(len(ours), len(theirs)) > _MOST_WORDS:
        yield from _replaced(ours, theirs)
        return
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs).get_opcodes():
        if kind == "equal":
            yield TextPiece("kept", "".join(theirs[c:d]))
        else:
            yield from _replaced(ours[a:b], theirs[c:d])


def _replaced(ours: list[str], theirs: list[str]) -> Iterator[TextPiece]:
    if ours:
        yield TextPiece("removed", "".join(ours))
    if theirs:
        yield TextPiece("added", "".join(theirs))

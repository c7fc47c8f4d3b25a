"""Finding words in one's own notes. They are encrypted, so each is opened and looked at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clients.notes.models import KINDS, Note
from practice.models import User

# Of each kind, the latest; opening one takes some microseconds.
MOST_READ = 2000
MOST_FOUND = 30
_AROUND = 60


@dataclass(frozen=True)
class Found:
    """A note with the words around what was looked for."""

    note: Note
    words: str


def search(user: User, part: str) -> list[Found]:
    """The latest notes of this author in which all the words stand: a query for each kind."""
    wanted = part.casefold().split()
    found = [
        Found(note, _around(note.text, wanted[0]))
        for note in _own(user)
        if all(word in note.text.casefold() for word in wanted)
    ]
    return sorted(found, key=lambda each: each.note.begun_at, reverse=True)[:MOST_FOUND]


def _own(user: User) -> Iterator[Note]:
    for model in KINDS.values():
        notes: Iterable[Note] = (
            model.objects.for_user(user)
            .filter(author=user)
            .select_related("case")
            .prefetch_related("case__participants__client")[:MOST_READ]
        )
        yield from notes


def _around(text: str, word: str) -> str:
    at = text.casefold().find(word)
    begins, ends = max(0, at - _AROUND), at + len(word) + _AROUND
    cut = text[begins:ends].strip()
    return f"{'… ' if begins else ''}{cut}{' …' if ends < len(text) else ''}"

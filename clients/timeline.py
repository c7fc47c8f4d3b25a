"""One time line for a case, both partners side by side.

Each room hangs its own events on here, in a ``timeline.py``. A source is asked once for a page,
in a number of queries that doesn't grow with the case.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from clients.models import Case, Participant
from practice.models import User


class Kind(StrEnum):
    """What an event is, in the word that stands beside it."""

    SESSION = "Session"
    HANDOUT = "Handout"
    FOLLOW_UP = "Message"
    CHECK_IN = "Check-in"
    NOTE = "Note"
    CASE = "Case"


@dataclass(frozen=True)
class Event:
    """Something that happened. `who`: the participant whom it is about; both, where nobody."""

    at: datetime
    kind: Kind
    words: str
    who: UUID | None = None
    url: str = ""


@dataclass(frozen=True)
class Asked:
    """Which events: of this case, for this reader, the latest ones before a moment."""

    case: Case
    user: User
    before: datetime
    most: int


@dataclass(frozen=True)
class Row:
    """An event in the columns of the people: theirs in their own, of both across all."""

    event: Event
    cells: Sequence[Event | None]


Source = Callable[[Asked], Iterable[Event]]

_SOURCES: list[Source] = []


def source(events: Source) -> Source:
    """Decorator: the time line shows what this returns, at most `most`, the latest first."""
    _SOURCES.append(events)
    return events


def events(asked: Asked) -> list[Event]:
    """The latest first, of all rooms together; no more than were asked for."""
    found = [event for source in _SOURCES for event in source(asked)]
    return sorted(found, key=lambda event: event.at, reverse=True)[: asked.most]


def rows(found: Iterable[Event], people: Sequence[Participant]) -> list[Row]:
    """Each event in its column."""
    columns = [person.pk for person in people]
    return [
        Row(event, [event if event.who == column else None for column in columns])
        for event in found
    ]

"""One time line for a case, both partners side by side.

Each room hangs its own events on here, in a ``timeline.py``, and says which rows it needs: they
are read together with everything else on the page.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse

from clients.looking import CaseLook
from clients.models import Participant
from practice.dashboard.looking import Read
from practice.wording import clock_time, spoken_day


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
    """Something that happened. `who`: the participant whom it is about; both, where nobody.

    `page`: the name of a page that tells more, and the key of what it is about.
    """

    at: datetime
    kind: Kind
    words: str
    who: UUID | None = None
    page: tuple[str, UUID] | None = None


@dataclass(frozen=True)
class Row:
    """An event in the columns of the people: in one's own, or across all where it is of both."""

    day: str
    hour: str
    kind: str
    words: str
    url: str
    # Whose column it stands in, and how many stand empty before and after it.
    name: str
    before: Sequence[None]
    after: Sequence[None]


Source = Callable[[CaseLook], Iterable[Event]]
_Column = tuple[str, Sequence[None], Sequence[None]]

_OF_BOTH: _Column = ("", (), ())

_SOURCES: list[Source] = []
_NEEDS: list[Read] = []


def source(*needs: Read) -> Callable[[Source], Source]:
    """Decorator: the time line shows what this returns of the rows that it needs."""

    def hang(events: Source) -> Source:
        _SOURCES.append(events)
        _NEEDS.extend(needs)
        return events

    return hang


def needs() -> list[Read]:
    """The rows that all rooms ask for."""
    return list(_NEEDS)


def events(look: CaseLook) -> list[Event]:
    """The latest before the moment asked about, of all rooms together; no more than asked for."""
    found = [event for source in _SOURCES for event in source(look) if event.at < look.before]
    return sorted(found, key=lambda event: event.at, reverse=True)[: look.most]


def rows(found: Iterable[Event], people: Sequence[Participant], zone: ZoneInfo) -> list[Row]:
    """Each event in its column, its time said in that zone."""
    last = len(people) - 1
    columns: dict[UUID | None, _Column] = {
        person.pk: (person.client.first_name, [None] * at, [None] * (last - at))
        for at, person in enumerate(people)
    }
    return [_row(event, zone, columns.get(event.who, _OF_BOTH)) for event in found]


def _row(event: Event, zone: ZoneInfo, column: _Column) -> Row:
    day, hour = spoken_day(event.at, zone), clock_time(event.at, zone)
    url = reverse(event.page[0], args=event.page[1:]) if event.page else ""
    return Row(day, hour, event.kind.value, event.words, url, *column)

"""The ledger of a drill: what was meant, what the senders wrote down, and what arrived.

It is plain data from three hands that don't know of each other: whoever wanted something sent,
the database, and the mail server. Times are the practice's own clock, in UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import NamedTuple


@dataclass(frozen=True)
class Person:
    """Somebody who receives messages; `named` are the hours they called safe, on their clock."""

    address: str
    zone: str
    named: tuple[time, time] | None = None


@dataclass(frozen=True)
class Intent:
    """One message that was to reach one person. Its id is the row's, and the Message-ID's."""

    id: str
    address: str
    due_at: datetime
    expires_at: datetime
    is_follow_up: bool = True
    by_their_own_act: bool = False
    # A follow-up belongs to a case, and follows the session that began then.
    case: str = ""
    follows: datetime | None = None


@dataclass(frozen=True)
class Stop:
    """From a commit on, nothing more goes to this person, or no follow-up, until they want it."""

    address: str
    committed_at: datetime
    everything: bool = False
    until: datetime | None = None


@dataclass(frozen=True)
class Session:
    """A session as it was known from one moment on, until another."""

    case: str
    starts_at: datetime
    known_from: datetime
    known_until: datetime | None = None


class Step(NamedTuple):
    """A state that a row came into."""

    at: datetime
    state: str


@dataclass(frozen=True)
class Row:
    """A message as the database holds it in the end, with its life."""

    id: str
    state: str
    attempt: int
    next_try_at: datetime | None
    steps: tuple[Step, ...]
    due_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Receipt:
    """What the mail server kept: whom the envelope and the letter named, and its Message-ID."""

    message_id: str
    recipient: str
    named: str
    at: datetime
    # When the talk about it began; a sender that stood still meanwhile hands over later.
    began_at: datetime | None = None

    @property
    def begun(self) -> datetime:
        return self.began_at or self.at


@dataclass(frozen=True)
class Disturbance:
    """A hand-over that was broken off after its text began: nobody can know what became of it."""

    id: str
    at: datetime


class Outage(NamedTuple):
    """From when to when nothing could be sent at all."""

    begins: datetime
    ends: datetime


@dataclass
class Ledger:
    """All of a drill. `ended_at` is when nobody waited for anything any more."""

    ended_at: datetime
    people: list[Person] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    disturbed: list[Disturbance] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)  # addresses that the mail server doesn't take
    outages: list[Outage] = field(default_factory=list)
    hurt: set[str] = field(default_factory=set)  # ids that a fault may have made late
    besieged: set[str] = field(default_factory=set)  # so many faults at once that none is single
    # Between a question and the note of its answer, where the clock ran meanwhile.
    blink: timedelta = timedelta()
    audit_breaks_at: int | None = None
    found: list[str] = field(default_factory=list)  # where words stood that should stand nowhere

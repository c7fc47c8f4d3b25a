"""Which times a calendar file keeps. Run as a program of its own, since files come from anybody.

    python busy_times.py < a line of JSON (`Wanted`), then the file

It imports nothing of the product and is given nothing of its environment; what time and memory it
may take is set before it reads. It prints what it found, or why the file can't be taken.
"""

import json
import re
import resource
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Component

MOST_COMPONENTS, MOST_OCCURRENCES = 5_000, 20_000
CPU_SECONDS = 8
_MEMORY = 1024**3

NOT_A_CALENDAR = "This isn’t a calendar file that we can read."
TOO_MUCH = "This calendar holds more than we can read."
TOO_OFTEN = "An entry of this calendar repeats every hour or more often. We can’t read that."
NO_TIME = "An entry of this calendar has a time that we can’t read."

_FOLD = re.compile(rb"\r?\n[ \t]")
_BEGIN = re.compile(rb"(?im)^BEGIN:")
_TOO_OFTEN = re.compile(rb"(?im)^(?:RRULE|EXRULE)[^\r\n]*FREQ\s*=\s*(?:SECOND|MINUTE|HOUR)LY")
_TIMES = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_A_DAY = timedelta(days=1)

Span = tuple[datetime, datetime]


class Unreadable(Exception):
    """Why a file can't be taken, in words for people."""


@dataclass(frozen=True)
class Wanted:
    """What is asked of a file: busy times within these moments.

    `zone` is the clock of entries that name none; entries of our own end in `own_domain`.
    """

    zone: str
    begins: float
    ends: float
    own_domain: str


def busy_times(content: bytes, wanted: Wanted) -> list[Span]:
    """The times that are kept, in UTC and in order; what touches or overlaps is one.

    Raises Unreadable.
    """
    _check_size(content)
    zone = ZoneInfo(wanted.zone)
    begins, ends = (datetime.fromtimestamp(at, UTC) for at in (wanted.begins, wanted.ends))
    spans = [
        _span(event, zone)
        for event in _occurrences(content, begins - _A_DAY, ends + _A_DAY)
        if _keeps_time(event, wanted.own_domain)
    ]
    within = [(max(start, begins), min(end, ends)) for start, end in spans]
    return _joined([span for span in within if span[0] < span[1]])


def _check_size(content: bytes) -> None:
    # Before anything is understood: what understands it may take its time.
    plain = _FOLD.sub(b"", content)
    if len(_BEGIN.findall(plain)) > MOST_COMPONENTS:
        raise Unreadable(TOO_MUCH)
    if _TOO_OFTEN.search(plain):
        raise Unreadable(TOO_OFTEN)


def _occurrences(content: bytes, begins: datetime, ends: datetime) -> list[Any]:
    found: list[Any] = []
    for calendar in _calendars(content):
        found += recurring_ical_events.of(calendar).between(begins, ends)
        if len(found) > MOST_OCCURRENCES:
            raise Unreadable(TOO_MUCH)
    return found


def _calendars(content: bytes) -> list[Component]:
    found = Calendar.from_ical(content, multiple=True)
    if not found or any(each.name != "VCALENDAR" for each in found):
        raise Unreadable(NOT_A_CALENDAR)
    for calendar in found:
        _forget_unknown_zone(calendar)
        if not all(_has_its_time(event) for event in calendar.walk("VEVENT")):
            raise Unreadable(NO_TIME)
    return list(found)


def _forget_unknown_zone(calendar: Component) -> None:
    # Only a hint; its entries name their own.
    try:
        ZoneInfo(calendar.get("X-WR-TIMEZONE", "UTC"))
    except (OSError, ValueError, KeyError):
        del calendar["X-WR-TIMEZONE"]


def _has_its_time(event: Any) -> bool:
    """Whether it says when it is. The library sets aside what it can't read, or guesses."""
    if "DTSTART" not in event or any(name in _TIMES for name, _ in event.errors):
        return False
    edges = [event[name] for name in ("DTSTART", "DTEND") if name in event]
    if any("TZID" in edge.params and not edge.dt.tzinfo for edge in edges):
        return False
    try:
        return bool(edges[0].dt <= edges[-1].dt)
    except TypeError:  # a day until an hour, or two clocks of which one has no zone
        return False


def _keeps_time(event: Any, own_domain: str) -> bool:
    if event.get("STATUS", "").upper() == "CANCELLED":
        return False
    if event.get("TRANSP", "").upper() == "TRANSPARENT":
        return False
    # An appointment of ours that comes back by another calendar must not stand in its own way.
    name, _, domain = event.get("UID", "").lower().partition("@")
    return not (domain == own_domain.lower() and _UUID.fullmatch(name))


def _span(event: Any, zone: ZoneInfo) -> Span:
    start = event["DTSTART"].dt
    end = event["DTEND"].dt if "DTEND" in event else start
    if end == start and not isinstance(start, datetime):
        end = start + _A_DAY
    # From a time that the clock skips to one right after it, the two change places.
    first, last = sorted((_moment(start, zone), _moment(end, zone)))
    return first, last


def _moment(at: date | datetime, zone: ZoneInfo) -> datetime:
    """In UTC; a day begins at midnight, and a time without a zone is on the clock of `zone`."""
    local = at if isinstance(at, datetime) else datetime.combine(at, time.min)
    return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def main() -> None:
    """Read a file from standard input under tight limits."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    if sys.platform == "linux":  # elsewhere it can't be set
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    asked, _, content = sys.stdin.buffer.read().partition(b"\n")
    json.dump(_answer(content, Wanted(**json.loads(asked))), sys.stdout)


def _answer(content: bytes, wanted: Wanted) -> dict[str, Any]:
    try:
        found = busy_times(content, wanted)
    except Unreadable as error:
        return {"trouble": str(error)}
    except Exception:  # there is no end to what may be wrong with a file
        return {"trouble": NOT_A_CALENDAR}
    return {"busy": [(start.timestamp(), end.timestamp()) for start, end in found]}


if __name__ == "__main__":
    main()

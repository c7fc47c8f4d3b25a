"""Calendar files as others write them, and the moments of a winter's day in New York."""

from datetime import UTC, datetime
from typing import Any

from practice.models import Counselor
from scheduling import outside
from scheduling.models import BusyTime

Spans = list[tuple[datetime, datetime]]


def event(*lines: str, uid: str = "one") -> list[str]:
    """An entry of a calendar."""
    head = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", "SUMMARY:CANARY dentist"]
    return [*head, *lines, "END:VEVENT"]


def calendar(*entries: list[str], head: tuple[str, ...] = ()) -> bytes:
    """A whole file."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Other//EN", *head]
    for entry in entries:
        lines += entry
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def utc(text: str) -> datetime:
    """Such as "12-05 15:00", of 2026, or "2027-03-14 15:00"."""
    text = text if text.count("-") == 2 else f"2026-{text}"
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def spans(*pairs: tuple[str, str]) -> Spans:
    """Several from-to, as `utc` reads them."""
    return [(utc(start), utc(end)) for start, end in pairs]


def kept(counselor: Counselor) -> Spans:
    """The busy times that are kept of all this counselor's calendars."""
    times = BusyTime.objects.filter(calendar__counselor=counselor).order_by("starts_at")
    return [(each.starts_at, each.ends_at) for each in times]


def add(counselor: Counselor, content: bytes, name: str = "Home") -> None:
    """Upload a file."""
    outside.add_file(counselor, name, content, by=_by())


def _by() -> Any:
    from practice.audit import trail

    return trail.SYSTEM

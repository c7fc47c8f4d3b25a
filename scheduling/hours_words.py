"""How working hours are said: on the counselor's own clock, by weekday, with midnight by name."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from practice.wording import spoken_time
from scheduling.models import HoursKind, Weekday, WeeklyHours

# A time of day can't be 24:00: hours that last until midnight end in the day's last minute.
MIDNIGHT = time(23, 59)

_SHORT = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_FOR = {
    HoursKind.CONSULTATION.value: "consultations only",
    HoursKind.SESSION.value: "sessions only",
}

# From when to when, and what for.
Times = tuple[time, time, str]


def said(at: time) -> str:
    """Such as "2:00 PM"; the last minute of a day is said as midnight."""
    if at >= MIDNIGHT:
        return "midnight"
    return f"{at.hour % 12 or 12}:{at:%M %p}"


def span(begins: time, ends: time, kind: str = HoursKind.ANY) -> str:
    """Such as "9:00 AM to 5:00 PM, sessions only"."""
    words = f"{said(begins)} to {said(ends)}"
    return f"{words}, {_FOR[kind]}" if kind in _FOR else words


def on_day(day: date) -> str:
    """Such as "Thursday, Nov 26"."""
    return f"{day:%A, %b} {day.day}"


def weekday_name(number: int) -> str:
    return str(Weekday(number).label)


def summary(rows: Iterable[WeeklyHours]) -> list[str]:
    """A week in a few words; days in a row with the same hours are said as one."""
    days: dict[int, list[Times]] = {}
    for row in rows:
        days.setdefault(row.weekday, []).append((row.begins, row.ends, row.kind))
    parts: list[tuple[int, int, list[Times]]] = []
    for weekday in sorted(days):
        times = sorted(days[weekday])
        if parts and parts[-1][1] == weekday - 1 and parts[-1][2] == times:
            parts[-1] = (parts[-1][0], weekday, times)
        else:
            parts.append((weekday, weekday, times))
    return [
        f"{_days(first, last)}: {'; '.join(span(*each) for each in times)}"
        for first, last, times in parts
    ]


def _days(first: int, last: int) -> str:
    return _SHORT[first] if first == last else f"{_SHORT[first]} to {_SHORT[last]}"


def away(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """From when to when somebody is away; whole days are said as days."""
    begins, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    if begins.time() != time.min or ends.time() != time.min:
        return f"{spoken_time(starts_at, zone)}, until {spoken_time(ends_at, zone)}"
    last = ends.date() - timedelta(days=1)
    if last == begins.date():
        return f"{on_day(last)}, all day"
    return f"{on_day(begins.date())} to {on_day(last)}, all day"

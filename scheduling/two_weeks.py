"""The coming two weeks of a counselor in words, by the rule that offers times to people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from practice.clock import on_wall_clock
from practice.models import Counselor
from practice.wording import clock_time
from scheduling.calendars import Calendars, Wanted
from scheduling.hours_words import weekday_name
from scheduling.models import HoursKind
from scheduling.one_calendar import Calendar
from scheduling.stretches import DAY, Hours, Span, midnight, moment

DAYS = 14


@dataclass(frozen=True)
class Day:
    """One day: when they work, in words, and what else is to know of it."""

    day: date
    hours: list[str]
    # Why they don't work, or don't work as usual.
    why: list[str]

    @property
    def is_closed(self) -> bool:
        return not self.hours


def of(counselor: Counselor, now: datetime) -> list[Day]:
    """From today on, on the counselor's own clock."""
    first = now.astimezone(counselor.zone).date()
    for_both = [
        _calendar(counselor, kind, first, now)
        for kind in (HoursKind.CONSULTATION, HoursKind.SESSION)
    ]
    days = [first + number * DAY for number in range(DAYS)]
    return [Day(day, _hours(for_both, day), list(_why(for_both, day))) for day in days]


def _calendar(counselor: Counselor, kind: HoursKind, first: date, now: datetime) -> Calendar:
    zone = counselor.zone
    wanted = Wanted(
        length=timedelta(),
        places=[],
        earliest=on_wall_clock(first, time.min, zone),
        latest=on_wall_clock(first + DAYS * DAY, time.min, zone),
        kind=kind,
    )
    # Where they are licensed doesn't matter here: it depends on who comes.
    calendars = Calendars([(counselor, [(first, first + DAYS * DAY)])], wanted)
    return calendars.read(wanted, now)[0]


def _hours(for_both: Sequence[Calendar], day: date) -> list[str]:
    """In order; what isn't for both says what it is for."""
    consultations, sessions = (_working(each, day) for each in for_both)
    kinds = dict.fromkeys(consultations, ", consultations only")
    kinds |= {span: "" if span in kinds else ", sessions only" for span in sessions}
    hours = for_both[0].hours
    return [f"{_said(span, day, hours)}{kinds[span]}" for span in sorted(kinds)]


def _working(calendar: Calendar, day: date) -> list[Span]:
    """That day's stretches, without those for which they are away all the time."""
    return [
        (each.begins, each.ends)
        for each in calendar.hours.on(day)
        if not any(begins <= each.begins and each.ends <= ends for begins, ends in calendar.away)
    ]


def _why(for_both: Sequence[Calendar], day: date) -> Iterator[str]:
    calendar = for_both[0]
    hours = calendar.hours
    works = any(each.hours.on(day) for each in for_both)
    if day in hours.dates:
        yield "Other hours than usual on this day." if works else "Off on this day."
    elif day in hours.holidays:
        yield f"{hours.holidays[day]}: the practice is closed."
    elif not works:
        yield f"No hours on {weekday_name(day.weekday())}s."
    if works:
        yield from (f"Away {words}." for words in _within(calendar.away, day, hours))
        yield from (
            f"Busy in another calendar {words}."
            for words in _within(calendar.elsewhere, day, hours)
        )
        if calendar.is_full(day):
            yield "As many appointments as they see on one day."


def _within(blocks: Sequence[Span], day: date, hours: Hours) -> list[str]:
    """What of these blocks lies on that day."""
    start, end = midnight(day, hours.zone), midnight(day + DAY, hours.zone)
    cut = [(max(begins, start), min(ends, end)) for begins, ends in sorted(blocks)]
    return [
        "all day" if each == (start, end) else _said(each, day, hours)
        for each in cut
        if each[0] < each[1]
    ]


def _said(span: Span, day: date, hours: Hours) -> str:
    begins, ends = span
    until = "midnight"
    if ends != midnight(day + DAY, hours.zone):
        until = clock_time(moment(ends), hours.zone)
    return f"{clock_time(moment(begins), hours.zone)} to {until}"

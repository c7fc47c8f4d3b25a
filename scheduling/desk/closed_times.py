"""When counselors aren't at work: the background of the calendar that is dragged in."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter

from practice.models import Counselor
from scheduling.calendars import Calendars, Wanted
from scheduling.desk.window import Window
from scheduling.models import HoursKind
from scheduling.one_calendar import Calendar
from scheduling.stretches import DAY, Span, merged, midnight, moment, seconds

_NO_TIME = timedelta(minutes=1)


@dataclass(frozen=True)
class Closed:
    """A time at which nothing is usually booked, and why where it isn't plainly outside hours."""

    counselor_id: int
    starts_at: datetime
    ends_at: datetime
    why: str = ""


def of(counselors: Sequence[Counselor], shown: Window, now: datetime) -> list[Closed]:
    """Those of all these counselors in the days shown, in a number of queries that is fixed."""
    sessions, consultations = (
        _calendars(counselors, shown, now, kind)
        for kind in (HoursKind.SESSION, HoursKind.CONSULTATION)
    )
    return [
        closed
        for one, other in zip(sessions, consultations, strict=True)
        for closed in _of_one(one, other, shown)
    ]


def _calendars(
    counselors: Sequence[Counselor], shown: Window, now: datetime, kind: str
) -> list[Calendar]:
    wanted = Wanted(
        length=_NO_TIME, places=[], earliest=shown.starts_at, latest=shown.ends_at, kind=kind
    )
    return Calendars([(each, ()) for each in counselors], wanted).read(wanted, now)


def _of_one(one: Calendar, other: Calendar, shown: Window) -> Iterator[Closed]:
    window = seconds(shown.starts_at), seconds(shown.ends_at)
    open_for_something = merged(iter([*_open(one, window), *_open(other, window)]))
    parts = [
        *(part for span in _between(open_for_something, window) for part in _parts(one, span)),
        *((span, "Away") for span in one.away),
        *((span, "Busy elsewhere") for span in one.elsewhere),
    ]
    for span, why in parts:
        begins, ends = max(span[0], window[0]), min(span[1], window[1])
        if begins < ends:
            yield Closed(one.counselor.pk, moment(begins), moment(ends), why)


def _open(calendar: Calendar, window: Span) -> Iterator[Span]:
    day, last = calendar.day_of(window[0]), calendar.day_of(window[1])
    while day <= last:
        for stretch in calendar.hours.on(day):
            yield stretch.begins, stretch.ends
        day += DAY


def _between(spans: Iterable[Span], window: Span) -> Iterator[Span]:
    """What of the window these (in order, apart) leave over."""
    begins = window[0]
    for span in spans:
        if begins < span[0]:
            yield begins, span[0]
        begins = max(begins, span[1])
    if begins < window[1]:
        yield begins, window[1]


def _parts(calendar: Calendar, span: Span) -> Iterator[tuple[Span, str]]:
    """A closed stretch, in parts where only some of its days are holidays."""
    by_why = groupby(_each_day(calendar, span), key=itemgetter(1))
    for why, days in by_why:
        found = [day for day, _ in days]
        yield (found[0][0], found[-1][1]), why


def _each_day(calendar: Calendar, span: Span) -> Iterator[tuple[Span, str]]:
    begins, ends = span
    while begins < ends:
        day = calendar.day_of(begins)
        until = min(ends, midnight(day + DAY, calendar.hours.zone))
        yield (begins, until), _holiday(calendar, day)
        begins = until


def _holiday(calendar: Calendar, day: date) -> str:
    """The holiday that keeps the practice closed on that day, where it is one."""
    return "" if day in calendar.hours.dates else calendar.hours.holidays.get(day, "")

"""What counselors' calendars leave free.

The number of queries depends neither on counselors nor on days: hours, time off, licenses and
appointments are each read once, then free time is worked out on sorted intervals. Times are made
on the counselor's own wall clock, so that daylight saving comes out right, and kept in UTC.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from practice.clock import on_wall_clock
from practice.eligibility import may_meet
from practice.models import Counselor, License, Practice, State
from scheduling.models import LIVE, Appointment, Status, TimeOff, WeeklyHours

STEP = timedelta(minutes=30)
DAY = timedelta(days=1)
# No appointment is longer; so what began before that can't reach into the times that are read.
_LONGEST = DAY

# Written out rather than given as parameters: only so SQLite sees that the index of what takes
# time, which is by counselor and then by time, holds everything that is asked for. All of it is
# our own constants: that is why the two linters for SQL may look away.
_TAKES_TIME = RawSQL(  # noqa: S611  # nosec B611
    "scheduling_appointment.status IN ({})".format(", ".join(f"'{each}'" for each in LIVE)),
    [],
    output_field=BooleanField(),
)

Span = tuple[datetime, datetime]
Days = tuple[date, date]
Hours = tuple[tuple[time, time], ...]  # of one weekday
Week = dict[int, Hours]


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. `places` are the state codes of everybody who will be there."""

    length: timedelta
    places: Sequence[str]
    earliest: datetime
    latest: datetime
    # An appointment that is to be moved stands in nobody's way, least of all its own.
    leaving_out: UUID | None = None
    # Only starting times for which this holds, such as mornings on the reader's clock.
    keep: Callable[[datetime], bool] | None = None


@dataclass(frozen=True)
class Free:
    """When a counselor can begin, in order, and how much of the time that was read is booked."""

    counselor: Counselor
    starts: list[datetime]
    booked: timedelta


class Calendars:
    """The calendars of those who may meet these people; each part is read once."""

    def __init__(self, counselors: Iterable[Counselor], wanted: Wanted) -> None:
        people = list(counselors)
        self._days = _days_they_may_meet(people, wanted)
        self._people = [each for each in people if self._days[each.pk]]
        self._hours = _hours_of(self._people)
        self._pause = timedelta(minutes=Practice.current().buffer_minutes)
        self._away = _time_off(self._people, wanted, wanted.latest + wanted.length + self._pause)

    def free(self, wanted: Wanted, now: datetime) -> list[Free]:
        """Who is free when, from the earliest time that is wanted until before the latest."""
        until = wanted.latest + wanted.length + self._pause
        booked = _booked(self._people, wanted, until, now)
        grid = Grid(wanted, self._pause)
        return [
            Free(
                each,
                free_starts(
                    grid.of(self._hours[each.pk], each.zone, self._days[each.pk]),
                    merged(booked[each.pk] + self._away[each.pk]),
                ),
                sum((end - start for start, end in booked[each.pk]), timedelta()),
            )
            for each in self._people
        ]


class Grid:
    """The times at which working hours let something begin, each with when it has to be over.

    Counselors who work the same hours of a day share them.
    """

    def __init__(self, wanted: Wanted, pause: timedelta) -> None:
        self._wanted = wanted
        self._pause = pause
        self._made: dict[tuple[date, Hours, str], list[Span]] = {}

    def of(self, hours: Week, zone: ZoneInfo, days: Sequence[Days]) -> Iterator[Span]:
        """Those of a counselor with these hours, on the days on which they may meet people."""
        day = self._wanted.earliest.astimezone(zone).date()
        last = self._wanted.latest.astimezone(zone).date()
        while day <= last:
            of_day = hours.get(day.weekday(), ())
            if of_day and any(begins <= day <= ends for begins, ends in days):
                yield from self._on(day, of_day, zone)
            day += DAY

    def _on(self, day: date, hours: Hours, zone: ZoneInfo) -> list[Span]:
        key = (day, hours, zone.key)
        if key not in self._made:
            # Hours may overlap: each start once, and in order, as `free_starts` needs them.
            starts = {start for span in hours for start in self._within(day, span, zone)}
            needed = self._wanted.length + self._pause
            self._made[key] = [(start, start + needed) for start in sorted(starts)]
        return self._made[key]

    def _within(self, day: date, span: tuple[time, time], zone: ZoneInfo) -> Iterator[datetime]:
        wanted = self._wanted
        start, end = (on_wall_clock(day, at, zone) for at in span)
        while start + wanted.length <= end:
            if wanted.earliest <= start < wanted.latest and (not wanted.keep or wanted.keep(start)):
                yield start
            start += STEP


def free_starts(needed: Iterable[Span], busy: Sequence[Span]) -> list[datetime]:
    """Where these stretches (sorted) begin that touch nothing in `busy` (sorted, apart)."""
    free = []
    coming = iter(busy)
    blocker = next(coming, None)
    for start, end in needed:
        while blocker and blocker[1] <= start:
            blocker = next(coming, None)
        if blocker is None or blocker[0] >= end:
            free.append(start)
    return free


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same busy time as spans in order that don't touch."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _days_they_may_meet(people: Sequence[Counselor], wanted: Wanted) -> dict[int, list[Days]]:
    served = frozenset(State.objects.served().values_list("code", flat=True))
    held: dict[int, list[License]] = defaultdict(list)
    for each in License.objects.filter(counselor__in=people, state__in=wanted.places):
        held[each.counselor_id].append(each)
    # One day more on either side: days are those of each counselor's own zone.
    first, last = wanted.earliest.date() - DAY, wanted.latest.date() + DAY
    return {
        each.pk: [
            days
            for days in _stretches(held[each.pk], first, last)
            if may_meet(held[each.pk], wanted.places, days[0], served)
        ]
        for each in people
    }


def _stretches(held: Iterable[License], first: date, last: date) -> list[Days]:
    """These days in parts: what may be done changes only where a license begins or has ended."""
    begins = {each.starts_on for each in held if first < each.starts_on <= last}
    ended = {each.expires_on + DAY for each in held if first <= each.expires_on < last}
    turns = [*sorted({first} | begins | ended), last + DAY]
    return [(start, end - DAY) for start, end in pairwise(turns)]


def _hours_of(people: Sequence[Counselor]) -> dict[int, Week]:
    hours: dict[int, Week] = defaultdict(dict)
    rows = WeeklyHours.objects.filter(counselor__in=people).order_by("weekday", "begins")
    for key, weekday, begins, ends in rows.values_list("counselor", "weekday", "begins", "ends"):
        hours[key][weekday] = (*hours[key].get(weekday, ()), (begins, ends))
    return hours


def _booked(
    people: Sequence[Counselor], wanted: Wanted, until: datetime, now: datetime
) -> dict[int, list[Span]]:
    rows = (
        Appointment.objects.filter(_TAKES_TIME, counselor__in=people)
        .filter(starts_at__gt=wanted.earliest - _LONGEST, starts_at__lt=until)
        .filter(busy_until__gt=wanted.earliest)
        .exclude(status=Status.HOLD, hold_ends_at__lte=now)
        .exclude(pk__in=[wanted.leaving_out] if wanted.leaving_out else [])
        .order_by()
    )
    return _by_counselor(rows.values_list("counselor", "starts_at", "busy_until"))


def _time_off(
    people: Sequence[Counselor], wanted: Wanted, until: datetime
) -> dict[int, list[Span]]:
    rows = TimeOff.objects.filter(
        counselor__in=people, starts_at__lt=until, ends_at__gt=wanted.earliest
    )
    return _by_counselor(rows.order_by().values_list("counselor", "starts_at", "ends_at"))


def _by_counselor(rows: Iterable[tuple[int, datetime, datetime]]) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = defaultdict(list)
    for key, start, end in rows:
        spans[key].append((start, end))
    return spans

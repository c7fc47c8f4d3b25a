"""Open times: one rule for the public page, the desk and recurring sessions.

The number of queries depends neither on counselors nor on days: hours, time off, appointments and
licenses are each read once, then free time is worked out on sorted intervals. Times are made on
the counselor's own wall clock, so that daylight saving comes out right, and kept in UTC.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from practice.clock import on_wall_clock
from practice.eligibility import may_meet
from practice.models import Counselor, License, Practice, State
from scheduling.models import LIVE, Appointment, Status, TimeOff, WeeklyHours

STEP = timedelta(minutes=30)

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Slot:
    """A time that can be booked."""

    counselor: Counselor
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for. `places` are the state codes of everybody who will be there."""

    length: timedelta
    places: Sequence[str]
    earliest: datetime
    latest: datetime
    # An appointment that is to be moved stands in nobody's way, least of all its own.
    leaving_out: UUID | None = None


@dataclass(frozen=True)
class Week:
    """A counselor's working hours on one weekday."""

    weekday: int
    begins: time
    ends: time


def open_slots(counselors: Iterable[Counselor], wanted: Wanted, now: datetime) -> list[Slot]:
    """Every time at which one of these counselors is free, working and licensed, in order."""
    people = list(counselors)
    hours = _hours_of(people)
    buffer = timedelta(minutes=Practice.current().buffer_minutes)
    busy = _busy_of(people, wanted, buffer, now)
    licenses = _licenses_of(people)
    served = frozenset(State.objects.served().values_list("code", flat=True))
    slots = [
        Slot(counselor, start, start + wanted.length)
        for counselor in people
        for start in free_starts(
            hours[counselor.pk], busy[counselor.pk], counselor.zone, wanted, buffer
        )
        if may_meet(licenses[counselor.pk], wanted.places, _day(start, counselor), served)
    ]
    return sorted(slots, key=lambda slot: (slot.starts_at, slot.counselor.public_name))


def free_starts(
    hours: Sequence[Week], busy: Sequence[Span], zone: ZoneInfo, wanted: Wanted, buffer: timedelta
) -> Iterator[datetime]:
    """The starting times within these hours that touch nothing in `busy` (sorted by start)."""
    taken = iter(busy)
    blocker = next(taken, None)
    for start in _starts(hours, zone, wanted):
        while blocker and blocker[1] <= start:
            blocker = next(taken, None)
        if blocker is None or blocker[0] >= start + wanted.length + buffer:
            yield start


def _starts(hours: Sequence[Week], zone: ZoneInfo, wanted: Wanted) -> Iterator[datetime]:
    day = wanted.earliest.astimezone(zone).date()
    last = wanted.latest.astimezone(zone).date()
    while day <= last:
        spans = [span for span in hours if span.weekday == day.weekday()]
        # Hours may overlap: each start once, and in order, as `free_starts` needs them.
        yield from sorted(
            {start for span in spans for start in _starts_within(day, span, zone, wanted)}
        )
        day += timedelta(days=1)


def _starts_within(day: date, span: Week, zone: ZoneInfo, wanted: Wanted) -> Iterator[datetime]:
    start = on_wall_clock(day, span.begins, zone)
    end = on_wall_clock(day, span.ends, zone)
    while start + wanted.length <= end:
        if wanted.earliest <= start < wanted.latest:
            yield start
        start += STEP


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same busy time as spans in order that don't touch."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _day(start: datetime, counselor: Counselor) -> date:
    return start.astimezone(counselor.zone).date()


def _hours_of(people: Sequence[Counselor]) -> dict[int, list[Week]]:
    hours: dict[int, list[Week]] = defaultdict(list)
    rows = WeeklyHours.objects.filter(counselor__in=people).order_by("weekday", "begins")
    for key, weekday, begins, ends in rows.values_list("counselor", "weekday", "begins", "ends"):
        hours[key].append(Week(weekday, begins, ends))
    return hours


def _busy_of(
    people: Sequence[Counselor], wanted: Wanted, buffer: timedelta, now: datetime
) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = defaultdict(list)
    until = wanted.latest + wanted.length + buffer
    appointments = (
        Appointment.objects.filter(counselor__in=people, status__in=LIVE)
        .filter(starts_at__lt=until, busy_until__gt=wanted.earliest)
        .exclude(status=Status.HOLD, hold_ends_at__lte=now)
        .exclude(pk__in=[wanted.leaving_out] if wanted.leaving_out else [])
    )
    for key, start, end in appointments.values_list("counselor", "starts_at", "busy_until"):
        spans[key].append((start, end))
    away = TimeOff.objects.filter(
        counselor__in=people, starts_at__lt=until, ends_at__gt=wanted.earliest
    )
    for key, start, end in away.values_list("counselor", "starts_at", "ends_at"):
        spans[key].append((start, end))
    return defaultdict(list, {key: merged(found) for key, found in spans.items()})


def _licenses_of(people: Sequence[Counselor]) -> dict[int, list[License]]:
    licenses: dict[int, list[License]] = defaultdict(list)
    for license_ in License.objects.filter(counselor__in=people):
        licenses[license_.counselor_id].append(license_)
    return licenses

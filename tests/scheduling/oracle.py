"""Which times are open and what speaks against the others, found by walking every minute.

Nothing here knows of the code that it is held against: no stretches, no sorted blocks, no rule
for a day on which the clocks change. A minute is a whole number of minutes since 1970; what the
clock on a wall shows then is asked of the time zone, minute by minute.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
LIVE = {"hold", "booked", "done", "no_show"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Hours:
    """On a weekday (a number) or on a date; without times on a date: off."""

    on: Any
    kind: str
    begins: time | None
    ends: time | None


@dataclass(frozen=True)
class Booked:
    """An appointment, in minutes."""

    status: str
    begins: int
    ends: int
    until: int
    hold_ends: int | None = None

    def counts(self, now: int) -> bool:
        lapsed = self.status == "hold" and self.hold_ends is not None and self.hold_ends <= now
        return self.status in LIVE and not lapsed


@dataclass
class World:
    """One counselor's calendar, and what is asked of it."""

    zone: ZoneInfo
    now: int
    earliest: int
    latest: int
    length: int
    pause: int
    kind: str
    most_a_day: int | None
    places: list[str]
    served: set[str]
    licenses: list[tuple[str, date, date]]
    weekly: list[Hours]
    dates: list[Hours]
    holidays: dict[date, bool]
    away: list[tuple[int, int]] = field(default_factory=list)
    elsewhere: list[tuple[int, int]] = field(default_factory=list)
    booked: list[Booked] = field(default_factory=list)
    # What those who come have with somebody else.
    with_others: list[Booked] = field(default_factory=list)
    leaving_out: int | None = None


def offered(world: World) -> list[int]:
    """Every start that may be shown: by the half hour from where working time begins."""
    return [
        start
        for start in _half_hours(world)
        if world.earliest <= start < world.latest and not against(world, start) - {"client_busy"}
    ]


def against(world: World, start: int) -> set[str]:
    """Everything that speaks against that start."""
    return {
        *(["past"] if start <= world.now else []),
        *_licenses(world, _wall(start, world.zone).date()),
        *_hours(world, start),
        *_blocks(world, start),
        *_appointments(world, start),
    }


def _licenses(world: World, day: date) -> Iterator[str]:
    if not world.places:
        yield "no_place"
    for place in world.places:
        there = [(first, last) for code, first, last in world.licenses if code == place]
        if place not in world.served:
            yield "not_served"
        elif not there:
            yield "not_licensed"
        elif not any(first <= day <= last for first, last in there):
            yield "not_licensed_that_day"


def _hours(world: World, start: int) -> Iterator[str]:
    day = _wall(start, world.zone).date()
    if all(works(world, minute) for minute in range(start, start + world.length)):
        return
    its_own = [each for each in world.dates if each.on == day]
    if any(each.begins is None and each.kind in ("any", world.kind) for each in its_own):
        yield "day_off"
    elif not its_own and world.holidays.get(day):
        yield "holiday"
    else:
        yield "outside_hours"


def works(world: World, minute: int) -> bool:
    """Whether the counselor works in that minute."""
    return minute in _working(world, _wall(minute, world.zone).date())


def _working(world: World, day: date) -> set[int]:
    """All minutes of a day that are work."""
    its_own = [each for each in world.dates if each.on == day]
    if its_own:
        rows = [each for each in its_own if each.kind in ("any", world.kind)]
        rows = [] if any(each.begins is None for each in rows) else rows
    elif world.holidays.get(day):
        rows = []
    else:
        of_week = [each for each in world.weekly if each.on == day.weekday()]
        rows = [each for each in of_week if each.kind in ("any", world.kind)]
    return {
        minute
        for each in rows
        if each.begins and each.ends
        for minute in _from_to(day, each.begins, each.ends, world.zone)
    }


@lru_cache(maxsize=2000)
def _from_to(day: date, begins: time, ends: time, zone: ZoneInfo) -> list[int]:
    """The minutes from when the clock first shows the one time until it first shows the other.

    Or a later one, where the clock skips it; 23:59 stands for the end of the day.
    """
    found = []
    has_begun = has_ended = False
    for minute in _minutes_of(day, zone):
        shown = _wall(minute, zone).time()
        has_begun = has_begun or shown >= begins
        has_ended = has_ended or (shown >= ends and ends != time(23, 59))
        if has_begun and not has_ended:
            found.append(minute)
    return found


@lru_cache(maxsize=200)
def _minutes_of(day: date, zone: ZoneInfo) -> list[int]:
    first = minutes(datetime.combine(day, time(), tzinfo=UTC))
    nearby = range(first, first + 36 * 60)
    return [minute for minute in nearby if _wall(minute, zone).date() == day]


def _half_hours(world: World) -> Iterator[int]:
    first = _wall(world.earliest, world.zone).date()
    last = _wall(world.latest, world.zone).date()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        working, since = _working(world, day), 0
        for minute in _minutes_of(day, world.zone):
            if minute not in working:
                since = 0
                continue
            if since % 30 == 0:
                yield minute
            since += 1


def _blocks(world: World, start: int) -> Iterator[str]:
    for why, blocks in (("away", world.away), ("busy_elsewhere", world.elsewhere)):
        for begins, ends in blocks:
            if _meet(start, world.length, begins, ends):
                yield why
            elif _meet(start, world.length + world.pause, begins, ends):
                yield "pause"


def _appointments(world: World, start: int) -> Iterator[str]:
    live = [
        each
        for number, each in enumerate(world.booked)
        if each.counts(world.now) and number != world.leaving_out
    ]
    day = _wall(start, world.zone).date()
    that_day = [each for each in live if _wall(each.begins, world.zone).date() == day]
    if world.most_a_day is not None and len(that_day) >= world.most_a_day:
        yield "full_day"
    for each in live:
        if _meet(start, world.length, each.begins, each.ends):
            yield "held" if each.status == "hold" else "taken"
        elif _meet(start, world.length + world.pause, each.begins, each.until):
            yield "pause"
    for each in world.with_others:
        if each.counts(world.now) and _meet(start, world.length, each.begins, each.ends):
            yield "client_busy"


def _meet(start: int, length: int, begins: int, ends: int) -> bool:
    return any(begins <= minute < ends for minute in range(start, start + length))


@lru_cache(maxsize=50_000)
def _wall(minute: int, zone: ZoneInfo) -> datetime:
    return moment(minute).astimezone(zone)


def minutes(moment: datetime) -> int:
    return (moment - EPOCH) // MINUTE


def moment(minute: int) -> datetime:
    return EPOCH + minute * MINUTE

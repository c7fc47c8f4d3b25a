"""Calendars drawn at random, and put into the database."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from practice.models import License, Practice, State
from scheduling.availability import Wanted
from scheduling.models import (
    Appointment,
    Attendee,
    BusyTime,
    DateHours,
    Holiday,
    OutsideCalendar,
    TimeOff,
    WeeklyHours,
)
from tests.cast import CENTRAL, EASTERN, Cast
from tests.scheduling.oracle import Booked, Hours, World, minutes, moment

# An ordinary week, and those in which the clocks go forward and back.
DAYS = [date(2026, 12, 3), date(2026, 11, 1), date(2027, 3, 14), date(2027, 11, 7)]
KINDS = ["any", "consultation", "session"]
STATUSES = ["booked", "hold", "done", "no_show", "canceled", "lapsed"]
_FIVE = 5
_DAY = 24 * 60

_clock_times = st.one_of(
    st.integers(0, 287).map(lambda five: time(five * _FIVE // 60, five * _FIVE % 60)),
    st.sampled_from([time(0), time(1, 30), time(2, 30), time(9), time(23, 55), time(23, 59)]),
)
_hours = st.tuples(st.sampled_from(KINDS), _clock_times, _clock_times)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A counselor's calendar over a few days."""
    day = draw(st.sampled_from(DAYS))
    begins = minutes(datetime.combine(day, time(), tzinfo=UTC)) - _DAY
    earliest = begins + draw(st.integers(0, _DAY // _FIVE)) * _FIVE
    span = st.tuples(st.integers(-100, 900), st.integers(1, 80)).map(
        lambda drawn: (begins + drawn[0] * _FIVE, begins + (drawn[0] + drawn[1]) * _FIVE)
    )
    now = draw(st.sampled_from([begins - 60, earliest, earliest + 300]))
    near = st.integers(-2, 4).map(lambda number: day + timedelta(days=number))
    world = World(
        zone=ZoneInfo(draw(st.sampled_from([EASTERN, CENTRAL]))),
        now=now,
        earliest=earliest,
        latest=earliest + draw(st.integers(1, 3 * 48)) * 30,
        length=draw(st.sampled_from([5, 30, 50, 90])),
        pause=draw(st.sampled_from([0, 10, 40])),
        kind=draw(st.sampled_from(KINDS[1:])),
        most_a_day=draw(st.sampled_from([None, None, None, 1, 2])),
        places=draw(st.sampled_from([["NJ"]] * 5 + [["NJ", "FL"], ["NJ", "TX"], []])),
        served={"NJ", "FL"},
        licenses=_licenses(draw, day),
        weekly=_weekly(draw),
        dates=_dates(draw, near),
        holidays=draw(st.dictionaries(near, st.booleans(), max_size=2)),
        away=draw(st.lists(span, max_size=2)),
        elsewhere=draw(st.lists(span, max_size=2)),
    )
    world.booked = _booked(draw, begins, now)
    world.with_others = _booked(draw, begins, now)
    if world.booked:
        world.leaving_out = draw(st.none() | st.integers(0, len(world.booked) - 1))
    return world


def _licenses(draw: st.DrawFn, day: date) -> list[tuple[str, date, date]]:
    long = (date(2026, 1, 1), date(2028, 12, 31))
    some = [long, long, long, (long[0], day), (day, long[1]), (day - timedelta(days=1), day)]
    held = [("NJ", *draw(st.sampled_from(some)))]
    if draw(st.booleans()):
        held.append(("FL", *draw(st.sampled_from(some))))
    return held


def _weekly(draw: st.DrawFn) -> list[Hours]:
    rows = draw(st.lists(st.tuples(st.integers(0, 6), _hours), max_size=6))
    days = [Hours(weekday, "any", time(8), time(18)) for weekday in range(7)]
    # From evening until past midnight, through the hour in which the clocks change.
    nights = [
        Hours(weekday, "any", *hours)
        for weekday in range(7)
        for hours in ((time(0), time(2, 30)), (time(22, 10), time(23, 59)))
    ]
    usual = draw(st.sampled_from([days, nights, []]))
    return usual + [Hours(on, *hours) for on, hours in rows if hours[1] < hours[2]]


def _dates(draw: st.DrawFn, near: st.SearchStrategy[date]) -> list[Hours]:
    off = st.sampled_from(KINDS).map(lambda kind: (kind, None, None))
    rows = draw(st.lists(st.tuples(near, _hours | off), max_size=3))
    return [
        Hours(on, kind, begins, ends)
        for on, (kind, begins, ends) in rows
        if begins is None or (ends and begins < ends)
    ]


def _booked(draw: st.DrawFn, begins: int, now: int) -> list[Booked]:
    """Appointments one after the other, as the database has them."""
    found, at = [], begins
    for gap, length, pause, status, held in draw(
        st.lists(
            st.tuples(
                st.integers(0, 200),
                st.sampled_from([25, 50, 90]),
                st.sampled_from([0, 10, 30]),
                st.sampled_from(STATUSES),
                st.integers(-10, 10),
            ),
            max_size=5,
        )
    ):
        at += gap * _FIVE
        hold_ends = now + held if status == "hold" else None
        found.append(Booked(status, at, at + length, at + length + pause, hold_ends))
        at += length + pause
    return found


def store(cast: Cast, world: World) -> Wanted:
    """Put it into the database as Nora's, in place of what she had; those who come are Hanna."""
    nora = cast.nora
    for model in (TimeOff, WeeklyHours, DateHours, OutsideCalendar, License):
        model.objects.filter(counselor=nora).delete()
    Holiday.objects.all().delete()
    Appointment.objects.all().delete()
    Practice.objects.update(buffer_minutes=world.pause)
    nora.user.time_zone, nora.most_a_day = world.zone.key, world.most_a_day
    nora.user.save()
    nora.save()
    State.objects.filter(pk__in=["NJ", "FL"]).update(served=True)
    License.objects.bulk_create(
        License(counselor=nora, state_id=code, number="1", starts_on=first, expires_on=last)
        for code, first, last in world.licenses
    )
    _store_hours(cast, world)
    _store_times(cast, world)
    _store_appointments(cast, world)
    return wanted_in(world)


def wanted_in(world: World) -> Wanted:
    return Wanted(
        length=timedelta(minutes=world.length),
        places=world.places,
        earliest=moment(world.earliest),
        latest=moment(world.latest),
        kind=world.kind,
        leaving_out=None if world.leaving_out is None else UUID(int=world.leaving_out + 1),
    )


def _store_hours(cast: Cast, world: World) -> None:
    def facts(each: Hours) -> dict[str, Any]:
        hours = {"kind": each.kind, "begins": each.begins, "ends": each.ends}
        return {"counselor": cast.nora, **hours}

    WeeklyHours.objects.bulk_create(
        WeeklyHours(weekday=each.on, **facts(each)) for each in world.weekly
    )
    DateHours.objects.bulk_create(DateHours(day=each.on, **facts(each)) for each in world.dates)
    Holiday.objects.bulk_create(
        Holiday(day=day, name="Founders’ Day", kept=kept) for day, kept in world.holidays.items()
    )


def _store_times(cast: Cast, world: World) -> None:
    TimeOff.objects.bulk_create(
        TimeOff(counselor=cast.nora, starts_at=moment(begins), ends_at=moment(ends))
        for begins, ends in world.away
    )
    if world.elsewhere:
        other = OutsideCalendar.objects.create(
            counselor=cast.nora, name="Home", added_at=moment(world.now)
        )
        BusyTime.objects.bulk_create(
            BusyTime(calendar=other, starts_at=moment(begins), ends_at=moment(ends))
            for begins, ends in world.elsewhere
        )


def _store_appointments(cast: Cast, world: World) -> None:
    rows = [
        *((cast.nora, number + 1, each) for number, each in enumerate(world.booked)),
        *((cast.ida, number + 1001, each) for number, each in enumerate(world.with_others)),
    ]
    for counselor, number, each in rows:
        Appointment.objects.create(
            pk=UUID(int=number),
            kind="session",
            status=each.status,
            counselor=counselor,
            starts_at=moment(each.begins),
            ends_at=moment(each.ends),
            busy_until=moment(each.until),
            hold_ends_at=None if each.hold_ends is None else moment(each.hold_ends),
        )
    Attendee.objects.bulk_create(
        Attendee(
            appointment_id=UUID(int=number + 1001),
            client=cast.hanna.client,
            state_id="NJ",
            time_zone=EASTERN,
        )
        for number in range(len(world.with_others))
    )

"""Open times, held against an oracle that looks at every half hour by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practice.models import Counselor, License, Practice, State
from scheduling.availability import Slot, Wanted, open_slots
from scheduling.calendars import Grid, free_starts, merged
from scheduling.models import Appointment, Status, TimeOff, WeeklyHours
from tests.cast import CENTRAL, EASTERN, Cast, make_counselor

HALF_HOUR, MINUTE = timedelta(minutes=30), timedelta(minutes=1)
BUFFER = timedelta(minutes=10)
# Ordinary weeks, and the weeks in which the clocks go forward and back.
WEEKS = [date(2026, 12, 7), date(2027, 3, 10), date(2026, 10, 28)]


@dataclass(frozen=True)
class Week:
    """Working hours on one weekday."""

    weekday: int
    begins: time
    ends: time


@dataclass
class Calendar:
    """One counselor's calendar, drawn at random."""

    zone: ZoneInfo
    earliest: datetime
    latest: datetime
    length: timedelta
    hours: list[Week]
    busy: list[tuple[datetime, datetime]] = field(default_factory=list)


@cache
def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which that clock shows this time or a later one: no rule, a search."""
    day_begins = local.replace(hour=0, minute=0, tzinfo=UTC) - timedelta(hours=1)
    for quarter in range(36 * 4):
        moment = day_begins + quarter * 15 * MINUTE
        if moment.astimezone(zone).replace(tzinfo=None) >= local:
            return moment
    raise AssertionError("no such time on that clock")


def oracle(calendar: Calendar) -> list[datetime]:
    """Every start that may be offered: counted in half hours from where each span begins."""
    zone, length = calendar.zone, calendar.length
    day = calendar.earliest.astimezone(zone).date() - timedelta(days=1)
    found = set()
    while day <= calendar.latest.astimezone(zone).date() + timedelta(days=1):
        for span in calendar.hours:
            if span.weekday != day.weekday():
                continue
            begins = instant(datetime.combine(day, span.begins), zone)
            ends = instant(datetime.combine(day, span.ends), zone)
            for step in range(48):
                start = begins + step * HALF_HOUR
                fits = start + length <= ends and calendar.earliest <= start < calendar.latest
                free = all(
                    stop <= start or begin >= start + length + BUFFER
                    for begin, stop in calendar.busy
                )
                if fits and free:
                    found.add(start)
        day += timedelta(days=1)
    return sorted(found)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    zone = ZoneInfo(draw(st.sampled_from([EASTERN, CENTRAL])))
    begins = datetime.combine(draw(st.sampled_from(WEEKS)), time(), tzinfo=UTC)
    earliest = begins + draw(st.integers(0, 48)) * HALF_HOUR
    clock_times = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
    spans = draw(st.lists(st.tuples(st.integers(0, 6), clock_times, clock_times), max_size=7))
    calendar = Calendar(
        zone=zone,
        earliest=earliest,
        latest=earliest + draw(st.integers(1, 6 * 48)) * HALF_HOUR,
        length=draw(st.sampled_from([30, 50, 60, 90])) * MINUTE,
        hours=[Week(day, start, stop) for day, start, stop in sorted(spans) if start < stop],
    )
    quarters = st.tuples(st.integers(-24, 7 * 96), st.integers(1, 40))
    calendar.busy = [
        (begins + start * 15 * MINUTE, begins + (start + length) * 15 * MINUTE)
        for start, length in draw(st.lists(quarters, max_size=8))
    ]
    return calendar


@given(calendars())
@settings(max_examples=150, deadline=None)
def test_free_starts_are_those_an_exhaustive_search_finds(calendar: Calendar) -> None:
    assert free(calendar) == oracle(calendar)


def free(calendar: Calendar) -> list[datetime]:
    """What the product finds in this calendar."""
    hours = {
        day: tuple((span.begins, span.ends) for span in calendar.hours if span.weekday == day)
        for day in range(7)
    }
    grid = Grid(wanted_by(calendar), BUFFER).of(hours, calendar.zone, [(date.min, date.max)])
    return free_starts(grid, merged(calendar.busy))


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 14), 3), (date(2026, 11, 1), 5)])
@pytest.mark.parametrize("zone", [EASTERN, CENTRAL])
def test_hours_in_the_night_of_a_change_are_as_long_as_they_really_are(
    day: date, hours: int, zone: str
) -> None:
    begins = datetime.combine(day, time(), tzinfo=UTC)
    span = [Week(day.weekday(), time(0, 30), time(4, 30))]
    latest = begins + timedelta(days=2)
    calendar = Calendar(ZoneInfo(zone), begins, latest, 30 * MINUTE, span)
    found = free(calendar)
    assert found == oracle(calendar)
    assert len(found) == 2 * hours


@given(calendars(), st.data())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_open_slots_of_a_calendar_in_the_database_are_those_of_the_search(
    cast: Cast, calendar: Calendar, data: st.DataObject
) -> None:
    store(cast.nora, calendar, data)
    found = open_slots([cast.nora], wanted_by(calendar), calendar.earliest)
    assert [slot.starts_at for slot in found] == oracle(calendar)


def store(counselor: Counselor, calendar: Calendar, data: st.DataObject) -> None:
    """Put this calendar into the database, in place of what the counselor had."""
    for model in (Appointment, TimeOff, WeeklyHours):
        model.objects.filter(counselor=counselor).delete()
    counselor.user.time_zone = calendar.zone.key
    counselor.user.save()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(counselor=counselor, weekday=week.weekday, begins=week.begins, ends=week.ends)
        for week in calendar.hours
    )
    taken: list[tuple[datetime, datetime]] = []
    for start, stop in calendar.busy:
        clashes = any(start < other[1] and other[0] < stop for other in taken)
        if clashes or data.draw(st.booleans()):
            TimeOff.objects.create(counselor=counselor, starts_at=start, ends_at=stop)
        else:
            make_appointment(counselor, start, stop - BUFFER, stop)
            taken.append((start, stop))


def make_appointment(
    counselor: Counselor, start: datetime, ends: datetime, busy_until: datetime, **facts: object
) -> Appointment:
    return Appointment.objects.create(
        kind="session",
        counselor=counselor,
        starts_at=start,
        ends_at=ends,
        busy_until=busy_until,
        **{"status": Status.BOOKED, **facts},
    )


def wanted_by(calendar: Calendar) -> Wanted:
    return Wanted(calendar.length, ["NJ"], calendar.earliest, calendar.latest)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=10))
def test_merged_spans_cover_the_same_minutes_and_never_touch(
    numbers: list[tuple[int, int]],
) -> None:
    origin = datetime(2026, 12, 7, tzinfo=UTC)
    spans = [(origin + a * MINUTE, origin + (a + n) * MINUTE) for a, n in numbers]
    result = merged(spans)
    minutes = {start + n * MINUTE for start, end in spans for n in range((end - start) // MINUTE)}
    kept = [start + n * MINUTE for start, end in result for n in range((end - start) // MINUTE)]
    assert sorted(minutes) == kept
    assert all(before[1] < after[0] for before, after in pairwise(result))


def slots(cast: Cast, day: date, *, days: int = 1, **overrides: Any) -> list[Slot]:
    begins = datetime.combine(day, time(5), tzinfo=UTC)
    facts: dict[str, Any] = {"length": 50 * MINUTE, "places": ["NJ"], "leaving_out": None}
    facts |= {"earliest": begins, "latest": begins + timedelta(days=days), **overrides}
    return open_slots([cast.nora], Wanted(**facts), begins)


THURSDAY = date(2026, 12, 3)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """That time in New York."""
    return datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo(EASTERN)).astimezone(UTC)


def starts(found: list[Slot]) -> set[datetime]:
    return {slot.starts_at for slot in found}


def test_a_working_day_is_offered_by_the_half_hour(cast: Cast) -> None:
    found = slots(cast, THURSDAY)
    assert found[0].starts_at == at(THURSDAY, 9)
    assert found[-1].ends_at == at(THURSDAY, 16, 50)
    assert len(found) == 15


def test_the_pause_after_an_appointment_and_before_the_next_stays_free(cast: Cast) -> None:
    make_appointment(cast.nora, at(THURSDAY, 11), at(THURSDAY, 11, 50), at(THURSDAY, 12))
    found = starts(slots(cast, THURSDAY))
    assert at(THURSDAY, 10) in found
    assert at(THURSDAY, 10, 30) not in found
    assert at(THURSDAY, 11, 30) not in found
    assert at(THURSDAY, 12) in found


def test_an_appointment_right_after_the_horizon_still_keeps_its_pause(cast: Cast) -> None:
    make_appointment(cast.nora, at(THURSDAY, 11), at(THURSDAY, 11, 50), at(THURSDAY, 12))
    only: dict[str, Any] = {"earliest": at(THURSDAY, 10), "latest": at(THURSDAY, 10) + MINUTE}
    assert slots(cast, THURSDAY, length=55 * MINUTE, **only) == []


def test_overlapping_hours_offer_each_time_once_and_no_taken_one(cast: Cast) -> None:
    WeeklyHours.objects.create(counselor=cast.nora, weekday=3, begins=time(10), ends=time(14))
    make_appointment(cast.nora, at(THURSDAY, 10), at(THURSDAY, 10, 50), at(THURSDAY, 11))
    found = [slot.starts_at for slot in slots(cast, THURSDAY)]
    assert at(THURSDAY, 10) not in found
    assert found == sorted(set(found))


def test_a_hold_blocks_until_it_runs_out(cast: Cast, travel: Callable[[datetime], None]) -> None:
    ends = at(date(2026, 12, 2), 10, 10)
    make_appointment(
        cast.nora,
        at(THURSDAY, 11),
        at(THURSDAY, 11, 30),
        at(THURSDAY, 11, 40),
        status=Status.HOLD,
        hold_ends_at=ends,
    )
    wanted = Wanted(30 * MINUTE, ["NJ"], at(THURSDAY, 11), at(THURSDAY, 11, 30))
    assert open_slots([cast.nora], wanted, ends - MINUTE) == []
    assert len(open_slots([cast.nora], wanted, ends)) == 1


@pytest.mark.parametrize("status", [Status.CANCELED, Status.LAPSED])
def test_what_was_called_off_blocks_nothing(cast: Cast, status: Status) -> None:
    facts = (at(THURSDAY, 11), at(THURSDAY, 11, 50), at(THURSDAY, 12))
    make_appointment(cast.nora, *facts, status=status)
    assert at(THURSDAY, 11) in starts(slots(cast, THURSDAY))


@pytest.mark.parametrize("status", [Status.DONE, Status.NO_SHOW])
def test_what_took_place_keeps_its_time(cast: Cast, status: Status) -> None:
    facts = (at(THURSDAY, 11), at(THURSDAY, 11, 50), at(THURSDAY, 12))
    make_appointment(cast.nora, *facts, status=status)
    assert at(THURSDAY, 11) not in starts(slots(cast, THURSDAY))


def test_an_appointment_that_is_to_be_moved_stands_in_nobodys_way(cast: Cast) -> None:
    moving = make_appointment(cast.nora, at(THURSDAY, 11), at(THURSDAY, 11, 50), at(THURSDAY, 12))
    found = starts(slots(cast, THURSDAY, leaving_out=moving.pk))
    assert {at(THURSDAY, 10, 30), at(THURSDAY, 11), at(THURSDAY, 11, 30)} <= found


def test_time_off_closes_a_day(cast: Cast) -> None:
    TimeOff.objects.create(counselor=cast.nora, starts_at=at(THURSDAY, 0), ends_at=at(THURSDAY, 23))
    assert slots(cast, THURSDAY) == []
    assert slots(cast, THURSDAY, days=2)


def test_nothing_is_offered_before_the_notice_or_after_the_horizon(cast: Cast) -> None:
    limits: dict[str, Any] = {"earliest": at(THURSDAY, 12), "latest": at(THURSDAY, 14)}
    found = starts(slots(cast, THURSDAY, **limits))
    assert (min(found), max(found)) == (at(THURSDAY, 12), at(THURSDAY, 13, 30))


def test_every_place_needs_a_license(cast: Cast) -> None:
    assert slots(cast, THURSDAY, places=["NJ", "FL"])
    assert slots(cast, THURSDAY, places=["NJ", "PA"]) == []
    assert slots(cast, THURSDAY, places=[]) == []


def test_a_license_is_good_on_its_last_day_and_not_after(cast: Cast) -> None:
    License.objects.filter(counselor=cast.nora, state="NJ").update(expires_on=THURSDAY)
    days = {slot.starts_at.date() for slot in slots(cast, THURSDAY, days=4)}
    assert days == {THURSDAY}


def test_a_state_no_longer_served_is_offered_nothing(cast: Cast) -> None:
    State.objects.filter(pk="NJ").update(served=False)
    assert slots(cast, THURSDAY) == []


def test_nine_in_the_morning_stays_nine_across_both_changes_of_the_clock(cast: Cast) -> None:
    for before, after in [
        (date(2027, 3, 12), date(2027, 3, 15)),
        (date(2026, 10, 30), date(2026, 11, 2)),
    ]:
        first, second = (slots(cast, day)[0].starts_at for day in (before, after))
        assert first.astimezone(cast.nora.zone).time() == time(9)
        assert second.astimezone(cast.nora.zone).time() == time(9)
        assert first.time() != second.time()


def test_a_counselor_in_central_time_works_on_their_own_clock(cast: Cast) -> None:
    cast.nora.user.time_zone = CENTRAL
    cast.nora.user.save()
    assert slots(cast, THURSDAY)[0].starts_at == at(THURSDAY, 10)


def test_slots_of_several_counselors_come_in_order_of_time(cast: Cast) -> None:
    ada = make_counselor("ada", ["NJ"])
    begins = at(THURSDAY, 0)
    wanted = Wanted(50 * MINUTE, ["NJ"], begins, begins + timedelta(days=1))
    found = open_slots([cast.nora, ada], wanted, begins)
    order = [(slot.starts_at, slot.counselor.public_name) for slot in found]
    assert order == sorted(order)
    assert {name for _, name in order} == {"Ada", "Nora"}


def queries(people: list[Counselor], days: int) -> int:
    begins = at(THURSDAY, 0)
    wanted = Wanted(30 * MINUTE, ["NJ"], begins, begins + timedelta(days=days))
    with CaptureQueriesContext(connection) as captured:
        assert open_slots(people, wanted, begins)
    return len(captured)


def test_the_number_of_queries_depends_on_neither_counselors_nor_days(cast: Cast) -> None:
    for number in range(12):
        make_counselor(f"extra{number}", ["NJ"])
    everybody = list(Counselor.objects.working().select_related("user"))
    one = [each for each in everybody if each.pk == cast.nora.pk]
    counts = {queries(people, days) for people in (one, everybody) for days in (1, 30)}
    assert len(everybody) > 12
    assert len(counts) == 1
    assert counts.pop() <= 7


def test_the_practice_s_own_pause_is_used(cast: Cast) -> None:
    Practice.objects.update(buffer_minutes=40)
    make_appointment(cast.nora, at(THURSDAY, 11), at(THURSDAY, 11, 50), at(THURSDAY, 12))
    assert at(THURSDAY, 10) not in starts(slots(cast, THURSDAY))
    assert at(THURSDAY, 9) in starts(slots(cast, THURSDAY))

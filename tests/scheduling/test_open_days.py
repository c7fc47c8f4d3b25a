"""What the pages ask of open times, held against all the open times there are."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practice.models import Counselor
from scheduling.availability import (
    Slot,
    Wanted,
    first_open_days,
    is_open,
    nearest_open,
    open_slots,
)
from scheduling.models import Appointment, Status, TimeOff, WeeklyHours
from tests.cast import CENTRAL, EASTERN, Cast, make_counselor
from tests.scheduling.oracle import World, moment
from tests.scheduling.test_availability import MINUTE, at, make_appointment
from tests.scheduling.worlds import store, worlds

ZONES = [ZoneInfo(EASTERN), ZoneInfo(CENTRAL)]
IN_THE_DATABASE = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
THURSDAY, MONDAY = date(2026, 12, 3), date(2026, 12, 7)


def starts(slots: list[Slot]) -> list[datetime]:
    return [slot.starts_at for slot in slots]


def days_of(slots: list[Slot], zone: ZoneInfo) -> list[date]:
    return list(dict.fromkeys(slot.starts_at.astimezone(zone).date() for slot in slots))


@given(worlds(), st.sampled_from(ZONES), st.integers(1, 4), st.integers(0, 20))
@IN_THE_DATABASE
def test_the_first_open_days_are_the_first_of_all_open_days(
    cast: Cast,
    world: World,
    zone: ZoneInfo,
    days: int,
    further: int,
) -> None:
    wanted = store(cast, world)
    wanted = replace(wanted, latest=wanted.latest + timedelta(days=further))
    everything = open_slots([cast.nora], wanted, moment(world.now))
    found = first_open_days([cast.nora], wanted, moment(world.now), zone=zone, days=days)
    first = set(days_of(everything, zone)[:days])
    assert found.slots == [s for s in everything if s.starts_at.astimezone(zone).date() in first]
    assert found.more or found.slots == everything


@given(worlds(), st.integers(-40, 400), st.integers(1, 12))
@IN_THE_DATABASE
def test_the_nearest_open_times_are_the_nearest_of_all(
    cast: Cast, world: World, shift: int, number: int
) -> None:
    wanted = store(cast, world)
    near = wanted.earliest + shift * 30 * MINUTE
    everything = open_slots([cast.nora], wanted, moment(world.now))
    found = nearest_open([cast.nora], wanted, near, moment(world.now), number)
    distances = sorted(abs(slot.starts_at - near) for slot in everything)[:number]
    assert sorted(abs(slot.starts_at - near) for slot in found) == distances
    assert starts(found) == sorted(starts(found))
    assert set(found) <= set(everything)


@given(worlds(), st.integers(-4, 300))
@IN_THE_DATABASE
def test_a_time_is_open_where_it_is_among_the_open_times(
    cast: Cast, world: World, half_hours: int
) -> None:
    wanted = store(cast, world)
    now = moment(world.now)
    everything = starts(open_slots([cast.nora], wanted, now))
    moments = [wanted.earliest + half_hours * 30 * MINUTE, *everything[:3], *everything[-1:]]
    for each in moments:
        open_now = is_open(cast.nora, each, wanted, now)
        assert open_now == (each in everything)
        shifted = each + timedelta(seconds=1)
        assert is_open(cast.nora, shifted, wanted, now) == (shifted in everything)


@pytest.mark.parametrize("first", [date(2027, 3, 12), date(2026, 10, 30)])
@pytest.mark.parametrize("zone", ZONES)
def test_days_are_those_of_the_reader_across_a_change_of_the_clock(
    cast: Cast, first: date, zone: ZoneInfo
) -> None:
    for weekday in range(7):
        WeeklyHours.objects.create(
            counselor=cast.nora, weekday=weekday, begins=time(0), ends=time(23, 30)
        )
    earliest = datetime.combine(first, time(), tzinfo=zone).astimezone(UTC)
    wanted = Wanted(30 * MINUTE, ["NJ"], earliest, earliest + timedelta(days=20))
    found = first_open_days([cast.nora], wanted, earliest, zone=zone, days=4)
    assert days_of(found.slots, zone) == [first + timedelta(days=number) for number in range(4)]
    everything = open_slots([cast.nora], wanted, earliest)
    assert found.slots == everything[: len(found.slots)]


def wanted_from(day: date, days: int = 28, **facts: Any) -> Wanted:
    begins = at(day, 0)
    return Wanted(30 * MINUTE, ["NJ"], begins, begins + timedelta(days=days), **facts)


def first(people: list[Counselor], wanted: Wanted, days: int = 1, **facts: Any) -> Any:
    zone = ZoneInfo(EASTERN)
    return first_open_days(people, wanted, wanted.earliest, zone=zone, days=days, **facts)


def test_whether_more_may_follow_is_said(cast: Cast) -> None:
    assert first([cast.nora], wanted_from(THURSDAY)).more
    assert not first([cast.nora], wanted_from(THURSDAY, days=1)).more
    assert first([cast.nora], wanted_from(THURSDAY, days=2), days=1).more
    assert not first([cast.nora], wanted_from(THURSDAY, days=2), days=5).more


def test_a_month_away_is_found_where_nothing_is_open_before(cast: Cast) -> None:
    TimeOff.objects.create(
        counselor=cast.nora, starts_at=at(THURSDAY, 0), ends_at=at(date(2026, 12, 28), 12)
    )
    found = first([cast.nora], wanted_from(THURSDAY, days=30))
    assert starts(found.slots)[0] == at(date(2026, 12, 28), 12)
    near = nearest_open(
        [cast.nora], wanted_from(THURSDAY, days=30), at(THURSDAY, 9), at(THURSDAY, 0)
    )
    assert starts(near)[0] == at(date(2026, 12, 28), 12)


def test_a_week_with_too_few_open_times_is_looked_beyond(cast: Cast) -> None:
    back = at(date(2026, 12, 28), 12)
    TimeOff.objects.create(counselor=cast.nora, starts_at=at(THURSDAY, 10), ends_at=back)
    wanted = wanted_from(THURSDAY, days=30)
    near = nearest_open([cast.nora], wanted, at(THURSDAY, 9), at(THURSDAY, 0), number=4)
    # At half past nine the pause after it would reach into the time off.
    assert starts(near) == [at(THURSDAY, 9), *(back + number * 30 * MINUTE for number in range(3))]


def test_only_times_that_are_kept_are_offered(cast: Cast) -> None:
    def is_morning(moment: datetime) -> bool:
        return moment.astimezone(ZoneInfo(CENTRAL)).hour < 12

    wanted = wanted_from(THURSDAY, keep=is_morning)
    found = first([cast.nora], wanted).slots
    assert (starts(found)[0], starts(found)[-1]) == (at(THURSDAY, 9), at(THURSDAY, 12, 30))
    assert is_open(cast.nora, at(THURSDAY, 12, 30), wanted, wanted.earliest)
    assert not is_open(cast.nora, at(THURSDAY, 13), wanted, wanted.earliest)


def test_each_time_comes_once_with_whoever_has_the_least_booked(cast: Cast) -> None:
    ada, eve = make_counselor("ada", ["NJ"]), make_counselor("eve", ["NJ"])
    make_appointment(ada, at(THURSDAY, 9), at(THURSDAY, 10, 50), at(THURSDAY, 11))
    make_appointment(eve, at(THURSDAY, 9), at(THURSDAY, 9, 50), at(THURSDAY, 10))
    make_appointment(cast.nora, at(THURSDAY, 13), at(THURSDAY, 13, 50), at(THURSDAY, 14))
    found = first([cast.nora, eve, ada], wanted_from(THURSDAY), union=True).slots
    assert starts(found) == sorted(set(starts(found)))
    by_time = {slot.starts_at: slot.counselor.public_name for slot in found}
    assert by_time[at(THURSDAY, 9)] == "Nora"  # the only one who is free
    assert by_time[at(THURSDAY, 10)] == "Eve"  # as little booked as Nora, and before her by name
    assert by_time[at(THURSDAY, 13)] == "Eve"
    assert "Ada" not in by_time.values()


@pytest.mark.parametrize("wanted_days", [1, 3])
def test_the_union_leaves_no_time_out(cast: Cast, wanted_days: int) -> None:
    ada = make_counselor("ada", ["NJ"], time_zone=CENTRAL)
    make_appointment(ada, at(THURSDAY, 12), at(THURSDAY, 12, 50), at(THURSDAY, 13))
    wanted = wanted_from(THURSDAY)
    one_each = first([cast.nora, ada], wanted, wanted_days, union=True).slots
    everything = first([cast.nora, ada], wanted, wanted_days).slots
    assert starts(one_each) == sorted(set(starts(everything)))
    assert set(one_each) <= set(everything)


def captured(ask: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        ask()
    return [query["sql"] for query in queries]


def test_a_page_takes_as_many_queries_for_many_counselors_and_days_as_for_few(cast: Cast) -> None:
    few = captured(lambda: first([cast.nora], wanted_from(THURSDAY), union=True))
    people = [cast.nora, *(make_counselor(f"extra{number}", ["NJ"]) for number in range(9))]
    for hour in range(9, 17):
        for each in people[1:]:
            make_appointment(each, at(MONDAY, hour), at(MONDAY, hour, 50), at(MONDAY, hour + 1))
    many = captured(lambda: first(people, wanted_from(THURSDAY, 300), 3, union=True))
    assert len(many) == len(few) <= 6


def test_a_second_look_reads_the_appointments_again_and_nothing_else(cast: Cast) -> None:
    ends_at = at(date(2026, 12, 28), 12)
    TimeOff.objects.create(counselor=cast.nora, starts_at=at(THURSDAY, 0), ends_at=ends_at)
    one_look = captured(lambda: open_slots([cast.nora], wanted_from(THURSDAY), at(THURSDAY, 0)))
    two = captured(lambda: first([cast.nora], wanted_from(THURSDAY)))
    assert len(two) == len(one_look) + 1
    assert Appointment._meta.db_table in two[-1]


def test_of_a_long_horizon_only_the_first_days_are_read(cast: Cast) -> None:
    far = at(date(2027, 3, 1), 10)
    make_appointment(cast.nora, far, far + 50 * MINUTE, far + 60 * MINUTE)
    statements = captured(lambda: first([cast.nora], wanted_from(THURSDAY, 300)))
    (reading,) = [each for each in statements if Appointment._meta.db_table in each]
    assert "2026-12-06" in reading
    assert "2027" not in reading


def test_what_ended_long_ago_is_not_read(cast: Cast) -> None:
    statements = captured(lambda: first([cast.nora], wanted_from(THURSDAY)))
    (reading,) = [each for each in statements if Appointment._meta.db_table in each]
    assert '"starts_at" > ' in reading


def test_who_may_not_meet_them_is_not_read_at_all(cast: Cast) -> None:
    statements = captured(lambda: first([cast.nora, cast.ida], wanted_from(THURSDAY)))
    (reading,) = [each for each in statements if Appointment._meta.db_table in each]
    assert f"IN ({cast.nora.pk})" in reading


def test_a_time_that_was_called_off_is_open_again(cast: Cast) -> None:
    wanted = wanted_from(THURSDAY)
    facts = (at(THURSDAY, 11), at(THURSDAY, 11, 50), at(THURSDAY, 12))
    booked = make_appointment(cast.nora, *facts)
    assert not is_open(cast.nora, at(THURSDAY, 11), wanted, wanted.earliest)
    Appointment.objects.filter(pk=booked.pk).update(status=Status.CANCELED)
    assert is_open(cast.nora, at(THURSDAY, 11), wanted, wanted.earliest)

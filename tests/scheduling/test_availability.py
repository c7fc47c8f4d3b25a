"""Open times: hours of all sorts, what takes time, both changes of the clock, few queries.

That they are all there are is tested in `test_explain`, by a walk through every minute.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from practice.models import Counselor, License, Practice, State
from scheduling.availability import Slot, Wanted, open_slots
from scheduling.models import (
    Appointment,
    BusyTime,
    DateHours,
    Holiday,
    OutsideCalendar,
    Status,
    TimeOff,
    WeeklyHours,
)
from scheduling.stretches import merged
from tests.cast import CENTRAL, EASTERN, Cast, make_counselor

MINUTE = timedelta(minutes=1)


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


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=10))
def test_merged_spans_cover_the_same_time_and_never_touch(numbers: list[tuple[int, int]]) -> None:
    spans = [(begins, begins + length) for begins, length in numbers]
    result = merged(spans)
    kept = [number for begins, ends in result for number in range(begins, ends)]
    assert kept == sorted({number for begins, ends in spans for number in range(begins, ends)})
    assert all(before[1] < after[0] for before, after in pairwise(result))
    assert all(begins < ends for begins, ends in result)


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


def test_a_hold_blocks_until_it_runs_out(cast: Cast) -> None:
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


def test_time_off_before_an_appointment_blocks_as_well_as_after_one(cast: Cast) -> None:
    make_appointment(cast.nora, at(THURSDAY, 12), at(THURSDAY, 12, 50), at(THURSDAY, 13))
    for begins, ends in ((15, 16), (9, 11)):
        TimeOff.objects.create(
            counselor=cast.nora, starts_at=at(THURSDAY, begins), ends_at=at(THURSDAY, ends)
        )
    found = starts(slots(cast, THURSDAY, length=30 * MINUTE))
    times = [(11, 0), (13, 0), (13, 30), (14, 0), (16, 0), (16, 30)]
    assert found == {at(THURSDAY, *each) for each in times}


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


def queries(counselors: Any, days: int) -> int:
    begins = at(THURSDAY, 0)
    wanted = Wanted(30 * MINUTE, ["NJ"], begins, begins + timedelta(days=days))
    with CaptureQueriesContext(connection) as captured:
        assert open_slots(counselors, wanted, begins)
    return len(captured)


def test_four_queries_whatever_the_counselors_days_and_appointments(cast: Cast) -> None:
    working = Counselor.objects.working()
    few = {queries(working.filter(pk=cast.nora.pk), days) for days in (1, 30)}
    people = [make_counselor(f"extra{number}", ["NJ", "NY"]) for number in range(20)]
    Appointment.objects.bulk_create(
        Appointment(
            kind="session",
            status=Status.BOOKED,
            counselor=people[number % 20],
            starts_at=at(THURSDAY, 0) + number // 20 * 30 * MINUTE,
            ends_at=at(THURSDAY, 0) + (number // 20 * 30 + 20) * MINUTE,
            busy_until=at(THURSDAY, 0) + (number // 20 * 30 + 20) * MINUTE,
        )
        for number in range(1000)
    )
    many = {queries(working, days) for days in (1, 30)}
    assert few == many == {4}


def test_counselors_may_be_given_as_rows_yet_to_be_read_or_as_a_list(cast: Cast) -> None:
    make_counselor("ada", ["NJ"])
    make_counselor("eve", ["MA"])
    begins = at(THURSDAY, 0)
    wanted = Wanted(30 * MINUTE, ["NJ"], begins, begins + timedelta(days=1))
    rows = Counselor.objects.working()
    with CaptureQueriesContext(connection) as captured:
        found = open_slots(rows, wanted, begins)
        assert {slot.counselor.zone.key for slot in found} == {EASTERN}
    assert len(captured) == 4
    assert found == open_slots(list(rows), wanted, begins)
    assert {slot.counselor.public_name for slot in found} == {"Ada", "Nora"}


def test_the_practice_s_own_pause_is_used(cast: Cast) -> None:
    Practice.objects.update(buffer_minutes=40)
    make_appointment(cast.nora, at(THURSDAY, 11), at(THURSDAY, 11, 50), at(THURSDAY, 12))
    assert at(THURSDAY, 10) not in starts(slots(cast, THURSDAY))
    assert at(THURSDAY, 9) in starts(slots(cast, THURSDAY))


def test_a_counselor_s_own_pause_beats_the_practice_s(cast: Cast) -> None:
    make_appointment(cast.nora, at(THURSDAY, 11), at(THURSDAY, 11, 50), at(THURSDAY, 11, 50))
    cast.nora.buffer_minutes = 0
    cast.nora.save()
    hour: dict[str, Any] = {"length": 60 * MINUTE}
    assert at(THURSDAY, 10) in starts(slots(cast, THURSDAY, **hour))
    cast.nora.buffer_minutes = 30
    cast.nora.save()
    assert at(THURSDAY, 10) not in starts(slots(cast, THURSDAY, **hour))
    assert at(THURSDAY, 9, 30) in starts(slots(cast, THURSDAY, **hour))


# Hours of all sorts


def first_and_last(found: list[Slot]) -> tuple[str, str]:
    """When the first begins and the last ends, on a clock in New York."""
    shown = [slot.starts_at.astimezone(ZoneInfo(EASTERN)) for slot in found]
    ends = [slot.ends_at.astimezone(ZoneInfo(EASTERN)) for slot in found]
    return f"{shown[0]:%H:%M}", f"{ends[-1]:%H:%M}"


def set_hours(cast: Cast, *hours: tuple[time, time], weekday: int = 3, kind: str = "any") -> None:
    """Her Thursdays, or another weekday of hers."""
    cast.nora.weekly_hours.filter(weekday=weekday).delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(counselor=cast.nora, weekday=weekday, kind=kind, begins=begins, ends=ends)
        for begins, ends in hours
    )


def test_hours_for_sessions_are_offered_for_sessions_alone(cast: Cast) -> None:
    set_hours(cast, (time(9), time(12)), kind="session")
    assert slots(cast, THURSDAY) == []
    assert first_and_last(slots(cast, THURSDAY, kind="session")) == ("09:00", "11:50")


def test_hours_that_touch_are_one_stretch_whatever_they_are_for(cast: Cast) -> None:
    set_hours(cast, (time(9), time(10, 30)))
    WeeklyHours.objects.create(
        counselor=cast.nora, weekday=3, kind="session", begins=time(10, 30), ends=time(12)
    )
    assert at(THURSDAY, 10) not in starts(slots(cast, THURSDAY))
    assert at(THURSDAY, 10) in starts(slots(cast, THURSDAY, kind="session"))


def test_a_date_s_own_hours_stand_in_place_of_the_weekly_ones(cast: Cast) -> None:
    DateHours.objects.create(counselor=cast.nora, day=THURSDAY, begins=time(18), ends=time(20))
    assert first_and_last(slots(cast, THURSDAY)) == ("18:00", "19:50")
    assert first_and_last(slots(cast, THURSDAY + timedelta(days=1))) == ("09:00", "16:50")


def test_a_date_without_times_is_a_day_off(cast: Cast) -> None:
    DateHours.objects.create(counselor=cast.nora, day=THURSDAY)
    assert slots(cast, THURSDAY) == []


def test_a_date_s_hours_for_sessions_leave_none_for_consultations(cast: Cast) -> None:
    DateHours.objects.create(
        counselor=cast.nora, day=THURSDAY, kind="session", begins=time(18), ends=time(20)
    )
    assert slots(cast, THURSDAY) == []
    assert slots(cast, THURSDAY, kind="session")


def test_a_holiday_that_is_kept_closes_and_a_date_s_own_hours_open_again(cast: Cast) -> None:
    holiday = Holiday.objects.create(day=THURSDAY, name="Founders’ Day", kept=False)
    assert slots(cast, THURSDAY)
    Holiday.objects.filter(pk=holiday.pk).update(kept=True)
    assert slots(cast, THURSDAY) == []
    assert slots(cast, THURSDAY + timedelta(days=1))
    DateHours.objects.create(counselor=cast.nora, day=THURSDAY, begins=time(10), ends=time(11))
    assert starts(slots(cast, THURSDAY)) == {at(THURSDAY, 10)}


def test_the_busy_times_of_another_calendar_are_nobody_else_s(cast: Cast) -> None:
    ada = make_counselor("ada", ["NJ"])
    other = OutsideCalendar.objects.create(
        counselor=cast.nora, name="Home", added_at=at(THURSDAY, 0)
    )
    BusyTime.objects.create(
        calendar=other, starts_at=at(THURSDAY, 9), ends_at=at(THURSDAY, 15) + timedelta(seconds=1)
    )
    assert first_and_last(slots(cast, THURSDAY)) == ("15:30", "16:50")
    begins = at(THURSDAY, 0)
    wanted = Wanted(50 * MINUTE, ["NJ"], begins, begins + timedelta(days=1))
    assert open_slots([ada], wanted, begins)[0].starts_at == at(THURSDAY, 9)


def test_what_ends_within_a_second_keeps_all_of_it(cast: Cast) -> None:
    until = at(THURSDAY, 9) + timedelta(microseconds=1)
    TimeOff.objects.create(counselor=cast.nora, starts_at=at(THURSDAY, 8), ends_at=until)
    assert slots(cast, THURSDAY)[0].starts_at == at(THURSDAY, 9, 30)


def test_no_more_are_offered_on_a_day_than_they_see(cast: Cast) -> None:
    cast.nora.most_a_day = 2
    cast.nora.save()
    make_appointment(cast.nora, at(THURSDAY, 7), at(THURSDAY, 7, 50), at(THURSDAY, 8))
    assert slots(cast, THURSDAY)
    late = make_appointment(cast.nora, at(THURSDAY, 22), at(THURSDAY, 22, 50), at(THURSDAY, 23))
    assert slots(cast, THURSDAY) == []
    # Asked for an hour alone, it is still the whole day that counts.
    noon: dict[str, Any] = {"earliest": at(THURSDAY, 12), "latest": at(THURSDAY, 13)}
    assert slots(cast, THURSDAY, **noon) == []
    assert slots(cast, THURSDAY, leaving_out=late.pk)
    assert slots(cast, THURSDAY + timedelta(days=1))


def test_nothing_is_offered_that_has_begun(cast: Cast) -> None:
    begins = at(THURSDAY, 0)
    wanted = Wanted(50 * MINUTE, ["NJ"], begins, begins + timedelta(days=1))
    found = open_slots([cast.nora], wanted, at(THURSDAY, 10))
    assert found[0].starts_at == at(THURSDAY, 10, 30)


# Midnight, and the days on which the clocks change


def test_hours_that_end_in_the_last_minute_last_until_midnight(cast: Cast) -> None:
    set_hours(cast, (time(22), time(23, 59)))
    found = slots(cast, THURSDAY, length=30 * MINUTE)
    assert first_and_last(found) == ("22:00", "00:00")


def test_hours_go_on_past_midnight_where_the_next_day_s_begin_then(cast: Cast) -> None:
    set_hours(cast, (time(23, 25), time(23, 59)))
    assert slots(cast, THURSDAY) == []
    set_hours(cast, (time(0), time(0, 45)), (time(9), time(17)), weekday=4)
    found = starts(slots(cast, THURSDAY))
    assert found == {at(THURSDAY, 23, 25), at(THURSDAY, 23, 55)}
    assert slots(cast, THURSDAY, days=2)[0].ends_at == at(THURSDAY + timedelta(days=1), 0, 15)


def test_five_to_midnight_is_a_time_like_any_other(cast: Cast) -> None:
    set_hours(cast, (time(23, 55), time(23, 59)))
    assert starts(slots(cast, THURSDAY, length=5 * MINUTE)) == {at(THURSDAY, 23, 55)}
    assert slots(cast, THURSDAY, length=6 * MINUTE) == []


FORWARD, BACK, BACK_AGAIN = date(2027, 3, 14), date(2026, 11, 1), date(2027, 11, 7)


@pytest.mark.parametrize("zone", [EASTERN, CENTRAL])
@pytest.mark.parametrize(
    ("day", "begins", "ends", "shown"),
    [
        (FORWARD, time(0), time(4), "00:00 00:30 01:00 01:30 03:00 03:30"),
        (FORWARD, time(1), time(2, 30), "01:00 01:30"),
        (FORWARD, time(2), time(3, 30), "03:00"),
        (FORWARD, time(2), time(3), ""),
        (FORWARD, time(2, 15), time(4), "03:00 03:30"),
        (FORWARD, time(23), time(23, 59), "23:00 23:30"),
        (BACK, time(0), time(2), "00:00 00:30 01:00 01:30 01:00 01:30"),
        (BACK, time(1), time(2), "01:00 01:30 01:00 01:30"),
        (BACK, time(0), time(1, 30), "00:00 00:30 01:00"),
        (BACK, time(1, 30), time(2, 30), "01:30 01:00 01:30 02:00"),
        (BACK_AGAIN, time(1), time(3), "01:00 01:30 01:00 01:30 02:00 02:30"),
        (BACK_AGAIN, time(23), time(23, 59), "23:00 23:30"),
    ],
)
def test_hours_in_the_night_of_a_change_are_as_long_as_they_really_are(
    cast: Cast, zone: str, day: date, begins: time, ends: time, shown: str
) -> None:
    cast.nora.user.time_zone = zone
    cast.nora.user.save()
    set_hours(cast, (begins, ends), weekday=6)
    begins_at = datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    wanted = Wanted(30 * MINUTE, ["NJ"], begins_at, begins_at + timedelta(hours=25))
    slots = open_slots([cast.nora], wanted, begins_at - MINUTE)
    found = [slot.starts_at for slot in slots]
    assert [f"{each.astimezone(ZoneInfo(zone)):%H:%M}" for each in found] == shown.split()
    assert all(after - before == 30 * MINUTE for before, after in pairwise(found))

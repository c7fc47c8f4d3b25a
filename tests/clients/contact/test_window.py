"""The hours in which a message may reach a person, against a second library's idea of time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz  # type: ignore[import-untyped]
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clients.contact.window import Hours, last_safe_moment, next_safe_moment, safe_hours
from practice.models import TIME_ZONES

ZONES = [name for name, _ in TIME_ZONES]
# The nights on which the clocks of these zones change.
CHANGES = [
    date(2026, 11, 1),
    date(2027, 3, 14),
    date(2027, 11, 7),
    date(2028, 3, 12),
    date(2028, 11, 5),
    date(2029, 3, 11),
]

times = st.times().map(lambda at: at.replace(microsecond=0))
anywhere = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1))
near_a_change = st.builds(
    lambda day, minutes: datetime.combine(day, time()) + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-24 * 60, 48 * 60),
)
moments = (anywhere | near_a_change).map(lambda moment: moment.replace(tzinfo=UTC))
named = st.none() | st.tuples(times, times).filter(lambda hours: hours[0] < hours[1])


def clock(moment: datetime, zone: str) -> time:
    """The wall clock as dateutil reads it, not zoneinfo."""
    return moment.astimezone(tz.gettz(zone)).time()


@settings(max_examples=600, deadline=None)
@given(moments, st.sampled_from(ZONES), named, times, times)
@example(datetime(2027, 3, 14, 6, 59, tzinfo=UTC), ZONES[0], None, time(8), time(21))
@example(
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC), ZONES[0], (time(1, 30), time(9)), time(9), time(20)
)
def test_no_message_goes_outside_8_to_21_nor_outside_the_named_hours(
    moment: datetime,
    zone: str,
    named: tuple[time, time] | None,
    quiet_until: time,
    quiet_from: time,
):
    hours = safe_hours(quiet_until, quiet_from, named)
    begins, ends = named or (quiet_until, quiet_from)
    if hours is None:
        assert max(begins, time(8)) >= min(ends, time(21))
        return
    found = next_safe_moment(moment, ZoneInfo(zone), hours)
    assert time(8) <= clock(found, zone) < time(21)
    assert begins <= clock(found, zone) < ends
    assert moment <= found <= moment + timedelta(hours=25)


@settings(max_examples=300, deadline=None)
@given(moments, st.sampled_from(ZONES), named)
def test_it_goes_at_the_first_moment_that_is_safe(
    moment: datetime, zone: str, named: tuple[time, time] | None
):
    hours = safe_hours(time(9), time(20), named)
    if hours is None:
        return
    found = next_safe_moment(moment, ZoneInfo(zone), hours)
    earlier = moment
    while earlier < found:
        assert not hours.begins <= clock(earlier, zone) < hours.ends
        earlier += timedelta(minutes=15)


# Hours may lie in the night where somebody asked for a message themselves; and in some places the
# clock changes at midnight, or by half an hour.
NIGHTS = {
    "America/New_York": date(2026, 11, 1),
    "America/Havana": date(2026, 11, 1),
    "Australia/Lord_Howe": date(2026, 4, 5),
    "Atlantic/Azores": date(2026, 10, 25),
}


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(NIGHTS)), st.integers(-720, 30 * 60), times, times)
@example("America/New_York", 330, time(1, 45), time(9))
@example("America/Havana", 285, time(0, 50), time(2))
def test_in_the_hour_that_comes_twice_it_is_never_a_moment_that_has_passed(
    zone: str, minutes: int, one: time, other: time
):
    hours = Hours(min(one, other), max(one, other, time(0, 0, 1)))
    if hours.begins >= hours.ends:
        return
    day = datetime.combine(NIGHTS[zone], time(), UTC)
    moment = day + timedelta(minutes=minutes)
    found = next_safe_moment(moment, ZoneInfo(zone), hours)
    assert moment <= found <= moment + timedelta(hours=25)
    assert hours.begins <= clock(found, zone) < hours.ends


def test_a_safe_moment_stays_as_it_is():
    moment = datetime(2026, 12, 2, 15, 0, 30, tzinfo=UTC)
    hours = Hours(time(9), time(20))
    assert next_safe_moment(moment, ZoneInfo(ZONES[0]), hours) is moment


def test_the_end_of_the_hours_is_already_outside():
    eight_pm = datetime(2026, 12, 3, 1, tzinfo=UTC)
    hours = Hours(time(9), time(20))
    nine_am = datetime(2026, 12, 3, 14, tzinfo=UTC)
    assert next_safe_moment(eight_pm, ZoneInfo(ZONES[0]), hours) == nine_am


@pytest.mark.parametrize(
    "named", [(time(6), time(8)), (time(21), time(23)), (time(5), time(7)), (time(22), time(23))]
)
def test_hours_that_leave_nothing_are_none(named: tuple[time, time]):
    assert safe_hours(time(9), time(20), named) is None


def test_named_hours_replace_the_practice_s_own_and_are_cut_to_the_day():
    assert safe_hours(time(9), time(20), (time(7), time(10))) == Hours(time(8), time(10))
    assert safe_hours(time(9), time(20), (time(19), time(22))) == Hours(time(19), time(21))
    assert safe_hours(time(9), time(20)) == Hours(time(9), time(20))


# The last moment before


hours_of_any_kind = st.tuples(times, times).filter(lambda hours: hours[0] < hours[1])


@settings(max_examples=400, deadline=None)
@given(moments, st.sampled_from(ZONES), hours_of_any_kind)
@example(datetime(2027, 3, 14, 8, 0, tzinfo=UTC), ZONES[0], (time(1), time(2, 30)))
@example(datetime(2026, 11, 1, 7, 0, tzinfo=UTC), ZONES[0], (time(0), time(1, 30)))
@example(datetime(2027, 3, 14, 12, 0, tzinfo=UTC), ZONES[0], (time(2), time(3)))
@example(datetime(2027, 3, 14, 12, 0, tzinfo=UTC), ZONES[0], (time(9, 0, 10), time(9, 0, 20)))
@example(
    datetime(2026, 12, 2, 14, 0, 10, tzinfo=UTC), "America/New_York", (time(9, 0, 30), time(20))
)
def test_the_last_safe_moment_is_inside_and_no_later_minute_is(
    moment: datetime, zone: str, named: tuple[time, time]
):
    hours = Hours(*named)
    found = last_safe_moment(moment, ZoneInfo(zone), hours)
    assert hours.begins <= clock(found, zone) < hours.ends
    assert moment - timedelta(hours=49) <= found <= moment  # a skipped hour: the day before
    later = found + timedelta(minutes=1)
    while later <= moment and found != moment:
        assert not hours.begins <= clock(later, zone) < hours.ends
        later += timedelta(minutes=1)


def test_a_moment_that_is_safe_is_its_own_last_one():
    moment = datetime(2026, 12, 2, 15, 0, 30, tzinfo=UTC)
    assert last_safe_moment(moment, ZoneInfo(ZONES[0]), Hours(time(9), time(20))) is moment


@pytest.mark.parametrize(
    ("moment", "last"),
    [
        # 10 in the evening in New York: 7:59 that evening
        (datetime(2026, 12, 3, 3, tzinfo=UTC), datetime(2026, 12, 3, 0, 59, tzinfo=UTC)),
        # the end itself is outside
        (datetime(2026, 12, 3, 1, tzinfo=UTC), datetime(2026, 12, 3, 0, 59, tzinfo=UTC)),
        # 6 in the morning: the evening before
        (datetime(2026, 12, 3, 11, tzinfo=UTC), datetime(2026, 12, 3, 0, 59, tzinfo=UTC)),
        # the morning after the clocks went back, and forward
        (datetime(2026, 11, 1, 12, tzinfo=UTC), datetime(2026, 10, 31, 23, 59, tzinfo=UTC)),
        (datetime(2027, 3, 14, 11, tzinfo=UTC), datetime(2027, 3, 14, 0, 59, tzinfo=UTC)),
    ],
)
def test_else_it_is_the_minute_before_the_hours_end(moment: datetime, last: datetime):
    assert last_safe_moment(moment, ZoneInfo("America/New_York"), Hours(time(9), time(20))) == last

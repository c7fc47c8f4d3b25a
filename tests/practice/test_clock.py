"""What time it is, and which instant a time on somebody's wall is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from practice import clock

# Hours behind UTC in winter; one less in summer.
ZONES = {"America/New_York": 5, "America/Chicago": 6}
EASTERN = ZoneInfo("America/New_York")
QUARTERS = [time(hour, minute) for hour in range(24) for minute in (0, 15, 30, 45)]


def spring(year: int) -> date:
    """The second Sunday in March."""
    return _sunday(date(year, 3, 8))


def fall(year: int) -> date:
    """The first Sunday in November."""
    return _sunday(date(year, 11, 1))


def _sunday(first: date) -> date:
    return first + timedelta(days=(6 - first.weekday()) % 7)


def instant(day: date, at: time, behind: int) -> datetime:
    """The oracle: the law's rule in plain arithmetic, without any zone data."""
    begins, ends = spring(day.year), fall(day.year)
    if day == begins and time(2) <= at < time(3):
        at = time(3)  # skipped: the first moment after
    after_begin = day > begins or (day == begins and at >= time(3))
    before_end = day < ends or (day == ends and at < time(2))  # what comes twice: the first
    summer = after_begin and before_end
    return datetime.combine(day, at, UTC) + timedelta(hours=behind - summer)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_both_changes_of_clock_in_every_quarter_of_an_hour(zone: str, year: int):
    wrong = [
        (day, at)
        for change in (spring(year), fall(year))
        for day in (change + timedelta(days=shift) for shift in (-1, 0, 1))
        for at in QUARTERS
        if clock.on_wall_clock(day, at, ZoneInfo(zone)) != instant(day, at, ZONES[zone])
    ]
    assert wrong == []


@pytest.mark.parametrize("zone", ZONES)
def test_every_day_of_three_years(zone: str):
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(1096)]
    assert days[-1] == date(2028, 12, 31)
    for day in days:
        for at in (time(0), time(9), time(20), time(23, 59)):
            assert clock.on_wall_clock(day, at, ZoneInfo(zone)) == instant(day, at, ZONES[zone])


def test_the_changes_are_where_the_oracle_has_them():
    assert [spring(year).day for year in (2026, 2027, 2028)] == [8, 14, 12]
    assert [fall(year).day for year in (2026, 2027, 2028)] == [1, 7, 5]


def test_seconds_in_the_gap_do_not_shift_the_moment_after_it():
    moment = clock.on_wall_clock(
        date(2027, 3, 14), time(2, 30, 30, 5), ZoneInfo("America/New_York")
    )
    assert moment == datetime(2027, 3, 14, 7, 0, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first_whatever_it_says_of_itself():
    moment = clock.on_wall_clock(
        date(2026, 11, 1), time(1, 30, fold=1), ZoneInfo("America/New_York")
    )
    assert moment == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_today_is_the_day_at_that_place():
    with time_machine.travel(datetime(2026, 12, 3, 5, 30, tzinfo=UTC), tick=False):
        assert clock.today(ZoneInfo("America/New_York")) == date(2026, 12, 3)
        assert clock.today(ZoneInfo("America/Chicago")) == date(2026, 12, 2)


# The demo's clock


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO, settings.HOME = True, tmp_path
    return settings


def test_the_demos_clock_moves_on(demo, now: datetime):
    clock.set_offset(timedelta(days=2, hours=1))
    assert clock.now() == now + timedelta(days=2, hours=1)
    clock.set_offset(timedelta())
    assert clock.now() == now


@pytest.mark.parametrize("content", ["", "soon", "nan", "inf", "1e999", "1e300"])
def test_an_offset_that_makes_no_sense_is_none(demo, content: str):
    (demo.HOME / "clock-offset").write_text(content)
    assert clock.offset() == timedelta()


def test_outside_the_demo_there_is_no_offset_and_none_can_be_set(demo, now: datetime):
    clock.set_offset(timedelta(days=2))
    demo.DEMO = False
    assert clock.now() == now
    with pytest.raises(RuntimeError):
        clock.set_offset(timedelta(days=1))

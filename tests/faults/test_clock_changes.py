"""Every change of the clocks from 2026 to 2036, against the law's own words.

The oracle knows no zone database: it counts Sundays (`wall_clocks`). What is held against it asks
`zoneinfo`, as the product does.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clients.contact import window
from practice.clock import on_wall_clock
from practice.models import TIME_ZONES
from scheduling.followups.drill import wall_clocks

ZONES = [name for name, _ in TIME_ZONES]
YEARS = range(2026, 2037)
QUARTERS = [time(minute // 60, minute % 60) for minute in range(0, 24 * 60, 15)]
DAY = timedelta(days=1)
# What `safe_hours` makes of the hours that people name, and what answers their own act.
HOURS = [
    window.Hours(time(9), time(20)),
    window.Hours(time(8), time(21)),
    window.Hours(time(12), time(12, 30)),
    window.Hours(time.min, time.max),
]


def changes(zone: str) -> list[datetime]:
    return [moment for year in YEARS for moment in wall_clocks.summer(year, zone)]


def days_around(moment: datetime) -> list[date]:
    return [moment.date() + DAY * number for number in range(-2, 3)]


def test_each_zone_that_people_may_name_is_known_to_the_oracle():
    assert set(ZONES) == set(wall_clocks.WINTER)


def test_the_oracle_is_right_about_days_that_anybody_can_look_up():
    assert wall_clocks.sunday(2026, 3, 2) == date(2026, 3, 8)
    assert wall_clocks.sunday(2026, 11, 1) == date(2026, 11, 1)
    begins, ends = wall_clocks.summer(2026, "America/Chicago")
    assert (begins, ends) == (
        datetime(2026, 3, 8, 8, tzinfo=UTC),
        datetime(2026, 11, 1, 7, tzinfo=UTC),
    )


@pytest.mark.parametrize("zone", ZONES)
def test_a_wall_time_is_the_right_moment_and_no_day_is_without_it(zone):
    cases = [
        (day, at) for change in changes(zone) for day in days_around(change) for at in QUARTERS
    ]
    wrong = [
        (day, at)
        for day, at in cases
        if on_wall_clock(day, at, ZoneInfo(zone)) != wall_clocks.moment_of(day, at, zone)
    ]
    assert len(cases) == 11 * 2 * 5 * 96
    assert wrong == []


@pytest.mark.parametrize("zone", ZONES)
def test_a_moment_is_shown_as_the_law_says_each_quarter_of_an_hour_around_a_change(zone):
    for change in changes(zone):
        for number in range(-96, 97):
            moment = change + number * timedelta(minutes=15)
            for each in (moment, moment - timedelta(microseconds=1)):
                shown = each.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
                assert wall_clocks.shows(each, zone) == shown


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hours", HOURS, ids=str)
def test_the_next_safe_moment_is_the_first_one_never_skipped_and_never_twice(zone, hours):
    for change in changes(zone):
        for number in range(-96, 97):
            moment = change + number * timedelta(minutes=15)
            found = window.next_safe_moment(moment, ZoneInfo(zone), hours)
            assert found == _first_safe(moment, zone, hours), (moment, hours)


def _first_safe(moment: datetime, zone: str, hours: window.Hours) -> datetime:
    """Found by looking at every quarter of an hour, as all of these hours begin on one."""
    begins = (hours.begins, hours.ends)
    if wall_clocks.is_within(moment, zone, begins):
        return moment
    while not wall_clocks.is_within(moment, zone, begins):
        moment += timedelta(minutes=15)
    return moment


def test_the_oracle_can_tell_a_wrong_answer():
    """A clock that forgets the change is caught."""
    change = wall_clocks.summer(2027, "America/New_York")[0]
    frozen = (change + DAY + wall_clocks.WINTER["America/New_York"]).replace(tzinfo=None)
    assert wall_clocks.shows(change + DAY, "America/New_York") != frozen

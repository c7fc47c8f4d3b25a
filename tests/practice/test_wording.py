"""Times are said with their zone, in the reader's own clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone

from practice import wording

EASTERN, CENTRAL = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")
WINTER, SUMMER = datetime(2026, 12, 3, 19, 0, tzinfo=UTC), datetime(2026, 7, 3, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "said"),
    [
        (WINTER, EASTERN, "Thursday, Dec 3, 2:00 PM Eastern (EST)"),
        (WINTER, CENTRAL, "Thursday, Dec 3, 1:00 PM Central (CST)"),
        (SUMMER, EASTERN, "Friday, Jul 3, 2:05 PM Eastern (EDT)"),
        (SUMMER, CENTRAL, "Friday, Jul 3, 1:05 PM Central (CDT)"),
        (WINTER, ZoneInfo("UTC"), "Thursday, Dec 3, 7:00 PM UTC (UTC)"),
    ],
)
def test_a_time_is_said_with_day_and_zone(moment: datetime, zone: ZoneInfo, said: str):
    assert wording.spoken_time(moment, zone) == said


@pytest.mark.parametrize(
    ("hour", "said"), [(5, "12:00 AM"), (6, "1:00 AM"), (16, "11:00 AM"), (17, "12:00 PM")]
)
def test_midnight_and_noon_are_twelve(hour: int, said: str):
    assert wording.clock_time(datetime(2026, 12, 3, hour, tzinfo=UTC), EASTERN) == said


def test_the_day_is_the_readers():
    moment = datetime(2026, 12, 3, 5, 30, tzinfo=UTC)
    assert wording.spoken_day(moment, EASTERN) == "Thursday, Dec 3"
    assert wording.spoken_day(moment, CENTRAL) == "Wednesday, Dec 2"


def test_both_one_oclocks_in_fall_are_told_apart():
    first, second = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6))
    assert wording.spoken_time(first, EASTERN).endswith("1:30 AM Eastern (EDT)")
    assert wording.spoken_time(second, EASTERN).endswith("1:30 AM Eastern (EST)")


@pytest.mark.parametrize("zone", ["America/Chicago", CENTRAL])
def test_templates_say_it_in_the_zone_given(zone: object):
    page = Template(
        "{% load wording %}{{ at|spoken:zone }}|{{ at|spoken_day:zone }}|{{ at|clock_time:zone }}"
    )
    said = page.render(Context({"at": WINTER, "zone": zone}))
    assert said == "Thursday, Dec 3, 1:00 PM Central (CST)|Thursday, Dec 3|1:00 PM"


def test_templates_say_it_in_the_readers_zone_where_none_is_given():
    with timezone.override(CENTRAL):
        said = Template("{% load wording %}{{ at|spoken }}").render(Context({"at": WINTER}))
    assert said == "Thursday, Dec 3, 1:00 PM Central (CST)"

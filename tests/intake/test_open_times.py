"""The times offered are those at which they may meet, no more and no fewer, on the right clock."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake import asking
from intake.asking import Filter, Wishes
from intake.models import DayPart
from intake.times import by_day
from practice.models import Counselor, License, Practice, State
from scheduling.models import WeeklyHours
from tests.cast import CENTRAL, EASTERN, Cast, make_counselor

NOW = datetime(2026, 12, 2, 15, 0, tzinfo=UTC)
TODAY = date(2026, 12, 2)
SERVED = ["NY", "NJ", "PA", "CT", "MA", "MD", "VA", "FL"]
_ELSEWHERE = """
AL AK AZ AR CA CO DE GA HI ID IL IN IA KS KY LA ME MI MN MS MO MT NE NV NH NM NC ND
OH OK OR RI SC SD TN TX UT VT WA WV WI WY DC PR --
"""
EVERYWHERE = [*SERVED, *_ELSEWHERE.split()]
IN_THE_DATABASE = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ALL_DAYS = 400


@dataclass(frozen=True)
class Held:
    """One license: of which counselor, for where, from when until when."""

    counselor: int
    state: str
    starts_on: date
    expires_on: date


# Few states, so that two partners and two counselors often meet.
states = st.one_of(st.sampled_from(["NY", "NJ", "FL"]), st.sampled_from(EVERYWHERE))
days = st.integers(-30, 35).map(lambda number: TODAY + timedelta(days=number))
licenses = st.lists(
    st.builds(
        lambda counselor, state, begins, length: Held(
            counselor, state, begins, begins + timedelta(days=length)
        ),
        st.integers(0, 1),
        states,
        days,
        st.integers(0, 40),
    ),
    max_size=8,
)


def hold(people: list[Counselor], held: list[Held]) -> None:
    """These licenses and no others."""
    License.objects.all().delete()
    License.objects.bulk_create(
        License(
            counselor=people[each.counselor],
            state_id=each.state,
            number=str(number),
            starts_on=each.starts_on,
            expires_on=each.expires_on,
        )
        for number, each in enumerate(held)
    )


def may_meet(
    held: list[Held], counselor: int, places: list[str], served: set[str], on: date
) -> bool:
    """What the rule says, told anew: every place is served, and licensed on that very day."""
    good = {
        each.state
        for each in held
        if each.counselor == counselor and each.starts_on <= on <= each.expires_on
    }
    return set(places) <= good & served


def working_times() -> list[datetime]:
    """Every half hour from nine to half past four, New York time, in the next 28 days."""
    first = datetime.combine(TODAY, time(14), tzinfo=UTC)  # 9 AM in winter
    begins = [
        first + timedelta(days=day, minutes=30 * number)
        for day in range(29)
        for number in range(16)
    ]
    wanted = NOW + timedelta(hours=12), NOW + timedelta(days=28)
    return [each for each in begins if each.weekday() < 5 and wanted[0] <= each < wanted[1]]


@given(licenses, states, st.one_of(st.none(), states), st.sets(states, max_size=3))
@IN_THE_DATABASE
def test_a_time_is_offered_exactly_where_a_counselor_may_meet_both_that_day(
    two_counselors: list[Counselor],
    held: list[Held],
    state: str,
    partners: str | None,
    other_served: set[str],
) -> None:
    served = set(SERVED) ^ other_served
    State.objects.update(served=False)
    State.objects.filter(pk__in=served).update(served=True)
    hold(two_counselors, held)
    codes = [state, partners] if partners else [state]
    places = [(code, EASTERN) for code in codes]

    found = asking.open_days(places, days=ALL_DAYS, chosen=Filter())
    offered = {slot.starts_at for slot in found.slots}
    expected = {
        moment
        for moment in working_times()
        if any(may_meet(held, number, codes, served, moment.date()) for number in (0, 1))
    }
    assert offered == expected
    for slot in found.slots[:: max(1, len(found.slots) // 5)]:
        number = two_counselors.index(slot.counselor)
        assert may_meet(held, number, codes, served, slot.starts_at.date())
        assert asking.is_open(places, slot.counselor, slot.starts_at)


@pytest.fixture
def two_counselors(cast: Cast) -> list[Counselor]:
    cast.ida.user.is_active = False
    cast.ida.user.save()
    return [cast.nora, make_counselor("zoe", [])]


def test_every_state_is_in_the_property(cast: Cast) -> None:
    assert set(EVERYWHERE) == set(State.objects.values_list("pk", flat=True))


# Clocks

# When each clock changes in 2027, and what it is then before and after, in hours from UTC.
CHANGES = {
    EASTERN: [
        (datetime(2027, 3, 14, 7, tzinfo=UTC), -4),
        (datetime(2027, 11, 7, 6, tzinfo=UTC), -5),
    ],
    CENTRAL: [
        (datetime(2027, 3, 14, 8, tzinfo=UTC), -5),
        (datetime(2027, 11, 7, 7, tzinfo=UTC), -6),
    ],
}
WINTER = {EASTERN: -5, CENTRAL: -6}
zones = st.sampled_from([EASTERN, CENTRAL])


def wall(moment: datetime, zone: str) -> datetime:
    """What a clock on that wall shows, worked out without the tables of time zones."""
    hours = WINTER[zone]
    for changes_at, after in CHANGES[zone]:
        if moment >= changes_at:
            hours = after
    return moment.astimezone(UTC).replace(tzinfo=None) + timedelta(hours=hours)


def on_the_clock(moment: datetime, zone: str) -> str:
    shown = wall(moment, zone)
    return f"{shown.hour % 12 or 12}:{shown.minute:02} {'AM' if shown.hour < 12 else 'PM'}"


@pytest.mark.parametrize("changes_on", [date(2027, 3, 14), date(2027, 11, 7)])
@given(
    zone=zones,
    partners=zones,
    counselors=zones,
    days_before=st.integers(0, 9),
    begins=st.integers(0, 16),
    length=st.integers(1, 7),
)
@IN_THE_DATABASE
def test_over_a_change_of_clock_each_clock_is_right(
    two_counselors: list[Counselor],
    changes_on: date,
    zone: str,
    partners: str,
    counselors: str,
    days_before: int,
    begins: int,
    length: int,
) -> None:
    every_day(two_counselors[0], counselors, time(begins), time(begins + length))
    noon = datetime.combine(changes_on, time(17), tzinfo=UTC)
    with time_machine.travel(noon - timedelta(days=days_before), tick=False):
        places = [("NJ", zone), ("NY", partners)]
        slots = asking.open_days(places, days=ALL_DAYS, chosen=Filter()).slots
        shown = by_day(slots, ZoneInfo(zone), partners if partners != zone else "")
    assert slots
    moments = [slot.starts_at for slot in slots]
    assert len(set(moments)) == len(moments)
    for moment in moments:
        # The counselor's hours are those of their own wall, in summer and in winter.
        at = wall(moment, counselors)
        assert begins <= at.hour + at.minute / 60 <= begins + length - 0.5
        assert at.minute in (0, 30)
    labels = [str(label) for _, group in shown for _, label in group]
    for moment, label in zip(moments, labels, strict=True):
        assert label.startswith(on_the_clock(moment, zone))
        if partners != zone:
            assert on_the_clock(moment, partners) in label.partition("slot-more")[2]


@given(
    zone=zones, counselors=zones, part=st.sampled_from(DayPart.values), weekday=st.integers(0, 6)
)
@IN_THE_DATABASE
def test_wishes_are_on_the_visitor_s_clock_on_both_sides_of_a_change(
    two_counselors: list[Counselor], zone: str, counselors: str, part: str, weekday: int
) -> None:
    every_day(two_counselors[0], counselors, time(7), time(21))
    with time_machine.travel(datetime(2027, 3, 10, 17, tzinfo=UTC), tick=False):
        places = [("NJ", zone)]
        wished = Filter(wishes=Wishes([weekday], [part]))
        chosen = asking.open_days(places, days=ALL_DAYS, chosen=wished).slots
        every = asking.open_days(places, days=ALL_DAYS, chosen=Filter()).slots
    hours = {"morning": range(12), "afternoon": range(12, 17), "evening": range(17, 24)}[part]
    expected = [
        slot.starts_at
        for slot in every
        if wall(slot.starts_at, zone).hour in hours
        and wall(slot.starts_at, zone).weekday() == weekday
    ]
    assert [slot.starts_at for slot in chosen] == expected


def every_day(counselor: Counselor, zone: str, begins: time, ends: time) -> None:
    """This counselor works each day between these hours on a clock in that zone."""
    Practice.objects.update(booking_horizon_days=14)
    counselor.user.time_zone = zone
    counselor.user.save()
    WeeklyHours.objects.all().delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(counselor=counselor, weekday=weekday, begins=begins, ends=ends)
        for weekday in range(7)
    )


def test_two_in_the_same_place_are_as_one(cast: Cast) -> None:
    place = ("NJ", EASTERN)
    alone, both = (asking.open_days(n * [place], days=3, chosen=Filter()).slots for n in (1, 2))
    assert alone == both
    assert {slot.counselor for slot in both} == {cast.nora}

"""What speaks against a time, held against a walk through every minute, and how it is said."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practice.models import Counselor
from scheduling.availability import Wanted, open_slots
from scheduling.explain import Explainer, Refusal, Why, why_not
from scheduling.models import Attendee, BusyTime, DateHours, Holiday, OutsideCalendar, TimeOff
from tests.cast import CENTRAL, EASTERN, Cast, make_counselor
from tests.conftest import NOW
from tests.scheduling import oracle
from tests.scheduling.oracle import World, moment
from tests.scheduling.test_availability import at, make_appointment
from tests.scheduling.worlds import store, worlds

IN_THE_DATABASE = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
MINUTE = timedelta(minutes=1)


@given(worlds(), st.lists(st.integers(0, 3 * 24 * 60), min_size=8, max_size=8))
@IN_THE_DATABASE
def test_the_reasons_are_those_of_a_walk_through_every_minute(
    cast: Cast, world: World, some: list[int]
) -> None:
    wanted = store(cast, world)
    now = moment(world.now)
    explainer = Explainer([cast.nora], wanted, now, clients=[cast.hanna.client_id])
    half_hours = range(world.earliest, world.latest, 30)
    others = [world.earliest + number for number in some]
    for minute in [*half_hours, *(each for each in others if each < world.latest)]:
        found = {refusal.why.value for refusal in explainer.why_not(cast.nora, moment(minute))}
        assert found == oracle.against(world, minute), moment(minute)


@given(worlds())
@IN_THE_DATABASE
def test_a_time_is_offered_where_nothing_speaks_against_it_and_nowhere_else(
    cast: Cast, world: World
) -> None:
    wanted = store(cast, world)
    now = moment(world.now)
    offered = {slot.starts_at for slot in open_slots([cast.nora], wanted, now)}
    assert sorted(offered) == [moment(minute) for minute in oracle.offered(world)]
    explainer = Explainer([cast.nora], wanted, now)
    for start in offered:
        assert explainer.why_not(cast.nora, start) == []


# How it is said

THURSDAY = date(2026, 12, 3)


def why(cast: Cast, *time_of_day: int, day: date = THURSDAY, **facts: Any) -> list[str]:
    """What speaks against a consultation with Nora at that time in New York, in words."""
    return [refusal.words for refusal in refusals(cast, *time_of_day, day=day, **facts)]


def refusals(cast: Cast, *time_of_day: int, day: date = THURSDAY, **facts: Any) -> list[Refusal]:
    starts_at = at(day, *time_of_day)
    asked = {name: facts.pop(name) for name in ("clients", "public", "zone") if name in facts}
    kept = {"length": 50 * MINUTE, "places": ["NJ"], "earliest": NOW, "latest": NOW, **facts}
    nora = Counselor.objects.select_related("user").get(pk=cast.nora.pk)
    return why_not(nora, starts_at, Wanted(**kept), NOW, **asked)


def test_nothing_is_said_of_a_time_that_can_be_booked(cast: Cast) -> None:
    assert why(cast, 9) == why(cast, 10, 7) == []


def test_hours_are_named_on_the_counselor_s_clock_or_the_one_that_is_asked_for(cast: Cast) -> None:
    said = "Outside Nora’s hours for consultations on that day: 9:00 AM to 5:00 PM."
    assert why(cast, 16, 30) == [said]
    central = "Outside Nora’s hours for consultations on that day: 8:00 AM to 4:00 PM."
    assert why(cast, 16, 30, zone=ZoneInfo(CENTRAL)) == [central]
    sunday = date(2026, 12, 6)
    assert why(cast, 9, day=sunday, kind="session") == [
        "Nora has no hours for sessions on that day."
    ]


def test_days_on_which_nobody_works_are_told_by_their_reason(cast: Cast) -> None:
    Holiday.objects.create(day=THURSDAY, name="Founders’ Day")
    assert why(cast, 9) == ["Founders’ Day: the practice is closed."]
    DateHours.objects.create(counselor=cast.nora, day=THURSDAY)
    assert why(cast, 9) == ["Nora doesn’t work on that day."]


def test_what_else_she_does_is_told_without_what_it_is(cast: Cast) -> None:
    TimeOff.objects.create(counselor=cast.nora, starts_at=at(THURSDAY, 9), ends_at=at(THURSDAY, 10))
    other = OutsideCalendar.objects.create(counselor=cast.nora, name="Dentist", added_at=NOW)
    BusyTime.objects.create(calendar=other, starts_at=at(THURSDAY, 12), ends_at=at(THURSDAY, 13))
    assert why(cast, 9, 30) == ["Nora is away then."]
    assert why(cast, 12, 30) == ["Nora’s other calendar is busy then."]
    assert why(cast, 11, 5) == ["Keeps the pause before 12:00 PM."]
    assert why(cast, 11) == why(cast, 13) == []


def test_an_appointment_keeps_its_time_and_the_pause_around_it(cast: Cast) -> None:
    make_appointment(cast.nora, at(THURSDAY, 11), at(THURSDAY, 11, 50), at(THURSDAY, 12))
    assert why(cast, 11, 30) == ["Nora has an appointment from 11:00 AM to 11:50 AM."]
    assert why(cast, 11, 50) == ["Keeps the pause after 11:50 AM."]
    assert why(cast, 10, 10) == ["Keeps the pause before 11:00 AM."]
    assert why(cast, 12) == why(cast, 10) == []


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (6 * MINUTE, "Held for somebody for 6 more minutes."),
        (5 * MINUTE + timedelta(seconds=1), "Held for somebody for 6 more minutes."),
        (timedelta(seconds=20), "Held for somebody for 1 more minute."),
        (timedelta(days=1), "Held for somebody until Dec 3, 10:00 AM."),
    ],
)
def test_a_hold_is_told_with_the_time_it_has_left(cast: Cast, left: timedelta, words: str) -> None:
    facts = (at(THURSDAY, 14), at(THURSDAY, 14, 50), at(THURSDAY, 15))
    make_appointment(cast.nora, *facts, status="hold", hold_ends_at=NOW + left)
    assert why(cast, 14) == [words]


@pytest.mark.parametrize(
    ("starts_on", "expires_on", "words"),
    [
        (date(2026, 1, 1), date(2026, 12, 2), "Nora’s NJ license ends Dec 2."),
        (date(2026, 1, 1), date(2026, 11, 30), "Nora’s NJ license ended Nov 30."),
        (date(2025, 1, 1), date(2025, 11, 30), "Nora’s NJ license ended Nov 30, 2025."),
        (date(2026, 12, 15), date(2027, 1, 1), "Nora’s NJ license begins Dec 15."),
    ],
)
def test_a_license_is_told_with_the_day_on_which_it_ends_or_begins(
    cast: Cast, starts_on: date, expires_on: date, words: str
) -> None:
    cast.nora.licenses.filter(state="NJ").update(starts_on=starts_on, expires_on=expires_on)
    assert why(cast, 9) == [words]


def test_where_she_may_not_meet_them_each_place_has_its_reason(cast: Cast) -> None:
    assert why(cast, 9, places=["NJ", "PA", "TX"]) == [
        "Nora has no license in PA.",
        "We're not able to work with people who are in TX.",
    ]
    assert why(cast, 9, places=[]) == ["We don't know yet where everybody will be."]


def test_a_full_day_is_told_with_how_many_she_sees(cast: Cast) -> None:
    make_appointment(cast.nora, at(THURSDAY, 11), at(THURSDAY, 11, 50), at(THURSDAY, 12))
    Counselor.objects.filter(pk=cast.nora.pk).update(most_a_day=1)
    assert why(cast, 14) == ["Nora’s day is full: 1 appointment."]


def test_who_comes_can_t_be_at_another_appointment_and_isn_t_named(cast: Cast) -> None:
    start = at(THURSDAY, 12)
    other = make_appointment(cast.ida, start, start + 50 * MINUTE, start + 50 * MINUTE)
    Attendee.objects.create(
        appointment=other, client=cast.hanna.client, state_id="NJ", time_zone=EASTERN
    )
    clients = [cast.hanna.client_id, cast.ian.client_id]
    assert why(cast, 12, 30, clients=clients) == [
        "Somebody who would come has another appointment then."
    ]
    assert why(cast, 12, 50, clients=clients) == why(cast, 12, 30) == []
    assert why(cast, 12, 30, clients=clients, leaving_out=other.pk) == []


def test_what_visitors_are_asked_for_counts_for_them_alone(cast: Cast) -> None:
    today, far = NOW.date(), date(2027, 1, 5)
    assert why(cast, 14, day=today) == why(cast, 9, day=far) == []
    assert why(cast, 14, day=today, public=True) == ["That’s less than 12 hours from now."]
    assert why(cast, 9, day=far, public=True) == ["That’s more than 28 days from now."]
    assert why(cast, 9, day=today, public=True) == ["That time is over."]


def test_all_that_speaks_against_a_time_is_told_at_once(cast: Cast) -> None:
    make_appointment(cast.nora, at(THURSDAY, 16), at(THURSDAY, 16, 50), at(THURSDAY, 17))
    found = refusals(cast, 16, 30, places=["NJ", "MA"])
    assert [each.why for each in found] == [Why.NOT_LICENSED, Why.OUTSIDE_HOURS, Why.TAKEN]
    assert [each.can_be_overridden for each in found] == [False, True, False]


def test_a_time_that_was_not_asked_for_is_refused_and_not_guessed(cast: Cast) -> None:
    begins = at(THURSDAY, 9)
    wanted = Wanted(50 * MINUTE, ["NJ"], begins, begins + timedelta(days=1))
    explainer = Explainer([cast.nora], wanted, NOW)
    for start in (begins - MINUTE, begins + timedelta(days=1)):
        with pytest.raises(ValueError, match="asked for"):
            explainer.why_not(cast.nora, start)


def queries(cast: Cast, people: list[Counselor], days: int) -> int:
    begins = at(THURSDAY, 9)
    wanted = Wanted(50 * MINUTE, ["NJ", "FL"], begins, begins + timedelta(days=days))
    with CaptureQueriesContext(connection) as captured:
        explainer = Explainer(people, wanted, NOW, clients=[cast.hanna.client_id])
        for person in people:
            for day in range(days):
                explainer.why_not(person, begins + timedelta(days=day))
    return len(captured)


def test_six_queries_explain_any_number_of_times(cast: Cast) -> None:
    people = [cast.nora, *(make_counselor(f"extra{number}", ["NJ"]) for number in range(12))]
    for each in people:
        for hour in range(9, 17):
            start = at(THURSDAY, hour)
            make_appointment(each, start, start + 50 * MINUTE, start + 60 * MINUTE)
    assert queries(cast, [cast.nora], 1) == queries(cast, people, 60) == 6

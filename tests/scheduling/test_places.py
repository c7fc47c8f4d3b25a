"""Where everybody will be decides, and what doesn't fit never goes ahead silently."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from practice.audit import trail
from practice.audit.models import Entry
from practice.eligibility import Obstacle, Reason
from practice.models import License, State
from scheduling import lifecycle, places
from scheduling.models import Appointment, Attendee
from tests.cast import CENTRAL, Cast, in_days, make_session
from tests.kept import kept

WORDS = "Where somebody will be doesn’t fit the license"


@kept
def session(cast: Cast, now: datetime) -> Appointment:
    return make_session(cast.case, in_days(now, 2))


def of(appointment: Appointment, person: object) -> Attendee:
    return appointment.attendees.get(client=person)  # type: ignore[misc]


def say(appointment: Appointment, cast: Cast, state: str, zone: str = CENTRAL) -> object:
    attendee = of(appointment, cast.ian.client)
    return places.say_where(attendee, State.objects.get(pk=state), zone, trail.SYSTEM)


def test_what_a_person_says_is_kept_with_the_moment(
    cast: Cast, session: Appointment, now: datetime
) -> None:
    assert say(session, cast, "FL")
    attendee = of(session, cast.ian.client)
    assert (attendee.state_id, attendee.time_zone) == ("FL", CENTRAL)
    assert attendee.place_confirmed_at == now
    assert of(session, cast.hanna.client).place_confirmed_at is None


@pytest.mark.parametrize(
    ("state", "obstacle"),
    [
        ("TX", Obstacle.NOT_SERVED),
        ("--", Obstacle.NOT_SERVED),
        ("PA", Obstacle.NOT_LICENSED),
    ],
)
def test_a_place_that_does_not_fit_is_kept_and_blocks(
    cast: Cast, session: Appointment, state: str, obstacle: Obstacle
) -> None:
    assert not say(session, cast, state)
    assert of(session, cast.ian.client).state_id == state
    assert places.verdict(session).reasons == (Reason(obstacle, state),)
    assert set(places.blocked([session])) == {session.pk}
    assert say(session, cast, "NJ")
    assert places.blocked([session]) == {}


def test_a_license_that_ends_before_that_day_blocks(cast: Cast, session: Appointment) -> None:
    day = session.starts_at.date()
    licenses = License.objects.filter(counselor=cast.nora, state="NJ")
    licenses.update(expires_on=day)
    assert places.verdict(session)
    licenses.update(expires_on=day - timedelta(days=1))
    assert places.verdict(session).reasons == (Reason(Obstacle.NOT_LICENSED_THAT_DAY, "NJ"),)


def test_the_day_is_the_counselor_s(cast: Cast) -> None:
    late = make_session(cast.case, datetime.fromisoformat("2026-12-05T03:30:00+00:00"))
    License.objects.filter(counselor=cast.nora, state="NJ").update(expires_on=date(2026, 12, 4))
    assert places.verdict(late)


def test_saying_where_is_recorded_without_saying_where(cast: Cast, session: Appointment) -> None:
    say(session, cast, "TX")
    entry = Entry.objects.get(resource_id=str(session.pk), verb="change")
    assert (entry.note, entry.client_id) == ("place", str(cast.ian.client_id))
    assert entry.case_id == str(session.case_id)


def test_another_time_asks_again_where_they_will_be(
    cast: Cast, session: Appointment, now: datetime
) -> None:
    say(session, cast, "FL")
    lifecycle.move(session, in_days(now, 3), trail.SYSTEM)
    attendee = of(session, cast.ian.client)
    assert (attendee.state_id, attendee.place_confirmed_at) == ("FL", None)


def test_the_number_of_queries_does_not_grow(cast: Cast, session: Appointment) -> None:
    def count(found: list[Appointment]) -> int:
        with CaptureQueriesContext(connection) as captured:
            places.blocked(found)
        return len(captured)

    def all_of_them() -> list[Appointment]:
        return list(Appointment.objects.select_related("counselor__user"))

    few = count(all_of_them())
    for hour in range(17, 21):
        make_session(cast.case, session.starts_at.replace(hour=hour))
        make_session(cast.other_case, session.starts_at.replace(hour=hour))
    assert count(all_of_them()) == few == 3
    assert places.blocked([]) == {}


def test_the_staff_see_what_needs_a_person(
    cast: Cast, session: Appointment, signed_in: Callable[..., Browser]
) -> None:
    desk, nora = signed_in(cast.dan), signed_in(cast.nora.user)
    pages = {
        reverse("desk:day"): desk,
        reverse("desk:appointment", args=[session.pk]): desk,
        reverse("sessions:page", args=[session.pk]): nora,
    }
    for address, browser in pages.items():
        assert WORDS not in browser.get(address).content.decode()
    say(session, cast, "TX")
    for address, browser in pages.items():
        page = browser.get(address).content.decode()
        assert WORDS in page
        assert "people who are in TX" in page
    assert "Place doesn’t fit" in nora.get(reverse("dashboard:today")).content.decode()


def test_the_list_holds_the_coming_week_only_and_what_is_still_booked(
    cast: Cast, now: datetime
) -> None:
    begun, near, far = (make_session(cast.case, in_days(now, day)) for day in (-1, 6, 8))
    canceled = lifecycle.call_off(make_session(cast.case, in_days(now, 5)), trail.SYSTEM)
    for each in (begun, near, far, canceled):
        say(each, cast, "TX")
    assert [each for each, _ in places.needing_a_person(cast.dan)] == [near]
    assert [each for each, _ in places.needing_a_person(cast.nora.user)] == [near]
    assert places.needing_a_person(cast.ida.user) == []

"""A session begins once everybody has said where they are, and the license reaches there."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from practice.audit import trail
from practice.audit.models import Entry
from practice.models import License, State
from scheduling import beginning, lifecycle
from scheduling.models import Appointment
from tests.cast import Cast, in_days, make_session
from tests.kept import kept
from tests.scheduling.test_sessions import text

MINUTE = timedelta(minutes=1)
Travel = Callable[[datetime], None]


@kept
def session(cast: Cast, now: datetime) -> Appointment:
    cast.nora.video_link = "https://video.example/room"
    cast.nora.save()
    return make_session(cast.case, in_days(now, 1))


@pytest.fixture
def nora(
    cast: Cast, signed_in: Callable[..., Browser], session: Appointment, travel: Travel
) -> Any:
    """Nora, five minutes before the session."""
    travel(session.starts_at - 5 * MINUTE)
    return signed_in(cast.nora.user)


def page_of(session: Appointment, name: str = "page") -> str:
    return reverse(f"sessions:{name}", args=[session.pk])


def say(nora: Browser, cast: Cast, session: Appointment, *, ian: str = "NJ") -> str:
    """What the page says after Hanna is in New Jersey and Ian there."""
    ians = session.attendees.get(client=cast.ian.client).pk
    keys = session.attendees.values_list("pk", flat=True)
    given = {f"state_{key}": ian if key == ians else "NJ" for key in keys}
    return text(nora.post(page_of(session, "begin"), given, follow=True))


def test_right_before_it_each_person_is_asked_for(nora: Browser, session: Appointment) -> None:
    page = text(nora.get(page_of(session)))
    assert "Before you begin: where is everybody now?" in page
    assert "Hanna Tester is in" in page
    assert "Ian Tester is in" in page
    assert "It’s time: ask where they are" in text(nora.get(reverse("dashboard:today")))


def test_it_begins_where_the_license_reaches_everybody(
    cast: Cast, nora: Browser, session: Appointment
) -> None:
    page = say(nora, cast, session, ian="NY")
    assert "You may begin." in page
    assert "It began at 10:55 AM" in page
    assert "Go to the video room" in page
    assert "where is everybody now?" not in page
    assert "It took place" in page
    session.refresh_from_db()
    assert session.began_at == session.starts_at - 5 * MINUTE
    ian = session.attendees.get(client=cast.ian.client)
    assert (ian.state_id, ian.place_confirmed_at) == ("NY", session.began_at)
    assert Entry.objects.filter(resource_id=str(session.pk), note="began").exists()
    assert "It has begun" in text(nora.get(reverse("dashboard:today")))


@pytest.mark.parametrize("ian", ["TX", "PA", "--"])
def test_it_never_begins_silently_where_the_license_does_not_reach(
    cast: Cast, nora: Browser, session: Appointment, ian: str
) -> None:
    page = say(nora, cast, session, ian=ian)
    assert "You may not begin like this" in page
    assert "doesn’t fit the license" in page
    assert "https://video.example/room" not in page
    session.refresh_from_db()
    assert session.began_at is None
    assert session.attendees.get(client=cast.ian.client).state_id == ian
    entry = Entry.objects.filter(resource_id=str(session.pk), verb="change").last()
    assert entry
    assert entry.note == "kept from beginning"
    assert ian not in str(entry.__dict__)
    # It was a slip: they are in New Jersey after all.
    assert "You may begin." in say(nora, cast, session)


def test_a_license_that_has_ended_since_keeps_it_from_beginning(
    cast: Cast, nora: Browser, session: Appointment
) -> None:
    ended = session.starts_at.date() - timedelta(days=1)
    License.objects.filter(counselor=cast.nora, state="NJ").update(expires_on=ended)
    assert "You may not begin like this" in say(nora, cast, session)


def test_before_its_time_nobody_is_asked(
    cast: Cast, nora: Browser, session: Appointment, travel: Travel
) -> None:
    travel(session.starts_at - 16 * MINUTE)
    assert "where is everybody now?" not in text(nora.get(page_of(session)))
    assert "It’s too early to ask." in say(nora, cast, session)
    session.refresh_from_db()
    assert session.began_at is None


def test_what_is_over_does_not_begin(cast: Cast, nora: Browser, session: Appointment) -> None:
    lifecycle.call_off(session, trail.SYSTEM)
    assert "This one was closed already." in say(nora, cast, session)


def test_an_odd_place_is_refused_beside_its_field(
    cast: Cast, nora: Browser, session: Appointment
) -> None:
    page = say(nora, cast, session, ian="Mars")
    assert "Please choose one of these." in page
    assert not Appointment.objects.exclude(began_at=None).exists()


def test_moved_to_another_time_it_has_not_begun(
    cast: Cast, now: datetime, session: Appointment, travel: Travel
) -> None:
    travel(session.starts_at)
    state = State.objects.get(pk="NJ")
    said = {each.pk: state for each in session.attendees.all()}
    assert beginning.begin(session, said, trail.SYSTEM)
    longer = lifecycle.move(
        session, session.starts_at, trail.SYSTEM, length=session.length + 10 * MINUTE
    )
    assert longer.began_at
    assert lifecycle.move(longer, in_days(now, 2), trail.SYSTEM).began_at is None

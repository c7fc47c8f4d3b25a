"""A counselor's own sessions, and an appointment as its own people see it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from practice.audit import trail
from practice.audit.models import Entry
from scheduling import lifecycle
from scheduling.followups.models import FollowUp
from scheduling.models import Appointment, Status
from tests.cast import (
    CENTRAL,
    EASTERN,
    Cast,
    in_days,
    make_consultation,
    make_session,
    open_link,
)
from tests.kept import kept


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)


@kept
def session(cast: Cast, now: datetime) -> Appointment:
    return make_session(cast.case, in_days(now, 1))


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def url(name: str, subject: Any) -> str:
    return reverse(f"sessions:{name}", args=[subject.pk])


def form(cast: Cast, **changed: Any) -> dict[str, Any]:
    given = {"first_day": "2026-12-03", "at": "14:00", "minutes": "50"}
    given |= {"times": "1", "every_weeks": "1"}
    for person in (cast.hanna, cast.ian):
        given |= {f"state_{person.pk}": "NJ", f"zone_{person.pk}": EASTERN}
    return given | changed


def test_one_session_is_booked_on_the_counselors_clock(cast: Cast, nora: Browser) -> None:
    cast.nora.user.time_zone = CENTRAL
    cast.nora.user.save()
    page = nora.post(url("book", cast.case), form(cast), follow=True)
    assert "Booked: 1 session, Thursday, Dec 3, 2:00 PM Central (CST)." in text(page)
    assert Appointment.objects.get().starts_at == datetime(2026, 12, 3, 20, tzinfo=UTC)


def test_where_the_counselor_may_not_meet_them_it_says_why(cast: Cast, nora: Browser) -> None:
    page = nora.post(url("book", cast.case), form(cast, **{f"state_{cast.ian.pk}": "PA"}))
    assert "PA" in page.context["form"].non_field_errors()[0]
    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"first_day": "2026-12-02", "at": "09:00"},
        {"first_day": "2020-01-01"},
        {"first_day": "0001-01-01"},
        {"first_day": "9999-12-31"},
        {"first_day": "9999-12-31", "at": "23:59", "times": "12"},
        {"first_day": "2028-12-03"},
        {"first_day": "soon"},
        {"first_day": "\x00"},
        {"at": "25:00"},
        {"at": ""},
        {"times": "0"},
        {"times": "53"},
        {"times": "500"},
        {"at": "10:02"},
        {"minutes": "-50"},
        {"minutes": "0"},
        {"minutes": "1000"},
        {"minutes": "an hour"},
        {"every_weeks": "3"},
        {"times": "-1"},
        {"times": "9" * 400},
        {"times": "x"},
    ],
)
def test_an_odd_answer_is_refused_beside_its_field(
    cast: Cast, nora: Browser, changed: dict[str, str]
) -> None:
    page = nora.post(url("book", cast.case), form(cast, **changed))
    assert page.status_code == 200
    assert set(page.context["form"].errors) & set(changed)
    for field, typed in changed.items():
        assert page.context["form"][field].value() == typed
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("field", ["state", "zone"])
@pytest.mark.parametrize("odd", ["TX", "", "\x00", "Europe/Berlin"])
def test_a_place_that_is_none_is_refused(cast: Cast, nora: Browser, field: str, odd: str) -> None:
    page = nora.post(url("book", cast.case), form(cast, **{f"{field}_{cast.ian.pk}": odd}))
    assert page.context["form"].errors[f"{field}_{cast.ian.pk}"]
    assert not Appointment.objects.exists()


def test_a_closed_case_books_nothing(cast: Cast, nora: Browser, now: datetime) -> None:
    type(cast.case).objects.filter(pk=cast.case.pk).update(status="closed", closed_at=now)
    assert nora.get(url("book", cast.case)).status_code == 404
    assert nora.post(url("book", cast.case), form(cast)).status_code == 404


@pytest.mark.parametrize(
    ("name", "status", "planned"), [("done", Status.DONE, 2), ("no-show", Status.NO_SHOW, 0)]
)
def test_a_session_is_marked_once(
    cast: Cast,
    session: Appointment,
    signed_in: Callable[..., Browser],
    travel: Callable[[datetime], None],
    name: str,
    status: Status,
    planned: int,
) -> None:
    travel(session.starts_at)
    nora = signed_in(cast.nora.user)
    assert "It took place" in text(nora.get(url("page", session)))
    assert nora.post(url(name, session)).headers["Location"] == reverse(
        "cases:page", args=[cast.case.pk]
    )
    again = nora.post(url("done", session), follow=True)
    assert "This one was closed already." in text(again)
    session.refresh_from_db()
    assert session.status == status
    assert FollowUp.objects.count() == planned


def test_before_it_begins_nothing_is_there_to_mark(nora: Browser, session: Appointment) -> None:
    page = text(nora.get(url("page", session)))
    assert "It took place" not in page
    assert "Once it has begun you can mark here whether it took place." in page


@pytest.mark.parametrize("name", ["done", "no-show"])
def test_before_it_begins_nobody_can_say_what_became_of_it(
    nora: Browser, session: Appointment, name: str
) -> None:
    page = nora.post(url(name, session), follow=True)
    assert "It hasn’t begun yet. Please mark it afterwards." in text(page)
    session.refresh_from_db()
    assert session.status == Status.BOOKED
    assert not FollowUp.objects.exists()


def test_looking_marks_nothing(nora: Browser, session: Appointment) -> None:
    assert nora.get(url("done", session)).status_code == 405
    assert nora.get(url("no-show", session)).status_code == 405


def test_only_its_counselor_has_a_session(
    cast: Cast, signed_in: Callable[..., Browser], session: Appointment
) -> None:
    for user in (cast.ida.user, cast.dan, cast.olga):
        browser = signed_in(user)
        assert browser.get(url("page", session)).status_code == 404
        for name in ("done", "no-show"):
            assert browser.post(url(name, session)).status_code == 404
    session.refresh_from_db()
    assert session.status == Status.BOOKED


def test_only_its_counselor_and_the_desk_book_for_a_case(
    cast: Cast, signed_in: Callable[..., Browser]
) -> None:
    for user, status in ((cast.ida.user, 404), (cast.olga, 404), (cast.dan, 200)):
        assert signed_in(user).get(url("book", cast.case)).status_code == status


def test_a_consultation_is_no_session(cast: Cast, nora: Browser, now: datetime) -> None:
    consultation = make_consultation(cast.nora, in_days(now, 1, 18))
    assert nora.get(url("page", consultation)).status_code == 404
    assert nora.post(url("done", consultation)).status_code == 404


def come(person: Any, appointment: Appointment) -> Any:
    return open_link(Browser(), person.client, "appointment", appointment.pk)


def test_their_appointment_stands_on_their_own_clock_and_names_nobody_else(
    cast: Cast, session: Appointment
) -> None:
    session.attendees.filter(client=cast.hanna.client).update(time_zone=CENTRAL, state="FL")
    cast.nora.video_link = "https://video.example/room"
    cast.nora.save()
    response = come(cast.hanna, session)
    page = text(response)
    assert "Thursday, Dec 3, 10:00 AM Central (CST) with Nora" in page
    assert "Florida" in page
    assert "https://video.example/room" in response.content.decode()
    for other in ("Ian", "New Jersey", "Hanna", "affair"):
        assert other not in page


def test_reading_it_is_recorded(cast: Cast, session: Appointment) -> None:
    come(cast.hanna, session)
    row = Entry.objects.filter(verb="read", resource="scheduling.appointment").get()
    assert (row.actor_kind, row.client_id) == ("client", str(cast.hanna.client_id))


def test_a_moved_appointment_shows_its_new_time_and_a_canceled_one_says_so(
    cast: Cast, now: datetime, session: Appointment
) -> None:
    lifecycle.move(session, in_days(now, 2), trail.SYSTEM)
    assert "Friday, Dec 4" in text(come(cast.hanna, session))
    lifecycle.call_off(session, trail.SYSTEM)
    assert "This appointment does not take place" in text(come(cast.hanna, session))


def test_a_link_to_an_appointment_of_others_opens_nothing(
    cast: Cast, now: datetime, session: Appointment
) -> None:
    other = make_session(cast.other_case, in_days(now, 1))
    assert come(cast.hanna, other).status_code == 404
    assert come(cast.mia, session).status_code == 404


def test_the_day_of_a_session_is_a_matter_of_the_counselors_zone(
    cast: Cast, nora: Browser, now: datetime
) -> None:
    late = make_session(cast.case, datetime(2026, 12, 4, 2, tzinfo=UTC))
    assert "Thursday, Dec 3, 9:00 PM Eastern (EST)" in text(nora.get(url("page", late)))
    assert late.starts_at - now > timedelta(days=1)

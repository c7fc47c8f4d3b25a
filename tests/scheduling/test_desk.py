"""The front desk's pages: all it needs, and nothing clinical, down to the columns that are read."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.handouts import assign
from clients.handouts.models import Audience
from clients.models import Case
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Entry
from practice.dashboard import registry
from practice.dashboard.registry import Page
from scheduling import lifecycle
from scheduling.models import Appointment, Status
from tests.cast import CENTRAL, Cast, in_days, make_consultation, make_session, make_version

CANARIES = ["CANARY what brings us", "CANARY title", "CANARY body"]
HALF_HOUR = timedelta(minutes=30)

SignIn = Callable[..., Browser]


@pytest.fixture
def desk(cast: Cast, signed_in: SignIn) -> Browser:
    return signed_in(cast.dan)


@pytest.fixture
def session(cast: Cast, now: datetime) -> Appointment:
    """A session of a case that has clinical matter of every kind around it."""
    version = make_version(Audience.HURT, title="CANARY title", body="CANARY body")
    assign.give(cast.hanna, [version], now=False, user=cast.nora.user, by=trail.SYSTEM)
    lifecycle.mark_done(make_session(cast.case, in_days(now, -7)), trail.SYSTEM)
    return make_session(cast.case, in_days(now, 1))


def url(appointment: Appointment, name: str = "appointment") -> str:
    return reverse(f"desk:{name}", args=[appointment.pk])


def day(moment: datetime, name: str = "day") -> str:
    return f"{reverse(f'desk:{name}')}?day={moment:%Y-%m-%d}"


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def move(browser: Browser, appointment: Appointment, starts_at: datetime | str) -> Any:
    value = starts_at if isinstance(starts_at, str) else starts_at.isoformat()
    return browser.post(url(appointment, "move"), {"starts_at": value})


def test_the_day_shows_each_counselor_with_names_times_and_places(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    page = text(desk.get(day(session.starts_at)))
    assert "Thursday, Dec 3" in page
    assert "11:00 AM – 11:50 AM Hanna Tester, Ian Tester Session · NJ, NJ Booked" in page
    assert page.index("Ida") < page.index("Nothing booked") < page.index("Nora")
    assert "1 appointment." in page


def test_the_week_shows_monday_to_sunday(
    desk: Browser, cast: Cast, session: Appointment, now: datetime
) -> None:
    make_consultation(cast.ida, in_days(now, 2, 18))
    response = desk.get(day(session.starts_at, "week"))
    page = text(response)
    assert "Nov 30 to Dec 6" in page
    assert page.index("Thu, Dec 3") < page.index("Hanna Tester") < page.index("Fri, Dec 4")
    assert page.index("Fri, Dec 4") < page.index("Vera Visitor") < page.index("Sat, Dec 5")
    assert response.content.count(b'class="appointment"') == 2


def test_today_is_the_day_of_the_desks_own_clock(
    cast: Cast, signed_in: SignIn, travel: Callable[[datetime], None]
) -> None:
    travel(datetime(2026, 12, 3, 3, 30, tzinfo=UTC))  # still Wednesday evening in New York
    assert "Wednesday, Dec 2 (today)" in text(signed_in(cast.dan).get(reverse("desk:day")))


def test_times_stand_on_the_desks_own_clock(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    cast.dan.time_zone = CENTRAL
    cast.dan.save()
    page = text(desk.get(day(session.starts_at)))
    assert "10:00 AM – 10:50 AM" in page
    assert "Central time" in page
    assert "10:00 AM Central (CST)" in text(desk.get(url(session)))


def test_an_appointment_late_in_the_evening_stands_on_the_desks_day(
    desk: Browser, cast: Cast, now: datetime
) -> None:
    late = make_session(cast.case, datetime(2026, 12, 4, 4, 30, tzinfo=UTC))  # 11:30 PM Thursday
    assert "Hanna Tester" in text(desk.get(reverse("desk:day") + "?day=2026-12-03"))
    assert "Hanna Tester" not in text(desk.get(reverse("desk:day") + "?day=2026-12-04"))
    assert "Hanna Tester" in text(desk.get(day(late.starts_at, "week")))


ODD_DAYS = [
    "",
    "tomorrow",
    "2026-13-01",
    "2026-02-30",
    "2026-12-3",
    "0001-01-01",
    "9999-12-31",
    "9999-12-27",
    "10000-01-01",
    "\x00",
    "2026-12-03' OR 1=1 --",
    "٢٠٢٦-١٢-٠٣",
    "9" * 5000,
]


@pytest.mark.parametrize("odd", ODD_DAYS)
@pytest.mark.parametrize("name", ["day", "week"])
def test_an_odd_day_in_the_address_shows_today_or_that_day(
    desk: Browser, name: str, odd: str
) -> None:
    response = desk.get(reverse(f"desk:{name}"), {"day": odd})
    assert response.status_code == 200


@pytest.mark.parametrize("odd", ["tomorrow", "2026-02-30", "\x00", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_falls_back_to_today(desk: Browser, odd: str) -> None:
    assert "Dec 2 (today)" in text(desk.get(reverse("desk:day"), {"day": odd}))


@pytest.mark.parametrize("status", [Status.CANCELED, Status.HOLD, Status.LAPSED])
def test_holds_and_what_was_called_off_are_not_on_the_calendar(
    desk: Browser, session: Appointment, status: Status
) -> None:
    Appointment.objects.filter(pk=session.pk).update(status=status, hold_ends_at=session.starts_at)
    for name in ("day", "week"):
        assert "Hanna" not in text(desk.get(day(session.starts_at, name)))


def test_what_took_place_is_said_in_words(desk: Browser, session: Appointment) -> None:
    Appointment.objects.filter(pk=session.pk).update(status=Status.NO_SHOW)
    assert "Nobody came" in text(desk.get(day(session.starts_at)))


def test_an_appointment_says_who_where_on_which_clock_and_how_to_reach_them(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    page = text(desk.get(url(session)))
    assert "Session: Thursday, Dec 3, 11:00 AM Eastern (EST)" in page
    assert "Nora: 11:00 AM on their clock" in page
    assert "Hanna Tester New Jersey Thursday, Dec 3, 11:00 AM Eastern (EST)" in page
    assert "hanna@example.com. No voicemail." in page
    assert "50 minutes" in page


def test_looking_at_an_appointment_is_recorded_for_each_person(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    desk.get(url(session))
    rows = Entry.objects.filter(verb="read", actor_id=str(cast.dan.pk))
    people = {str(cast.hanna.client_id), str(cast.ian.client_id)}
    assert {row.client_id for row in rows} == people
    assert {row.resource for row in rows} == {"clients.client"}
    assert {row.case_id for row in rows} == {""}


@pytest.mark.parametrize(("label", "shift"), [("earlier", -HALF_HOUR), ("later", HALF_HOUR)])
def test_half_an_hour_is_one_click(
    desk: Browser, session: Appointment, label: str, shift: timedelta
) -> None:
    page = desk.get(url(session)).content.decode()
    value = (session.starts_at + shift).isoformat()
    assert re.search(rf'value="{re.escape(value)}">Half an hour {label}', page)
    response = move(desk, session, value)
    assert response.headers["Location"] == url(session)
    session.refresh_from_db()
    assert session.starts_at.isoformat() == value
    assert "Moved. The people are told." in text(desk.get(url(session)))


def test_half_an_hour_is_not_offered_where_it_is_not_open(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    make_session(cast.case, session.starts_at + timedelta(hours=1))
    page = text(desk.get(url(session)))
    assert "Half an hour earlier" in page
    assert "Half an hour later" not in page


def test_only_times_that_are_open_for_everybody_are_offered(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    cast.nora.licenses.filter(state="NJ").update(expires_on=session.starts_at.date())
    page = text(desk.get(url(session)))
    assert "Wednesday, Dec 2" in page
    assert "Friday, Dec 4" not in page


def test_a_time_that_went_meanwhile_is_refused_beside_the_times(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    wanted = session.starts_at + timedelta(hours=2)
    make_session(cast.case, wanted)
    response = move(desk, session, wanted)
    session.refresh_from_db()
    assert response.status_code == 200
    assert "That time is no longer open. Please choose another." in text(response)
    assert response.context["form"]["starts_at"].value() == wanted.isoformat()
    assert session.starts_at + timedelta(hours=2) == wanted


@pytest.mark.parametrize("odd", ["", "soon", "\x00", "9999-12-31T23:59:59+00:00", "2026-12-03"])
def test_a_time_that_is_none_moves_nothing(desk: Browser, session: Appointment, odd: str) -> None:
    response = move(desk, session, odd)
    session.refresh_from_db()
    assert response.status_code == 200
    assert response.context["form"].errors["starts_at"]
    assert session.sequence == 1


def test_what_is_over_cannot_be_moved_and_the_desk_is_told(
    desk: Browser, session: Appointment
) -> None:
    value = session.starts_at + HALF_HOUR
    lifecycle.call_off(session, trail.SYSTEM)
    assert move(desk, session, value).headers["Location"] == url(session)
    assert "This appointment can’t be moved any more." in text(desk.get(url(session)))


def test_canceling_asks_first_and_then_tells_the_people(
    desk: Browser, session: Appointment
) -> None:
    assert "Cancel Thursday, Dec 3" in text(desk.get(url(session, "cancel")))
    session.refresh_from_db()
    assert session.status == Status.BOOKED
    response = desk.post(url(session, "cancel"), follow=True)
    session.refresh_from_db()
    assert session.status == Status.CANCELED
    assert "Canceled. The people are told." in text(response)
    again = desk.post(url(session, "cancel"), follow=True)
    assert "This one was closed already." in text(again)


def test_the_owner_looks_and_changes_nothing(
    cast: Cast, signed_in: SignIn, session: Appointment
) -> None:
    owner = signed_in(cast.olga)
    page = text(owner.get(url(session)))
    assert "Hanna Tester" in page
    assert "Move it" not in page
    assert "Cancel it" not in page
    assert move(owner, session, session.starts_at + HALF_HOUR).status_code == 404
    for method in (owner.get, owner.post):
        assert method(url(session, "cancel")).status_code == 404
    session.refresh_from_db()
    assert (session.status, session.sequence) == (Status.BOOKED, 1)


def test_counselors_and_strangers_have_no_desk(
    cast: Cast, signed_in: SignIn, session: Appointment
) -> None:
    counselor, stranger = signed_in(cast.nora.user), Browser()
    for address in (reverse("desk:day"), reverse("desk:week"), url(session)):
        assert counselor.get(address).status_code == 404
        assert stranger.get(address).status_code in (302, 404)


@pytest.mark.parametrize("status", [Status.HOLD, Status.LAPSED])
def test_a_hold_has_no_page(desk: Browser, session: Appointment, status: Status) -> None:
    Appointment.objects.filter(pk=session.pk).update(status=status, hold_ends_at=session.starts_at)
    assert desk.get(url(session)).status_code == 404


def test_no_desk_page_holds_a_word_of_what_brings_people(
    desk: Browser, cast: Cast, session: Appointment, now: datetime
) -> None:
    consultation = make_consultation(cast.nora, in_days(now, 1, 18))
    pages = [desk.get(day(session.starts_at)), desk.get(day(session.starts_at, "week"))]
    for appointment in (session, consultation):
        pages += [desk.get(url(appointment)), desk.get(url(appointment, "cancel"))]
        pages.append(move(desk, appointment, "soon"))
        pages.append(desk.post(url(appointment, "cancel"), follow=True))
    whole = " ".join(page.content.decode() for page in pages).lower()
    words = ["affair", "hurt", "involved", "impact", "disclos", "concern", "couple", "therap"]
    for word in [*map(str.lower, CANARIES), *words, str(cast.case.pk)]:
        assert word not in whole


# Tables and columns whose content is clinical.
CLINICAL_TABLES = [
    *("intake_situation", "intake_safetyscreen"),
    *("handouts_", "followups_", "clients_concern"),
]
CLINICAL_COLUMNS = [
    '"clients_case"."disclosure"',
    '"clients_case"."stage"',
    '"clients_case"."concern_id"',
    '"clients_participant"."part"',
]


@contextmanager
def queries() -> Iterator[list[str]]:
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += [query["sql"] for query in captured]


def clinical(found: list[str]) -> set[str]:
    return {word for word in CLINICAL_TABLES + CLINICAL_COLUMNS if any(word in q for q in found)}


def test_no_query_of_a_page_that_only_reads_touches_clinical_matter(
    desk: Browser, session: Appointment
) -> None:
    addresses = [
        day(session.starts_at),
        day(session.starts_at, "week"),
        url(session),
        url(session, "cancel"),
    ]
    with queries() as found:
        for address in addresses:
            assert desk.get(address).status_code == 200
        assert move(desk, session, "soon").status_code == 200
    assert len(found) > 20
    assert clinical(found) == set()
    assert not any('"clients_case"' in query for query in found)


def test_the_capture_would_see_a_clinical_column(cast: Cast) -> None:
    with queries() as found:
        list(Case.objects.select_related("concern"))
        list(cast.case.participants.all())
    assert clinical(found) == {"clients_concern", *CLINICAL_COLUMNS}


@pytest.mark.parametrize("name", ["move", "cancel"])
def test_moving_and_canceling_read_only_what_the_follow_ups_need(
    desk: Browser, session: Appointment, name: str
) -> None:
    """What hangs on the appointment is planned anew: rows the desk's pages never show."""
    with queries() as found:
        value = (session.starts_at + HALF_HOUR).isoformat()
        assert desk.post(url(session, name), {"starts_at": value}).status_code == 302
    assert clinical(found) <= {"followups_", '"clients_participant"."part"'}
    assert not any("answers_text" in query or "intake_" in query for query in found)


def test_the_desk_s_pages_take_as_many_queries_with_one_row_as_with_many(
    desk: Browser, cast: Cast, now: datetime
) -> None:
    def count(address: str) -> int:
        with queries() as found:
            assert desk.get(address).status_code == 200
        return len(found)

    make_session(cast.case, in_days(now, 1, 14))
    addresses = [day(in_days(now, 1)), day(in_days(now, 1), "week")]
    desk.get(addresses[0])  # the first page after signing in writes the session
    few = [count(address) for address in addresses]
    for hour in range(15, 21):
        make_session(cast.case, in_days(now, 1, hour))
        make_session(cast.other_case, in_days(now, 2, hour))
    assert [count(address) for address in addresses] == few
    assert max(few) <= 12


def test_apps_hang_their_panels_on_the_page_of_an_appointment(
    desk: Browser, session: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page()
    monkeypatch.setattr(registry, "appointment", page)
    assert "What to know" not in text(desk.get(url(session)))

    @page.panel(
        "known",
        title="What to know",
        template="components/status.html",
        order=1,
        roles=(Role.DESK,),
    )
    def known(request: Any, appointment: Appointment) -> dict[str, str]:
        return {"label": f"Booked as {appointment.pk}"}

    assert f"What to know Booked as {session.pk}" in text(desk.get(url(session)))

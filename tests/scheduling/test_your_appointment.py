"""An appointment as its own people see and change it, by private link."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from icalendar import Calendar

from clients.contact.models import Message
from clients.models import Client
from practice.audit import trail
from practice.audit.models import Entry
from practice.models import Counselor, License
from scheduling import lifecycle
from scheduling.models import Appointment, Attendee, Status, TimeOff
from tests.cast import CENTRAL, EASTERN, Cast, in_days, make_client, make_session, open_link
from tests.kept import kept
from tests.scheduling.consulting import consult

Travel = Callable[[datetime], None]
ROOM = "https://video.example/room"
HOUR = timedelta(hours=1)
PAGES = ["your-appointment", "your-appointment-place", "your-appointment-calendar"]
PAGES += ["your-appointment-move", "your-appointment-cancel"]


@kept
def vera(cast: Cast) -> Client:
    Counselor.objects.filter(pk=cast.nora.pk).update(video_link=ROOM)
    return make_client("Vera")


@kept
def walt(cast: Cast) -> Client:
    return make_client("Walt")


@kept
def booked(cast: Cast, now: datetime, vera: Client, walt: Client) -> Appointment:
    return consult(cast.nora, in_days(now, 2), vera, walt)


@kept
def visit(booked: Appointment, vera: Client) -> Browser:
    return come(vera, booked)


def come(client: Client, appointment: Appointment) -> Browser:
    browser = Browser()
    assert open_link(browser, client, "appointment", appointment.pk).status_code == 200
    return browser


def url(name: str = "") -> str:
    return reverse("your-appointment" + (f"-{name}" if name else ""))


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def fresh(appointment: Appointment) -> Appointment:
    return Appointment.objects.get(pk=appointment.pk)


def place_of(appointment: Appointment, client: Client) -> Attendee:
    return Attendee.objects.get(appointment=appointment, client=client)


def rows() -> tuple[Any, ...]:
    """What a page that is only looked at must leave as it is."""
    models = (Appointment, Attendee, Message)
    return tuple(sorted(model.objects.values_list(), key=repr) for model in models)


def say(browser: Browser, state: str, zone: str = EASTERN) -> Any:
    return browser.post(url("place"), {"state": state, "time_zone": zone}, follow=True)


def offered(browser: Browser, query: str = "") -> list[datetime]:
    form = browser.get(url("move") + query).context["form"]
    return sorted(form.open_times)


# Looking


def test_it_offers_everything_a_person_may_do(visit: Browser) -> None:
    page = visit.get(url()).content.decode()
    for name in ("place", "calendar", "move", "cancel"):
        assert f'href="{url(name)}"' in page
    for name in ("your-contact", "your-agreements", "withdraw"):
        assert f'href="{reverse(name)}"' in page
    assert ROOM in page


def test_a_session_is_moved_by_a_person(cast: Cast, now: datetime) -> None:
    session = make_session(cast.case, in_days(now, 3))
    browser = come(cast.hanna.client, session)
    page = browser.get(url()).content.decode()
    assert "To change the time, please call us" in page
    for name in ("move", "cancel"):
        assert url(name) not in page
        assert browser.get(url(name)).status_code == 404
        assert browser.post(url(name)).status_code == 404
    assert reverse("withdraw") not in page
    assert fresh(session).status == Status.BOOKED


def test_looking_changes_nothing(visit: Browser) -> None:
    before = rows()
    for name in PAGES:
        assert visit.get(reverse(name)).status_code == 200
        assert visit.head(reverse(name)).status_code == 200
    assert rows() == before


def test_only_those_who_come_open_any_of_it(cast: Cast, booked: Appointment, now: datetime) -> None:
    stranger = Browser()
    assert open_link(stranger, cast.mia.client, "appointment", booked.pk).status_code == 404
    for name in PAGES:
        assert stranger.get(reverse(name)).status_code == 404
        assert stranger.post(reverse(name), {"state": "NJ"}).status_code in (404, 405)
        assert Browser().get(reverse(name)).status_code == 403
    assert fresh(booked).status == Status.BOOKED


def test_nothing_of_the_partner_is_shown(visit: Browser, booked: Appointment, walt: Client) -> None:
    say(come(walt, booked), "FL", CENTRAL)
    for name in PAGES:
        page = visit.get(reverse(name)).content.decode()
        assert "Walt" not in page
        if name != "your-appointment-place":  # which lists every state and clock
            assert "Florida" not in page
            assert "Central" not in page


def test_when_it_is_over_there_is_nothing_left_to_change(
    visit: Browser, booked: Appointment, vera: Client, travel: Travel
) -> None:
    travel(booked.ends_at)
    browser = come(vera, booked)
    page = browser.get(url()).content.decode()
    assert "This appointment is over" in page
    assert ROOM not in page
    for name in ("place", "move", "cancel"):
        assert url(name) not in page
        answer = browser.post(url(name), {"state": "NY", "time_zone": EASTERN}, follow=True)
        assert "That can’t be changed here any more." in text(answer)
    assert fresh(booked).status == Status.BOOKED


def test_once_it_has_begun_the_room_stays_and_the_time_can_no_longer_be_changed(
    booked: Appointment, vera: Client, travel: Travel
) -> None:
    travel(booked.starts_at)
    browser = come(vera, booked)
    assert ROOM in browser.get(url()).content.decode()
    for name in ("move", "cancel"):
        assert "can’t be changed" in text(browser.post(url(name), follow=True))
    assert fresh(booked).status == Status.BOOKED


# Where they will be


def test_one_tap_says_that_they_will_be_there(
    visit: Browser, booked: Appointment, vera: Client, now: datetime
) -> None:
    page = visit.get(url())
    assert "Yes, I’ll be in New Jersey" in text(page)
    fields = dict(re.findall(r'name="(state|time_zone)" value="([^"]+)"', page.content.decode()))
    answer = visit.post(url("place"), fields, follow=True)
    assert place_of(booked, vera).place_confirmed_at == now
    assert "you told us on Wednesday, Dec 2" in text(answer)
    assert "Yes, I’ll be in" not in text(answer)
    assert ROOM in answer.content.decode()


def test_somewhere_else_where_we_may_meet_goes_on_as_before_on_their_new_clock(
    visit: Browser, booked: Appointment, vera: Client
) -> None:
    page = text(say(visit, "FL", CENTRAL))
    assert "Friday, Dec 4, 10:00 AM Central (CST)" in page
    assert "Thank you. We noted where you’ll be." in page
    assert place_of(booked, vera).state_id == "FL"


@pytest.mark.parametrize(
    ("state", "words"),
    [("TX", "reach to Texas"), ("PA", "reach to Pennsylvania"), ("--", "outside the United")],
)
def test_where_we_may_not_meet_the_room_is_closed_and_it_says_what_happens_next(
    visit: Browser, booked: Appointment, vera: Client, state: str, words: str
) -> None:
    answer = say(visit, state)
    assert ROOM not in answer.content.decode()
    assert "We’re not able to meet you there." in text(answer)
    assert words in text(answer)
    assert "The office will call or write to you" in text(answer)
    assert url("move") in answer.content.decode()
    assert place_of(booked, vera).state_id == state
    assert ROOM in say(visit, "NJ").content.decode()


def test_a_partner_learns_only_that_something_is_not_settled(
    visit: Browser, booked: Appointment, walt: Client
) -> None:
    say(come(walt, booked), "TX")
    answer = visit.get(url())
    assert "Something about this appointment isn’t settled yet." in text(answer)
    assert "not able to meet you" not in text(answer)
    assert "Texas" not in text(answer)
    assert ROOM not in answer.content.decode()


def test_a_license_that_ends_closes_the_room_too(
    visit: Browser, booked: Appointment, cast: Cast
) -> None:
    day = booked.starts_at.date() - timedelta(days=1)
    License.objects.filter(counselor=cast.nora, state="NJ").update(expires_on=day)
    assert ROOM not in visit.get(url()).content.decode()


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"state": "", "time_zone": EASTERN},
        {"state": "XX", "time_zone": EASTERN},
        {"state": "NJ", "time_zone": "Europe/Berlin"},
        {"state": "\x00", "time_zone": "\x00"},
    ],
)
def test_an_odd_place_is_refused_beside_its_field(
    visit: Browser, booked: Appointment, vera: Client, odd: dict[str, str]
) -> None:
    before = rows()
    answer = visit.post(url("place"), odd)
    assert answer.status_code == 200
    assert "Where you’ll be" in text(answer)
    assert rows() == before


def test_what_is_called_off_asks_nothing_more(visit: Browser, booked: Appointment) -> None:
    lifecycle.call_off(booked, trail.SYSTEM)
    page = visit.get(url()).content.decode()
    assert "This appointment does not take place" in page
    assert ROOM not in page
    for name in ("place", "move", "cancel"):
        assert url(name) not in page
        assert visit.post(url(name), {"state": "FL", "time_zone": EASTERN}).status_code == 302
    assert not Attendee.objects.filter(state="FL").exists()


# The file for their calendar


def test_the_calendar_file_is_handed_out_with_its_name_and_kind(
    visit: Browser, booked: Appointment
) -> None:
    answer = visit.get(url("calendar"))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert answer["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event.decoded("dtstart") == booked.starts_at
    lifecycle.call_off(booked, trail.SYSTEM)
    assert visit.get(url("calendar"))["Content-Type"].endswith("method=CANCEL")


# Another time


def test_only_times_of_the_same_counselor_that_fit_everybody_are_offered(
    visit: Browser, booked: Appointment, cast: Cast, now: datetime
) -> None:
    times = offered(visit)
    assert booked.starts_at not in times
    # It stands in nobody's way, least of all its own.
    assert {booked.starts_at - HOUR / 2, booked.starts_at + HOUR / 2} <= set(times)
    assert min(times) >= now + 12 * HOUR
    days = {each.astimezone(cast.nora.zone).date() for each in times}
    assert len(days) == 5
    page = visit.get(url("move"))
    assert "Times are in Eastern (EST)." in text(page)
    assert "So far your appointment is on Friday, Dec 4, 11:00 AM Eastern (EST)" in text(page)


def test_later_days_follow_and_lead_back(visit: Browser) -> None:
    first = offered(visit)
    page = visit.get(url("move")).content.decode()
    query = re.search(r'href="(\?since=[\d-]+)"', page)
    assert query
    later = offered(visit, query[1])
    assert min(later) > max(first)
    answer = visit.post(url("move") + query[1], {"starts_at": later[0].isoformat()})
    assert answer.status_code == 302


@pytest.mark.parametrize("odd", ["soon", "2026-02-30", "0001-01-01", "9999-12-31", "\x00", ""])
def test_an_odd_day_in_the_address_shows_the_first_days(visit: Browser, odd: str) -> None:
    answer = visit.get(url("move"), {"since": odd})
    assert answer.status_code == 200
    assert len(answer.context["form"].open_times) > 10


def test_they_take_another_time_and_are_told(
    visit: Browser, booked: Appointment, vera: Client, walt: Client
) -> None:
    wanted = offered(visit)[3]
    answer = visit.post(url("move"), {"starts_at": wanted.isoformat()}, follow=True)
    assert "Your appointment has a new time." in text(answer)
    assert fresh(booked).starts_at == wanted
    told = Message.objects.filter(template="moved", state="due")
    assert {message.client_id for message in told} == {vera.pk, walt.pk}
    entry = Entry.objects.get(resource_id=str(booked.pk), note="moved")
    assert (entry.actor_kind, entry.actor_id) == ("client", str(vera.pk))


def test_a_time_that_was_taken_meanwhile_is_said_beside_the_times_and_nothing_is_lost(
    visit: Browser, booked: Appointment, cast: Cast
) -> None:
    wanted = offered(visit)[3]
    consult(cast.nora, wanted, make_client("Ada"))
    answer = visit.post(url("move"), {"starts_at": wanted.isoformat()})
    assert answer.status_code == 200
    assert answer.context["form"].errors["starts_at"] == [
        "That time is no longer open. Please choose another."
    ]
    assert len(answer.context["form"].open_times) > 10
    assert fresh(booked).starts_at == booked.starts_at


def test_one_that_is_taken_between_looking_and_writing_is_refused_by_the_database(
    visit: Browser, booked: Appointment, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = offered(visit)[3]
    move = lifecycle.move

    def after_another(*given: Any, **more: Any) -> Any:
        consult(cast.nora, wanted, make_client("Ada"))
        return move(*given, **more)

    monkeypatch.setattr(lifecycle, "move", after_another)
    answer = visit.post(url("move"), {"starts_at": wanted.isoformat()})
    assert "That time has just been taken." in text(answer)
    assert fresh(booked).starts_at == booked.starts_at


@pytest.mark.parametrize("odd", ["", "soon", "2026-12-04T03:00:00+00:00", "\x00"])
def test_a_time_that_is_none_is_refused(visit: Browser, booked: Appointment, odd: str) -> None:
    answer = visit.post(url("move"), {"starts_at": odd})
    assert "starts_at" in answer.context["form"].errors
    assert fresh(booked).starts_at == booked.starts_at


def test_nobody_moves_it_all_day_long(visit: Browser, booked: Appointment) -> None:
    for _ in range(5):
        wanted = offered(visit)[0]
        assert visit.post(url("move"), {"starts_at": wanted.isoformat()}).status_code == 302
    stays = fresh(booked).starts_at
    answer = visit.post(url("move"), {"starts_at": offered(visit)[5].isoformat()})
    assert "This was moved several times today. Please call us." in text(answer)
    assert fresh(booked).starts_at == stays


def test_where_nothing_is_open_it_says_so(visit: Browser, cast: Cast, now: datetime) -> None:
    TimeOff.objects.create(counselor=cast.nora, starts_at=now, ends_at=now + timedelta(days=60))
    assert "No other time is open in the coming weeks." in text(visit.get(url("move")))


# Canceling


def test_canceling_asks_once_and_never_why(
    visit: Browser, booked: Appointment, vera: Client
) -> None:
    page = visit.get(url("cancel"))
    assert "You don’t need to say why." in text(page)
    assert fresh(booked).status == Status.BOOKED
    answer = visit.post(url("cancel"), follow=True)
    assert "This appointment does not take place" in text(answer)
    assert fresh(booked).status == Status.CANCELED
    entry = Entry.objects.get(resource_id=str(booked.pk), note="canceled")
    assert entry.actor_id == str(vera.pk)
    due = Message.objects.filter(state="due")
    assert {message.template for message in due} == {"called_off"}
    assert visit.post(url("cancel")).status_code == 302

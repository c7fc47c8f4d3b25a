"""The private address at which another calendar reads a counselor's busy times."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Entry
from practice.logs import scrub
from practice.models import Counselor
from scheduling import booking, feed, lifecycle, turns
from scheduling.booking import Attending
from scheduling.models import Appointment, CalendarFeed
from tests.cast import EASTERN, Cast, in_days, make_client, make_session
from tests.scheduling.consulting import consult

pytestmark = pytest.mark.usefixtures("cast")

PAGE = "/dashboard/sessions/calendars/"
Travel = Callable[[datetime], None]


@pytest.fixture
def nora(cast: Cast) -> Counselor:
    return cast.nora


@pytest.fixture
def noras(nora: Counselor, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(nora.user)


@pytest.fixture
def token(nora: Counselor) -> str:
    return feed.make(nora, by=trail.SYSTEM)


def get(token: str, **headers: str) -> Any:
    """What another calendar gets, which comes without cookies."""
    return Browser().get(f"/feed/{token}.ics", headers=headers)


def events(token: str) -> list[Any]:
    answer = get(token)
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def starts(token: str) -> list[datetime]:
    return [event.decoded("dtstart") for event in events(token)]


# What it tells


def test_it_tells_when_and_that_the_counselor_is_busy_and_nothing_else(
    cast: Cast, nora: Counselor, token: str, now: datetime
):
    session = make_session(cast.case, in_days(now, 3))
    consultation = consult(nora, in_days(now, 4), make_client("Vera"))
    make_session(cast.other_case, in_days(now, 3))
    found = events(token)
    assert [event["UID"].partition("@")[0] for event in found] == [
        str(session.pk),
        str(consultation.pk),
    ]
    for event in found:
        assert event["SUMMARY"] == "Busy"
        assert set(event) == {
            *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND"),
            *("SUMMARY", "CLASS", "TRANSP", "STATUS"),
        }
    assert found[0].decoded("dtend") == session.ends_at
    said = get(token).content.decode()
    for word in ("Hanna", "Ian", "Vera", "Nora", "Oak", "http", "onsult", "ession", "ouple", "NJ"):
        assert word not in said


def test_it_reaches_from_a_month_ago_to_a_year_ahead(
    nora: Counselor, token: str, now: datetime, travel: Travel
):
    appointment = consult(nora, in_days(now, 3), make_client("Vera"))
    for days, told in [(-31, False), (-30, True), (0, True), (366, False), (365, True)]:
        moment = in_days(now, days)
        Appointment.objects.filter(pk=appointment.pk).update(
            starts_at=moment,
            ends_at=moment + timedelta(minutes=30),
            busy_until=moment + timedelta(minutes=40),
        )
        assert bool(starts(token)) is told, days


def test_holds_and_what_never_was_booked_are_not_told(
    cast: Cast, nora: Counselor, token: str, now: datetime, travel: Travel
):
    place = Attending(cast.hanna.client.state, EASTERN)  # type: ignore[arg-type]
    booking.hold(counselor=nora, starts_at=in_days(now, 3), attending=[place])
    assert events(token) == []
    travel(now + timedelta(days=1))
    turns.lapse_holds(nora.pk)
    assert events(token) == []


def test_moved_it_has_the_same_name_and_a_higher_sequence(
    nora: Counselor, token: str, now: datetime
):
    appointment = consult(nora, in_days(now, 3), make_client("Vera"))
    [before] = events(token)
    lifecycle.move(appointment, in_days(now, 4), trail.SYSTEM)
    [after] = events(token)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.decoded("dtstart") == in_days(now, 4)


def test_canceled_it_is_told_as_canceled_for_a_month_and_then_gone(
    nora: Counselor, token: str, now: datetime, travel: Travel
):
    appointment = consult(nora, in_days(now, 100), make_client("Vera"))
    lifecycle.call_off(appointment, trail.SYSTEM)
    [event] = events(token)
    assert (event["STATUS"], event["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    travel(now + timedelta(days=30))
    assert len(events(token)) == 1
    travel(now + timedelta(days=31, hours=12))
    assert events(token) == []


def test_it_asks_the_database_as_little_however_much_there_is(
    nora: Counselor, token: str, now: datetime
):
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            get(token)
        told = [query["sql"] for query in asked]
        return [sql for sql in told if not re.search("cache|SAVEPOINT", sql)]

    vera = make_client("Vera")
    consult(nora, in_days(now, 3), vera)
    queries()
    few = len(queries())
    for days in (4, 6, 7, 8):
        for hour in (15, 17, 19):
            consult(nora, in_days(now, days + 1, hour), make_client(f"V{days}{hour}"))
    assert len(queries()) == few == 2


# How it is given


def test_it_says_what_it_is_and_leaves_no_trace(token: str):
    answer = get(token)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert not answer.cookies
    assert not answer.has_header("Set-Cookie")


def test_what_has_not_changed_is_not_sent_again(nora: Counselor, token: str, now: datetime):
    consult(nora, in_days(now, 3), make_client("Vera"))
    first = get(token)
    same = get(token, if_none_match=first["ETag"])
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    consult(nora, in_days(now, 5), make_client("Wim"))
    changed = get(token, if_none_match=first["ETag"])
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_an_hour_later_on_the_same_day_it_is_the_same_byte_for_byte(
    nora: Counselor, token: str, now: datetime, travel: Travel
):
    consult(nora, in_days(now, 3), make_client("Vera"))
    first = get(token)
    travel(now + timedelta(hours=1))
    assert get(token).content == first.content


def test_only_reading_is_possible(token: str):
    browser = Browser()
    head = browser.head(f"/feed/{token}.ics")
    assert (head.status_code, head.content) == (200, b"")
    for verb in ("post", "put", "delete", "patch", "options"):
        assert getattr(browser, verb)(f"/feed/{token}.ics").status_code == 405


def test_a_sign_in_changes_nothing_about_it(token: str, noras: Browser):
    assert noras.get(f"/feed/{token}.ics").content == get(token).content


def without_change(answer: Any) -> tuple[int, dict[str, str], bytes]:
    return answer.status_code, dict(answer.headers), answer.content


def test_what_has_ended_looks_as_if_it_never_was(nora: Counselor, token: str):
    never = without_change(get("A" * 43))
    assert never[0] == 404
    feed.end(nora, by=trail.SYSTEM)
    assert without_change(get(token)) == never
    for other in ("", "x", token[:-1], token.lower(), "é" * 43, "%00", "A" * 5000):
        answer = Browser().get(f"/feed/{other}.ics")
        assert (answer.status_code, answer.content) == (never[0], never[2])


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": Role.DESK}])
def test_who_no_longer_counsels_has_no_feed(nora: Counselor, token: str, change: dict[str, Any]):
    for name, value in change.items():
        setattr(nora.user, name, value)
    nora.user.save()
    assert get(token).status_code == 404


def test_hammering_is_held_up_for_this_feed_alone(cast: Cast, token: str):
    other = feed.make(cast.ida, by=trail.SYSTEM)
    statuses = [get(token).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    held_up = get(token)
    assert (held_up["Retry-After"], held_up.content) == ("600", b"")
    assert get(other).status_code == 200


def test_when_it_was_read_is_kept_to_the_hour(token: str, now: datetime, travel: Travel):
    travel(now + timedelta(minutes=42))
    get(token)
    assert CalendarFeed.objects.get().read_at == now
    travel(now + timedelta(minutes=59))
    get(token)
    assert CalendarFeed.objects.get().read_at == now
    travel(now + timedelta(hours=3, minutes=5))
    get(token)
    assert CalendarFeed.objects.get().read_at == now + timedelta(hours=3)


def test_no_log_line_holds_its_token(token: str):
    assert scrub(f"GET /feed/{token}.ics 200") == "GET /feed/… 200"


# Making, replacing, ending


def address_in(page: str) -> str:
    found = re.search(r'value="http://testserver(/feed/[\w-]{43}\.ics)"', page)
    assert found
    return found[1]


def test_it_is_shown_once_and_kept_as_a_digest(noras: Browser):
    page = noras.post(f"{PAGE}feed/").content.decode()
    address = address_in(page)
    assert Browser().get(address).status_code == 200
    token = address[len("/feed/") : -len(".ics")]
    kept = CalendarFeed.objects.get()
    assert kept.token_hash == hashlib.sha256(token.encode()).hexdigest()
    again = noras.get(PAGE).content.decode()
    assert token not in again
    assert "Not yet" not in again  # it was read a moment ago
    assert "Last read" in again


def test_a_new_one_takes_the_place_of_the_old(noras: Browser):
    first = address_in(noras.post(f"{PAGE}feed/").content.decode())
    second = address_in(noras.post(f"{PAGE}feed/").content.decode())
    assert first != second
    assert [Browser().get(each).status_code for each in (first, second)] == [404, 200]


def test_ended_it_is_over_at_once(noras: Browser):
    address = address_in(noras.post(f"{PAGE}feed/").content.decode())
    page = noras.post(f"{PAGE}feed/end/", follow=True).content.decode()
    assert "The private address has ended." in page
    assert "You have no private address yet." in page
    assert Browser().get(address).status_code == 404


def test_ending_what_isn_t_there_changes_nothing(noras: Browser):
    assert noras.post(f"{PAGE}feed/end/").status_code == 302
    assert not CalendarFeed.objects.exists()


def test_each_counselor_has_their_own(cast: Cast, noras: Browser):
    idas = feed.make(cast.ida, by=trail.SYSTEM)
    noras.post(f"{PAGE}feed/")
    noras.post(f"{PAGE}feed/end/")
    assert get(idas).status_code == 200


def test_what_is_done_with_it_is_recorded_without_the_token(noras: Browser, nora: Counselor):
    for address in ("feed/", "feed/", "feed/end/"):
        noras.post(f"{PAGE}{address}")
    rows = Entry.objects.filter(resource="scheduling.calendarfeed").order_by("seq")
    assert [(row.verb, row.note) for row in rows] == [
        ("create", ""),
        ("change", "ended"),
        ("create", ""),
        ("change", "ended"),
    ]
    assert {row.actor_id for row in rows} == {str(nora.user.pk)}

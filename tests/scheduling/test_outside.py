"""A counselor's other calendars: files and addresses, replaced as a whole or left as they were."""

import re
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from practice import fetching
from practice.audit import trail
from practice.audit.models import Entry
from practice.models import Counselor, Practice
from scheduling import (
    busy_times,
    calendar_file,
    calendars_forms,
    calendars_views,
    lifecycle,
    outside,
    tasks,
)
from scheduling.models import Appointment, BusyTime, OutsideCalendar
from tests import test_words as words
from tests.cast import Cast, in_days, make_client, make_consultation, make_session
from tests.scheduling.consulting import consult
from tests.scheduling.other_calendars import add, calendar, event, kept, spans

pytestmark = pytest.mark.usefixtures("cast")

HOST = "calendar.example.com"
ADDRESS = f"https://{HOST}/private-CANARY/busy.ics"
MONDAY = event("DTSTART:20261207T140000Z", "DTEND:20261207T160000Z")
TUESDAY = event("DTSTART:20261208T140000Z", "DTEND:20261208T160000Z", uid="two")
ON_MONDAY = spans(("12-07 14:00", "12-07 16:00"))
ON_TUESDAY = spans(("12-08 14:00", "12-08 16:00"))
PAGE = "/dashboard/sessions/calendars/"


@pytest.fixture
def nora(cast: Cast) -> Counselor:
    return cast.nora


class Service:
    """What the addresses of other services give, or how they fail."""

    def __init__(self) -> None:
        self.gives: dict[str, bytes | Exception] = {}
        self.asked: list[str] = []

    def fetch(self, url: str, **facts: Any) -> bytes:
        fetching.check(url, facts["allowed_hosts"])
        self.asked.append(url)
        given = self.gives[url]
        if isinstance(given, Exception):
            raise given
        return given


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """A calendar service that the owner allowed, with Monday's entry at ADDRESS."""
    Practice.objects.update(calendar_hosts=f"{HOST}\nother.example.org\n")
    service = Service()
    service.gives[ADDRESS] = calendar(MONDAY)
    monkeypatch.setattr(fetching, "fetch", service.fetch)
    return service


@pytest.fixture
def noras(nora: Counselor, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(nora.user)


def upload(browser: Browser, content: bytes, name: str = "Home") -> str:
    """The page after a file was sent."""
    file = SimpleUploadedFile("home.ics", content, "text/calendar")
    answer = browser.post(f"{PAGE}file/", {"name": name, "file": file}, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def give(browser: Browser, address: str = ADDRESS, name: str = "Work") -> str:
    """The page after an address was sent."""
    answer = browser.post(f"{PAGE}address/", {"name": name, "address": address}, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def errors_of(page: str, field: str) -> str:
    """What stands beside this field."""
    found = re.search(rf'id="error_\d_{field}"[^>]*>(.*?)</', page, re.S)
    assert found, page
    return " ".join(re.sub("<[^>]+>", "", found[1]).split())


# Files


def test_a_file_s_busy_times_are_kept_and_nothing_else_of_it(noras: Browser, nora: Counselor):
    page = upload(noras, calendar(MONDAY, TUESDAY))
    assert "Saved. Nobody can book you at the times it keeps." in page
    assert kept(nora) == ON_MONDAY + ON_TUESDAY
    with connection.cursor() as cursor:
        for table in ("scheduling_busytime", "scheduling_outsidecalendar"):
            cursor.execute(f"SELECT * FROM {table}")
            assert "CANARY" not in str(cursor.fetchall())
    assert "CANARY" not in page
    assert "2 busy times, read on Wednesday, Dec 2" in page


def test_a_newer_file_of_the_same_name_takes_the_place_of_the_earlier(
    noras: Browser, nora: Counselor
):
    upload(noras, calendar(MONDAY))
    upload(noras, calendar(TUESDAY))
    assert kept(nora) == ON_TUESDAY
    upload(noras, calendar(MONDAY), name="Choir")
    assert kept(nora) == ON_MONDAY + ON_TUESDAY
    assert OutsideCalendar.objects.count() == 2


BROKEN = {
    "no calendar": (b"hello", busy_times.NOT_A_CALENDAR),
    "broken off": (calendar(MONDAY)[:-20], busy_times.NOT_A_CALENDAR),
    "no time": (calendar(MONDAY, event("DTSTART:soon")), busy_times.NO_TIME),
    "ends before it starts": (
        calendar(event("DTSTART:20261207T140000Z", "DTEND:20261207T130000Z")),
        busy_times.NO_TIME,
    ),
    "too often": (calendar(event(*MONDAY[4:-1], "RRULE:FREQ=SECONDLY")), busy_times.TOO_OFTEN),
    "too many": (calendar(*[MONDAY] * 5_001), busy_times.TOO_MUCH),
    "empty": (b"", "Please choose a calendar file of at most 1 MB."),
    "too big": (b"x" * (outside.LARGEST + 1), "Please choose a calendar file of at most 1 MB."),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_can_t_be_read_is_said_beside_the_field_and_changes_nothing(
    noras: Browser, nora: Counselor, name: str
):
    upload(noras, calendar(MONDAY))
    before = list(OutsideCalendar.objects.values()), kept(nora)
    content, words = BROKEN[name]
    page = upload(noras, content)
    assert errors_of(page, "file_file") == words
    assert page.count("error-summary-title") == 2
    assert (list(OutsideCalendar.objects.values()), kept(nora)) == before


def test_no_file_and_no_name_are_asked_for(noras: Browser):
    page = str(noras.post(f"{PAGE}file/", {"name": ""}).content.decode())
    assert errors_of(page, "file_name") == "Please give it a name."
    assert errors_of(page, "file_file") == "Please choose a calendar file of at most 1 MB."


def test_a_reader_that_is_killed_or_hangs_is_said_in_words(nora: Counselor, monkeypatch):
    monkeypatch.setattr(outside, "_READ_SECONDS", 0.001)
    with pytest.raises(outside.Trouble, match="more than we can read"):
        add(nora, calendar(MONDAY))
    assert not OutsideCalendar.objects.exists()


def test_where_the_database_fails_half_way_the_old_times_stay(nora: Counselor, monkeypatch):
    add(nora, calendar(MONDAY))

    def fail(*args: Any, **facts: Any) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(BusyTime.objects, "bulk_create", fail)
        with pytest.raises(DatabaseError):
            add(nora, calendar(TUESDAY))
    assert kept(nora) == ON_MONDAY


def test_the_reader_knows_none_of_the_product_s_secrets(nora: Counselor, monkeypatch):
    told: dict[str, Any] = {}
    run = subprocess.run

    def watch(*args: Any, **facts: Any) -> Any:
        told.update(facts)
        return run(*args, **facts)

    monkeypatch.setattr(subprocess, "run", watch)
    add(nora, calendar(MONDAY))
    assert told["env"] == {}


def test_no_more_than_ten_are_read(nora: Counselor):
    for number in range(outside.MOST):
        add(nora, calendar(), name=str(number))
    with pytest.raises(outside.Trouble, match="up to 10 calendars"):
        add(nora, calendar(), name="one more")
    add(nora, calendar(MONDAY), name="3")
    assert kept(nora) == ON_MONDAY


def test_our_own_appointments_that_come_back_block_nothing(nora: Counselor, now: datetime):
    appointment = consult(nora, in_days(now, 3), make_client("Vera"))
    add(nora, calendar_file.of(appointment, Practice.current()))
    assert kept(nora) == []
    assert list(outside.overlapped(nora)) == []


# Addresses


def test_an_address_is_read_at_once_and_not_shown_again(
    noras: Browser, nora: Counselor, service: Service
):
    page = give(noras)
    assert "Saved. We read it every hour from now on." in page
    assert kept(nora) == ON_MONDAY
    assert HOST in page
    assert "CANARY" not in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM scheduling_outsidecalendar")
        assert HOST not in str(cursor.fetchall())


def test_an_address_that_calls_itself_webcal_is_the_same(
    noras: Browser, nora: Counselor, service: Service
):
    give(noras, ADDRESS.replace("https", "WebCal"))
    assert service.asked == [ADDRESS]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "Please give the address of your calendar."),
        ("home", "Please give a whole address that begins with https://."),
        (f"http://{HOST}/x", "Please give a whole address that begins with https://."),
        ("https://elsewhere.example/x", "We read only from services"),
        ("https://127.0.0.1/x", "We read only from services"),
        ("https://localhost/x", "We read only from services"),
    ],
)
def test_an_address_that_we_don_t_read_from_is_said_beside_the_field(
    noras: Browser, service: Service, address: str, words: str
):
    assert errors_of(give(noras, address), "address_address").startswith(words)
    assert service.asked == []
    assert not OutsideCalendar.objects.exists()


@pytest.mark.parametrize(
    "given", [fetching.FetchFailed("We couldn’t reach it."), fetching.FetchRefused("No.")]
)
def test_an_address_that_gives_nothing_now_isn_t_kept(
    noras: Browser, service: Service, given: Exception
):
    service.gives[ADDRESS] = given
    assert errors_of(give(noras), "address_address") == str(given)
    assert not OutsideCalendar.objects.exists()


def test_an_address_that_gives_no_calendar_isn_t_kept(noras: Browser, service: Service):
    service.gives[ADDRESS] = b"<html>Sign in</html>"
    assert errors_of(give(noras), "address_address") == busy_times.NOT_A_CALENDAR
    assert not OutsideCalendar.objects.exists()


@pytest.mark.parametrize("names", ["Home", "home"])
def test_two_calendars_of_one_name_are_told_apart_or_refused(
    noras: Browser, nora: Counselor, service: Service, names: str
):
    upload(noras, calendar(TUESDAY), name="Home")
    page = give(noras, name=names)
    if names == "Home":
        assert "another calendar of this name" in page
        assert kept(nora) == ON_TUESDAY
    else:
        assert kept(nora) == ON_MONDAY + ON_TUESDAY


def test_a_file_doesn_t_take_the_place_of_an_address(
    noras: Browser, nora: Counselor, service: Service
):
    give(noras, name="Home")
    assert "another calendar of this name" in upload(noras, calendar(TUESDAY))
    assert kept(nora) == ON_MONDAY


def test_where_the_owner_allowed_no_service_there_is_nothing_to_fill_in(noras: Browser):
    page = str(noras.get(PAGE).content.decode())
    assert "The owner has not allowed any calendar service yet" in page
    assert "address_address" not in page
    assert noras.post(f"{PAGE}address/", {"name": "x", "address": ADDRESS}).status_code == 200
    assert not OutsideCalendar.objects.exists()


# Reading again


def test_what_changed_there_is_read_again(noras: Browser, nora: Counselor, service: Service):
    give(noras)
    service.gives[ADDRESS] = calendar(TUESDAY)
    [found] = OutsideCalendar.objects.all()
    answer = noras.post(f"{PAGE}{found.pk}/read/", follow=True)
    assert "Read again." in answer.content.decode()
    assert kept(nora) == ON_TUESDAY


def test_trouble_is_kept_in_words_and_the_old_times_stay_until_it_is_over(
    noras: Browser, nora: Counselor, service: Service
):
    give(noras)
    service.gives[ADDRESS] = fetching.FetchFailed("We couldn’t reach the calendar service.")
    [found] = OutsideCalendar.objects.all()
    answer = noras.post(f"{PAGE}{found.pk}/read/", follow=True)
    words = "We couldn’t reach the calendar service. What we read before stays."
    assert answer.content.decode().count(words) == 2
    assert kept(nora) == ON_MONDAY
    service.gives[ADDRESS] = calendar()
    noras.post(f"{PAGE}{found.pk}/read/")
    assert "What we read before stays" not in noras.get(PAGE).content.decode()
    assert kept(nora) == []


def test_a_file_can_t_be_read_again(noras: Browser, nora: Counselor, service: Service):
    add(nora, calendar(MONDAY))
    [found] = OutsideCalendar.objects.all()
    answer = noras.post(f"{PAGE}{found.pk}/read/", follow=True)
    assert "That one is a file." in answer.content.decode()
    assert kept(nora) == ON_MONDAY


def test_a_host_that_is_no_longer_allowed_is_not_read(nora: Counselor, service: Service):
    outside.add_address(nora, "Work", ADDRESS, by=trail.SYSTEM)
    service.asked.clear()
    Practice.objects.update(calendar_hosts="")
    assert outside.read_all(seconds=9) == {"read": 0, "in trouble": 1, "left": 0}
    assert service.asked == []
    assert "the owner allowed" in OutsideCalendar.objects.get().trouble


def test_many_readings_at_once_are_held_up(noras: Browser):
    for _ in range(20):
        upload(noras, b"x")
    page = upload(noras, calendar(MONDAY))
    assert "Please wait ten minutes." in page
    assert not OutsideCalendar.objects.exists()


def test_the_hourly_task_reads_all_and_one_s_failure_stops_no_other(
    cast: Cast, nora: Counselor, service: Service
):
    second, third = ADDRESS.replace("busy", "two"), ADDRESS.replace("busy", "three")
    service.gives |= {second: calendar(MONDAY), third: calendar(MONDAY)}
    for counselor, address in ((nora, ADDRESS), (nora, second), (cast.ida, third)):
        outside.add_address(counselor, address[-9:], address, by=trail.SYSTEM)
    add(cast.ida, calendar(), name="A file")
    service.gives |= {
        ADDRESS: ZeroDivisionError(),
        second: fetching.FetchFailed("Down."),
        third: calendar(TUESDAY),
    }
    service.asked.clear()
    tasks.read_outside_calendars()
    assert sorted(service.asked) == sorted([ADDRESS, second, third])
    assert kept(cast.ida) == ON_TUESDAY
    assert kept(nora) == ON_MONDAY + ON_MONDAY
    troubles = {found.address: found.trouble for found in OutsideCalendar.objects.all()}
    assert (troubles[second], troubles[third]) == ("Down.", "")


def test_those_with_trouble_come_last_and_the_oldest_first(
    nora: Counselor, now: datetime, service: Service
):
    for number in range(4):
        address = f"https://{HOST}/{number}"
        service.gives[address] = calendar()
        outside.add_address(nora, str(number), address, by=trail.SYSTEM)
        read_at = now - timedelta(hours=number)
        OutsideCalendar.objects.filter(name=str(number)).update(read_at=read_at)
    OutsideCalendar.objects.filter(name="3").update(trouble="Down.")
    service.asked.clear()
    outside.read_all(seconds=9)
    assert [url[-1] for url in service.asked] == ["2", "1", "0", "3"]


def test_when_its_time_is_over_the_rest_waits(nora: Counselor, service: Service):
    outside.add_address(nora, "Work", ADDRESS, by=trail.SYSTEM)
    service.asked.clear()
    assert outside.read_all(seconds=-1) == {"read": 0, "in trouble": 0, "left": 1}
    assert service.asked == []


def test_the_calendars_of_who_left_are_not_read(nora: Counselor, service: Service):
    outside.add_address(nora, "Work", ADDRESS, by=trail.SYSTEM)
    nora.user.is_active = False
    nora.user.save()
    service.asked.clear()
    outside.read_all(seconds=9)
    assert service.asked == []


def test_one_that_was_removed_while_it_was_read_stays_removed(
    nora: Counselor, service: Service, monkeypatch
):
    outside.add_address(nora, "Work", ADDRESS, by=trail.SYSTEM)
    [found] = OutsideCalendar.objects.select_related("counselor__user")

    def removed(url: str, **facts: Any) -> bytes:
        OutsideCalendar.objects.all().delete()
        return calendar(TUESDAY)

    monkeypatch.setattr(fetching, "fetch", removed)
    outside.read_again(found)
    assert kept(nora) == []
    assert not OutsideCalendar.objects.exists()


# What they do to appointments


def test_booked_appointments_stay_and_are_shown(
    noras: Browser, cast: Cast, nora: Counselor, now: datetime
):
    session = make_session(cast.case, in_days(now, 5, 14))
    consultation = make_consultation(nora, in_days(now, 5, 15))
    make_session(cast.case, in_days(now, 5, 17))
    make_session(cast.other_case, in_days(now, 5, 14))
    called_off = consult(nora, in_days(now, 6, 14), make_client("Wim"))
    lifecycle.call_off(called_off, trail.SYSTEM)
    before = list(Appointment.objects.order_by("pk").values())
    page = upload(noras, calendar(MONDAY, TUESDAY))
    assert list(Appointment.objects.order_by("pk").values()) == before
    assert list(outside.overlapped(nora)) == [session, consultation]
    assert "2 appointments fall in those times" in page
    assert reverse("sessions:page", args=[session.pk]) in page
    assert reverse("consultations:page", args=[consultation.request.pk]) in page


def test_without_an_overlap_nothing_is_said(noras: Browser, cast: Cast, now: datetime):
    make_session(cast.case, in_days(now, 5, 16))
    assert "in those times" not in upload(noras, calendar(MONDAY))


# The page


def test_another_counselor_s_calendars_are_not_there(noras: Browser, cast: Cast, service: Service):
    outside.add_address(cast.ida, "Ida at home", ADDRESS, by=trail.SYSTEM)
    [found] = OutsideCalendar.objects.all()
    assert "Ida at home" not in noras.get(PAGE).content.decode()
    for act in ("read", "remove"):
        assert noras.post(f"{PAGE}{found.pk}/{act}/").status_code == 404
    assert OutsideCalendar.objects.exists()


def test_removed_it_counts_no_longer(noras: Browser, nora: Counselor):
    add(nora, calendar(MONDAY))
    [found] = OutsideCalendar.objects.all()
    answer = noras.post(f"{PAGE}{found.pk}/remove/", follow=True)
    assert "Removed." in answer.content.decode()
    assert kept(nora) == []


def test_the_page_asks_as_little_however_much_there_is(noras: Browser, cast: Cast, now: datetime):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            noras.get(PAGE)
        return len(asked)

    add(cast.nora, calendar(MONDAY), name="0")
    make_consultation(cast.nora, in_days(now, 5, 14))
    queries()  # the first notes that she is here
    few = queries()
    for number in range(1, 6):
        add(cast.nora, calendar(MONDAY, TUESDAY), name=str(number))
    for hour in (15, 14):
        make_consultation(cast.nora, in_days(now, 6, hour), name=f"Vera{hour}")
    assert queries() == few


def test_what_is_done_is_recorded_without_an_address(
    noras: Browser, nora: Counselor, service: Service
):
    give(noras)
    upload(noras, calendar())
    upload(noras, calendar())
    for found in OutsideCalendar.objects.all():
        noras.post(f"{PAGE}{found.pk}/remove/")
    rows = Entry.objects.filter(resource="scheduling.outsidecalendar").order_by("seq")
    assert [(row.verb, row.note) for row in rows] == [
        ("create", "address"),
        ("create", "file"),
        ("change", "file"),
        ("erase", ""),
        ("erase", ""),
    ]
    assert {row.actor_id for row in rows} == {str(nora.user.pk)}


def test_the_page_is_easy_to_read_and_stays_calm(
    noras: Browser, cast: Cast, service: Service, now: datetime
):
    make_session(cast.case, in_days(now, 5, 14))
    give(noras)
    service.gives[ADDRESS] = fetching.FetchFailed("We couldn’t reach the calendar service.")
    noras.post(f"{PAGE}{OutsideCalendar.objects.get().pk}/read/")
    noras.post(f"{PAGE}file/", {})
    page = noras.post(f"{PAGE}feed/").content.decode()
    assert words.grade(words.blocks(page)) <= words.HARDEST
    assert words.found(words.NEVER, words.everything(page)) == []
    assert words.loud(page.partition("<main")[2]) == []


TROUBLE = [
    value
    for module in (fetching, busy_times, outside, calendars_forms, calendars_views)
    for value in vars(module).values()
    if isinstance(value, str) and re.fullmatch(r"[A-Z][^_]* [^_]*\.", value)
]


def test_every_trouble_is_said_kindly():
    assert len(TROUBLE) > 10
    assert words.grade(TROUBLE) <= words.HARDEST
    assert [text for text in TROUBLE if words.found(words.NEVER, text) or words.loud(text)] == []

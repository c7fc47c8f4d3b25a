"""Our calendar files in a real calendar server, and its own brought to us.

Radicale runs on loopback as anybody's does; it is asked by the CalDAV protocol (RFC 4791).
"""

import base64
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from defusedxml import ElementTree
from icalendar import Calendar
from radicale import config
from radicale.app import Application

from practice.audit import trail
from practice.models import Counselor, Practice
from scheduling import calendar_file, feed, lifecycle
from scheduling.models import Appointment
from tests.cast import Cast, in_days, make_client, make_session
from tests.scheduling.consulting import consult
from tests.scheduling.other_calendars import add, calendar, event, kept, spans

pytestmark = pytest.mark.usefixtures("cast")

_QUERY = """<?xml version="1.0" encoding="utf-8"?>
<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
  <d:prop><c:calendar-data/></d:prop>
  <c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">
    <c:time-range start="{start:%Y%m%dT%H%M%SZ}" end="{end:%Y%m%dT%H%M%SZ}"/>
  </c:comp-filter></c:comp-filter></c:filter>
</c:calendar-query>"""
_DATA = "{urn:ietf:params:xml:ns:caldav}calendar-data"


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


class CalendarServer:
    """Radicale with one calendar of Nora's own, spoken to over HTTP."""

    def __init__(self, folder: Path) -> None:
        settings = config.load()
        settings.update(
            {
                "storage": {"filesystem_folder": str(folder), "_filesystem_fsync": "False"},
                "auth": {"type": "none"},
                "logging": {"level": "critical"},
            },
            "test",
            privileged=True,
        )
        self._server = make_server("127.0.0.1", 0, Application(settings), handler_class=_Silent)
        threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True).start()
        self.ask("MKCALENDAR", "")

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def ask(self, method: str, path: str, content: bytes = b"", **headers: str) -> bytes:
        """What it answers. Fails where it doesn't take what it is given."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        told["Authorization"] = "Basic " + base64.b64encode(b"nora:x").decode()
        line = HTTPConnection("127.0.0.1", self._server.server_port, timeout=10)
        line.request(method, f"/nora/work/{path}", content, told)
        answer = line.getresponse()
        body = answer.read()
        line.close()
        assert answer.status < 300, (answer.status, body)
        return body

    def put(self, name: str, content: bytes) -> None:
        """Keep one entry, as calendar programs do."""
        self.ask("PUT", f"{name}.ics", content, Content_Type="text/calendar")

    def put_all(self, content: bytes) -> None:
        """Take a whole calendar in the place of what is there."""
        self.ask("PUT", "", content, Content_Type="text/calendar")

    def between(self, start: datetime, end: datetime) -> list[Any]:
        """The events that the server finds in this time."""
        asked = _QUERY.format(start=start, end=end).encode()
        told = self.ask("REPORT", "", asked, Depth="1", Content_Type="application/xml")
        found = [each.text or "" for each in ElementTree.fromstring(told).iter(_DATA)]
        return [event for text in found for event in Calendar.from_ical(text).walk("VEVENT")]

    def exported(self) -> bytes:
        """The whole calendar as a file."""
        return self.ask("GET", "")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[CalendarServer]:
    running = CalendarServer(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def nora(cast: Cast) -> Counselor:
    return cast.nora


Facts = tuple[str, int, datetime, datetime, str]


def facts(found: Any) -> Facts:
    """What must come back as it went."""
    return (
        str(found["UID"]),
        int(found["SEQUENCE"]),
        found.decoded("dtstart"),
        found.decoded("dtend"),
        str(found["STATUS"]),
    )


def as_booked(appointment: Appointment, status: str = "CONFIRMED") -> Facts:
    uid = f"{appointment.pk}@example.com"
    times = appointment.starts_at, appointment.ends_at
    return uid, appointment.sequence, *times, status


def of_day(moment: datetime) -> tuple[datetime, datetime]:
    return moment - timedelta(hours=12), moment + timedelta(hours=12)


def without_method(content: bytes) -> bytes:
    """A calendar program takes the method as an order and keeps the rest (RFC 4791, 4.1)."""
    return b"".join(
        line for line in content.splitlines(keepends=True) if not line.startswith(b"METHOD")
    )


def test_the_download_is_kept_and_found_at_its_time(
    server: CalendarServer, nora: Counselor, now: datetime
):
    appointment = consult(nora, in_days(now, 3), make_client("Vera"))
    server.put("one", without_method(calendar_file.of(appointment, Practice.current())))
    [found] = server.between(*of_day(in_days(now, 3)))
    assert facts(found) == as_booked(appointment)
    assert server.between(*of_day(in_days(now, 5))) == []


def test_moved_and_canceled_by_mail_it_is_one_entry_still(
    server: CalendarServer, cast: Cast, now: datetime
):
    session = make_session(cast.case, in_days(now, 3))

    def arrives() -> None:
        content = calendar_file.invitation(session, Practice.current(), "hanna@example.com")
        server.put(str(session.pk), without_method(content))

    arrives()
    session = lifecycle.move(session, in_days(now, 5), trail.SYSTEM)
    arrives()
    assert server.between(*of_day(in_days(now, 3))) == []
    [found] = server.between(*of_day(in_days(now, 5)))
    assert facts(found) == as_booked(session)
    assert found["ATTENDEE"] == "mailto:hanna@example.com"
    session = lifecycle.call_off(session, trail.SYSTEM)
    arrives()
    [found] = server.between(*of_day(in_days(now, 5)))
    assert facts(found) == as_booked(session, "CANCELLED")


def test_a_whole_feed_is_taken_with_every_name_sequence_and_time(
    server: CalendarServer, cast: Cast, nora: Counselor, now: datetime
):
    booked = [make_session(cast.case, in_days(now, days)) for days in (1, 8, 15)]
    booked.append(consult(nora, in_days(now, 101), make_client("Vera")))
    moved = lifecycle.move(booked[1], in_days(now, 9), trail.SYSTEM)
    canceled = lifecycle.call_off(booked[2], trail.SYSTEM)
    feed.make(nora, by=trail.SYSTEM)
    current = feed.current(nora)
    assert current
    server.put_all(feed.of(current, now))
    found = {facts(each) for each in server.between(now, now + timedelta(days=366))}
    assert found == {
        as_booked(booked[0]),
        as_booked(moved),
        as_booked(canceled, "CANCELLED"),
        as_booked(booked[3]),
    }


SERIES = event(
    "DTSTART;TZID=America/New_York:20270228T090000",
    "DTEND;TZID=America/New_York:20270228T103000",
    "RRULE:FREQ=WEEKLY;COUNT=4",
    "EXDATE;TZID=America/New_York:20270307T090000",
    uid="weekly",
)
MOVED = event(
    "RECURRENCE-ID;TZID=America/New_York:20270321T090000",
    "DTSTART;TZID=America/New_York:20270321T140000",
    "DTEND;TZID=America/New_York:20270321T150000",
    uid="weekly",
)
DAY = event("DTSTART;VALUE=DATE:20271107", "RRULE:FREQ=YEARLY", uid="a day of 25 hours")
FREE = event("DTSTART:20270301T150000Z", "DTEND:20270301T160000Z", "TRANSP:TRANSPARENT", uid="free")


def as_programs_write_it(*entries: list[str]) -> bytes:
    """With each zone described, as the standard asks for (RFC 5545, 3.6.5)."""
    whole = Calendar.from_ical(calendar(*entries))
    whole.add_missing_timezones()
    written: bytes = whole.to_ical()
    return written


def test_a_calendar_exported_there_blocks_here_over_a_change_of_clocks(
    server: CalendarServer, nora: Counselor
):
    server.put("weekly", as_programs_write_it(SERIES, MOVED))
    server.put("day", calendar(DAY))
    server.put("free", calendar(FREE))
    add(nora, server.exported())
    assert kept(nora) == spans(
        ("2027-02-28 14:00", "2027-02-28 15:30"),
        ("2027-03-14 13:00", "2027-03-14 14:30"),
        ("2027-03-21 18:00", "2027-03-21 19:00"),
        ("2027-11-07 04:00", "2027-11-08 05:00"),
    )


def test_our_feed_that_comes_back_from_there_blocks_nothing(
    server: CalendarServer, cast: Cast, nora: Counselor, now: datetime
):
    make_session(cast.case, in_days(now, 1))
    feed.make(nora, by=trail.SYSTEM)
    current = feed.current(nora)
    assert current
    server.put_all(feed.of(current, now))
    server.put("own", calendar(event("DTSTART:20261207T140000Z", "DURATION:PT1H")))
    add(nora, server.exported())
    assert kept(nora) == [
        (datetime(2026, 12, 7, 14, tzinfo=UTC), datetime(2026, 12, 7, 15, tzinfo=UTC))
    ]

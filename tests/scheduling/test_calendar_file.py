"""The file for the reader's own calendar: read back by a library, and silent about everything."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from icalendar import Calendar

from practice.audit import trail
from practice.models import Practice
from scheduling import calendar_file, lifecycle
from scheduling.models import Appointment
from tests.cast import Cast, in_days, make_client
from tests.kept import kept
from tests.scheduling.consulting import consult


@kept
def booked(cast: Cast, now: datetime) -> Appointment:
    return consult(cast.nora, in_days(now, 3), make_client("Vera"))


def read(appointment: Appointment) -> tuple[Any, Any]:
    """The calendar and its one event."""
    calendar = Calendar.from_ical(calendar_file.of(appointment, Practice.current()))
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_it_holds_the_time_in_utc_and_nothing_but_a_neutral_name(
    booked: Appointment, now: datetime
) -> None:
    calendar, event = read(booked)
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["VERSION"] == "2.0"
    assert event.decoded("dtstart") == booked.starts_at
    assert event.decoded("dtend") == booked.starts_at + timedelta(minutes=30)
    assert event.decoded("dtstamp") == now
    assert event["SUMMARY"] == "Oak Street Office"
    assert (event["CLASS"], event["TRANSP"], event["STATUS"]) == ("PRIVATE", "OPAQUE", "CONFIRMED")
    assert set(event) == {
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND"),
        *("SUMMARY", "CLASS", "TRANSP", "STATUS"),
    }
    written = calendar_file.of(booked, Practice.current()).decode()
    assert "DTSTART:20261205T160000Z\r\n" in written
    for word in ("Nora", "Vera", "NJ", "http", "onsult", "ouple", "herap"):
        assert word not in written


def test_a_moved_appointment_takes_the_place_of_the_old_one(
    booked: Appointment, now: datetime
) -> None:
    _, before = read(booked)
    _, after = read(lifecycle.move(booked, in_days(now, 4), trail.SYSTEM))
    assert after["UID"] == before["UID"]
    assert UUID(after["UID"].partition("@")[0]) == booked.pk
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after.decoded("dtstart") == in_days(now, 4)


def test_a_canceled_appointment_is_taken_away(booked: Appointment) -> None:
    _, before = read(booked)
    calendar, event = read(lifecycle.call_off(booked, trail.SYSTEM))
    assert (calendar["METHOD"], event["STATUS"]) == ("CANCEL", "CANCELLED")
    assert event["UID"] == before["UID"]
    assert event["SEQUENCE"] > before["SEQUENCE"]


@pytest.mark.parametrize(
    ("sender", "domain"),
    [("office@oak.example", "oak.example"), ("Oak <office@oak.example>", "oak.example")],
)
def test_its_name_ends_in_the_practice_s_own_domain(
    booked: Appointment, settings: Any, sender: str, domain: str
) -> None:
    settings.DEFAULT_FROM_EMAIL = sender
    assert read(booked)[1]["UID"] == f"{booked.pk}@{domain}"


def test_an_odd_name_stays_one_line(booked: Appointment) -> None:
    practice = Practice(display_name="Oak; Street,\r\nDESCRIPTION:affair")
    written = calendar_file.of(booked, practice).decode()
    assert "\r\nDESCRIPTION" not in written

"""The calendar file of a message about an appointment: for one person, over a real mail server."""

from datetime import datetime
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar

from clients.contact import outbox, sending
from clients.contact.models import ContactCard, Message
from clients.models import Client
from practice.audit import trail
from practice.models import Practice
from scheduling import calendar_file, lifecycle, reminders
from scheduling.enclosures import calendar_entry
from scheduling.models import Appointment
from tests.cast import Cast, in_days, make_session
from tests.clients.contact.conftest import sink
from tests.clients.contact.test_mail import RISKY
from tests.kept import kept
from tests.smtp_sink import SmtpSink

__all__ = ["sink"]  # the fixture

PROPERTIES = {
    *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"),
    *("CLASS", "TRANSP", "STATUS", "ORGANIZER", "ATTENDEE"),
}


@pytest.fixture
def hanna(cast: Cast) -> Client:
    return cast.hanna.client


@pytest.fixture
def both_want_files(cast: Cast) -> None:
    ContactCard.objects.update(calendar_by_mail=True)


@kept
def session(cast: Cast, now: datetime) -> Appointment:
    return make_session(cast.case, in_days(now, 3))


def send_all() -> None:
    while sending.tick():
        pass


def files(mail: EmailMessage) -> list[Any]:
    return list(mail.iter_attachments())


def read(mail: EmailMessage) -> tuple[Any, Any]:
    """The calendar and the one event in this mail."""
    [file] = files(mail)
    calendar = Calendar.from_ical(file.get_payload(decode=True))
    [event] = calendar.walk("VEVENT")
    return calendar, event


def kind(file: Any) -> tuple[str, str, str]:
    """Its type, as the mail says it."""
    return file.get_content_type(), file.get_content_charset(), file.get_param("method")


@pytest.fixture
def mails(sink: SmtpSink, both_want_files: None, session: Appointment) -> SmtpSink:
    """A session was booked, and both were told."""
    send_all()
    assert len(sink.mails) == 2
    return sink


def test_it_invites_one_person_and_asks_for_nothing(mails: SmtpSink, session: Appointment):
    [mail] = mails.to("hanna@example.com")
    calendar, event = read(mail)
    assert calendar["METHOD"] == "REQUEST"
    assert kind(files(mail)[0]) == ("text/calendar", "utf-8", "REQUEST")
    assert files(mail)[0].get_filename() == "appointment.ics"
    assert set(event) == PROPERTIES
    assert event["ORGANIZER"] == "mailto:office@example.com"
    assert event["ORGANIZER"].params == {"CN": "Oak Street Office"}
    assert event["ATTENDEE"] == "mailto:hanna@example.com"
    assert event["ATTENDEE"].params == {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
    assert (event["SUMMARY"], event["CLASS"]) == ("Oak Street Office", "PRIVATE")
    assert event["UID"] == f"{session.pk}@example.com"
    assert event.decoded("dtstart") == session.starts_at
    assert event.decoded("dtend") == session.ends_at


def test_neither_partner_s_file_names_the_other_or_what_it_is_about(mails: SmtpSink):
    told = {
        name: files(mails.to(f"{name}@example.com")[0])[0].get_payload(decode=True).decode()
        for name in ("hanna", "ian")
    }
    assert "ian" not in told["hanna"].lower().replace("hanna", "")
    assert "hanna" not in told["ian"].lower()
    for name, text in told.items():
        assert RISKY.findall(text.lower().replace(f"{name}@example.com", "")) == []
        for word in ("Nora", "Tester", "NJ", "http", "ALARM", "LOCATION", "DESCRIPTION"):
            assert word not in text
    assert told["hanna"].replace("hanna", "ian") == told["ian"]


def test_what_one_partner_chose_changes_nothing_for_the_other(
    cast: Cast, hanna: Client, sink: SmtpSink, session: Appointment
):
    ContactCard.objects.filter(client=hanna).update(calendar_by_mail=True)
    send_all()
    assert [len(files(sink.to(f"{name}@example.com")[0])) for name in ("hanna", "ian")] == [1, 0]


def test_moved_and_canceled_take_the_place_of_what_came_before(
    mails: SmtpSink, session: Appointment, now: datetime
):
    lifecycle.move(session, in_days(now, 4), trail.SYSTEM)
    send_all()
    session.refresh_from_db()
    lifecycle.call_off(session, trail.SYSTEM)
    send_all()
    read_by_hanna = [read(mail) for mail in mails.to("hanna@example.com")]
    methods = [calendar["METHOD"] for calendar, _ in read_by_hanna]
    assert methods == ["REQUEST", "REQUEST", "CANCEL"]
    events = [event for _, event in read_by_hanna]
    assert len({event["UID"] for event in events}) == 1
    sequences = [event["SEQUENCE"] for event in events]
    assert sequences == sorted(set(sequences))
    assert [event.decoded("dtstart") for event in events] == [
        in_days(now, days) for days in (3, 4, 4)
    ]
    assert [event["STATUS"] for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert events[2]["ATTENDEE"] == "mailto:hanna@example.com"
    [file] = files(mails.to("hanna@example.com")[2])
    assert kind(file) == ("text/calendar", "utf-8", "CANCEL")


def test_the_card_is_asked_when_it_goes(
    hanna: Client, sink: SmtpSink, both_want_files: None, session: Appointment
):
    ContactCard.objects.filter(client=hanna).update(calendar_by_mail=False)
    send_all()
    assert [len(files(sink.to(f"{name}@example.com")[0])) for name in ("hanna", "ian")] == [0, 1]


def test_reminders_bring_no_file(
    hanna: Client, sink: SmtpSink, both_want_files: None, session: Appointment
):
    send_all()
    sink.mails.clear()
    for template in reminders.TEMPLATES:
        _queue(hanna, session, template)
    send_all()
    assert [files(mail) for mail in sink.mails] == [[], []]


def _queue(client: Client, appointment: Appointment, template: Message.Template) -> None:
    outbox.queue(
        client=client,
        template=template,
        purpose=reminders.APPOINTMENT,
        subject_id=appointment.pk,
        key=f"test:{template}",
        tells_time=appointment.starts_at,
        expires_at=appointment.starts_at,
    )


def test_the_download_is_no_invitation(mails: SmtpSink, session: Appointment):
    event = Calendar.from_ical(calendar_file.of(session, Practice.current()))
    assert event["METHOD"] == "PUBLISH"
    assert b"ATTENDEE" not in calendar_file.of(session, Practice.current())
    assert b"ORGANIZER" not in calendar_file.of(session, Practice.current())


EVIL = ['Oak" <x@example.com>, "', "Oak\r\nATTENDEE:mailto:x@example.com", "Oak; Street, =?x?="]


@pytest.mark.parametrize("name", EVIL)
def test_an_odd_name_adds_nobody(session: Appointment, name: str):
    practice = Practice(display_name=name)
    written = calendar_file.invitation(session, practice, "hanna@example.com")
    [event] = Calendar.from_ical(written).walk("VEVENT")
    assert set(event) == PROPERTIES
    assert event["ATTENDEE"] == "mailto:hanna@example.com"
    assert event["ORGANIZER"] == "mailto:office@example.com"


@pytest.mark.parametrize(
    "address", ["o'brien+x@example.com", "a%b?c#d@example.com", "ü@example.com"]
)
def test_an_odd_address_stays_one_person(session: Appointment, address: str):
    written = calendar_file.invitation(session, Practice.current(), address)
    [event] = Calendar.from_ical(written).walk("VEVENT")
    assert str(event["ATTENDEE"]).startswith("mailto:")
    assert not {"?", "#"} & set(str(event["ATTENDEE"]))
    assert event["ATTENDEE"].params == {"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}


def test_a_message_about_what_is_gone_brings_nothing(hanna: Client, session: Appointment):
    message = Message.objects.filter(client=hanna).first()
    assert message
    message.subject_id = "00000000-0000-4000-8000-000000000000"
    assert calendar_entry(message) is None

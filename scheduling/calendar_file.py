"""An appointment as a file for the reader's own calendar, which others may see: the time alone."""

from datetime import datetime
from email.utils import parseaddr
from urllib.parse import quote

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress, vText

from practice import clock
from practice.models import Practice
from scheduling.models import Appointment, Status

NAME = "appointment.ics"
PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"


def method(appointment: Appointment, *, standing: str = PUBLISH) -> str:
    """What the calendar is to do with it: `standing`, or take it away where it was canceled."""
    return CANCEL if appointment.status == Status.CANCELED else standing


def content_type(appointment: Appointment, *, standing: str = PUBLISH) -> str:
    """The file's type, which names the method again."""
    return f"text/calendar; charset=utf-8; method={method(appointment, standing=standing)}"


def of(appointment: Appointment, practice: Practice) -> bytes:
    """The file to download. A later one of the same appointment takes the place of an earlier."""
    event = event_of(appointment, summary=practice.display_name, stamp=clock.now())
    return _written(method(appointment), event)


def invitation(appointment: Appointment, practice: Practice, address: str) -> bytes:
    """The file for the mail to this address: from the office to this one person.

    Calendars move or take away by themselves what came as an invitation. Nobody is asked for an
    answer, and who else comes isn't told.
    """
    event = event_of(appointment, summary=practice.display_name, stamp=clock.now())
    event.add("organizer", _organizer(practice), encode=False)
    event.add("attendee", _attendee(address), encode=False)
    return _written(method(appointment, standing=REQUEST), event)


def event_of(appointment: Appointment, *, summary: str, stamp: datetime) -> Event:
    """The appointment as calendars know it; its name is the same in all of them."""
    canceled = appointment.status == Status.CANCELED
    event = Event()
    event.add("uid", f"{appointment.pk}@{own_domain()}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    # Nothing but a neutral name: a calendar is open to whoever looks at the phone.
    event.add("summary", summary)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT" if canceled else "OPAQUE")
    event.add("status", "CANCELLED" if canceled else "CONFIRMED")
    return event


def own_domain() -> str:
    """What the names of our appointments end in."""
    return _sender().rpartition("@")[2] or "localhost"


def empty() -> Calendar:
    """A calendar without anything in it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Appointments//EN")
    calendar.add("version", "2.0")
    return calendar


def _written(method: str, event: Event) -> bytes:
    calendar = empty()
    calendar.add("method", method)
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _organizer(practice: Practice) -> vCalAddress:
    organizer = vCalAddress(f"mailto:{_sender()}")
    # Within quotes there can be no others.
    name = " ".join(practice.display_name.replace('"', " ").split())
    organizer.params["CN"] = vText(name)
    return organizer


def _attendee(address: str) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{quote(address, safe='@+!$&*/=^_`{|}~')}")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    return attendee


def _sender() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]

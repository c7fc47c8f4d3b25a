"""An appointment as a file for the reader's own calendar, which others may see: the time alone."""

from email.utils import parseaddr

from django.conf import settings
from icalendar import Calendar, Event

from practice import clock
from practice.models import Practice
from scheduling.models import Appointment, Status

NAME = "appointment.ics"
PUBLISH, CANCEL = "PUBLISH", "CANCEL"


def method(appointment: Appointment) -> str:
    """What the calendar is to do with it: show it, or take it away."""
    return CANCEL if appointment.status == Status.CANCELED else PUBLISH


def content_type(appointment: Appointment) -> str:
    """The file's type, which names the method again."""
    return f"text/calendar; charset=utf-8; method={method(appointment)}"


def of(appointment: Appointment, practice: Practice) -> bytes:
    """The file. A later one of the same appointment takes the place of an earlier one."""
    calendar = Calendar()
    calendar.add("prodid", "-//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method(appointment))
    calendar.add_component(_event(appointment, practice))
    written: bytes = calendar.to_ical()
    return written


def _event(appointment: Appointment, practice: Practice) -> Event:
    event = Event()
    event.add("uid", f"{appointment.pk}@{_domain()}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", clock.now())
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    # Nothing but a neutral name: a calendar is open to whoever looks at the phone.
    event.add("summary", practice.display_name)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    canceled = appointment.status == Status.CANCELED
    event.add("status", "CANCELLED" if canceled else "CONFIRMED")
    return event


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"

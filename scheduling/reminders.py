"""Reminders: the day before, and of a consultation shortly before; early rather than late.

The one of the day before leads to where people say where they'll be, which decides if it may take
place; who has said so of a session already needs none. Each goes within the hours that are safe
for its reader, and where those are over by then, before they end: a reminder after the
appointment, or in the night, serves nobody.
"""

from datetime import date, datetime, timedelta

from clients.contact import outbox, window
from clients.contact.models import Message
from clients.models import Client
from practice import clock
from practice.models import Practice
from scheduling.models import Appointment

APPOINTMENT = "appointment"
DAY_BEFORE, SHORTLY_BEFORE = Message.Template.REMINDER, Message.Template.SOON
TEMPLATES = (DAY_BEFORE, SHORTLY_BEFORE)

_HOURS_BEFORE = {DAY_BEFORE: timedelta(hours=24), SHORTLY_BEFORE: timedelta(hours=2)}
# Who was just told the time needs no reminder yet.
_REST = {DAY_BEFORE: timedelta(hours=6), SHORTLY_BEFORE: timedelta(hours=1)}


def plan(appointment: Appointment, client: Client) -> None:
    """Put this person's reminders on their way."""
    for template, due in moments(appointment, client):
        outbox.queue(
            client=client,
            template=template,
            purpose=APPOINTMENT,
            subject_id=appointment.pk,
            key=key(appointment, client, template),
            due_at=due,
            expires_at=appointment.starts_at,
            tells_time=appointment.starts_at,
        )


def moments(appointment: Appointment, client: Client) -> list[tuple[Message.Template, datetime]]:
    """When each reminder is due, without those that would come too soon after the booking."""
    due = _due(appointment, client)
    earliest = {each: clock.now() + rest for each, rest in _REST.items()}
    kept = [(each, moment) for each, moment in due.items() if moment >= earliest[each]]
    is_session = appointment.kind == Appointment.Kind.SESSION
    if is_session or not _says_the_truth(due, appointment, client):
        kept = [(each, moment) for each, moment in kept if each != SHORTLY_BEFORE]
    return kept


def _says_the_truth(
    due: dict[Message.Template, datetime], appointment: Appointment, client: Client
) -> bool:
    """The second says "today": brought forward into the evening before it would be wrong."""
    shortly_before, start = due[SHORTLY_BEFORE], appointment.starts_at
    same_day = _day(shortly_before, client) == _day(start, client)
    return same_day and shortly_before > due[DAY_BEFORE]


def _day(moment: datetime, client: Client) -> date:
    return moment.astimezone(client.zone).date()


def _due(appointment: Appointment, client: Client) -> dict[Message.Template, datetime]:
    practice = Practice.current()
    named = client.card.safe_hours
    hours = window.safe_hours(practice.quiet_until, practice.quiet_from, named)
    planned = {each: appointment.starts_at - before for each, before in _HOURS_BEFORE.items()}
    if hours is None:
        # It is refused when it is due, and a person is asked to call.
        return planned
    return {
        each: window.last_safe_moment(moment, client.zone, hours)
        for each, moment in planned.items()
    }


def key(appointment: Appointment, client: Client, template: Message.Template) -> str:
    """Names what is told, so that it is told once: to whom, and of which time."""
    return f"appointment:{appointment.pk}:{client.pk}:{appointment.sequence}:{template.value}"


def sequence_of(message: Message) -> int:
    """Which telling of the appointment a message belongs to, as its key says."""
    return int(message.key.split(":")[3])

"""Telling people about their appointments: the time, a private link, and nothing else."""

from datetime import datetime, timedelta
from uuid import UUID

from clients.contact import gates, outbox
from clients.contact.models import Message, MessageQuerySet, State
from clients.models import Client
from scheduling import reminders
from scheduling.models import Appointment, Change, Status

APPOINTMENT = reminders.APPOINTMENT
_TEMPLATE = Message.Template
_TELLING = (_TEMPLATE.BOOKED, _TEMPLATE.MOVED)
_MOVED, _CALLED_OFF = "the time changed", "called off"
# It has left, or nobody knows.
_GONE = (State.SENDING, State.SENT, State.DEAD)
_A_DAY = timedelta(days=1)


def booked(appointment: Appointment) -> None:
    """Everybody who takes part is told the time."""
    _tell_all(appointment, _TEMPLATE.BOOKED)


def moved(appointment: Appointment, *, not_before: datetime | None = None) -> str:
    """The new time replaces what is still on its way about the old one.

    Returns how people were to be told of that one, where somebody wasn't yet.
    """
    untold = _stop(appointment, _MOVED)
    _tell_all(appointment, _TEMPLATE.MOVED, not_before)
    return untold


def called_off(appointment: Appointment, *, not_before: datetime | None = None) -> str:
    """It doesn't take place; nobody is reminded of it. Returns the same as `moved`."""
    untold = _stop(appointment, _CALLED_OFF)
    _tell_all(appointment, _TEMPLATE.CALLED_OFF, not_before)
    return untold


def taken_back(appointment: Appointment, change: Change) -> bool:
    """It stands as before the change: nobody is told of that, and what it stopped goes after all.

    False where somebody was told already.
    """
    again = _stopped_by(change)
    _stop(appointment, "taken back")
    told = _about(appointment).filter(key__contains=f":{appointment.sequence - 1}:")
    if told.filter(state__in=_GONE).exists():
        return False
    for message in again:
        _queue_again(message, appointment)
    return True


def tell(
    appointment: Appointment,
    client: Client,
    template: Message.Template,
    *,
    by_their_own_act: bool = False,
    not_before: datetime | None = None,
) -> None:
    """Tell one person of the appointment, and remind them of a consultation that stands.

    Told the same again, nothing more goes. `by_their_own_act` answers what they just did, so that
    it needn't wait for the morning.
    """
    # One acknowledgement for an address and day; the reminders that follow it stay away with it.
    if by_their_own_act and outbox.was_written_to(client, _A_DAY, by_their_own_act=True):
        return
    outbox.queue(
        client=client,
        template=template,
        purpose=APPOINTMENT,
        subject_id=appointment.pk,
        key=reminders.key(appointment, client, template),
        due_at=not_before,
        tells_time=appointment.starts_at,
        expires_at=appointment.starts_at + timedelta(minutes=5),
        by_their_own_act=by_their_own_act,
    )
    if template != _TEMPLATE.CALLED_OFF:
        reminders.plan(appointment, client)


def _tell_all(
    appointment: Appointment, template: Message.Template, not_before: datetime | None = None
) -> None:
    for client in Client.objects.filter(attendances__appointment=appointment):
        tell(appointment, client, template, not_before=not_before)


def _about(appointment: Appointment) -> MessageQuerySet:
    return Message.objects.filter(purpose=APPOINTMENT, subject_id=str(appointment.pk))


def _stop(appointment: Appointment, reason: str) -> str:
    """End what is still on its way; returns how people were to be told of the time, if at all."""
    unsent = list(_about(appointment).unsent())
    outbox.stop(unsent, State.CANCELED, reason)
    return next((each.template for each in unsent if each.template in _TELLING), "")


def _stopped_by(change: Change) -> list[Message]:
    """What was on its way about the time that stood until then: to each person the last of it."""
    stopped = _about(change.appointment).filter(
        reason__in=[_MOVED, _CALLED_OFF],
        tells_time=change.starts_at,
        steps__state=State.CANCELED,
        steps__at__gte=change.made_at,
    )
    templates = [*reminders.TEMPLATES, *(_TELLING if change.untold else ())]
    last: dict[UUID, int] = {}
    found = list(stopped.select_related("client").filter(template__in=templates))
    for each in found:
        last[each.client_id] = max(last.get(each.client_id, 0), reminders.sequence_of(each))
    return [each for each in found if reminders.sequence_of(each) == last[each.client_id]]


def _queue_again(message: Message, appointment: Appointment) -> None:
    outbox.queue(
        client=message.client,
        template=_TEMPLATE(message.template),
        purpose=APPOINTMENT,
        subject_id=appointment.pk,
        key=reminders.key(appointment, message.client, _TEMPLATE(message.template)),
        due_at=message.due_at,
        expires_at=message.expires_at,
        tells_time=message.tells_time,
        by_their_own_act=message.by_their_own_act,
    )


@gates.gate(APPOINTMENT)
def _still_true(message: Message) -> str:
    """Asked right before it goes: does the appointment still stand as the message says?"""
    appointment = Appointment.objects.filter(pk=message.subject_id).first()
    if appointment is None:
        return "no such appointment"
    canceled = appointment.status == Status.CANCELED
    if canceled != (message.template == _TEMPLATE.CALLED_OFF):
        return "no longer true"
    if message.template in reminders.TEMPLATES and not appointment.is_open:
        return "no longer true"
    if message.template == _TEMPLATE.REMINDER and _needs_no_reminder(appointment, message):
        return "they said where they’ll be"
    return "" if appointment.starts_at == message.tells_time else "no longer true"


def _needs_no_reminder(appointment: Appointment, message: Message) -> bool:
    """Who comes to sessions knows their hour; they are asked where they'll be, once."""
    theirs = appointment.attendees.filter(client=message.client_id)
    is_session = appointment.kind == Appointment.Kind.SESSION
    return is_session and theirs.exclude(place_confirmed_at=None).exists()

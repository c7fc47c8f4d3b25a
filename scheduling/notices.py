"""Telling people about their appointments: the time, a private link, and nothing else."""

from datetime import timedelta

from clients.contact import gates, outbox
from clients.contact.models import Message
from clients.models import Client
from scheduling import reminders
from scheduling.models import Appointment, Status

APPOINTMENT = reminders.APPOINTMENT
_TEMPLATE = Message.Template
_A_DAY = timedelta(days=1)


def booked(appointment: Appointment) -> None:
    """Everybody who takes part is told the time."""
    _tell_all(appointment, _TEMPLATE.BOOKED)


def moved(appointment: Appointment) -> None:
    """The new time replaces what is still on its way about the old one."""
    outbox.stop_about(APPOINTMENT, appointment.pk, "the time changed")
    _tell_all(appointment, _TEMPLATE.MOVED)


def called_off(appointment: Appointment) -> None:
    """It doesn't take place; nobody is reminded of it."""
    outbox.stop_about(APPOINTMENT, appointment.pk, "called off")
    _tell_all(appointment, _TEMPLATE.CALLED_OFF)


def tell(
    appointment: Appointment,
    client: Client,
    template: Message.Template,
    *,
    by_their_own_act: bool = False,
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
        tells_time=appointment.starts_at,
        expires_at=appointment.starts_at + timedelta(minutes=5),
        by_their_own_act=by_their_own_act,
    )
    if template != _TEMPLATE.CALLED_OFF:
        reminders.plan(appointment, client)


def _tell_all(appointment: Appointment, template: Message.Template) -> None:
    for client in Client.objects.filter(attendances__appointment=appointment):
        tell(appointment, client, template)


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
    return "" if appointment.starts_at == message.tells_time else "no longer true"

"""The calendar file that goes with a message about an appointment, for those who asked for it."""

from clients.contact import attachments
from clients.contact.attachments import Attachment
from clients.contact.models import Message
from practice.models import Practice
from scheduling import calendar_file
from scheduling.calendar_file import REQUEST
from scheduling.models import Appointment
from scheduling.reminders import APPOINTMENT

# Those that say something new about the time. A reminder's file would change nothing.
_TEMPLATES = (Message.Template.BOOKED, Message.Template.MOVED, Message.Template.CALLED_OFF)


@attachments.attaches(APPOINTMENT)
def calendar_entry(message: Message) -> Attachment | None:
    """The appointment as it stands now, for this one person."""
    appointment = Appointment.objects.filter(pk=message.subject_id).first()
    if appointment is None or message.template not in _TEMPLATES:
        return None
    address = message.client.card.email
    return Attachment(
        calendar_file.NAME,
        calendar_file.invitation(appointment, Practice.current(), address),
        calendar_file.content_type(appointment, standing=REQUEST),
    )

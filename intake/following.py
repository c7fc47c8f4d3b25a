"""A request stays with the counselor who holds its consultation, whoever that comes to be."""

from intake.models import ConsultationRequest
from scheduling.booking import ChangedMeanwhile
from scheduling.following import What, follows, goes_first
from scheduling.models import Appointment


@goes_first
def take_its_row(appointment: Appointment) -> None:
    """Whoever acts on a request takes its row before anybody's time: so does whoever moves it."""
    if appointment.kind == Appointment.Kind.CONSULTATION:
        own = ConsultationRequest.objects.select_for_update().filter(appointment=appointment)
        list(own.values_list("pk"))


@follows
def keep_counselor(appointment: Appointment, what: str) -> None:
    """Moved to another counselor, or taken back: who holds it looks after the request.

    Raises ChangedMeanwhile where it would be back although its request has another time by now.
    """
    if appointment.kind == Appointment.Kind.CONSULTATION:
        if what == What.UNDONE and _has_another_time(appointment):
            raise ChangedMeanwhile
        ConsultationRequest.objects.filter(appointment=appointment).exclude(
            counselor=appointment.counselor_id
        ).update(counselor=appointment.counselor_id)


def _has_another_time(appointment: Appointment) -> bool:
    """Whether those who come asked for a consultation that isn't this one any more."""
    clients = appointment.attendees.exclude(client=None).values("client")
    theirs = ConsultationRequest.objects.filter(client__in=clients)
    return theirs.exists() and not theirs.filter(appointment=appointment).exists()

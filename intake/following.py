"""A request stays with the counselor who holds its consultation, whoever that comes to be."""

from intake.models import ConsultationRequest
from scheduling.following import follows, goes_first
from scheduling.models import Appointment


@goes_first
def take_its_row(appointment: Appointment) -> None:
    """Whoever acts on a request takes its row before anybody's time: so does whoever moves it."""
    if appointment.kind == Appointment.Kind.CONSULTATION:
        own = ConsultationRequest.objects.select_for_update().filter(appointment=appointment)
        list(own.values_list("pk"))


@follows
def keep_counselor(appointment: Appointment, what: str) -> None:
    """Moved to another counselor, or taken back: who holds it looks after the request."""
    if appointment.kind == Appointment.Kind.CONSULTATION:
        ConsultationRequest.objects.filter(appointment=appointment).exclude(
            counselor=appointment.counselor_id
        ).update(counselor=appointment.counselor_id)

"""When a couple parts, what is booked for both is called off, in the same transaction."""

from clients import following
from clients.following import What
from clients.models import Case
from practice import clock
from practice.audit import trail
from scheduling import lifecycle
from scheduling.models import Appointment, EndReason, Status


@following.follows
def call_off_what_is_booked(case: Case, what: What) -> None:
    """Each is told in the usual neutral words that the appointment doesn't take place."""
    if what != What.SEPARATED:
        return
    booked = Appointment.objects.filter(case=case, status=Status.BOOKED)
    for session in booked.filter(starts_at__gt=clock.now()).select_related("counselor__user"):
        lifecycle.call_off(session, trail.SYSTEM, reason=EndReason.OTHER)

"""Whether everybody has said where they will be for the next session."""

from collections.abc import Iterator, Sequence

from clients import readiness
from clients.models import Case, Participant
from practice import clock
from scheduling.models import Appointment, Attendee, Status


@readiness.source
def places(case: Case, people: Sequence[Participant]) -> Iterator[str]:
    """Who hasn't said yet."""
    coming = Appointment.objects.filter(
        case=case, status=Status.BOOKED, starts_at__gt=clock.now()
    ).order_by("starts_at")
    silent = Attendee.objects.filter(
        appointment__in=coming.values("pk")[:1], place_confirmed_at=None
    ).values_list("client", flat=True)
    waiting = set(silent)
    for person in people:
        if person.client_id in waiting:
            yield f"{person.client.first_name} hasn’t said yet where they will be."

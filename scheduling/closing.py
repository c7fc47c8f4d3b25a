"""A case doesn't end, or go to somebody else, while sessions of it are booked."""

from collections.abc import Iterator

from clients import closing
from clients.models import Case
from scheduling.models import Appointment, Status


@closing.check
def sessions(case: Case) -> Iterator[str]:
    """Booked ones, to come or to be marked."""
    number = Appointment.objects.filter(case=case, status=Status.BOOKED).count()
    if number:
        yield (
            "One session is booked or waits to be marked."
            if number == 1
            else f"{number} sessions are booked or wait to be marked."
        )

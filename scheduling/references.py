"""Notes may point to the session they are about."""

from collections.abc import Iterator

from django.urls import reverse

from clients.models import Case
from clients.notes import references
from clients.notes.references import Item
from practice import clock
from scheduling.models import Appointment


@references.source
def sessions(case: Case) -> Iterator[Item]:
    """Sessions whose time has come."""
    held = Appointment.objects.filter(case=case).shown().filter(starts_at__lte=clock.now())
    for each in held:
        yield Item(
            key=f"session:{each.pk}",
            at=each.starts_at,
            words="The session",
            url=reverse("sessions:page", args=[each.pk]),
        )

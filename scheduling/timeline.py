"""Sessions on the time line of a case."""

from collections.abc import Iterator

from django.urls import reverse

from clients import timeline
from clients.timeline import Asked, Event, Kind
from scheduling.models import Appointment, Status


@timeline.source
def sessions(asked: Asked) -> Iterator[Event]:
    """Those whose time is over, also where nobody came or it was called off."""
    found = Appointment.objects.filter(case=asked.case, starts_at__lt=asked.before)
    past = found.exclude(status__in=[Status.HOLD, Status.LAPSED]).order_by("-starts_at")
    # Only the counselor has a page for each.
    is_own = asked.case.counselor.user_id == asked.user.pk
    for each in past[: asked.most]:
        yield Event(
            at=each.starts_at,
            kind=Kind.SESSION,
            words=each.get_status_display(),
            url=reverse("sessions:page", args=[each.pk]) if is_own else "",
        )

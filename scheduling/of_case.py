"""What the pages of a case read of its appointments."""

from django.db.models import F, QuerySet

from clients.looking import CaseLook
from scheduling.models import Appointment, Attendee, Series, Status


def sessions(look: CaseLook) -> QuerySet[Appointment]:
    """Those to come and the latest that are over, the last one first."""
    found = Appointment.objects.filter(case=look.case)
    real = found.exclude(status__in=[Status.HOLD, Status.LAPSED])
    shown = look.of_time_line(real, F("starts_at"))
    return shown.only("kind", "status", "case", "counselor", "starts_at", "ends_at", "began_at")


def series_to_come(look: CaseLook) -> QuerySet[Series]:
    """The series of which a session is still to come."""
    ahead = Appointment.objects.filter(case=look.case, status=Status.BOOKED)
    with_one = ahead.filter(starts_at__gt=look.now, series__isnull=False).values("series")
    return Series.objects.filter(pk__in=with_one).order_by("made_at")


def coming_next(look: CaseLook) -> QuerySet[Attendee]:
    """Everybody who comes to the next session, or to the one that is just taking place."""
    coming = Appointment.objects.filter(
        case=look.case, status=Status.BOOKED, ends_at__gt=look.now
    ).order_by("starts_at")
    found = Attendee.objects.filter(appointment__in=coming.values("pk")[:1])
    return found.select_related("client__card", "state")

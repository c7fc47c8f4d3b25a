"""What the practice can count of appointments."""

from django.db.models import Count, Q, QuerySet

from practice.figures.figure import Figure, Line, Period
from practice.figures.registry import figure
from scheduling.models import Appointment, Status


@figure("kept", title="What became of appointments", order=40)
def kept(period: Period) -> Figure:
    """Of the appointments of these days that came to their end."""
    ended = [Status.DONE, Status.NO_SHOW, Status.CANCELED]
    counts = _in(period).aggregate(
        all=Count("pk", filter=Q(status__in=ended)),
        done=Count("pk", filter=Q(status=Status.DONE)),
        no_show=Count("pk", filter=Q(status=Status.NO_SHOW)),
        canceled=Count("pk", filter=Q(status=Status.CANCELED, canceled_late=False)),
        late=Count("pk", filter=Q(status=Status.CANCELED, canceled_late=True)),
    )
    words = {
        "done": "Took place",
        "no_show": "Nobody came",
        "canceled": "Canceled in time",
        "late": "Canceled late",
    }
    lines = [Line(label, counts[key], of=counts["all"]) for key, label in words.items()]
    return Figure(lines, note="" if counts["all"] else "There were no appointments in these days.")


@figure("load", title="Appointments by counselor", order=50)
def load(period: Period) -> Figure:
    """How many each counselor held; what was called off is left out."""
    held = _in(period).filter(status=Status.DONE).order_by()
    rows = held.values_list("counselor__public_name").annotate(Count("pk"))
    lines = [Line(name, number) for name, number in sorted(rows, key=lambda row: (-row[1], row[0]))]
    return Figure(lines, note="" if lines else "No appointment took place in these days.")


def _in(period: Period) -> "QuerySet[Appointment]":
    return Appointment.objects.filter(starts_at__gte=period.since, starts_at__lt=period.until)

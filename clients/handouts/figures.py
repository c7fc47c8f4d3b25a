"""What the practice can count of handouts: whether they are read, never by whom."""

from django.db.models import Count

from clients.handouts.models import Assignment
from practice.figures.figure import Figure, Line, Period
from practice.figures.registry import figure


@figure("reading", title="Handouts", order=60)
def reading(period: Period) -> Figure:
    """Of those that could be read from these days on: how many were opened and finished."""
    released = Assignment.objects.filter(
        released_at__gte=period.since, released_at__lt=period.until
    )
    counts = released.aggregate(
        all=Count("pk"), opened=Count("opened_at"), finished=Count("finished_at")
    )
    words = {"all": "Given", "opened": "Opened", "finished": "Read to the end"}
    lines = [Line(label, counts[key], of=counts["all"]) for key, label in words.items()]
    return Figure(lines, note="" if counts["all"] else "No handout was given in these days.")

"""What the practice can count of requests. Nobody and nothing they wrote can be found in it."""

from datetime import timedelta
from statistics import median

from django.db.models import Count, F, Q, QuerySet, Sum

from intake.models import ConsultationRequest, RefusalCount, Status
from practice.figures.figure import Figure, Line, Period, Typical
from practice.figures.registry import figure
from scheduling.models import Status as AppointmentStatus

SHOWN = 10
_DAY = timedelta(days=1)


@figure("funnel", title="From a request to a case", order=10)
def funnel(period: Period) -> Figure:
    """Of the requests of these days: how many came how far, whichever way they took."""
    held = Q(appointment__status=AppointmentStatus.DONE) | Q(case__isnull=False)
    had_time = Q(appointment__booked_at__isnull=False) | Q(case__isnull=False)
    counts = _asked_in(period).aggregate(
        asked=Count("pk"),
        served=Count("pk", filter=~Q(status=Status.DECLINED)),
        booked=Count("pk", filter=had_time),
        held=Count("pk", filter=held),
        opened=Count("pk", filter=Q(case__isnull=False)),
    )
    steps = {
        "asked": "Asked for a consultation",
        "served": "Could be taken on",
        "booked": "A time was booked",
        "held": "The consultation was held",
        "opened": "A case was opened",
    }
    lines = [Line(words, counts[key], of=counts["asked"]) for key, words in steps.items()]
    return Figure(lines, note="" if counts["asked"] else "Nobody asked in these days.")


@figure("waiting", title="From the request to the first consultation", order=20)
def waiting(period: Period) -> Figure:
    """How long people wait until the consultation that took place."""
    rows = (
        _asked_in(period)
        .filter(appointment__status=AppointmentStatus.DONE)
        .annotate(waited=F("appointment__starts_at") - F("asked_at"))
    )
    days = [waited / _DAY for waited in rows.values_list("waited", flat=True)]
    line = Typical("Half of them waited no longer than", median(days or [0]), len(days), "days")
    return Figure([line], counted="Time")


@figure("elsewhere", title="Asked from where we can’t serve", order=30)
def elsewhere(period: Period) -> Figure | None:
    """A number for each state since it is counted; of when they asked nothing is kept."""
    counts = RefusalCount.objects.filter(times__gt=0).select_related("state")
    found = list(counts.order_by("-times", "state__name")[:SHOWN])
    if not found:
        return None
    total = RefusalCount.objects.aggregate(total=Sum("times"))["total"]
    lines = [Line(each.state.name, each.times, of=total) for each in found]
    return Figure(lines, note="Counted since the practice began: for these, no date is kept.")


def _asked_in(period: Period) -> "QuerySet[ConsultationRequest]":
    return ConsultationRequest.objects.filter(asked_at__gte=period.since, asked_at__lt=period.until)

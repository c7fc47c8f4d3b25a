"""What the practice can count of check-ins: whether they are answered, never what."""

from django.db.models import Count

from clients.contact.models import State
from practice.figures.figure import Figure, Line, Period
from practice.figures.registry import figure
from scheduling.followups.models import FollowUp


@figure("check-ins", title="Check-ins", order=65)
def check_ins(period: Period) -> Figure:
    """Of those that went out in these days: how many were answered."""
    sent = FollowUp.objects.check_ins().filter(
        message__state=State.SENT,
        message__sent_at__gte=period.since,
        message__sent_at__lt=period.until,
    )
    counts = sent.aggregate(all=Count("pk"), answered=Count("response"))
    words = {"all": "Sent", "answered": "Answered"}
    lines = [Line(label, counts[key], of=counts["all"]) for key, label in words.items()]
    return Figure(lines, note="" if counts["all"] else "No check-in went out in these days.")

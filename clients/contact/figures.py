"""What the practice can count of messages: what became of them, never to whom they went."""

from django.db.models import Count

from clients.contact.models import Message, State
from practice.figures.figure import Figure, Line, Period
from practice.figures.registry import figure

_ENDS = [State.SENT, State.SUPPRESSED, State.CANCELED, State.EXPIRED, State.UNCERTAIN, State.DEAD]


@figure("messages", title="Messages", order=70)
def messages(period: Period) -> Figure:
    """What became of those that were due in these days."""
    due = Message.objects.filter(due_at__gte=period.since, due_at__lt=period.until)
    counts = dict(due.order_by().values_list("state").annotate(Count("pk")))
    total = sum(counts.values())
    lines = [Line(str(state.label), counts[state], of=total) for state in _ENDS if state in counts]
    return Figure(lines, note="" if lines else "No message was due in these days.")

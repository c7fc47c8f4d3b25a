"""Follow-ups and what was answered, on the time line of a case."""

from collections.abc import Iterator

from django.db.models.functions import Coalesce

from clients import timeline
from clients.contact.models import State
from clients.timeline import Asked, Event, Kind
from scheduling.followups.models import FollowUp


@timeline.source
def follow_ups(asked: Asked) -> Iterator[Event]:
    """What was due and what became of it; an answer stands when it came."""
    found = (
        FollowUp.objects.filter(participant__case=asked.case)
        .annotate(at=Coalesce("response__answered_at", "message__due_at"))
        .filter(at__lt=asked.before)
        .select_related("message", "response", "assignment__version")
        .defer("response__answers_text", "message__token")
        .order_by("-at")
    )
    for each in found[: asked.most]:
        yield _event(each)


def _event(each: FollowUp) -> Event:
    answered = getattr(each, "response", None)
    if answered:
        unread = "" if answered.seen_at else ", not read yet"
        words = f"Answered{unread}"
    else:
        name = "Handout" if each.assignment_id else "Questions"
        words = f"{name}: {State(each.message.state).label.lower()}"
    return Event(
        at=answered.answered_at if answered else each.message.due_at,
        kind=Kind.CHECK_IN if answered else Kind.FOLLOW_UP,
        words=words,
        who=each.participant_id,
    )

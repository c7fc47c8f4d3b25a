"""Follow-ups and what was answered, on the time line of a case."""

from collections.abc import Iterator

from clients import timeline
from clients.contact.models import State
from clients.looking import CaseLook
from clients.timeline import Event, Kind
from scheduling.followups import of_case
from scheduling.followups.models import FollowUp


@timeline.source(of_case.follow_ups)
def follow_ups(look: CaseLook) -> Iterator[Event]:
    """What was due and what became of it; an answer stands when it came."""
    for each in look.rows(of_case.follow_ups):
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

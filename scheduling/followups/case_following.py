"""What becomes of a case takes along what hangs on it, in the same transaction."""

from clients import following
from clients.contact import again, links, outbox
from clients.contact.models import Message, State
from clients.following import What
from clients.models import Case
from scheduling.followups import flags
from scheduling.followups.models import FollowUp

_ENDS = {What.CLOSED: "the case is closed", What.SEPARATED: "they come apart now"}


@following.follows
def _with_the_case(case: Case, what: What) -> None:
    if what in _ENDS:
        stop_all(case, _ENDS[what])
    elif what == What.TRANSFERRED:
        flags.hand_over(case)


def stop_all(case: Case, reason: str) -> None:
    """Nothing more goes between the sessions of this case, not even what is claimed already."""
    follow_ups = FollowUp.objects.filter(participant__case=case)
    waiting = list(follow_ups.waiting().select_related("message"))
    outbox.stop([each.message for each in waiting], State.CANCELED, reason)
    for each in follow_ups.select_related("participant", "message"):
        links.revoke(each.participant.client_id, each.message.purpose, each.message.subject_id)


@again.follows
def _has_another_message(message: Message, another: Message) -> None:
    """A person sent it again: the follow-up hangs on the message that goes now."""
    FollowUp.objects.filter(message=message).update(message=another)

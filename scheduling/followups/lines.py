"""A line: a few kind words behind a private link."""

from clients.contact import gates
from clients.contact.models import Message
from clients.models import Case
from scheduling.followups.models import FollowUp
from scheduling.followups.planning import LINE


@gates.gate(LINE)
def _still_for_them(message: Message) -> str:
    """Asked right before it goes: is the case still open?"""
    theirs = FollowUp.objects.filter(
        pk=message.subject_id,
        participant__client=message.client_id,
        participant__case__status=Case.Status.OPEN,
    )
    return "" if theirs.exists() else "the case is closed"

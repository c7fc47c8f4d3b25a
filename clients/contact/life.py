"""What staff read of messages: when, by which way, and what became of them. Never their words."""

from dataclasses import dataclass

from django.db.models import QuerySet

from clients.contact import again, calls
from clients.contact.models import Message, MessageStep, State
from practice import clock
from practice.access.roles import Role
from practice.models import User

NEEDS_A_PERSON, WAITING, GONE, ALL = "person", "waiting", "gone", "all"
SHOWN = {
    NEEDS_A_PERSON: "Needs a person",
    WAITING: "On the way",
    GONE: "Sent",
    ALL: "All",
}
_WAITS = (State.DUE, State.CLAIMED, State.SENDING, State.UNCERTAIN)


def which(user: User, shown: str) -> QuerySet[Message]:
    """Those of this list that this person may see, the newest first."""
    found = Message.objects.for_user(user).select_related("client").order_by("-due_at", "pk")
    if shown == NEEDS_A_PERSON:
        return found.filter(calls.needed())
    if shown == WAITING:
        return found.filter(state__in=_WAITS).order_by("due_at", "pk")
    return found.filter(state=State.SENT) if shown == GONE else found


@dataclass(frozen=True)
class Told:
    """One message as a page tells it."""

    message: Message
    who: str
    what: str
    needs_person: bool
    may_go_again: bool
    may_be_taken_back: bool


def told(messages: list[Message], user: User) -> list[Told]:
    """Each as this person may read it: the owner reads no name, and not what a message is about."""
    now = clock.now()
    stuck = set(
        Message.objects.filter(calls.needed(), pk__in=[each.pk for each in messages]).values_list(
            "pk", flat=True
        )
    )
    return [
        Told(
            message=each,
            who=_who(each, user),
            what=_what(each, user),
            needs_person=each.pk in stuck,
            may_go_again=again.may_go_again(each, now),
            may_be_taken_back=again.may_be_taken_back(each),
        )
        for each in messages
    ]


def _who(message: Message, user: User) -> str:
    if user.role == Role.COUNSELOR:
        return message.client.name
    return " ".join(f"{word[0]}." for word in message.client.name.split())


def _what(message: Message, user: User) -> str:
    if user.role == Role.COUNSELOR:
        return message.get_template_display()
    return "Between sessions" if message.is_follow_up else "About an appointment"


def steps_of(message: Message) -> list[MessageStep]:
    """Its life, from the first step on."""
    return list(message.steps.order_by("pk"))

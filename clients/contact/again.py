"""What a person may still do about one message: send it again, or take it back."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from clients.contact import outbox
from clients.contact.calls import AGAIN
from clients.contact.models import Message, State
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb

TAKEN_BACK = "taken back by hand"
_ENDED_BADLY = frozenset({State.DEAD, State.SUPPRESSED, State.UNCERTAIN})

Follower = Callable[[Message, Message], None]
_FOLLOWERS: list[Follower] = []


class TooLate(Exception):
    """It went, it ended, or what it says is no longer true."""


def follows(follower: Follower) -> Follower:
    """Decorator: call this with a message and the one that goes in its place."""
    _FOLLOWERS.append(follower)
    return follower


def may_go_again(message: Message, now: datetime) -> bool:
    """Whether trying once more can be of use."""
    waits = message.state == State.UNCERTAIN and message.next_try_at is not None
    return message.state in _ENDED_BADLY and not waits and now < message.expires_at


def may_be_taken_back(message: Message) -> bool:
    """Whether it can still be stopped."""
    return message.state in (State.DUE, State.CLAIMED, State.UNCERTAIN)


@transaction.atomic
def send_again(message: Message, *, by: trail.Actor) -> Message:
    """Another message with the same intent; every gate is asked again. Raises TooLate.

    What ended stays as it ended: its life is told to the end, and the new one has its own.
    """
    message = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if not may_go_again(message, clock.now()):
        raise TooLate
    if message.state == State.UNCERTAIN:
        outbox.stop([message], State.CANCELED, AGAIN)
    else:
        Message.objects.filter(pk=message.pk).update(reason=AGAIN)
    earlier = Message.objects.filter(key__startswith=f"{message.key}:again").count()
    another = outbox.queue(
        client=message.client,
        template=Message.Template(message.template),
        purpose=message.purpose,
        subject_id=message.subject_id,
        key=f"{message.key}:again{earlier + 1}",
        expires_at=message.expires_at,
        tells_time=message.tells_time,
        by_their_own_act=message.by_their_own_act,
        is_follow_up=message.is_follow_up,
    )
    for follower in _FOLLOWERS:
        follower(message, another)
    trail.record(Verb.SEND, another, by=by, client_id=message.client_id, note=AGAIN)
    return another


@transaction.atomic
def take_back(message: Message, *, by: trail.Actor) -> None:
    """It doesn't go. Raises TooLate where it has gone or ended."""
    if not outbox.stop([message], State.CANCELED, TAKEN_BACK):
        raise TooLate
    trail.record(Verb.CHANGE, message, by=by, client_id=message.client_id, note=TAKEN_BACK)

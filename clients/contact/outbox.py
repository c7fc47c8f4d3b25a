"""Putting messages on their way, and stopping them: always in the transaction of their cause."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Case, QuerySet, Value, When

from clients.contact import window
from clients.contact.models import Message, MessageStep, State
from clients.models import Client
from practice import clock
from practice.models import Practice

_LIFE = timedelta(days=3)
# What was claimed and not sent waits again; what may have arrived before stays marked as such.
WAITING_AGAIN = Case(
    When(uncertain_count=0, then=Value(State.DUE.value)), default=Value(State.UNCERTAIN.value)
)


def queue(
    *,
    client: Client,
    template: Message.Template,
    purpose: str,
    subject_id: Any,
    key: str,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    tells_time: datetime | None = None,
    by_their_own_act: bool = False,
    is_follow_up: bool = False,
) -> Message:
    """Put one message on its way to one person; it goes within the hours that are safe for them.

    `key` names the intent: a second call with the same key returns the first message.
    `by_their_own_act` answers something the person just did, so that only the hours they named
    themselves hold it back, not the practice's quiet hours.
    """
    now = clock.now()
    due = due_at or now
    message, made = Message.objects.get_or_create(
        key=key,
        defaults={
            "client": client,
            "template": template,
            "purpose": purpose,
            "subject_id": str(subject_id),
            "tells_time": tells_time,
            "by_their_own_act": by_their_own_act,
            "is_follow_up": is_follow_up,
            "due_at": due,
            "next_try_at": due,
            "expires_at": expires_at or due + _LIFE,
            "created_at": now,
        },
    )
    if made:
        MessageStep.objects.create(message=message, at=now, state=State.DUE)
        if due <= now:
            _nudge_once()
    return message


def was_written_to(client: Client, within: timedelta, **facts: Any) -> bool:
    """Whether such a message was queued for this person's address lately, whoever it was for.

    So nobody can have us flood somebody's mailbox. Who has no address has no mailbox to flood.
    """
    index = client.card.email_index
    lately = Message.objects.filter(
        client__card__email_index=index, created_at__gt=clock.now() - within, **facts
    )
    return bool(index) and lately.exists()


def stop(messages: Iterable[Message], state: State, reason: str) -> int:
    """End these messages where they haven't gone; returns how many were stopped."""
    stopped = 0
    for message in messages:
        ended = Message.objects.unsent().filter(pk=message.pk)
        if ended.update(state=state, reason=reason, next_try_at=None, lease_until=None):
            note_step(message, state, reason)
            stopped += 1
    return stopped


def stop_about(purpose: str, subject_id: Any, reason: str) -> int:
    """End what is still on its way about this subject: it was moved, canceled or superseded."""
    about = Message.objects.unsent().filter(purpose=purpose, subject_id=str(subject_id))
    return stop(list(about), State.CANCELED, reason)


def postpone(message: Message, due_at: datetime, expires_at: datetime) -> bool:
    """Give a message that hasn't gone another time; False where it has gone or ended.

    What may have arrived already keeps its time, so that it is tried once more and no oftener.
    """
    return bool(
        Message.objects.unsent()
        .filter(pk=message.pk, uncertain_count=0)
        .update(
            state=State.DUE,
            due_at=due_at,
            next_try_at=due_at,
            expires_at=expires_at,
            lease_until=None,
        )
    )


def ask_again(messages: QuerySet[Message]) -> None:
    """What a sender has taken of these is let go: it is asked about again before it goes.

    For whoever changes what a gate would say, in the same transaction.
    """
    # One by one: holding several rows at once could cross with somebody who stops them.
    for claimed in messages.filter(state=State.CLAIMED).values_list("pk", flat=True):
        still = Message.objects.filter(pk=claimed, state=State.CLAIMED)
        still.update(state=WAITING_AGAIN, lease_until=None)


def note_step(message: Message, state: State, reason: str = "") -> None:
    """Keep the state a message came into."""
    MessageStep.objects.create(message=message, at=clock.now(), state=state, reason=reason)


def hours_for(message: Message, practice: Practice) -> window.Hours | None:
    """The hours in which this message may go; None where its person named none that we may use."""
    named = message.client.card.safe_hours
    if message.by_their_own_act and named is None:
        return window.Hours(time.min, time.max)
    return window.safe_hours(practice.quiet_until, practice.quiet_from, named)


def safe_moment(moment: datetime, client: Client, practice: Practice) -> datetime | None:
    """When a message planned for that moment may reach this person."""
    named = client.card.safe_hours
    hours = window.safe_hours(practice.quiet_until, practice.quiet_from, named)
    return window.next_safe_moment(moment, ZoneInfo(client.time_zone), hours) if hours else None


def safe_moment_before(moment: datetime, client: Client, practice: Practice) -> datetime | None:
    """The last moment, not after that one, at which a message may reach this person."""
    named = client.card.safe_hours
    hours = window.safe_hours(practice.quiet_until, practice.quiet_from, named)
    return window.last_safe_moment(moment, ZoneInfo(client.time_zone), hours) if hours else None


def _nudge_once() -> None:
    # Only speeds things up: the beat looks every half minute anyhow. One transaction, one nudge.
    waiting = [entry[1] for entry in connection.run_on_commit]
    if _nudge not in waiting:
        transaction.on_commit(_nudge, robust=True)


def _nudge() -> None:
    # Imported late: the sender imports the outbox.
    from clients.contact.tasks import wake

    wake()

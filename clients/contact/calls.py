"""People whom a message doesn't reach: somebody calls them, and says so."""

from django.db import transaction
from django.db.models import Q

from clients.contact import gates, outbox
from clients.contact.models import Arrival, Message, State
from clients.models import Client
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb

CALLED = "a person called"
AGAIN = "sent again by hand"


def needed() -> Q:
    """Messages that did not reach their reader, while what they say still holds."""
    undelivered = Q(state=State.DEAD) | Q(state=State.UNCERTAIN, next_try_at=None)
    undelivered |= Q(state=State.SUPPRESSED, reason__endswith=gates.CALL)
    undelivered |= Q(state=State.SENT, arrival=Arrival.BOUNCED)
    return undelivered & Q(expires_at__gt=clock.now()) & ~Q(reason__in=[CALLED, AGAIN])


@transaction.atomic
def done(client: Client, *, by: trail.Actor) -> int:
    """Somebody called this person about all of them; returns how many messages that settles."""
    settled = list(Message.objects.filter(needed(), client=client))
    for message in settled:
        _settle(message)
    trail.record(Verb.CHANGE, client, by=by, client_id=client.pk, note=CALLED)
    return len(settled)


@transaction.atomic
def done_about(message: Message, *, by: trail.Actor) -> bool:
    """Somebody told this person what this one message was to say; False where none is needed."""
    needs_it = Message.objects.filter(needed(), pk=message.pk).first()
    if needs_it is None:
        return False
    _settle(needs_it)
    trail.record(Verb.CHANGE, message, by=by, client_id=message.client_id, note=CALLED)
    return True


def _settle(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(reason=CALLED)
    if message.state != State.SENT:  # that step stands already, and only once
        outbox.note_step(message, State(message.state), CALLED)

"""People whom a message doesn't reach: somebody calls them, and says so."""

from django.db import transaction
from django.db.models import Q

from clients.contact import gates, outbox
from clients.contact.models import Message, State
from clients.models import Client
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb

CALLED = "a person called"


def needed() -> Q:
    """Messages that did not reach their reader, while what they say still holds."""
    undelivered = Q(state=State.DEAD) | Q(state=State.UNCERTAIN, next_try_at=None)
    undelivered |= Q(state=State.SUPPRESSED, reason__endswith=gates.CALL)
    return undelivered & Q(expires_at__gt=clock.now()) & ~Q(reason=CALLED)


@transaction.atomic
def done(client: Client, *, by: trail.Actor) -> int:
    """Somebody called this person about all of them; returns how many messages that settles."""
    settled = list(Message.objects.filter(needed(), client=client))
    for message in settled:
        Message.objects.filter(pk=message.pk).update(reason=CALLED)
        outbox.note_step(message, State(message.state), CALLED)
    trail.record(Verb.CHANGE, client, by=by, client_id=client.pk, note=CALLED)
    return len(settled)

"""What became of messages after they were handed over, as providers tell by signed notice."""

from uuid import UUID

from django.db import transaction

from clients.contact import gates, outbox
from clients.contact.models import Arrival, Channel, ContactCard, Message, State
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb


def delivered(message: Message) -> None:
    """It arrived. What came back before, or is said twice, changes nothing."""
    handed_over = Message.objects.filter(pk=message.pk, arrival="")
    handed_over.update(arrival=Arrival.DELIVERED, arrival_at=clock.now())


def lost(message: Message) -> None:
    """This one didn't arrive; the next may. Somebody calls about what it was to say."""
    sent = Message.objects.filter(pk=message.pk, state=State.SENT)
    sent.exclude(arrival=Arrival.BOUNCED).update(arrival=Arrival.BOUNCED, arrival_at=clock.now())


@transaction.atomic
def came_back(message: Message) -> None:
    """It never arrives: nothing more goes to that address, and somebody calls the person."""
    lost(message)
    address_failed(message.pk)


@transaction.atomic
def address_failed(message_id: UUID) -> None:
    """Nothing will ever arrive where this message went.

    Nothing goes to another address instead, least of all to the partner's: a person has to call.
    """
    card = ContactCard.objects.select_for_update(of=("self",)).get(client__messages=message_id)
    message = Message.objects.get(pk=message_id)
    by_text = message.channel == Channel.TEXT
    field = "phone_failed_at" if by_text else "email_failed_at"
    if getattr(card, field) is None:
        setattr(card, field, clock.now())
        card.save(update_fields=[field])
        trail.record(
            Verb.CHANGE, card.client, by=trail.SYSTEM, client_id=card.pk, note="address failed"
        )
    if gates.channel_for(card) == message.channel:
        unsent = Message.objects.unsent().filter(client=card.pk)
        outbox.stop(list(unsent), State.SUPPRESSED, gates.unreachable(card))

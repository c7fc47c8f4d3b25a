"""What an e-mail provider's notices say, once django-anymail has found them genuine."""

from uuid import UUID

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking

from clients.contact import arrivals, cards
from clients.contact.models import Channel, Message

_GONE_FOR_GOOD = frozenset({RejectReason.BOUNCED, RejectReason.INVALID})


def note_mail(sender: object, event: AnymailTrackingEvent, **facts: object) -> None:
    """A notice that was read and found genuine: a receiver of anymail's signal."""
    message = _meant_by(event)
    if message is None:
        return
    if event.event_type == EventType.DELIVERED:
        arrivals.delivered(message)
    elif event.event_type == EventType.COMPLAINED:
        cards.stop_follow_ups(message.client)
    elif event.reject_reason in _GONE_FOR_GOOD:
        arrivals.came_back(message)


def _meant_by(event: AnymailTrackingEvent) -> Message | None:
    """The message, by the name we gave it; else the last that went to that address."""
    named = str((event.metadata or {}).get("message", ""))
    sent = Message.objects.select_related("client").filter(channel=Channel.EMAIL)
    try:
        return sent.filter(pk=UUID(named)).first()
    except ValueError:
        index = cards.index_of(event.recipient or "")
        to_there = sent.filter(client__card__email_index=index).order_by("-sent_at")
        return to_there.first() if index else None


def listen() -> None:
    """Hear of what anymail has read."""
    tracking.connect(note_mail, dispatch_uid="contact.note_mail")

"""Contact cards and consents: setting them up, and the person's "stop"."""

from dataclasses import dataclass
from datetime import time

from django.db import transaction
from django.db.models import QuerySet

from clients.contact import outbox
from clients.contact.models import Consent, ContactCard, Message, State
from clients.models import Client
from practice import clock, encryption

WORDING = "2026-11"


@dataclass(frozen=True)
class Contact:
    """What a person told us about reaching them."""

    email: str
    phone: str = ""
    safe_hours: tuple[time, time] | None = None
    voicemail_is_safe: bool = False
    follow_ups: bool = True


@transaction.atomic
def set_up(client: Client, contact: Contact, *, network: str = "") -> ContactCard:
    """The card of a new client, and what they agreed to with it."""
    begins, ends = contact.safe_hours or (None, None)
    card = ContactCard.objects.create(
        client=client,
        email=contact.email,
        email_index=index_of(contact.email),
        phone=contact.phone,
        safe_from=begins,
        safe_until=ends,
        voicemail_is_safe=contact.voicemail_is_safe,
    )
    agree(client, Consent.Purpose.EMAIL, network)
    if contact.follow_ups:
        agree(client, Consent.Purpose.FOLLOW_UPS, network)
    return card


def index_of(email: str) -> str:
    """The digest by which an address is looked up."""
    return encryption.blind_index(email.strip().lower(), "email") if email else ""


def agree(client: Client, purpose: Consent.Purpose, network: str = "") -> Consent:
    """Keep that the person agreed to this, in today's wording."""
    consent, _ = Consent.objects.get_or_create(
        client=client,
        purpose=purpose,
        withdrawn_at=None,
        defaults={"wording": WORDING, "given_at": clock.now(), "network": network},
    )
    return consent


@transaction.atomic
def stop_follow_ups(client: Client) -> None:
    """The person asked us to stop: effective before the next message goes."""
    card = ContactCard.objects.select_for_update().get(pk=client.pk)
    card.follow_ups_stopped_at = card.follow_ups_stopped_at or clock.now()
    card.save(update_fields=["follow_ups_stopped_at"])
    _stop(
        Message.objects.unsent().filter(client=client, is_follow_up=True),
        "the person asked us to stop",
    )


@transaction.atomic
def suspend(client: Client) -> None:
    """Nothing more goes to this person until a counselor says so; nobody is told."""
    card = ContactCard.objects.select_for_update().get(pk=client.pk)
    card.suspended_at = card.suspended_at or clock.now()
    card.save(update_fields=["suspended_at"])
    _stop(Message.objects.unsent().filter(client=client), "contact is suspended")


@transaction.atomic
def resume(client: Client) -> None:
    """Messages may go again; what was held back meanwhile stays back."""
    card = ContactCard.objects.select_for_update().get(pk=client.pk)
    card.suspended_at = None
    card.save(update_fields=["suspended_at"])


def _stop(messages: QuerySet[Message], reason: str) -> None:
    outbox.stop(list(messages), State.SUPPRESSED, reason)

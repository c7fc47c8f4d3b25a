"""Contact cards: setting them up, the person's own changes, and their "stop"."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

from django.db import transaction
from django.db.models import QuerySet

from clients.contact import links, outbox
from clients.contact.models import (
    Channel,
    Consent,
    ContactCard,
    Message,
    PrivateLink,
    Purpose,
    State,
)
from clients.models import Client
from practice import clock, encryption

WORDING = "2026-11"
# As in `gates.CALL`: it asks a person to call.
TEXTS_STOPPED = "they want no texts: please call"


@dataclass(frozen=True)
class Contact:
    """What a person told us about reaching them."""

    email: str
    phone: str = ""
    safe_hours: tuple[time, time] | None = None
    voicemail_is_safe: bool = False
    follow_ups: bool = True
    channel: Channel = Channel.EMAIL
    device_is_shared: bool = False
    neutral_name: str = ""
    calendar_by_mail: bool = False


@transaction.atomic
def set_up(
    client: Client, contact: Contact, *, network: str = "", consents: bool = True
) -> ContactCard:
    """The card of a new client.

    Where there is an address they agree to it being used, unless `consents` is false: then
    somebody else gave it, or they sign for it themselves.
    """
    card = ContactCard(client=client)
    _write(card, contact)
    card.save(force_insert=True)
    if contact.email and consents:
        agree(client, Purpose.EMAIL, network)
        if contact.follow_ups:
            agree(client, Purpose.FOLLOW_UPS, network)
    return card


@transaction.atomic
def change(client: Client, contact: Contact, *, keep: PrivateLink | None = None) -> ContactCard:
    """What the person changed about reaching them; what they agreed to stays as it is.

    With a new address (or number, where texts went) every link that went to the old one ends,
    but for `keep`, by which they have just come.
    """
    card = ContactCard.objects.select_for_update().get(pk=client.pk)
    moved = index_of(contact.email) != card.email_index
    renumbered = index_of_phone(contact.phone) != card.phone_index
    by_text = card.channel == Channel.TEXT
    _write(card, contact)
    if moved:
        card.email_is_safe = True  # what was said of the old address isn't said of this one
        card.email_failed_at = None
    if renumbered:
        card.phone_failed_at = card.texts_stopped_at = None
    if moved or (renumbered and by_text):
        _end_what_went_out(client, keep)
    card.save()
    return card


def _write(card: ContactCard, contact: Contact) -> None:
    card.email, card.email_index = contact.email, index_of(contact.email)
    card.phone, card.phone_index = contact.phone, index_of_phone(contact.phone)
    card.channel, card.neutral_name = contact.channel, contact.neutral_name
    card.safe_from, card.safe_until = contact.safe_hours or (None, None)
    card.voicemail_is_safe = contact.voicemail_is_safe
    card.device_is_shared = contact.device_is_shared
    card.calendar_by_mail = contact.calendar_by_mail


def _end_what_went_out(client: Client, keep: PrivateLink | None) -> None:
    links.revoke_all(client.pk, keep=keep)
    # A message that is tried again must not carry a link that has ended.
    Message.objects.filter(client=client).update(token="")


def index_of(email: str) -> str:
    """The digest by which an address is looked up."""
    return encryption.blind_index(email.strip().lower(), "email") if email else ""


def index_of_phone(phone: str) -> str:
    """The digest by which a number is looked up, however it was written."""
    digits = "".join(character for character in phone if character.isdigit())
    if len(digits) == 11:
        digits = digits.removeprefix("1")
    return encryption.blind_index(digits, "phone") if digits else ""


def agree(client: Client, purpose: Purpose, network: str = "") -> Consent:
    """Keep that the person agreed to this by word of mouth; see `agreements` for signing."""
    consent, _ = Consent.objects.get_or_create(
        client=client,
        purpose=purpose,
        withdrawn_at=None,
        defaults={"wording": WORDING, "given_at": clock.now(), "network": network},
    )
    return consent


def take_back(client: Client, purposes: Iterable[Purpose]) -> None:
    """From now on the person doesn't agree to these; call it with the card locked."""
    given = Consent.objects.filter(client=client, purpose__in=purposes, withdrawn_at=None)
    given.update(withdrawn_at=clock.now())


ASKED_TO_STOP = "the person asked us to stop"


@transaction.atomic
def stop_follow_ups(client: Client) -> None:
    """The person asked us to stop: effective before the next message goes."""
    card = ContactCard.objects.select_for_update().get(pk=client.pk)
    card.follow_ups_stopped_at = card.follow_ups_stopped_at or clock.now()
    card.save(update_fields=["follow_ups_stopped_at"])
    take_back(client, [Purpose.FOLLOW_UPS])
    _stop(Message.objects.unsent().filter(client=client, is_follow_up=True), ASKED_TO_STOP)


@transaction.atomic
def stop_texts(client: Client) -> bool:
    """No more text messages: effective before the next goes. False where it was so already."""
    card = ContactCard.objects.select_for_update().get(pk=client.pk)
    if card.texts_stopped_at:
        return False
    card.texts_stopped_at = clock.now()
    card.save(update_fields=["texts_stopped_at"])
    take_back(client, [Purpose.SMS])
    if card.channel == Channel.TEXT:
        # What they booked must still reach them: somebody calls. The rest has no way to go.
        theirs = Message.objects.unsent().filter(client=client)
        _stop(theirs.filter(is_follow_up=True), ASKED_TO_STOP)
        _stop(theirs.filter(is_follow_up=False), TEXTS_STOPPED)
    return True


@transaction.atomic
def stop_mails(client: Client) -> None:
    """They no longer agree to e-mail about appointments; somebody calls about what waits."""
    card = ContactCard.objects.select_for_update().get(pk=client.pk)
    take_back(client, [Purpose.EMAIL])
    if card.channel != Channel.TEXT:
        unsent = Message.objects.unsent().filter(client=client, is_follow_up=False)
        _stop(unsent.exclude(template=Message.Template.INVITED), "no consent")


@transaction.atomic
def stop_everything(client: Client) -> None:
    """Not a single message more, by whatever way, until they say otherwise."""
    card = ContactCard.objects.select_for_update().get(pk=client.pk)
    card.everything_stopped_at = card.everything_stopped_at or clock.now()
    card.save(update_fields=["everything_stopped_at"])
    _stop(Message.objects.unsent().filter(client=client), ASKED_TO_STOP)


@transaction.atomic
def start(client: Client, purpose: Purpose, *, network: str = "") -> None:
    """They want these again, and say so themselves; what was held back meanwhile stays back."""
    card = ContactCard.objects.select_for_update().get(pk=client.pk)
    card.everything_stopped_at = None
    if purpose == Purpose.FOLLOW_UPS:
        card.follow_ups_stopped_at = None
    if purpose == Purpose.SMS:
        card.texts_stopped_at = None
    card.save(update_fields=["everything_stopped_at", "follow_ups_stopped_at", "texts_stopped_at"])
    agree(client, purpose, network)


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

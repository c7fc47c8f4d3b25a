"""The switches on a person's own page: one for each kind of message that may come."""

from dataclasses import dataclass

from clients.contact import agreements, cards, text
from clients.contact.models import Channel, ContactCard, Purpose
from clients.models import Client


@dataclass(frozen=True)
class Switch:
    """One kind of message, and whether it comes now."""

    purpose: Purpose
    label: str
    hint: str
    is_on: bool


_MAILS = "E-mail about appointments"
_MAILS_HINT = "A new time, a canceled one, a reminder. If you stop these, somebody calls instead."
_BETWEEN = "Messages between sessions"
_BETWEEN_HINT = "Something to read, or a few questions."
_TEXTS = "Text messages"
_TEXTS_HINT = "You can also answer any text with the word STOP."


def of(card: ContactCard) -> list[Switch]:
    """The switches that are of use to this person."""
    agreed = set(agreements.signed(card.client).values_list("purpose", flat=True))
    agreed = set() if card.everything_stopped_at else agreed
    shown = [
        (Purpose.FOLLOW_UPS, _BETWEEN, _BETWEEN_HINT),
        (Purpose.EMAIL, _MAILS, _MAILS_HINT),
    ]
    if text.is_offered() or card.channel == Channel.TEXT:
        shown.append((Purpose.SMS, _TEXTS, _TEXTS_HINT))
    return [Switch(purpose, label, hint, purpose in agreed) for purpose, label, hint in shown]


def start(client: Client, purpose: str, network: str) -> None:
    """They want these again. Raises ValueError for what has no switch."""
    wanted = Purpose(purpose)
    if wanted not in agreements.THEIRS_TO_TAKE_BACK:
        raise ValueError(purpose)
    cards.start(client, wanted, network=network)

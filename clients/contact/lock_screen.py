"""How a message between sessions looks to somebody who sees the locked phone."""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string

from clients.contact import gates, mail, text
from clients.contact.models import Channel, ContactCard
from practice.models import Practice


@dataclass(frozen=True)
class LockScreen:
    """What shows without unlocking: who, what, and the first words. `way` is how it comes."""

    way: str
    sender: str
    title: str
    words: str


def of(card: ContactCard, practice: Practice) -> LockScreen:
    """The very words, by the way this person chose; where no message may go, why not."""
    name = mail.sender_name(practice.display_name)
    if card.channel == Channel.PHONE:
        return LockScreen("A phone call", "", "", "Nothing is sent: somebody calls.")
    if reason := gates.unreachable(card):
        return LockScreen("Nothing", "", "", f"Nothing is sent: {reason}.")
    if gates.channel_for(card) == Channel.TEXT:
        words = text.words(practice.display_name, f"{settings.SITE_URL}/s/{'…' * 3}")
        return LockScreen("A text", settings.TWILIO_FROM, "", words)
    body = render_to_string("messages/news.txt", {"name": name, "link": "", "stop": ""})
    return LockScreen("E-mail", name, f"A message from {name}", body.strip().splitlines()[0])

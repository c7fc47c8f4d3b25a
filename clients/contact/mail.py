"""The words of a message: fixed, neutral, the same for everybody. A message is a postcard."""

from contextlib import suppress
from email.utils import formataddr
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string

from clients.contact import attachments
from clients.contact.models import Message
from practice import neutral
from practice.models import Practice
from practice.wording import spoken_time

_SUBJECTS = {
    Message.Template.BOOKED: "Your appointment",
    Message.Template.MOVED: "Your appointment",
    Message.Template.CALLED_OFF: "Your appointment",
    Message.Template.NEWS: "A message from {name}",
    Message.Template.REMINDER: "Please confirm",
    Message.Template.SOON: "Your appointment",
    Message.Template.INVITED: "A message from {name}",
    Message.Template.STATE_OPENS: "A message from {name}",
}
NEUTRAL_NAME = "The office"
# Where a message leads: who only left an address has no code, and no visit.
_LINK, _LINK_WITHOUT_CODE = "s", "told"


class Letter(EmailMultiAlternatives):
    """An e-mail that can be put together ahead of being handed over."""

    _whole: Any = None

    def put_together(self) -> None:
        """Do now what is to be done for it anyway. What is wrong with it is said when it goes."""
        if self._whole:
            return
        with suppress(Exception):
            whole: Any = super().message()
            whole.as_bytes = cache(whole.as_bytes)
            whole.as_bytes(linesep="\r\n")
            self._whole = whole

    def message(self, **options: Any) -> Any:
        return self._whole or super().message(**options)


def compose(message: Message, address: str, token: str, practice: Practice) -> "Letter":
    """The e-mail of this outbox row. Its Message-ID stays the same on every try.

    Raises ValidationError where the address isn't exactly one.
    """
    validate_email(address)
    name = sender_name(practice.display_name)
    link = private_address(message, token)
    stop = f"{settings.SITE_URL}/stop/{token}"
    zone = ZoneInfo(message.client.time_zone)
    context = {
        "name": name,
        "link": link,
        "stop": stop if message.is_follow_up else "",
        "when": spoken_time(message.tells_time, zone) if message.tells_time else "",
    }
    sender = settings.DEFAULT_FROM_EMAIL
    mail = Letter(
        subject=_SUBJECTS[Message.Template(message.template)].format(name=name),
        body=render_to_string(f"messages/{message.template}.txt", context),
        from_email=formataddr((name, sender)),
        to=[address],
        headers=_headers(message, sender, stop),
    )
    mail.attach_alternative(
        render_to_string(f"messages/{message.template}.html", context), "text/html"
    )
    if file := attachments.of(message):
        mail.attach(file.as_part())
    # What a provider's notices name it by; without a provider nobody reads it.
    mail.metadata = {"message": str(message.pk)}  # type: ignore[attr-defined]
    return mail


def sender_name(display_name: str) -> str:
    """Who a message is from: one line, which says what it says without being decoded.

    A name that would tell what this is about is left at home.
    """
    name = " ".join(display_name.replace("=?", " ").split())
    return NEUTRAL_NAME if neutral.risky_words(name) else name


def private_address(message: Message, token: str) -> str:
    """The address of the message's private link."""
    leads = _LINK_WITHOUT_CODE if message.template == Message.Template.STATE_OPENS else _LINK
    return f"{settings.SITE_URL}/{leads}/{token}"


def _headers(message: Message, sender: str, stop: str) -> dict[str, str]:
    headers = {
        "Message-ID": f"<{message.pk}@{sender.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
    }
    if message.is_follow_up:
        headers["List-Unsubscribe"] = f"<{stop}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers

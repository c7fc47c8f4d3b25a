"""The words of a text message: one fixed sentence, in letters that make one text of it."""

import unicodedata
from dataclasses import dataclass

import phonenumbers
from django.conf import settings
from phonenumbers import NumberParseException, PhoneNumberType

from clients.contact import mail
from clients.contact.models import Message
from practice.models import Practice

WORDS = "{name}: you have a message. {link} Reply STOP to opt out, HELP for help."
LONGEST = 160
# The letters of GSM 03.38 that count as one; among them all of ours.
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DEARER = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)


class NoTexts(Exception):
    """No text message can or may go to this number."""


class TooLong(Exception):
    """The address of the product is so long that a link doesn't fit into one text."""


@dataclass(frozen=True)
class TextMessage:
    """A text as it is handed over. `reference` is the part of it that no other text has."""

    message_id: str
    to: str
    body: str
    reference: str
    may_have_arrived: bool


def number_of(phone: str) -> str:
    """The number as +12125550134. Raises NoTexts where it isn't an ordinary one in the country."""
    try:
        number = phonenumbers.parse(phone, "US")
    except NumberParseException as error:
        raise NoTexts from error
    ordinary = phonenumbers.number_type(number) not in _DEARER
    at_home = phonenumbers.region_code_for_number(number) == "US"
    if not (phonenumbers.is_valid_number(number) and at_home and ordinary):
        raise NoTexts
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def can_be_sent_to(phone: str) -> bool:
    """Whether a text may go to this number."""
    try:
        return bool(number_of(phone))
    except NoTexts:
        return False


def compose(message: Message, phone: str, token: str, practice: Practice) -> TextMessage:
    """The text of this outbox row; the same on every try. Raises NoTexts, TooLong."""
    link = mail.private_address(message, token)
    return TextMessage(
        message_id=str(message.pk),
        to=number_of(phone),
        body=words(practice.display_name, link),
        reference=token,
        may_have_arrived=message.uncertain_count > 0,
    )


def words(display_name: str, link: str) -> str:
    """What the text says. A long name is cut, so that it stays one text."""
    name = _plain(mail.sender_name(display_name))
    room = LONGEST - len(WORDS.format(name="", link=link))
    if room < 1:
        raise TooLong
    return WORDS.format(name=name[:room].rstrip(), link=link)


def _plain(name: str) -> str:
    """In letters that don't make two texts of one."""
    if set(name) <= GSM_7:
        return name
    decomposed = unicodedata.normalize("NFKD", name).replace("’", "'")
    return "".join(letter for letter in decomposed if letter in GSM_7)


def is_offered() -> bool:
    """Whether the practice has a provider for text messages."""
    return bool(settings.TWILIO_ACCOUNT_SID)

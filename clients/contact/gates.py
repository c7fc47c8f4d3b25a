"""The last questions before a message leaves, asked in the transaction that commits it to go."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from clients.contact import outbox, window
from clients.contact.models import Channel, ContactCard, Message, Purpose, State
from practice.models import Practice


@dataclass(frozen=True)
class Go:
    """Nothing stands in the way."""


@dataclass(frozen=True)
class Wait:
    """Not before that moment."""

    until: datetime


@dataclass(frozen=True)
class End:
    """It doesn't go."""

    state: State
    reason: str


Decision = Go | Wait | End

# A reason that ends so asks a person to do what a message can't.
CALL = ": please call"

# Apps above add what only they know, by the purpose of a message: is its session still on, may
# this reader still see it. A function returns a reason not to send, a moment to wait for, or an
# empty string where nothing speaks against it.
Ask = Callable[[Message], str | Wait] | Callable[[Message], str]
_Ask = TypeVar("_Ask", bound=Ask)
_BY_PURPOSE: dict[str, Ask] = {}


def gate(purpose: str) -> Callable[[_Ask], _Ask]:
    """Decorator: ask this function before a message of that purpose goes."""

    def add(ask: _Ask) -> _Ask:
        _BY_PURPOSE[purpose] = ask
        return ask

    return add


# Asked before every follow-up, whatever its purpose.
_OF_FOLLOW_UPS: list[Ask] = []


def before_follow_ups(ask: _Ask) -> _Ask:
    """Decorator: ask this function too before any message between sessions goes."""
    _OF_FOLLOW_UPS.append(ask)
    return ask


_AT_DEPARTURE: dict[str, Callable[[Message], None]] = {}


def departure(purpose: str) -> Callable[[Callable[[Message], None]], Callable[[Message], None]]:
    """Decorator: do this in the transaction that commits a message of that purpose to go."""

    def add(act: Callable[[Message], None]) -> Callable[[Message], None]:
        _AT_DEPARTURE[purpose] = act
        return act

    return add


def depart(message: Message) -> None:
    """The message goes: let the app it belongs to do what goes with it."""
    act = _AT_DEPARTURE.get(message.purpose)
    if act:
        act(message)


def decide(message: Message, card: ContactCard, now: datetime, practice: Practice) -> Decision:
    """Whether the message goes now, later or never."""
    if now >= message.expires_at:
        return End(State.EXPIRED, "too late")
    answers = _answers(message, card)
    reason = next((each for each in answers if isinstance(each, str) and each), "")
    if reason:
        return End(State.SUPPRESSED, reason)
    hours = outbox.hours_for(message, practice)
    if hours is None:
        return End(State.SUPPRESSED, f"no safe hours{CALL}")
    earliest = max([now, *(each.until for each in answers if isinstance(each, Wait))])
    moment = window.next_safe_moment(earliest, ZoneInfo(message.client.time_zone), hours)
    return Go() if moment <= now else Wait(moment)


def _answers(message: Message, card: ContactCard) -> list[str | Wait]:
    """What each that is asked says; where the person or their card refuses, nobody else is."""
    if reason := _refusal(message, card):
        return [reason]
    asked = [*_OF_FOLLOW_UPS] if message.is_follow_up else []
    if message.purpose in _BY_PURPOSE:
        asked.append(_BY_PURPOSE[message.purpose])
    return [ask(message) for ask in asked]


def _refusal(message: Message, card: ContactCard) -> str:
    if card.suspended_at:
        return "contact is suspended"
    if card.channel == Channel.PHONE:
        return f"prefers a call{CALL}"
    if not card.email or not card.email_is_safe:
        return f"no safe e-mail{CALL}"
    if message.is_follow_up and card.follow_ups_stopped_at:
        return "the person asked us to stop"
    return "" if _agreed(message) else "no consent"


def _agreed(message: Message) -> bool:
    if message.template == Message.Template.INVITED:
        return True  # one message, which asks whether there may be more
    purpose = Purpose.FOLLOW_UPS if message.is_follow_up else Purpose.EMAIL
    agreed = message.client.consents.filter(purpose=purpose, withdrawn_at=None)
    return agreed.exists()

"""The last questions before a message leaves.

What can be asked for many is asked for some at once, a moment before; the rest for each by itself,
right before it is marked as going. Whoever changes an answer meanwhile marks the message or its
person's card in the same transaction, and then it doesn't go on what was asked: a stop ends it,
everything else lets it be asked again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from clients.contact import outbox, text, window
from clients.contact.models import Channel, Consent, ContactCard, Message, Purpose, State
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


# Asked before follow-ups go, whatever their purpose: what speaks against which of these, by id.
AskOfMany = Callable[[Sequence[Message]], Mapping[UUID, str | Wait]]
_OF_FOLLOW_UPS: list[AskOfMany] = []


def before_follow_ups(ask: AskOfMany) -> AskOfMany:
    """Decorator: ask this function too before any messages between sessions go."""
    _OF_FOLLOW_UPS.append(ask)
    return ask


_AT_DEPARTURE: dict[str, Callable[[Message], None]] = {}


def departure(purpose: str) -> Callable[[Callable[[Message], None]], Callable[[Message], None]]:
    """Decorator: do this in the transaction that commits a message of that purpose to go."""

    def add(act: Callable[[Message], None]) -> Callable[[Message], None]:
        _AT_DEPARTURE[purpose] = act
        return act

    return add


def acts_at_departure(message: Message) -> bool:
    """Whether something goes with messages like this one."""
    return message.purpose in _AT_DEPARTURE


def depart(message: Message) -> None:
    """The message goes: let the app it belongs to do what goes with it."""
    act = _AT_DEPARTURE.get(message.purpose)
    if act:
        act(message)


@dataclass(frozen=True)
class Known:
    """What was asked for many messages at once."""

    agreed: Mapping[UUID, set[str]]  # by client: the purposes
    against: Mapping[UUID, Sequence[str | Wait]]  # by message


def ask_of_many(messages: Sequence[Message]) -> Known:
    """What is the same question for each of these."""
    follow_ups = [message for message in messages if message.is_follow_up]
    against = defaultdict(list)
    for ask in _OF_FOLLOW_UPS if follow_ups else ():
        for key, answer in ask(follow_ups).items():
            against[key].append(answer)
    return Known(_agreed_to(message.client_id for message in messages), against)


def _agreed_to(clients: Iterable[UUID]) -> Mapping[UUID, set[str]]:
    agreed = defaultdict(set)
    found = Consent.objects.filter(client__in=set(clients), withdrawn_at=None)
    for client, purpose in found.values_list("client", "purpose"):
        agreed[client].add(purpose)
    return agreed


def decide(
    message: Message, card: ContactCard, now: datetime, practice: Practice, known: Known
) -> Decision:
    """Whether the message goes now, later or never."""
    if now >= message.expires_at:
        return End(State.EXPIRED, "too late")
    answers = _answers(message, card, known)
    reason = next((each for each in answers if isinstance(each, str) and each), "")
    if reason:
        return End(State.SUPPRESSED, reason)
    hours = outbox.hours_for(message, practice)
    if hours is None:
        return End(State.SUPPRESSED, f"no safe hours{CALL}")
    earliest = max([now, *(each.until for each in answers if isinstance(each, Wait))])
    zone = ZoneInfo(message.client.time_zone)
    moment = window.next_safe_moment(now, zone, hours)
    if moment >= message.expires_at:
        return End(State.SUPPRESSED, f"no safe hour left{CALL}")
    if earliest > now:
        moment = window.next_safe_moment(earliest, zone, hours)
    return Go() if moment <= now else Wait(moment)


def _answers(message: Message, card: ContactCard, known: Known) -> list[str | Wait]:
    """What each that is asked says; where the person or their card refuses, nobody else is."""
    if reason := _refusal(message, card, known):
        return [reason]
    answers = [*known.against.get(message.pk, ())]
    if ask := _BY_PURPOSE.get(message.purpose):
        answers.append(ask(message))
    return answers


def channel_for(card: ContactCard) -> Channel:
    """By which way a message goes to this person now, where one may go at all."""
    return Channel.TEXT if card.channel == Channel.TEXT else Channel.EMAIL


def _refusal(message: Message, card: ContactCard, known: Known) -> str:
    if card.suspended_at:
        return "contact is suspended"
    if card.everything_stopped_at:
        return "the person asked us to stop"
    if card.channel == Channel.PHONE:
        return f"prefers a call{CALL}"
    if reason := unreachable(card):
        return reason
    if message.is_follow_up and card.follow_ups_stopped_at:
        return "the person asked us to stop"
    return "" if _agreed(message, card, known) else "no consent"


def unreachable(card: ContactCard) -> str:
    """Why no message can reach this person by the way they chose; empty where one can."""
    if channel_for(card) == Channel.EMAIL:
        if not card.email or not card.email_is_safe:
            return f"no safe e-mail{CALL}"
        return f"e-mail comes back{CALL}" if card.email_failed_at else ""
    if card.texts_stopped_at:
        return f"they want no texts{CALL}"
    if not text.is_offered() or not text.can_be_sent_to(card.phone):
        return f"no number for texts{CALL}"
    return f"texts don’t arrive{CALL}" if card.phone_failed_at else ""


def _agreed(message: Message, card: ContactCard, known: Known) -> bool:
    by_text = channel_for(card) == Channel.TEXT
    if message.template == Message.Template.INVITED and not by_text:
        return True  # one message, which asks whether there may be more
    needed = {Purpose.SMS} if by_text else set()
    if message.is_follow_up:
        needed.add(Purpose.FOLLOW_UPS)
    elif not by_text:
        needed.add(Purpose.EMAIL)
    return needed <= known.agreed.get(message.client_id, set())

"""What people answer to a text, and what becomes of it: nothing of their words is kept."""

from datetime import timedelta

from django.db import transaction

from clients.contact import cards, mail
from clients.contact.models import ContactCard, Purpose
from clients.contact.plain_words import Wish, wish_of
from clients.models import Client
from practice import clock
from practice.audit import trail
from practice.audit.models import ActorKind, Verb
from practice.models import Practice

_A_DAY = timedelta(days=1)
_STOPPED = "{name}: no more texts will come. Reply START if you want them again."
_STARTED = "{name}: texts may come again. Reply STOP to opt out, HELP for help."
_HELP = (
    "{name}: nobody reads texts here{phone}. In an emergency call 911 or 988. "
    "Reply STOP to opt out."
)


@transaction.atomic
def take(phone: str, words: str, *, network: str) -> str:
    """Do what a text from this number asks for; returns the one text that answers it, or ""."""
    found = Client.objects.filter(card__phone_index=cards.index_of_phone(phone)).order_by("pk")
    people = list(found) if phone else []
    wish = wish_of(words)
    if wish == Wish.STOP:
        # Two people may share a phone: whoever holds it speaks for it.
        stopped = [_stop(client, network) for client in people]
        return _said(_STOPPED) if any(stopped) else ""
    if wish == Wish.START:
        started = [_start(client, network) for client in people]
        return _said(_STARTED) if any(started) else ""
    return _help(people, always=wish == Wish.HELP)


def _stop(client: Client, network: str) -> bool:
    stopped = cards.stop_texts(client)
    if stopped:
        _record(client, network, "stop by text")
    return stopped


def _start(client: Client, network: str) -> bool:
    """Only who had them before: a text from a stranger's phone agrees to nothing."""
    if ContactCard.objects.filter(pk=client.pk, texts_stopped_at=None).exists():
        return False
    cards.start(client, Purpose.SMS, network=network)
    _record(client, network, "start by text")
    return True


def _help(people: list[Client], *, always: bool) -> str:
    """Answered once a day at most, so that two machines never answer each other for ever."""
    now = clock.now()
    rows = ContactCard.objects.filter(pk__in=people)
    for card in rows.select_for_update().order_by("pk"):
        if always or card.text_answered_at is None or card.text_answered_at < now - _A_DAY:
            rows.update(text_answered_at=now)
            return _said(_HELP)
    return ""


def _said(words: str) -> str:
    practice = Practice.current()
    phone = f", please call {practice.phone}" if practice.phone else ""
    return words.format(name=mail.sender_name(practice.display_name), phone=phone)


def _record(client: Client, network: str, note: str) -> None:
    by = trail.Actor(ActorKind.CLIENT, str(client.pk), network=network)
    trail.record(Verb.CHANGE, client, by=by, client_id=client.pk, note=note)

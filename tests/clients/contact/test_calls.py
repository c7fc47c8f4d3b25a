"""Whom a message doesn't reach: a person calls, and says so."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from clients.contact import calls, sending
from clients.contact.models import Channel, Message, State
from clients.models import Client
from practice.audit import trail
from practice.audit.models import Entry
from tests.cast import Cast, make_client, make_message


@pytest.fixture
def paula(cast: Cast) -> Client:
    """Somebody who wants to be called."""
    return make_client("Paula", phone="212-555-0177", channel=Channel.PHONE)


def waiting() -> list[Message]:
    return list(Message.objects.filter(calls.needed()))


def test_a_message_to_somebody_who_prefers_a_call_asks_for_one(paula: Client) -> None:
    message = make_message(paula)
    assert waiting() == []
    sending.tick()
    assert waiting() == [message]


def test_once_somebody_called_nothing_more_is_asked(paula: Client) -> None:
    message = make_message(paula)
    sending.tick()
    assert calls.done(paula, by=trail.SYSTEM) == 1
    assert waiting() == []
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.SUPPRESSED, calls.CALLED)
    assert list(message.steps.all())[-1].reason == calls.CALLED
    assert Entry.objects.filter(client_id=str(paula.pk), note=calls.CALLED).count() == 1
    assert calls.done(paula, by=trail.SYSTEM) == 0


def test_what_no_longer_holds_needs_no_call(
    paula: Client, now: datetime, travel: Callable[[datetime], None]
) -> None:
    message = make_message(paula)
    sending.tick()
    travel(message.expires_at + timedelta(seconds=1))
    assert waiting() == []


@pytest.mark.parametrize("state", [State.DEAD, State.UNCERTAIN])
def test_what_could_not_be_delivered_asks_for_a_call_too(cast: Cast, state: State) -> None:
    message = make_message(cast.hanna.client)
    Message.objects.filter(pk=message.pk).update(state=State.CLAIMED)
    Message.objects.filter(pk=message.pk).update(state=State.SENDING)
    Message.objects.filter(pk=message.pk).update(state=state, next_try_at=None)
    assert waiting() == [message]
    calls.done(cast.hanna.client, by=trail.SYSTEM)
    assert waiting() == []

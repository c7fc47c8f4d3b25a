"""What the database itself keeps about messages, whoever writes to it."""

import pytest
from django.db import IntegrityError, connection, transaction

from clients.contact.models import Message, State
from tests.cast import make_message

ENDED = [State.SENT, State.SUPPRESSED, State.CANCELED, State.EXPIRED, State.DEAD]
_WAYS = {State.SENT: [State.CLAIMED, State.SENDING, State.SENT]}


def update(message: Message, change: str) -> None:
    """By hand, past every rule of the code."""
    with transaction.atomic(), connection.cursor() as cursor:
        row = message.pk.hex if connection.vendor == "sqlite" else str(message.pk)
        cursor.execute(f"UPDATE contact_message SET {change} WHERE id = %s", [row])
        assert cursor.rowcount == 1


def bring_to(message: Message, state: State) -> None:
    for step in _WAYS.get(state, [state]):
        update(message, f"state = '{step.value}'")


@pytest.mark.parametrize("ended", ENDED)
@pytest.mark.parametrize("then", [State.DUE, State.CLAIMED, State.SENDING, State.UNCERTAIN])
def test_no_sql_takes_an_ended_message_back_on_its_way(hanna, ended, then):
    message = make_message(hanna)
    bring_to(message, ended)
    with pytest.raises(IntegrityError, match="contact_message_"):
        update(message, f"state = '{then.value}'")
    message.refresh_from_db()
    assert message.state == ended


@pytest.mark.parametrize("before", [State.DUE, State.CLAIMED, State.UNCERTAIN])
def test_nothing_is_called_sent_that_was_not_being_sent(hanna, before):
    message = make_message(hanna)
    bring_to(message, before)
    with pytest.raises(IntegrityError, match="moves_are_legal"):
        update(message, "state = 'sent'")


@pytest.mark.parametrize("before", [State.DUE, State.UNCERTAIN])
def test_nothing_is_sent_that_was_not_claimed(hanna, before):
    message = make_message(hanna)
    bring_to(message, before)
    with pytest.raises(IntegrityError, match="moves_are_legal"):
        update(message, "state = 'sending'")


def test_the_fence_never_goes_back(hanna):
    message = make_message(hanna)
    update(message, "fence = 5")
    with pytest.raises(IntegrityError, match="moves_are_legal"):
        update(message, "fence = 4")


def test_a_sent_message_may_still_be_written_to(hanna):
    message = make_message(hanna)
    bring_to(message, State.SENT)
    update(message, "reason = 'seen by a person'")


def test_two_messages_can_t_have_one_key(hanna):
    first, second = make_message(hanna), make_message(hanna)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=second.pk).update(key=first.key)

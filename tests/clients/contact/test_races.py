"""Two connections at the same row: on both databases, with real transactions."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import time, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from clients.contact import cards, gates, outbox, sending
from clients.contact.models import ContactCard, Message, MessageStep, State
from tests.cast import make_message
from tests.clients.contact.at_once import at_once, own_connection

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
ROUNDS = 8
LATER = timedelta(days=1)
Act = Callable[[], Any]


def test_the_same_intent_queued_from_two_connections_is_one_message(hanna):
    for number in range(ROUNDS):
        key = f"twice:{number}"
        first, second = at_once(*[lambda key=key: make_message(hanna, key=key)] * 2)
        assert first.pk == second.pk
    assert Message.objects.count() == MessageStep.objects.count() == ROUNDS


def test_two_ticks_at_once_send_each_of_fifty_messages_exactly_once(hanna, sink):
    for _ in range(50):
        make_message(hanna)
    sent = at_once(*[sending.tick] * 2)
    while Message.objects.filter(state=State.DUE).exists():
        sent.append(sending.tick())
    assert sum(sent) == 50
    assert Counter(mail["Message-ID"] for mail in sink.mails).most_common(1)[0][1] == 1
    assert len(sink.mails) == 50
    assert set(Message.objects.values_list("state", "attempt")) == {("sent", 1)}


def test_ten_ticks_at_once_claim_a_message_once(hanna, now):
    message = make_message(hanna)
    claims = at_once(*[lambda: sending.claim(now)] * 10)
    assert [claim.id for taken in claims for claim in taken] == [message.pk]


def test_a_stop_that_comes_first_is_heard_by_a_tick_that_waits_for_it(hanna, now, sink, caplog):
    """The sender has claimed the row; the stop has the card before the sender's last questions."""
    make_message(hanna)
    claims = sending.claim(now)
    stopping, never = threading.Event(), threading.Event()

    def stop() -> None:
        with transaction.atomic():
            ContactCard.objects.select_for_update().get(client=hanna)
            stopping.set()
            never.wait(0.3)  # long enough for the sender to come to the lock
            cards.stop_follow_ups(hanna)

    def send() -> int:
        stopping.wait(10)
        return sending.send_claimed(claims)

    assert at_once(stop, send)[1] == 0
    assert sink.mails == []
    assert Message.objects.get().state == State.SUPPRESSED
    # Nor did the two hold what the other wanted, until the database broke one of them off.
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.fixture
def meanwhile(monkeypatch) -> Callable[[Act], None]:
    """What happens on another connection between a message's last question and its mark."""

    def happens(act: Act) -> None:
        def ask(message: Message) -> str:
            monkeypatch.delitem(gates._BY_PURPOSE, "asked")
            at_once(act)
            return ""

        monkeypatch.setitem(gates._BY_PURPOSE, "asked", ask)

    return happens


@pytest.mark.parametrize("halt", [cards.stop_follow_ups, cards.stop_everything, cards.suspend])
def test_a_stop_between_the_questions_and_the_mark_is_heard(hanna, halt, sink, meanwhile):
    meanwhile(lambda: halt(hanna))
    make_message(hanna, purpose="asked")
    assert [sending.tick(), sending.tick()] == [0, 0]
    assert sink.mails == []
    assert Message.objects.get().state == State.SUPPRESSED


def test_an_address_that_changed_after_the_questions_is_the_one_it_goes_to(hanna, sink, meanwhile):
    moved = cards.Contact(email="new@example.com")
    meanwhile(lambda: cards.change(hanna, moved))
    make_message(hanna, purpose="asked")
    assert [sending.tick(), sending.tick()] == [0, 1]
    assert [attempt.recipient for attempt in sink.attempts] == ["new@example.com"]
    assert Message.objects.get().attempt == 1


def test_hours_that_changed_after_the_questions_count(hanna, now, sink, meanwhile):
    named = cards.Contact(email="hanna@example.com", safe_hours=(time(18), time(19)))
    meanwhile(lambda: cards.change(hanna, named))
    make_message(hanna, purpose="asked")
    assert [sending.tick(), sending.tick()] == [0, 0]
    assert Message.objects.get().next_try_at > now


def test_what_was_let_go_after_the_questions_is_asked_again(hanna, sink, meanwhile):
    meanwhile(lambda: outbox.ask_again(Message.objects.filter(client=hanna)))
    make_message(hanna, purpose="asked")
    assert [sending.tick(), sending.tick()] == [0, 1]


def test_a_stop_that_comes_with_the_mark_waits_for_it_and_the_message_goes(
    hanna, now, sink, monkeypatch
):
    """What goes with the message is being done when the person says stop."""
    marked, go_on = threading.Event(), threading.Event()

    def act(message: Message) -> None:
        marked.set()
        go_on.wait(10)

    monkeypatch.setitem(gates._AT_DEPARTURE, "slow", act)
    make_message(hanna, purpose="slow")
    sender = threading.Thread(target=own_connection(sending.tick))
    sender.start()
    assert marked.wait(10)
    stopper = threading.Thread(target=own_connection(lambda: cards.stop_follow_ups(hanna)))
    stopper.start()
    stopper.join(0.3)
    assert stopper.is_alive()
    go_on.set()
    sender.join(10)
    stopper.join(10)
    assert not stopper.is_alive()
    assert len(sink.mails) == 1
    assert Message.objects.get().state == State.SENT
    hanna.card.refresh_from_db()
    assert hanna.card.follow_ups_stopped_at == now


@pytest.mark.parametrize("halt", [cards.stop_follow_ups, cards.suspend])
def test_nothing_goes_after_a_halt_has_committed_however_it_meets_the_tick(hanna, halt, sink):
    """Neither waits for the other for ever, and what the halt left unsent stays unsent."""
    for _ in range(ROUNDS):
        cards.resume(hanna)
        hanna.card.refresh_from_db()
        hanna.card.follow_ups_stopped_at = None
        hanna.card.save()
        waiting = [make_message(hanna).pk for _ in range(5)]
        at_once(lambda: halt(hanna), sending.tick)
        handed_over = len(sink.mails)
        assert sending.tick() == 0
        assert len(sink.mails) == handed_over
        states = Counter(Message.objects.filter(pk__in=waiting).values_list("state", flat=True))
        assert states[State.SENT] + states[State.SUPPRESSED] == 5
    assert len(sink.mails) == Message.objects.filter(state=State.SENT).count()


def test_two_who_take_back_a_lost_claim_count_its_uncertainty_once(hanna, now, travel):
    make_message(hanna)
    [one] = sending.claim(now)
    Message.objects.update(state=State.SENDING, lease_until=now)
    later = now + timedelta(minutes=10)
    travel(later)
    at_once(*[lambda: sending.release_lost_claims(later)] * 4)
    message = Message.objects.get()
    assert (message.state, message.uncertain_count, message.fence) == ("uncertain", 1, one.fence)


def test_a_message_is_either_postponed_or_sent(hanna, now, sink):
    later = now + timedelta(days=1)
    for _ in range(ROUNDS):
        message = make_message(hanna)
        postpone = partial(outbox.postpone, message, later, later + LATER)
        moved, _ = at_once(postpone, sending.tick)
        message.refresh_from_db()
        assert message.state == (State.DUE if moved else State.SENT)


def test_the_tick_claims_past_rows_that_another_holds(hanna, now):
    """On PostgreSQL no tick waits for the row that another is busy with; SQLite takes turns."""
    held, free = make_message(hanna), make_message(hanna)
    if connection.vendor != "postgresql":
        assert len(sending.claim(now)) == 2
        return
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Message.objects.select_for_update().get(pk=held.pk)
            holding.set()
            done.wait(10)

    def claim() -> list[object]:
        holding.wait(10)
        try:
            return [one.id for one in sending.claim(now)]
        finally:
            done.set()

    assert at_once(hold, claim)[1] == [free.pk]

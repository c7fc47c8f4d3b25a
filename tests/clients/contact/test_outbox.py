"""Putting messages on their way, and stopping them."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction

from clients.contact import outbox, sending
from clients.contact.cards import Contact, set_up
from clients.contact.models import Message, State
from clients.models import Client
from practice.models import Practice
from tests.cast import make_client, make_message

NIGHT = datetime(2026, 12, 3, 4, 0, tzinfo=UTC)  # 11 in the evening in New York


def test_a_second_call_with_the_same_key_returns_the_first_message(hanna):
    first = make_message(hanna, key="once")
    again = make_message(hanna, key="once", template=Message.Template.BOOKED)
    assert (again.pk, again.template) == (first.pk, Message.Template.NEWS)
    assert [step.state for step in first.steps.all()] == [State.DUE]


def test_a_message_rolls_back_with_the_change_that_caused_it(hanna):
    class Undone(Exception):
        pass

    def change_and_fail() -> None:
        with transaction.atomic():
            make_message(hanna)
            raise Undone

    with pytest.raises(Undone):
        change_and_fail()
    assert not Message.objects.exists()


def test_many_messages_of_one_transaction_ask_for_one_tick(
    hanna, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as asked:
        for _ in range(5):
            make_message(hanna)
        make_message(hanna, due_at=NIGHT)
    assert len(asked) == 1


def test_a_message_for_later_asks_for_no_tick(hanna, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as asked:
        make_message(hanna, due_at=NIGHT)
    assert asked == []


def test_a_broker_that_is_away_keeps_nothing_from_committing(
    hanna, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        make_message(hanna)
    assert Message.objects.get().state == State.DUE


def test_an_answer_to_their_own_act_ignores_the_practice_s_quiet_hours(hanna, sink, travel):
    travel(NIGHT)
    make_message(hanna, by_their_own_act=True)
    make_message(hanna)
    assert sending.tick() == 1


def test_an_answer_to_their_own_act_keeps_the_hours_they_named(cast, sink, travel):
    vera = make_client("Vera", safe_hours=(time(12), time(14)))
    travel(NIGHT)
    message = make_message(vera, by_their_own_act=True)
    assert sending.tick() == 0
    message.refresh_from_db()
    assert message.next_try_at == datetime(2026, 12, 3, 17, tzinfo=UTC)


def test_the_safe_moment_of_somebody_whose_hours_leave_nothing_is_none(cast, now):
    client = Client(name="Night Owl", created_at=now)
    client.save(force_insert=True)
    set_up(client, Contact("owl@example.com", safe_hours=(time(5), time(7))))
    assert outbox.safe_moment(now, client, Practice.current()) is None


def test_what_is_stopped_says_why_and_never_goes(hanna, now, sink):
    message = make_message(hanna)
    assert outbox.stop_about("note", hanna.pk, "no longer needed") == 1
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.CANCELED, "no longer needed")
    assert [step.state for step in message.steps.all()] == [State.DUE, State.CANCELED]
    assert sending.tick() == 0
    assert outbox.stop_about("note", hanna.pk, "again") == 0


def test_a_claimed_message_can_still_be_stopped(hanna, now, sink):
    message = make_message(hanna)
    claims = sending.claim(now)
    assert outbox.stop([message], State.CANCELED, "called off") == 1
    assert sending.send_claimed(claims) == 0
    assert sink.attempts == []


def test_a_sent_message_can_be_neither_stopped_nor_postponed(hanna, now, sink):
    message = make_message(hanna)
    sending.tick()
    assert outbox.stop([message], State.CANCELED, "too late") == 0
    assert not outbox.postpone(message, now, now + timedelta(days=1))
    message.refresh_from_db()
    assert message.state == State.SENT


def test_a_postponed_message_leaves_at_its_new_time(hanna, now, sink, travel):
    message = make_message(hanna)
    claims = sending.claim(now)
    tomorrow = now + timedelta(days=1)
    assert outbox.postpone(message, tomorrow, tomorrow + timedelta(days=2))
    assert sending.send_claimed(claims) == sending.tick() == 0
    travel(tomorrow)
    assert sending.tick() == 1


def test_what_may_have_arrived_is_not_given_another_time(hanna, now):
    message = make_message(hanna)
    Message.objects.update(state=State.CLAIMED)
    Message.objects.update(state=State.UNCERTAIN, uncertain_count=2, next_try_at=None)
    assert not outbox.postpone(message, now, now + timedelta(days=1))
    message.refresh_from_db()
    assert (message.state, message.next_try_at) == (State.UNCERTAIN, None)

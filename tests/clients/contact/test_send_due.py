"""Sending without Celery and its broker."""

import signal

import pytest
from django.core.management import call_command
from django.db import DatabaseError

from clients.contact import sending
from clients.contact.management.commands import send_due
from clients.contact.models import Message, State
from tests.cast import make_message

# The loop gives its connection back after each tick: that is no place for a test's transaction.
alone = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_one_tick_says_what_it_sent(hanna, sink, capsys):
    make_message(hanna)
    call_command("send_due")
    call_command("send_due")
    assert capsys.readouterr().out == "Sent: 1\nSent: 0\n"


@alone
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_loop_finishes_what_it_began_and_stops_when_told(
    hanna, sink, settings, monkeypatch, capsys, number
):
    settings.TICK_SECONDS = 0.01
    make_message(hanna)
    handlers = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    hand_over = sending._hand_over

    def be_told_to_stop(*arguments):
        signal.raise_signal(number)
        return hand_over(*arguments)

    monkeypatch.setattr(sending, "_hand_over", be_told_to_stop)
    try:
        call_command("send_due", "--loop")
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)
    assert capsys.readouterr().out == "Stopped.\n"
    assert Message.objects.get().state == State.SENT


@alone
def test_a_database_that_is_away_for_a_while_doesn_t_end_the_loop(monkeypatch):
    def fail() -> int:
        raise DatabaseError

    monkeypatch.setattr(sending, "tick", fail)
    send_due.tick_or_tell()


def test_the_task_that_celery_wakes_is_one_tick(hanna, sink):
    from clients.contact.tasks import send_due as task

    make_message(hanna)
    task.apply().get()
    assert Message.objects.get().state == State.SENT

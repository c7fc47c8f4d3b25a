"""The tick against a mail server that takes, puts off, refuses, hangs, drops or is away."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection

from clients.contact import gates, sending, upcoming
from clients.contact.models import Heartbeat, Message, State
from clients.contact.results import Result
from clients.contact.sending import BACKOFF, Gone
from practice.models import Practice
from tests.cast import make_message
from tests.conftest import NOW
from tests.smtp_sink import Answer

HANNA = "hanna@example.com"


def life(message: Message) -> list[str]:
    return [step.state for step in message.steps.all()]


def again(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def set_off(one: upcoming.Claim) -> sending.Departing | None:
    """As far as the mail server, which hears nothing of it."""
    practice = Practice.current()
    return sending._commit_to_send(one, upcoming.Questions([one], practice))


def test_a_message_is_sent_once(hanna, now, sink):
    message = make_message(hanna)
    assert [sending.tick() for _ in range(3)] == [1, 0, 0]
    message = again(message)
    assert (message.state, message.attempt, message.sent_at) == (State.SENT, 1, now)
    assert life(message) == ["due", "sending", "sent"]
    assert len(sink.mails) == 1


def test_sending_is_committed_before_the_mail_server_hears_of_it(hanna, now, sink):
    message = make_message(hanna)
    [one] = sending.claim(now)
    assert set_off(one)
    assert again(message).state == State.SENDING
    assert sink.attempts == []


def test_put_off_it_is_tried_again_after_a_pause_and_then_sent(hanna, now, sink, travel):
    sink.answers(HANNA, Answer.BUSY)
    message = make_message(hanna)
    assert sending.tick() == 0
    message = again(message)
    assert (message.state, message.reason) == (State.DUE, "put off with 451")
    assert message.next_try_at
    assert BACKOFF[0] <= message.next_try_at - now <= BACKOFF[0] * 1.2
    travel(message.next_try_at - timedelta(seconds=1))
    assert sending.tick() == 0
    travel(message.next_try_at)
    assert sending.tick() == 1
    message = again(message)
    assert (message.state, message.attempt, message.reason) == (State.SENT, 2, "")
    assert life(message) == ["due", "sending", "due", "sending", "sent"]
    assert len(sink.mails) == 1


def test_the_pauses_grow_and_the_sixth_refusal_is_the_last(hanna, now, sink, travel):
    sink.answers(HANNA, *[Answer.BUSY] * 9)
    message = make_message(hanna)
    moment = now
    for pause in BACKOFF:
        sending.tick()
        tried = again(message)
        assert tried.next_try_at
        assert pause <= tried.next_try_at - moment <= pause * 1.2
        moment = tried.next_try_at
        travel(moment)
    sending.tick()
    message = again(message)
    assert (message.state, message.attempt, message.token) == (State.DEAD, 6, "")
    travel(now + timedelta(days=1))
    assert sending.tick() == 0
    assert len(sink.attempts) == 6


@pytest.mark.parametrize("answer", [Answer.REFUSE, Answer.REFUSE_AFTER_DATA])
def test_refused_for_good_it_is_not_tried_again(hanna, now, sink, travel, answer):
    sink.answers(HANNA, answer)
    message = make_message(hanna)
    sending.tick()
    travel(now + timedelta(hours=6))
    sending.tick()
    message = again(message)
    assert (message.state, message.attempt, message.token) == (State.DEAD, 1, "")
    assert message.reason in ("refused with 550", "refused with 554")
    assert len(sink.attempts) == 1
    assert sink.mails == []


def test_dropped_after_the_dot_it_is_tried_once_more_in_half_an_hour_and_then_left(
    hanna, now, sink, travel
):
    sink.answers(HANNA, Answer.DROP, Answer.DROP)
    message = make_message(hanna)
    assert sending.tick() == 0
    assert again(message).state == State.UNCERTAIN
    travel(now + timedelta(minutes=29, seconds=59))
    sending.tick()
    assert len(sink.attempts) == 1
    travel(now + timedelta(minutes=30))
    sending.tick()
    message = again(message)
    assert (message.state, message.uncertain_count) == (State.UNCERTAIN, 2)
    assert message.next_try_at is None
    for days in (1, 2, 3):
        travel(now + timedelta(days=days))
        assert sending.tick() == 0
    assert len({str(mail["Message-ID"]) for mail in sink.mails}) == 1
    assert len(sink.mails) == len(sink.attempts) == 2
    assert life(message) == ["due", "sending", "uncertain", "sending", "uncertain"]


def test_a_second_try_that_is_taken_ends_the_doubt(hanna, now, sink, travel):
    sink.answers(HANNA, Answer.DROP)
    message = make_message(hanna)
    sending.tick()
    travel(now + timedelta(minutes=30))
    assert sending.tick() == 1
    assert again(message).state == State.SENT


def test_a_server_that_never_answers_the_dot_leaves_it_uncertain(hanna, sink, settings):
    settings.EMAIL_TIMEOUT = 0.3
    sink.answers(HANNA, Answer.HANG)
    message = make_message(hanna)
    assert sending.tick() == 0
    assert again(message).state == State.UNCERTAIN


def test_dropped_before_the_text_it_certainly_did_not_go_and_is_tried_again(
    hanna, now, sink, travel
):
    sink.answers(HANNA, Answer.DROP_BEFORE_DATA, Answer.DROP_BEFORE_DATA)
    message = make_message(hanna)
    assert sending.tick() == 0
    message = again(message)
    assert (message.state, message.uncertain_count) == (State.DUE, 0)
    assert message.reason == "not handed over: SMTPServerDisconnected"[:40]
    for minutes in (2, 10):
        travel(now + timedelta(minutes=minutes))
        sending.tick()
    assert again(message).state == State.SENT
    assert len(sink.mails) == 1


@pytest.mark.parametrize(
    "answer", [Answer.BUSY, Answer.REFUSE, Answer.DROP, Answer.DROP_BEFORE_DATA]
)
def test_what_happens_to_one_holds_up_no_other(hanna, ian, sink, answer):
    sink.answers(HANNA, answer)
    make_message(hanna)
    for _ in range(3):
        make_message(ian)
    assert sending.tick() == 3
    assert len(sink.to("ian@example.com")) == 3


def test_while_the_server_is_down_all_wait_and_no_attempt_is_counted(hanna, ian, now, sink, travel):
    sink.stop()
    messages = [make_message(client) for client in (hanna, ian, hanna)]
    for minutes in range(4):
        travel(now + timedelta(minutes=minutes))
        assert sending.tick() == 0
    for message in map(again, messages):
        assert (message.state, message.attempt) == (State.DUE, 0)
        assert message.reason == "mail server unreachable"
        assert message.next_try_at == now + timedelta(minutes=4)
    sink.start()
    travel(now + timedelta(minutes=4))
    assert sending.tick() == 3
    assert {again(message).state for message in messages} == {State.SENT}


def test_the_doubt_about_a_message_outlasts_a_server_that_is_down(hanna, now, sink, travel):
    sink.answers(HANNA, Answer.DROP)
    message = make_message(hanna)
    sending.tick()
    sink.stop()
    travel(now + timedelta(minutes=30))
    sending.tick()
    message = again(message)
    assert (message.state, message.uncertain_count) == (State.UNCERTAIN, 1)
    sink.start()
    travel(now + timedelta(minutes=31))
    assert sending.tick() == 1
    assert len(sink.mails) == 2


def test_a_claim_that_died_is_taken_back_when_its_lease_ends(hanna, now, sink, travel):
    message = make_message(hanna)
    sending.claim(now)
    travel(now + sending.LEASE)
    assert sending.tick() == 0
    travel(now + sending.LEASE + timedelta(seconds=1))
    assert sending.tick() == 1
    assert again(message).attempt == 1


def test_a_worker_that_lost_its_lease_before_sending_sends_nothing(hanna, now, sink, travel):
    message = make_message(hanna)
    lost = sending.claim(now)
    travel(now + timedelta(minutes=6))
    assert sending.tick() == 1
    assert sending.send_claimed(lost) == 0
    assert len(sink.mails) == 1
    assert again(message).fence == 2


def test_a_claim_that_somebody_else_has_now_is_not_sent_by_who_had_it_before(
    hanna, now, sink, travel
):
    make_message(hanna)
    lost = sending.claim(now)
    travel(now + timedelta(minutes=6))
    sending.release_lost_claims(now + timedelta(minutes=6))
    taken = sending.claim(now + timedelta(minutes=6))
    assert sending.send_claimed(lost) == 0
    assert sink.attempts == []
    assert sending.send_claimed(taken) == 1


def test_a_worker_that_died_while_sending_leaves_an_uncertain_message(hanna, now, sink, travel):
    message = make_message(hanna)
    [one] = sending.claim(now)
    set_off(one)
    travel(now + sending.HANDOVER + timedelta(seconds=1))
    sending.tick()
    message = again(message)
    assert (message.state, message.reason) == (State.UNCERTAIN, "the sender stopped")
    travel(now + sending.HANDOVER + timedelta(minutes=31))
    assert sending.tick() == 1


@pytest.mark.parametrize("result", [Result(State.SENT), Result(State.DUE), Result(State.DEAD)])
def test_a_paused_worker_that_comes_back_overwrites_nothing(hanna, now, sink, travel, result):
    make_message(hanna)
    [one] = sending.claim(now)
    paused = set_off(one)
    assert paused
    for minutes in (3, 34):  # given up as uncertain, then sent by somebody else
        travel(now + timedelta(minutes=minutes))
        before = sending.tick(), list(Message.objects.values())
        sending._finish(Gone(paused.message, result))
        assert list(Message.objects.values()) == before[1]
    assert Message.objects.get().state == State.SENT
    assert Message.objects.get().steps.count() == 5


def test_a_paused_worker_can_t_end_the_second_try_of_another(hanna, now, sink, travel):
    make_message(hanna)
    [one] = sending.claim(now)
    paused = set_off(one)
    assert paused
    travel(now + timedelta(minutes=3))
    sending.tick()
    travel(now + timedelta(minutes=34))
    [second] = sending.claim(now + timedelta(minutes=34))
    set_off(second)
    sending._finish(Gone(paused.message, Result(State.SENT)))
    message = Message.objects.get()
    assert (message.state, message.fence) == (State.SENDING, 2)


def test_a_message_that_can_t_be_prepared_holds_up_no_other_and_dies_after_six_tries(
    hanna, ian, now, sink, travel, monkeypatch
):
    def fail(message: Message) -> str:
        raise ZeroDivisionError

    monkeypatch.setitem(gates._BY_PURPOSE, "poison", fail)
    poison = make_message(hanna, purpose="poison", due_at=now - timedelta(hours=1))
    make_message(ian)
    assert sending.tick() == 1
    poison = again(poison)
    assert (poison.state, poison.attempt) == (State.DUE, 1)
    assert poison.reason == "not prepared: ZeroDivisionError"
    for hours in range(1, 13):
        travel(now + timedelta(hours=hours))
        make_message(ian, by_their_own_act=True)
        assert sending.tick() == 1
    poison = again(poison)
    assert (poison.state, poison.attempt) == (State.DEAD, 6)
    assert [attempt.recipient for attempt in sink.attempts] == ["ian@example.com"] * 13


def test_what_the_database_could_not_do_is_no_attempt_of_the_message(
    hanna, ian, now, sink, travel, monkeypatch
):
    def fail(message: Message) -> str:
        raise OperationalError("the disk is full")

    monkeypatch.setitem(gates._BY_PURPOSE, "unlucky", fail)
    unlucky, other = make_message(hanna, purpose="unlucky"), make_message(ian)
    assert sending.tick() == 1
    assert (again(unlucky).state, again(unlucky).attempt) == (State.DUE, 0)
    assert again(other).state == State.SENT
    monkeypatch.delitem(gates._BY_PURPOSE, "unlucky")
    travel(now + sending.UNREACHABLE)
    assert sending.tick() == 1


def test_where_asking_about_all_at_once_fails_each_is_asked_about_alone(
    hanna, ian, sink, monkeypatch
):
    def fail(messages: Sequence[Message]) -> dict[UUID, str]:
        if poison in messages:
            raise KeyError
        return {}

    monkeypatch.setattr(gates, "_OF_FOLLOW_UPS", [fail])
    others = [make_message(ian) for _ in range(3)]
    poison = make_message(hanna)
    assert sending.tick() == 3
    assert again(poison).reason == "not prepared: KeyError"
    assert {again(each).attempt for each in others} == {1}


def test_what_goes_with_a_message_fails_with_it(hanna, ian, sink, monkeypatch):
    def fail(message: Message) -> None:
        Message.objects.filter(pk=message.pk).update(reason="half done")
        raise ZeroDivisionError

    monkeypatch.setitem(gates._AT_DEPARTURE, "poison", fail)
    poison = make_message(hanna, purpose="poison")
    make_message(ian)
    assert sending.tick() == 1
    assert again(poison).reason == "not prepared: ZeroDivisionError"
    assert sink.to(HANNA) == []


def test_a_tick_that_runs_out_of_time_gives_the_rest_back_uncounted(hanna, sink, monkeypatch):
    for _ in range(3):
        make_message(hanna)
    with monkeypatch.context() as slow:
        slow.setattr(sending, "ONE_TICK", -1)
        assert sending.tick() == 0
    assert set(Message.objects.values_list("state", "attempt")) == {(State.DUE, 0)}
    assert sending.tick() == 3


def test_the_oldest_go_first_and_a_tick_takes_no_more_than_its_batch(hanna, now):
    for minutes in (1, 3, 2):
        make_message(hanna, key=f"{minutes}", due_at=now - timedelta(minutes=minutes))
    taken = sending.claim(now, limit=2)
    keys = [Message.objects.get(pk=one.id).key for one in taken]
    assert keys == ["3", "2"]


def test_what_is_due_at_night_waits_until_nine(hanna, sink, travel):
    travel(datetime(2026, 12, 3, 4, 0, tzinfo=UTC))
    message = make_message(hanna)
    sending.tick()
    nine = datetime(2026, 12, 3, 14, 0, tzinfo=UTC)
    assert again(message).next_try_at == nine
    assert again(message).attempt == 0
    travel(nine)
    assert sending.tick() == 1


def test_every_move_that_was_made_is_a_legal_one(hanna, now, sink, travel):
    """One message each through every answer of the server, until all have ended."""
    for answer in Answer:
        if answer is not Answer.HANG:
            sink.answers(HANNA, answer)
            make_message(hanna)
            sending.tick()
    for minutes in range(0, 180, 5):
        travel(now + timedelta(minutes=minutes))
        sending.tick()
    for message in Message.objects.all():
        states = [State(step.state) for step in message.steps.all()]
        for before, after in pairwise(states):
            # A claim is no step of its own.
            assert after in before.moves | State.CLAIMED.moves
    ended = [State.SENT, State.DEAD, State.SUPPRESSED]  # one recipient was refused for good
    assert not Message.objects.exclude(state__in=ended).exists()


def test_each_tick_says_that_it_ran(hanna, now, travel, sink):
    sending.tick()
    travel(now + timedelta(minutes=1))
    sending.tick()
    assert Heartbeat.objects.get(name="tick").at == now + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("index", "rows"),
    [
        ("contact_message_to_take", Message.objects.to_take(NOW).order_by("next_try_at")[:100]),
        (
            "contact_message_leased",
            Message.objects.filter(lease_until__lt=NOW, state="claimed").order_by("lease_until"),
        ),
    ],
)
@pytest.mark.django_db
def test_a_look_for_what_is_due_reads_no_row_that_has_gone(index: str, rows: Any) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # in a small table it is quicker
    assert index in rows.explain()

"""The life of each message, and what a person may do about it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.contact import again, calls, cards, gates, life, outbox, sending
from clients.contact.models import Message, State
from practice.audit import trail
from tests.cast import make_message
from tests.smtp_sink import Answer


def dead(client, sink, **facts) -> Message:
    sink.answers("hanna@example.com", Answer.REFUSE_AFTER_DATA)
    message = make_message(client, **facts)
    sending.tick()
    message.refresh_from_db()
    assert message.state == State.DEAD
    return message


def page(browser, shown: str = "person") -> str:
    return browser.get(reverse("messages:list"), {"shown": shown}).content.decode()


def test_the_owner_reads_times_and_states_and_no_name(cast, hanna, signed_in):
    make_message(hanna)
    text = page(signed_in(cast.olga), "waiting")
    assert "H. T." in text
    assert "Between sessions" in text
    assert "Hanna" not in text
    assert "Something to read" not in text


def test_a_counselor_reads_of_their_own_people_only(cast, hanna, signed_in):
    message = make_message(hanna)
    assert "Hanna Tester" in page(signed_in(cast.nora.user), "waiting")
    other = signed_in(cast.ida.user)
    assert "Hanna" not in page(other, "waiting")
    assert other.get(reverse("messages:life", args=[message.pk])).status_code == 404


def test_each_step_of_its_life_is_told(cast, hanna, sink, signed_in):
    message = make_message(hanna)
    sending.tick()
    text = signed_in(cast.olga).get(reverse("messages:life", args=[message.pk])).content.decode()
    assert [step.state for step in life.steps_of(message)] == ["due", "sending", "sent"]
    assert "Going out now" in text


def test_what_could_not_be_delivered_goes_again_as_a_message_of_its_own(cast, hanna, sink):
    message = dead(hanna, sink)
    another = again.send_again(message, by=trail.SYSTEM)
    assert sending.tick() == 1
    another.refresh_from_db()
    message.refresh_from_db()
    assert (another.state, another.purpose, another.subject_id) == (
        State.SENT,
        message.purpose,
        message.subject_id,
    )
    assert (message.state, message.reason) == (State.DEAD, calls.AGAIN)
    assert not Message.objects.filter(calls.needed()).exists()


def test_what_goes_again_asks_every_gate_again(hanna, sink):
    message = dead(hanna, sink)
    cards.stop_follow_ups(hanna)
    again.send_again(message, by=trail.SYSTEM)
    assert sending.tick() == 0


def test_what_is_of_no_use_any_more_goes_no_more(hanna, sink, now, travel):
    message = dead(hanna, sink, expires_at=now + timedelta(hours=2))
    travel(now + timedelta(hours=3))
    with pytest.raises(again.TooLate):
        again.send_again(message, by=trail.SYSTEM)
    sent = make_message(hanna)
    sending.tick()
    with pytest.raises(again.TooLate):
        again.send_again(sent, by=trail.SYSTEM)


def test_what_hangs_on_a_message_follows_the_one_in_its_place(hanna, sink, monkeypatch):
    followed: list[tuple[Message, Message]] = []
    monkeypatch.setattr(again, "_FOLLOWERS", [lambda *both: followed.append(both)])
    message = dead(hanna, sink)
    another = again.send_again(message, by=trail.SYSTEM)
    assert followed == [(message, another)]


def test_a_message_can_be_stopped_until_it_goes(cast, hanna, now, sink, signed_in):
    message = make_message(hanna)
    claims = sending.claim(now)
    browser = signed_in(cast.olga)
    browser.post(reverse("messages:take-back", args=[message.pk]))
    assert sending.send_claimed(claims) == 0
    answer = browser.post(reverse("messages:take-back", args=[message.pk]), follow=True)
    assert "can’t be stopped any more" in answer.content.decode()


def test_somebody_spoke_with_them_and_nobody_need_call_again(cast, hanna, signed_in):
    message = make_message(hanna)
    outbox.stop([message], State.SUPPRESSED, f"no safe e-mail{gates.CALL}")
    browser = signed_in(cast.nora.user)
    assert "Hanna Tester" in page(browser)
    browser.post(reverse("messages:spoken", args=[message.pk]))
    assert "Hanna Tester" not in page(browser)
    message.refresh_from_db()
    assert message.reason == calls.CALLED


def test_a_stop_said_in_a_session_is_set_by_the_counselor(cast, hanna, signed_in, sink):
    make_message(hanna)
    signed_in(cast.nora.user).post(reverse("messages:stop-for", args=[cast.hanna.pk]))
    assert sending.tick() == 0


def test_the_list_asks_no_more_of_the_database_for_more_messages(cast, hanna, ian, signed_in):
    browser = signed_in(cast.nora.user)
    counts = []
    page(browser)
    for client in (hanna, ian):
        for _ in range(3):
            make_message(client)
        with CaptureQueriesContext(connection) as asked:
            page(browser, "all")
        counts.append(len(asked))
    assert counts[0] == counts[1]

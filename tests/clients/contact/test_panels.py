"""What the dashboard shows of messages and private links."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients import cases
from clients.contact import cards, codes, health, links, sending
from clients.contact.models import Heartbeat, Message, State
from clients.models import Participant
from practice import clock
from practice.audit import trail
from tests.cast import make_message
from tests.smtp_sink import Answer

TODAY = "/dashboard/"
HELD = "Somebody needs a call"
WAITING = "Messages are waiting"


def today(signed_in, user) -> str:
    Heartbeat.objects.update_or_create(name="tick", defaults={"at": clock.now()})
    return str(signed_in(user).get(TODAY).content.decode())


def test_while_all_is_well_nothing_is_shown(cast, hanna, sink, signed_in):
    make_message(hanna)
    sending.tick()
    page = today(signed_in, cast.nora.user)
    assert HELD not in page
    assert WAITING not in page


def test_a_refused_message_is_a_call_for_the_person_s_own_counselor(cast, hanna, sink, signed_in):
    sink.answers("hanna@example.com", Answer.REFUSE)
    make_message(hanna)
    sending.tick()
    assert "Hanna Tester" in today(signed_in, cast.nora.user)
    assert "Hanna" not in today(signed_in, cast.ida.user)
    assert "Hanna" not in today(signed_in, cast.olga)


def test_an_unsafe_e_mail_is_a_call_too_but_a_stop_is_none(cast, hanna, ian, sink, signed_in):
    hanna.card.email_is_safe = False
    hanna.card.save()
    cards.stop_follow_ups(ian)
    for client in (hanna, ian):
        make_message(client)
    sending.tick()
    page = today(signed_in, cast.nora.user)
    assert "Hanna Tester" in page
    assert "Ian Tester" not in page


def test_somebody_in_two_cases_is_one_call(cast, hanna, sink, signed_in):
    Participant.objects.create(
        case=cases.open_case(
            counselor=cast.nora,
            concern=cast.case.concern,
            disclosure=cast.case.disclosure,
            people=[],
            by=trail.SYSTEM,
        ),
        client=hanna,
    )
    sink.answers("hanna@example.com", Answer.REFUSE)
    make_message(hanna)
    sending.tick()
    assert today(signed_in, cast.nora.user).count("a message did not go") == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="on few rows PostgreSQL uses no index")
@pytest.mark.parametrize("index", ["contact_message_in_trouble", "contact_message_to_take"])
def test_few_messages_are_found_without_looking_at_all(cast, signed_in, index):
    with CaptureQueriesContext(connection) as captured:
        today(signed_in, cast.nora.user)
    statement = max((each["sql"] for each in captured), key=len)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        steps = [str(row[-1]) for row in cursor.fetchall()]
    reading = [step for step in steps if " contact_message " in step]
    assert any(index in step for step in reading)
    assert not [step for step in reading if step.startswith("SCAN") or "_when" in step]


def test_a_locked_link_is_told_to_the_counselor_alone(cast, hanna, sink, signed_in):
    link = links.find(links.make(hanna.pk, "check_in", "thing"))
    for _ in range(links.TRIES):
        codes.answer(link, "wrong")
    assert "five wrong codes" in today(signed_in, cast.nora.user)
    assert "five wrong codes" not in today(signed_in, cast.ida.user)
    assert Message.objects.count() == 0


@pytest.mark.parametrize("state", [State.UNCERTAIN, State.DEAD])
def test_doubt_and_failure_are_shown_to_the_owner_in_numbers(cast, hanna, signed_in, state):
    message = Message.objects.filter(pk=make_message(hanna).pk)
    message.update(state=State.CLAIMED)
    message.update(state=state)
    page = today(signed_in, cast.olga)
    assert WAITING in page
    assert "<strong>1</strong>" in page
    assert "Hanna" not in page


def test_late_messages_are_shown_and_gone_when_they_went(cast, hanna, now, sink, travel, signed_in):
    make_message(hanna)
    travel(now + timedelta(minutes=6))
    assert "<strong>1</strong> message should have gone" in today(signed_in, cast.nora.user)
    sending.tick()
    assert WAITING not in today(signed_in, cast.nora.user)


@pytest.mark.parametrize(("seconds", "shown"), [(5, False), (90, True)])
def test_before_the_first_tick_since_a_start_nobody_is_alarmed(
    cast, hanna, now, travel, signed_in, monkeypatch, seconds, shown
):
    monkeypatch.setattr(health, "_BEGAN", time.monotonic() - seconds)
    make_message(hanna)
    travel(now + timedelta(minutes=6))
    page = signed_in(cast.nora.user).get(TODAY).content.decode()
    assert (WAITING in page) == shown

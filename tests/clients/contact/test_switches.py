"""A person's own switches, and that a stop is heeded however it falls together with the sender."""

import random
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from clients.contact import agreements, cards, sending, upcoming
from clients.contact.models import Message, Purpose, State
from clients.contact.results import Result
from practice.models import Practice
from tests.cast import make_message, open_link


def test_the_own_page_has_a_switch_for_each_kind(cast, hanna, client):
    open_link(client, hanna, "reading", cast.hanna.pk)
    here = reverse("your-messages")
    page = client.post(here, {"stop": "follow_ups"}, follow=True).content.decode()
    assert "Start these" in page
    client.post(here, {"start": "follow_ups"})
    hanna.card.refresh_from_db()
    assert hanna.card.follow_ups_stopped_at is None
    page = client.post(here, {"everything": "1"}, follow=True).content.decode()
    assert "Everything has stopped" in page
    assert client.post(here, {"stop": "telehealth"}).status_code == 404


@pytest.mark.parametrize("purpose", [Purpose.FOLLOW_UPS, Purpose.EMAIL])
def test_a_switch_holds_for_the_very_next_message(hanna, sink, purpose):
    follows = purpose == Purpose.FOLLOW_UPS
    message = make_message(hanna, is_follow_up=follows)
    make_message(hanna, is_follow_up=not follows)
    agreements.withdraw(hanna, purpose)
    message.refresh_from_db()
    assert message.state == State.SUPPRESSED
    assert sending.tick() == 1
    cards.start(hanna, purpose)
    make_message(hanna, is_follow_up=follows)
    assert sending.tick() == 1


def test_everything_is_everything(hanna, ian, sink):
    make_message(hanna, is_follow_up=False)
    cards.stop_everything(hanna)
    make_message(hanna)
    make_message(hanna, template=Message.Template.INVITED, is_follow_up=False)
    make_message(ian)
    assert sending.tick() == 1
    assert sink.to("hanna@example.com") == []


def test_after_everything_stopped_what_is_started_again_comes(hanna, sink):
    cards.stop_everything(hanna)
    cards.start(hanna, Purpose.FOLLOW_UPS)
    make_message(hanna)
    assert sending.tick() == 1


STOPS = {
    "between sessions": lambda client: cards.stop_follow_ups(client),
    "everything": lambda client: cards.stop_everything(client),
    "suspended": lambda client: cards.suspend(client),
}


@pytest.mark.parametrize("how", STOPS)
def test_no_message_is_committed_to_go_after_a_stop_wherever_it_falls(
    hanna, ian, now, how, monkeypatch
):
    """Every step of two senders and one stop, in orders drawn from a seed."""
    monkeypatch.setattr(sending, "_hand_over", lambda line, mail: Result(State.SENT))
    chance = random.Random(how)
    practice = Practice.current()
    for _ in range(60):
        with transaction.atomic():
            _one_order(hanna, ian, now, STOPS[how], chance, practice)
            transaction.set_rollback(True)


def _one_order(hanna, ian, now, stop, chance, practice) -> None:
    messages = [make_message(client) for client in (hanna, hanna, ian)]
    stopped_at: list[int] = []
    went: list[tuple[int, object]] = []
    asked: list[tuple[upcoming.Claim, upcoming.Questions]] = []

    def claim() -> None:
        claims = sending.claim(now, limit=2)
        questions = upcoming.Questions(claims, practice)
        for one in claims:
            asked.append((one, questions))
            found = questions.about(one)
            for _ in found.write_ahead() if found else ():
                pass

    def commit(step: int) -> None:
        one, questions = asked.pop() if asked else (None, None)
        if one and questions and sending._commit_to_send(one, questions):
            went.append((step, Message.objects.get(pk=one.id).client_id))

    steps = ["claim", "claim", "commit", "commit", "commit", "stop"]
    chance.shuffle(steps)
    for number, step in enumerate([*steps, "claim", "commit", "commit", "commit"]):
        if step == "claim":
            claim()
        elif step == "commit":
            commit(number)
        else:
            stop(hanna)
            stopped_at.append(number)
    late = [step for step, client in went if client == hanna.pk and step > stopped_at[0]]
    assert late == []
    assert Message.objects.filter(pk=messages[2].pk, state=State.SENDING).exists()


def test_a_stop_leaves_no_trace_in_what_the_partner_gets(hanna, ian, sink, now, travel):
    cards.stop_everything(hanna)
    make_message(ian)
    travel(now + timedelta(minutes=1))
    assert sending.tick() == 1
    [mail] = sink.to("ian@example.com")
    assert "stop" not in mail.get_body(("plain",)).get_content().casefold().replace(
        "to stop these messages:", ""
    ).replace("/stop/", "")

"""Stopping the messages between sessions, by one click in the mail program or on the page."""

import pytest
from django.test import Client as Browser

from clients.contact import links, sending
from clients.contact.models import ContactCard, Message, State
from practice.audit.models import Entry
from tests.cast import make_message
from tests.clients.contact.test_links import token_in


@pytest.fixture
def mailed(hanna, sink) -> str:
    """The address under "List-Unsubscribe" of a message that Hanna got, without the host."""
    make_message(hanna)
    sending.tick()
    [mail] = sink.mails
    return str(mail["List-Unsubscribe"]).strip(" <>").removeprefix("http://testserver")


def stopped(client) -> bool:
    return ContactCard.objects.get(client=client).follow_ups_stopped_at is not None


def test_a_mail_program_stops_them_with_one_post_and_no_token_of_ours(mailed, hanna, sink):
    program = Browser(enforce_csrf_checks=True)
    answer = program.post(mailed, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert stopped(hanna)
    make_message(hanna)
    assert sending.tick() == 0


def test_fetching_changes_nothing(mailed, hanna, client):
    before = list(ContactCard.objects.values()), Entry.objects.count()
    for method in ("get", "head"):
        assert getattr(client, method)(mailed).status_code == 200
    assert (list(ContactCard.objects.values()), Entry.objects.count()) == before


def test_the_page_looks_the_same_for_a_token_nobody_knows(mailed, cast, client):
    unknown = "/stop/" + "A" * 43
    shown = [client.get(each).content.partition(b"csrf")[0] for each in (unknown, mailed)]
    assert shown[0] == shown[1]
    assert client.post(unknown).content == client.post(mailed).content
    assert ContactCard.objects.exclude(follow_ups_stopped_at=None).count() == 1


def test_it_works_after_the_link_itself_has_ended(mailed, hanna, client):
    links.revoke_all(hanna.pk)
    client.post(mailed)
    assert stopped(hanna)


def test_what_waits_is_held_back_and_on_record(mailed, hanna, client):
    waiting = make_message(hanna)
    client.post(mailed)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (State.SUPPRESSED, "the person asked us to stop")
    assert Entry.objects.filter(note="stop", client_id=str(hanna.pk)).count() == 1


def test_a_stop_is_invisible_to_the_partner(mailed, hanna, ian, cast, sink):
    """His mail and his pages are the same before and after."""

    def what_ian_gets() -> list[str]:
        make_message(ian, purpose="reading", subject_id=cast.ian.pk)
        make_message(ian, purpose="note", is_follow_up=False)
        assert sending.tick() >= 1
        mail = sink.to("ian@example.com")[-1]
        page = Browser().get(f"/s/{token_in(mail)}").content.decode()
        text = mail.get_body(("plain",)).get_content().replace(token_in(mail), "token")
        return [str(mail["Subject"]), text, page.partition("csrf")[0]]

    before = what_ian_gets()
    Browser().post(mailed)
    assert what_ian_gets() == before
    assert not stopped(ian)
    assert not Message.objects.filter(client=ian, reason__contains="stop").exists()

"""Private links: random, revocable, kept as digests only."""

from datetime import timedelta

from django.db import connection

from clients.contact import links, sending
from clients.contact.models import Message, PrivateLink, State
from tests.cast import make_message
from tests.smtp_sink import Answer


def everything_kept() -> str:
    """Every column of every row, as the database holds it."""
    kept = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            kept += [repr(row) for row in cursor.fetchall()]
    return "\n".join(kept)


def token_in(mail) -> str:
    text = mail.get_body(("plain",)).get_content()
    return str(text.partition("http://testserver/s/")[2].split()[0])


def test_only_the_digest_of_a_token_is_kept(hanna):
    token = links.make(hanna.pk, "check_in", "thing")
    assert len(token) >= 43
    assert token not in everything_kept()
    link = links.find(token)
    assert link
    assert link.token_digest == links.digest(token) != token


def test_no_two_tokens_are_alike(hanna):
    tokens = {links.make(hanna.pk, "check_in", number) for number in range(50)}
    assert len(tokens) == 50


def test_a_newer_link_to_the_same_thing_ends_the_older(hanna, ian, now):
    older = links.make(hanna.pk, "check_in", "thing")
    elsewhere = [
        links.make(hanna.pk, "check_in", "other thing"),
        links.make(hanna.pk, "handout", "thing"),
        links.make(ian.pk, "check_in", "thing"),
    ]
    newer = links.make(hanna.pk, "check_in", "thing")
    assert not is_good(older, now)
    assert all(is_good(token, now) for token in [newer, *elsewhere])


def test_a_link_is_good_for_two_weeks(hanna, now):
    token = links.make(hanna.pk, "check_in", "thing")
    assert is_good(token, now + timedelta(days=14, seconds=-1))
    assert not is_good(token, now + timedelta(days=14))


def test_revoking_ends_one_or_all_links_of_a_person(hanna, ian, now):
    one, two = (links.make(hanna.pk, "check_in", thing) for thing in ("one", "two"))
    his = links.make(ian.pk, "check_in", "one")
    links.revoke(hanna.pk, "check_in", "one")
    assert [is_good(token, now) for token in (one, two, his)] == [False, True, True]
    links.revoke_all(hanna.pk)
    assert [is_good(token, now) for token in (two, his)] == [False, True]


def test_an_unknown_token_finds_nothing(hanna):
    links.make(hanna.pk, "check_in", "thing")
    assert links.find("unknown") is None
    assert links.find("") is None


def test_a_message_on_its_way_holds_its_token_as_ciphertext_and_none_once_sent(
    hanna, now, sink, travel
):
    sink.answers("hanna@example.com", Answer.DROP)
    make_message(hanna)
    sending.tick()
    [first] = sink.mails
    token = token_in(first)
    kept = everything_kept()
    message = Message.objects.get()
    assert message.state == State.UNCERTAIN
    assert message.token == token
    assert token not in kept
    travel(now + sending.ASK_AGAIN)
    sending.tick()
    message = Message.objects.get()
    assert message.state == State.SENT
    assert message.token == ""
    assert token_in(sink.mails[1]) == token
    assert token not in everything_kept()
    assert PrivateLink.objects.count() == 1


def is_good(token: str, when) -> bool:
    link = links.find(token)
    return bool(link and link.is_good(when))

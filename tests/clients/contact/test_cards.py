"""How a person may be reached: as they told us, and as they change it."""

from datetime import time, timedelta

import pytest
from django.db import connection

from clients.contact import cards, links, sending
from clients.contact.cards import Contact
from clients.contact.models import Channel, Consent, ContactCard, Message, PrivateLink, Purpose
from clients.models import Client
from practice import clock
from practice.models import State
from tests.cast import make_message
from tests.clients.contact.test_links import token_in
from tests.kept import kept
from tests.smtp_sink import Answer

EVERYTHING = Contact(
    "vera@example.com",
    "(212) 555-0134",
    (time(9), time(12)),
    True,
    True,
    Channel.PHONE,
    True,
    "the dentist",
)


@kept
def vera(cast) -> Client:
    """Somebody without a card yet."""
    facts = {"state": State.objects.get(pk="NJ"), "created_at": clock.now()}
    return Client.objects.create(name="Vera Visitor", **facts)


def agreed(client: Client) -> set[str]:
    in_force = Consent.objects.filter(client=client, withdrawn_at=None)
    return set(in_force.values_list("purpose", flat=True))


def column(client: Client, name: str) -> str:
    key = client.pk.hex if connection.vendor == "sqlite" else str(client.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM contact_contactcard WHERE client_id = %s", [key])
        return str(cursor.fetchone()[0])


# Setting up


def test_a_card_keeps_all_that_a_person_told(vera):
    cards.set_up(vera, EVERYTHING)
    card = ContactCard.objects.get(client=vera)
    assert card.email == "vera@example.com"
    assert card.phone == "(212) 555-0134"
    assert card.safe_hours == (time(9), time(12))
    assert card.channel == Channel.PHONE
    assert card.voicemail_is_safe
    assert card.device_is_shared
    assert card.neutral_name == "the dentist"


@pytest.mark.parametrize("name", ["email", "phone", "neutral_name"])
def test_what_finds_a_person_is_not_readable_in_the_database(vera, name):
    cards.set_up(vera, EVERYTHING)
    assert getattr(EVERYTHING, name) not in column(vera, name)


def test_an_address_is_agreed_to_and_so_are_messages_between_sessions_if_wanted(vera):
    cards.set_up(vera, Contact("vera@example.com"), network="192.0.2.0/24")
    assert agreed(vera) == {Purpose.EMAIL, Purpose.FOLLOW_UPS}
    assert set(vera.consents.values_list("network", flat=True)) == {"192.0.2.0/24"}


def test_who_wants_none_between_sessions_agrees_to_appointments_alone(vera):
    cards.set_up(vera, Contact("vera@example.com", follow_ups=False))
    assert agreed(vera) == {Purpose.EMAIL}


def test_without_an_address_there_is_nothing_to_agree_to(vera):
    cards.set_up(vera, Contact("", "212-555-0134", channel=Channel.PHONE))
    assert agreed(vera) == set()


def test_an_address_that_somebody_else_gave_is_no_consent(vera):
    cards.set_up(vera, Contact("vera@example.com"), consents=False)
    assert agreed(vera) == set()


@pytest.mark.parametrize("written", ["212-555-0134", "+1 (212) 555 0134", "1.212.555.0134"])
def test_a_number_is_found_however_it_is_written(written):
    assert cards.index_of_phone(written) == cards.index_of_phone("2125550134") != ""


def test_other_numbers_are_other_people():
    numbers = ["2125550134", "2125550135", "1125550134", "12125550135", "125550134"]
    assert len({cards.index_of_phone(number) for number in numbers}) == 4
    assert cards.index_of_phone("") == cards.index_of_phone("none") == ""


def test_an_address_and_a_number_of_the_same_signs_have_nothing_in_common():
    assert cards.index_of("2125550134") != cards.index_of_phone("2125550134")


# The person's own change


def test_a_change_holds_all_that_was_said_and_finds_by_the_new_address_and_number(hanna):
    cards.change(hanna, EVERYTHING)
    card = ContactCard.objects.get(client=hanna)
    assert (card.email, card.phone) == ("vera@example.com", "(212) 555-0134")
    assert card.email_index == cards.index_of("vera@example.com")
    assert card.phone_index == cards.index_of_phone("2125550134")
    assert (card.channel, card.safe_hours) == (Channel.PHONE, (time(9), time(12)))


def test_what_is_taken_off_a_card_is_no_longer_there(hanna):
    cards.change(hanna, EVERYTHING)
    cards.change(hanna, Contact("vera@example.com"))
    card = ContactCard.objects.get(client=hanna)
    assert (card.phone, card.phone_index, card.neutral_name) == ("", "", "")
    assert card.safe_hours is None
    assert not card.voicemail_is_safe
    assert not card.device_is_shared


def test_a_change_agrees_to_nothing_and_takes_nothing_back(hanna):
    before = agreed(hanna)
    cards.change(hanna, Contact("new@example.com", follow_ups=False))
    assert agreed(hanna) == before


def test_a_change_lets_nothing_go_that_is_held_back(hanna):
    cards.suspend(hanna)
    cards.change(hanna, Contact("new@example.com"))
    assert ContactCard.objects.get(client=hanna).suspended_at


def good_links(client: Client) -> set[str]:
    good = PrivateLink.objects.filter(client=client, revoked_at=None)
    return set(good.values_list("subject_id", flat=True))


def test_a_new_address_ends_the_links_that_went_to_the_old_one(hanna, ian):
    for client in (hanna, ian):
        links.make(client.pk, "note", "old")
    here = links.find(links.make(hanna.pk, "note", "here"))
    cards.change(hanna, Contact("new@example.com"), keep=here)
    assert good_links(hanna) == {"here"}
    assert good_links(ian) == {"old"}


def test_the_same_address_ends_no_link(hanna):
    links.make(hanna.pk, "note", "old")
    cards.change(hanna, Contact("Hanna@Example.com ", "212-555-0134"))
    assert good_links(hanna) == {"old"}


def test_a_new_address_is_safe_where_the_old_one_was_not(hanna):
    ContactCard.objects.filter(client=hanna).update(email_is_safe=False)
    cards.change(hanna, Contact("hanna@example.com", "212-555-0134"))
    assert not ContactCard.objects.get(client=hanna).email_is_safe
    cards.change(hanna, Contact("new@example.com"))
    assert ContactCard.objects.get(client=hanna).email_is_safe


def test_what_was_on_its_way_goes_to_the_new_address(hanna, sink):
    make_message(hanna)
    cards.change(hanna, Contact("new@example.com"))
    assert sending.tick() == 1
    assert [attempt.recipient for attempt in sink.attempts] == ["new@example.com"]


def test_a_second_try_after_a_new_address_carries_a_link_that_opens(hanna, now, sink, travel):
    sink.answers("hanna@example.com", Answer.DROP)
    make_message(hanna)
    sending.tick()
    cards.change(hanna, Contact("new@example.com"))
    travel(now + sending.ASK_AGAIN)
    assert sending.tick() == 1
    old, new = sink.mails
    opens = [(link := links.find(token_in(mail))) and link.is_good(now) for mail in (old, new)]
    assert opens == [False, True]
    assert Message.objects.get().state == "sent"


def test_a_second_try_to_the_same_address_carries_the_same_link(hanna, now, sink, travel):
    sink.answers("hanna@example.com", Answer.DROP)
    make_message(hanna)
    sending.tick()
    cards.change(hanna, Contact("hanna@example.com", "212-555-0134"))
    travel(now + sending.ASK_AGAIN)
    sending.tick()
    assert len({token_in(mail) for mail in sink.mails}) == 1


def test_a_stop_takes_back_what_was_agreed_to_between_sessions(hanna, now, travel):
    cards.stop_follow_ups(hanna)
    travel(now + timedelta(days=1))
    cards.stop_follow_ups(hanna)
    taken = hanna.consents.get(purpose=Purpose.FOLLOW_UPS)
    assert taken.withdrawn_at == now
    assert agreed(hanna) == {Purpose.EMAIL}

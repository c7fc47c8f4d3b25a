"""Keeping little: what is left of somebody with whom no work began, and who asked before."""

import pytest
from django.apps import apps
from django.db.models import ForeignKey

from clients.contact import agreements, cards, codes, erasing, links, sending
from clients.contact.cards import Contact
from clients.contact.models import Consent, ContactCard, Message, PersonalCode, PrivateLink, Purpose
from clients.models import Client
from tests.cast import make_client, make_message
from tests.kept import kept

OF_A_PERSON = [ContactCard, Consent, PersonalCode, PrivateLink, Message]


@kept
def vera(cast) -> Client:
    """Somebody in no case, with one of everything."""
    vera = make_client("Vera", phone="212-555-0134")
    links.make(vera.pk, "note", vera.pk)
    codes.enroll(vera)
    documents = agreements.current(Purpose.SMS)
    agreements.sign(vera, documents, signature="Vera", network="")
    make_message(vera)
    return vera


def test_this_file_knows_all_that_is_held_of_a_person():
    held = {
        model
        for model in apps.get_app_config("contact").get_models()
        if any(isinstance(f, ForeignKey) and f.related_model is Client for f in model._meta.fields)
    }
    assert held == set(OF_A_PERSON)


def test_nothing_is_left_of_somebody_who_is_erased(vera):
    assert all(model._base_manager.filter(client=vera.pk).exists() for model in OF_A_PERSON)
    key = vera.pk
    erasing.erase(vera)
    assert not Client.objects.filter(pk=key).exists()
    assert not any(model._base_manager.filter(client=key).exists() for model in OF_A_PERSON)


def test_others_keep_what_is_theirs(vera, hanna):
    before = {model: model._base_manager.filter(client=hanna).count() for model in OF_A_PERSON}
    erasing.erase(vera)
    assert {m: m._base_manager.filter(client=hanna).count() for m in OF_A_PERSON} == before


def test_nobody_in_a_case_is_erased(hanna):
    with pytest.raises(erasing.InACase):
        erasing.erase(hanna)
    assert ContactCard.objects.filter(client=hanna).exists()


def test_what_was_claimed_to_be_sent_does_not_go(vera, now, sink):
    claims = sending.claim(now)
    erasing.erase(vera)
    assert sending.send_claimed(claims) == 0
    assert sink.attempts == []


# Who asked before


@pytest.mark.parametrize(
    "contact",
    [
        Contact("VERA@example.com"),
        Contact("other@example.com", "+1 (212) 555-0134"),
        Contact("vera@example.com", "212-555-0134"),
    ],
)
def test_the_same_address_or_number_is_found_once(vera, hanna, contact):
    cards.change(hanna, contact)
    assert list(erasing.possibly_same(hanna)) == [vera]
    assert list(erasing.possibly_same(vera)) == [hanna]


def test_nothing_in_common_finds_nobody(vera, hanna):
    assert list(erasing.possibly_same(hanna)) == []


def test_what_neither_gave_is_not_the_same(vera, hanna, ian):
    for client in (hanna, ian):
        cards.change(client, Contact(""))
    assert list(erasing.possibly_same(hanna)) == []

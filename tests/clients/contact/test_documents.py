"""The owner writes the next version of what people sign."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.contact import agreements
from clients.contact.models import ConsentDocument, Purpose
from practice.audit.models import Entry

WORDS = {
    "purpose": "sms",
    "title": "Texts",
    "body": "One.\n\nTwo.",
    "agreement": "You may text me.",
}
ADD = "/admin/contact/consentdocument/add/"


@pytest.fixture
def owner(cast, signed_in) -> Browser:
    return signed_in(cast.olga)


def test_what_the_owner_adds_is_the_next_version_from_now_on(owner, now):
    assert owner.post(ADD, WORDS).status_code == 302
    [newest] = agreements.current(Purpose.SMS)
    assert (newest.version, newest.published_at, newest.title) == (2, now, "Texts")
    owner.post(ADD, WORDS)
    assert agreements.current(Purpose.SMS)[0].version == 3
    assert agreements.current(Purpose.EMAIL)[0].version == 1


def test_nobody_chooses_the_number_of_a_version(owner):
    owner.post(ADD, {**WORDS, "version": "9", "published_at": "2020-01-01"})
    assert agreements.current(Purpose.SMS)[0].version == 2


def test_adding_is_recorded(owner, cast):
    owner.post(ADD, WORDS)
    entry = Entry.objects.get(resource="contact.consentdocument")
    assert (entry.verb, entry.actor_id) == ("create", str(cast.olga.pk))
    assert entry.resource_id == str(agreements.current(Purpose.SMS)[0].pk)


def test_what_was_published_can_be_read_and_neither_changed_nor_taken_away(owner):
    [document] = agreements.current(Purpose.SMS)
    change = reverse("admin:contact_consentdocument_change", args=[document.pk])
    delete = reverse("admin:contact_consentdocument_delete", args=[document.pk])
    assert document.agreement in owner.get(change).content.decode()
    assert owner.post(change, WORDS).status_code == 403
    assert owner.post(delete, {"post": "yes"}).status_code == 403
    assert ConsentDocument.objects.filter(purpose="sms").get().title == document.title


def test_an_earlier_signature_keeps_the_words_it_stands_under(owner, hanna):
    [first] = agreements.current(Purpose.SMS)
    [signed] = agreements.sign(hanna, [first], signature="Hanna", network="")
    owner.post(ADD, WORDS)
    signed.refresh_from_db()
    assert signed.document == first
    assert [each.version for each in agreements.missing(hanna) if each.purpose == "sms"] == [2]


def test_only_the_owner_sets_what_people_sign(cast, signed_in):
    for user in (cast.dan, cast.nora.user):
        assert signed_in(user).post(ADD, WORDS).status_code == 404
    assert agreements.current(Purpose.SMS)[0].version == 1

"""The pages of a person's own: how we reach them, and what they agreed to."""

from datetime import time
from typing import Any

import pytest
from django.test import Client as Browser

from clients.contact import agreements, links, sending
from clients.contact.models import Channel, Consent, ContactCard, PrivateLink, Purpose
from clients.handouts import assign
from practice.audit.models import Entry, Verb
from tests.cast import make_message, open_link
from tests.kept import kept

CONTACT, AGREEMENTS = "/yours/contact/", "/yours/agreements/"
NEW = {"channel": "email", "email": "new@example.com", "safe_hours": "evening"}


@kept
def visit(cast) -> Browser:
    """Hanna came by a private link to what she reads."""
    browser = Browser()
    open_link(browser, cast.hanna.client, assign.READING, cast.hanna.pk)
    return browser


def page(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def recorded(client: Any) -> list[tuple[str, str, str]]:
    rows = Entry.objects.filter(client_id=str(client.pk), verb__in=[Verb.READ, Verb.CHANGE])
    rows = rows.filter(note__in=["contact", "agreements"])
    return [(row.verb, row.note, row.actor_id) for row in rows]


# How we reach them


def test_the_page_shows_their_own_card_and_nobody_else_s(visit):
    shown = page(visit, CONTACT)
    assert "hanna@example.com" in shown
    assert "ian@example.com" not in shown


@pytest.mark.parametrize("path", [CONTACT, AGREEMENTS])
def test_it_opens_by_any_link_and_leads_back_where_that_leads(hanna, ian, client, path):
    for purpose, leads in [("reading", "/yours/reading/"), ("appointment", "/yours/appointment/")]:
        open_link(client, hanna, purpose, hanna.pk)
        assert f'href="{leads}"' in page(client, path)


@pytest.mark.parametrize("path", [CONTACT, AGREEMENTS])
def test_without_a_visit_there_is_nothing(cast, client, path):
    assert client.get(path).status_code == client.post(path, NEW).status_code == 403
    assert not ContactCard.objects.filter(safe_from__isnull=False).exists()


def test_every_page_of_a_visit_leads_to_both(visit):
    for path in ("/yours/reading/", CONTACT, AGREEMENTS):
        shown = page(visit, path)
        assert f'href="{CONTACT}"' in shown
        assert f'href="{AGREEMENTS}"' in shown


def test_a_change_is_saved_and_said(visit, hanna, ian):
    answer = visit.post(CONTACT, NEW, follow=True)
    assert "Saved." in answer.content.decode()
    card = ContactCard.objects.get(client=hanna)
    assert (card.email, card.safe_hours) == ("new@example.com", (time(17), time(20)))
    assert ContactCard.objects.get(client=ian).email == "ian@example.com"


def test_the_very_next_message_goes_where_they_said(visit, hanna, sink):
    make_message(hanna, is_follow_up=False)
    visit.post(CONTACT, {**NEW, "safe_hours": "any"})
    assert sending.tick() == 1
    assert [attempt.recipient for attempt in sink.attempts] == ["new@example.com"]


def test_who_asks_for_a_call_gets_no_mail(visit, hanna, sink):
    make_message(hanna)
    visit.post(CONTACT, {"channel": "phone", "phone": "212-555-0134", "safe_hours": "any"})
    assert sending.tick() == 0
    assert ContactCard.objects.get(client=hanna).channel == Channel.PHONE


def test_a_new_address_ends_their_other_links_and_not_this_visit(visit, hanna):
    other = links.make(hanna.pk, "note", "old")
    visit.post(CONTACT, NEW)
    ended = links.find(other)
    assert ended
    assert ended.revoked_at
    assert "new@example.com" in page(visit, CONTACT)
    assert PrivateLink.objects.filter(client=hanna, revoked_at=None).count() == 1


def test_what_can_t_be_used_changes_nothing_and_says_why(visit, hanna):
    answer = visit.post(CONTACT, {**NEW, "email": ""})
    assert "Please give an address, or choose a phone call." in answer.content.decode()
    assert ContactCard.objects.get(client=hanna).email == "hanna@example.com"


def test_reading_and_changing_are_recorded_without_what_they_say(visit, hanna):
    page(visit, CONTACT)
    visit.post(CONTACT, NEW)
    who = str(hanna.pk)
    assert recorded(hanna) == [("read", "contact", who), ("change", "contact", who)]
    assert not Entry.objects.filter(note__contains="@").exists()


def test_who_chooses_e_mail_without_having_agreed_is_asked_to(visit, hanna, now):
    Consent.objects.filter(client=hanna, purpose=Purpose.EMAIL).update(withdrawn_at=now)
    answer = visit.post(CONTACT, NEW, follow=True)
    assert answer.redirect_chain[0][0] == AGREEMENTS
    assert "once you agree to e-mail" in answer.content.decode()
    assert 'name="agree_email"' in answer.content.decode()


# What they agreed to


def sign(visit: Browser, *purposes: str, signature: str = "Hanna Tester") -> Any:
    ticked = {f"agree_{purpose}": "on" for purpose in purposes}
    return visit.post(AGREEMENTS, {**ticked, "signature": signature}, follow=True)


def test_the_page_shows_what_when_and_in_which_words(visit, hanna):
    [document] = agreements.current(Purpose.TELEHEALTH)
    agreements.sign(hanna, [document], signature="Hanna T. Tester", network="")
    shown = page(visit, AGREEMENTS)
    assert "You agreed on December 2, 2026" in shown
    assert "signed as Hanna T. Tester" in shown
    assert document.agreement in shown
    assert "We record nothing" in shown
    assert "Version 1" in shown


def test_what_is_missing_can_be_signed(visit, hanna):
    answer = sign(visit, "secrets", "telehealth")
    assert "Saved." in answer.content.decode()
    consent = hanna.consents.get(purpose=Purpose.SECRETS)
    assert (consent.signature, consent.network) == ("Hanna Tester", "127.0.0.0/24")
    assert 'name="agree_secrets"' not in answer.content.decode()
    assert 'name="agree_sms"' in answer.content.decode()


def test_when_all_is_signed_there_is_nothing_to_sign(visit, hanna):
    sign(visit, "secrets", "telehealth", "sms")
    assert 'name="signature"' not in page(visit, AGREEMENTS)
    assert visit.post(AGREEMENTS, {"signature": "Hanna"}).status_code == 200


def test_without_a_name_nothing_is_signed(visit, hanna):
    answer = sign(visit, "secrets", signature="")
    assert "Please type your full name to sign." in answer.content.decode()
    assert not hanna.consents.filter(purpose=Purpose.SECRETS).exists()


def test_e_mail_texts_and_messages_between_sessions_can_be_taken_back(visit, hanna):
    sign(visit, "sms", "telehealth")
    for purpose in ("email", "sms", "follow_ups"):
        assert f'name="withdraw" value="{purpose}"' in page(visit, AGREEMENTS)
        visit.post(AGREEMENTS, {"withdraw": purpose})
    assert [consent.purpose for consent in agreements.signed(hanna)] == ["telehealth"]
    assert 'name="withdraw"' not in page(visit, AGREEMENTS)


@pytest.mark.parametrize("purpose", ["telehealth", "secrets", "everything", ""])
def test_nothing_else_is_taken_back_by_a_click(visit, hanna, purpose):
    sign(visit, "secrets", "telehealth")
    before = len(agreements.signed(hanna))
    assert visit.post(AGREEMENTS, {"withdraw": purpose}).status_code == 404
    assert len(agreements.signed(hanna)) == before


def test_a_stop_can_be_ended_by_signing_again(visit, hanna, sink):
    visit.post(AGREEMENTS, {"withdraw": "follow_ups"})
    make_message(hanna)
    assert sending.tick() == 0
    sign(visit, "follow_ups")
    make_message(hanna)
    assert sending.tick() == 1


def test_the_partner_s_page_says_nothing_of_it(visit, hanna, ian, cast):
    def ians() -> str:
        browser = Browser()
        open_link(browser, ian, assign.READING, cast.ian.pk)
        return page(browser, AGREEMENTS).partition("csrfmiddlewaretoken")[0]

    before = ians()
    sign(visit, "secrets")
    visit.post(AGREEMENTS, {"withdraw": "email"})
    assert ians() == before


def test_reading_signing_and_taking_back_are_recorded(visit, hanna):
    page(visit, AGREEMENTS)
    visit.post(AGREEMENTS, {"agree_sms": "on", "signature": "Hanna"})
    visit.post(AGREEMENTS, {"withdraw": "sms"})
    verbs = [verb for verb, note, _ in recorded(hanna) if note == "agreements"]
    assert verbs == ["read", "change", "change"]

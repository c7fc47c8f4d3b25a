"""Those who ask to be told when their state opens: one address, one message, one erase link."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients.contact import sending
from clients.contact.models import Consent, Message, PrivateLink
from intake import elsewhere, erasure
from intake.models import RefusalCount, StateInterest
from practice.audit.models import Entry, Verb
from practice.models import State
from tests.cast import Cast
from tests.clients.contact.at_once import at_once
from tests.intake.walking import (
    address,
    error_beside,
    row_counts,
    send,
    stamped,
    stored,
    text,
)

ADDRESS = "canary-tess@example.com"


def asked_from(browser: Browser, state: str = "TX", **changed: str) -> Any:
    """Leave an address on the page that says no."""
    page = send(browser, "where", {"with_partner": "no", "state": state})
    given = {"opened": stamped(page), "website": "", "email": ADDRESS, "agree": "on"}
    return browser.post(address("tell-me"), {**given, "state": state, **changed})


def opens(state: str = "TX") -> int:
    """That state is served from now on; returns how many were written to."""
    State.objects.filter(pk=state).update(served=True)
    return elsewhere.tell_those_waiting()


def erase_link(page: Any) -> str:
    return re.findall(r'action="(/told/[^"]+)"', page.content.decode())[0]


def test_one_address_is_kept_with_their_consent_and_nothing_else(
    client: Browser, cast: Cast
) -> None:
    before = row_counts()
    page = asked_from(client)
    assert "We’ll write to you once" in text(page)
    (interest,) = StateInterest.objects.select_related("client__card")
    person = interest.client
    assert (interest.state_id, interest.told_at) == ("TX", None)
    assert (person.name, person.card.email, person.card.phone) == ("", ADDRESS, "")
    (consent,) = Consent.objects.filter(client=person)
    assert (consent.purpose, consent.network) == ("email", "127.0.0.0/24")
    after = row_counts()
    new = {table for table, rows in after.items() if rows != before[table]}
    assert new == {
        "clients_client",
        "contact_contactcard",
        "contact_consent",
        "contact_privatelink",
        "intake_stateinterest",
        "intake_refusalcount",
        "audit_entry",
    }
    assert not client.cookies.get("sessionid")
    assert ADDRESS not in stored()


def test_without_their_yes_nothing_is_kept(client: Browser, cast: Cast) -> None:
    page = asked_from(client, agree="")
    assert error_beside(page, "agree") == "We may keep the address only if you say so."
    assert ADDRESS in page.content.decode()
    assert not StateInterest.objects.exists()


@pytest.mark.parametrize("email", ["", "tess", "a@x.example, b@x.example", "a\x00@x.example"])
def test_an_address_that_is_none_is_asked_again(client: Browser, cast: Cast, email: str) -> None:
    assert error_beside(asked_from(client, email=email), "email")
    assert not StateInterest.objects.exists()


@pytest.mark.parametrize("state", ["NJ", "--", "ZZ", "", "\x00", "9" * 300])
def test_only_a_state_that_is_not_served_can_be_waited_for(
    client: Browser, cast: Cast, state: str
) -> None:
    page = send(client, "where", {"with_partner": "no", "state": "TX"})
    given = {"opened": stamped(page), "email": ADDRESS, "agree": "on", "state": state}
    answer = client.post(address("tell-me"), given)
    assert "state" in answer.context["form"].errors
    assert not StateInterest.objects.exists()


def test_a_program_that_fills_in_everything_is_asked_to_look_again(
    client: Browser, cast: Cast
) -> None:
    page = asked_from(client, website="https://spam.example")
    assert "That was very quick." in text(page)
    assert ADDRESS in page.content.decode()
    assert not StateInterest.objects.exists()
    assert "We’ll write to you once" in text(asked_from(client))


def test_faster_than_one_reads_is_asked_to_look_again(
    client: Browser, cast: Cast, settings: Any, travel: Callable[[datetime], None], now: datetime
) -> None:
    settings.HUMAN_SECONDS = 2
    page = asked_from(client)
    assert "That was very quick." in text(page)
    travel(now + timedelta(seconds=2))
    given = {"opened": stamped(page), "email": ADDRESS, "agree": "on", "state": "TX"}
    assert "We’ll write to you once" in text(client.post(address("tell-me"), given))


def test_a_network_leaves_three_addresses_a_day(cast: Cast) -> None:
    for number in range(3):
        asked_from(Browser(), email=f"tess{number}@example.com")
    page = asked_from(Browser(), email="late@example.com")
    assert "Please wait a while, or call us." in text(page)
    assert "late@example.com" in page.content.decode()
    assert StateInterest.objects.count() == 3


def test_asking_by_get_is_no_asking(client: Browser, cast: Cast) -> None:
    assert client.get(address("tell-me")).status_code == 405


def test_their_own_link_erases_everything_at_once(client: Browser, cast: Cast) -> None:
    before = row_counts()
    link = erase_link(asked_from(client))
    person = StateInterest.objects.get().client_id
    assert "Erase my address" in text(client.get(link))
    assert StateInterest.objects.exists()  # a mail scanner that looks at it changes nothing
    assert "Your address is erased" in text(client.post(link))
    after = row_counts()
    kept = {"audit_entry", "intake_refusalcount"}
    assert {table for table, rows in after.items() if rows != before[table]} == kept
    (entry,) = Entry.objects.filter(verb=Verb.ERASE)
    assert entry.client_id == str(person)


def test_it_erases_the_address_however_often_it_was_left(client: Browser, cast: Cast) -> None:
    asked_from(client, "CA")
    asked_from(client, email="other@example.com")
    client.post(erase_link(asked_from(client)))
    (left,) = StateInterest.objects.all()
    assert left.client.card.email == "other@example.com"


def test_a_link_that_is_none_says_the_same(client: Browser, cast: Cast) -> None:
    link = erase_link(asked_from(client))
    for odd in ("no-such-token", "9" * 300, "%00", "..", "<b>"):
        page = client.get(f"/told/{odd}")
        assert page.status_code in (200, 404)
    assert text(client.get("/told/no-such-token")).replace("no-such-token", "") == text(
        client.get(link)
    ).replace(link.rpartition("/")[2], "")
    assert "Your address is erased" in text(client.post("/told/no-such-token"))
    assert StateInterest.objects.exists()


def test_a_link_to_something_else_erases_nobody(client: Browser, cast: Cast) -> None:
    from clients.contact import links

    token = links.make(cast.hanna.client.pk, "appointment", cast.hanna.client.pk)
    client.post(f"/told/{token}")
    cast.hanna.client.refresh_from_db()
    assert cast.hanna.client.name == "Hanna Tester"


def test_nobody_is_told_while_their_state_is_not_served(client: Browser, cast: Cast) -> None:
    asked_from(client)
    assert opens("CA") == 0
    assert not Message.objects.exists()


def test_when_it_opens_they_get_one_message_that_is_a_postcard(
    client: Browser, cast: Cast, mailoutbox: list[Any]
) -> None:
    asked_from(client)
    assert (opens(), opens()) == (1, 0)
    sending.tick()
    sending.tick()
    (mail,) = mailoutbox
    assert mail.to == [ADDRESS]
    assert mail.subject == "A message from Oak Street Office"
    whole = str(mail.message()).lower()
    for word in ("therap", "couple", "counsel", "licens", "texas", "affair", "state"):
        assert word not in whole


def test_the_link_of_that_message_erases_them_too(
    client: Browser, cast: Cast, mailoutbox: list[Any]
) -> None:
    asked_from(client)
    opens()
    sending.tick()
    (link,) = set(re.findall(r"/told/[\w-]+", mailoutbox[0].body))
    assert "Ask for a first consultation" in text(client.get(link))
    client.post(link)
    assert not StateInterest.objects.exists()
    assert not Message.objects.exists()
    assert not PrivateLink.objects.exists()


def test_who_asked_twice_is_told_once(client: Browser, cast: Cast) -> None:
    asked_from(client)
    asked_from(client, email=ADDRESS.upper())
    assert StateInterest.objects.count() == 2
    assert opens() == 1
    assert Message.objects.count() == 1
    assert not StateInterest.objects.filter(told_at=None).exists()


def test_who_asked_about_two_states_is_told_of_each(client: Browser, cast: Cast) -> None:
    asked_from(client)
    asked_from(client, "CA")
    assert (opens(), opens("CA")) == (1, 1)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_runs_at_the_same_moment_tell_everybody_once(cast: Cast) -> None:
    for number in range(6):
        visitor = Browser(REMOTE_ADDR=f"198.51.{number}.7")
        asked_from(visitor, email=f"tess{number % 5}@example.com")
    State.objects.filter(pk="TX").update(served=True)
    told = at_once(elsewhere.tell_those_waiting, elsewhere.tell_those_waiting)
    assert sum(told) == 5
    assert Message.objects.filter(template=Message.Template.STATE_OPENS).count() == 5


def test_a_month_after_they_were_told_they_are_forgotten(
    client: Browser, cast: Cast, travel: Callable[[datetime], None], now: datetime
) -> None:
    asked_from(client)
    opens()
    travel(now + timedelta(days=29))
    erasure.erase_due(timezone.now())
    assert StateInterest.objects.exists()
    travel(now + timedelta(days=30, minutes=1))
    assert erasure.erase_due(timezone.now())["addresses to tell when a state opens"] == 1
    assert not StateInterest.objects.exists()
    assert not Message.objects.exists()


def test_the_owner_sees_from_where_people_asked_and_small_numbers_only_as_few(
    cast: Cast, signed_in: Callable[..., Browser]
) -> None:
    RefusalCount.objects.create(state_id="TX", times=12)
    RefusalCount.objects.create(state_id="OH", times=4)
    page = signed_in(cast.olga).get(reverse("dashboard:today")).content.decode()
    assert "12 times" in page
    assert "fewer than 5 times" in page
    assert "4 times" not in page
    assert "12 times" not in signed_in(cast.nora.user).get("/dashboard/").content.decode()

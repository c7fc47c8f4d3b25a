"""Finding somebody who is on the phone, by a part of their name or number."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.contact.models import ContactCard
from practice.audit import trail
from practice.audit.models import Entry
from scheduling import lifecycle
from tests.cast import Cast, in_days, make_client, make_session
from tests.scheduling.consulting import consult
from tests.scheduling.desk.seeing import clinical, queries, text

SignIn = Callable[..., Browser]


@pytest.fixture
def desk(cast: Cast, signed_in: SignIn) -> Browser:
    return signed_in(cast.dan)


def search(browser: Browser, part: str) -> Any:
    return browser.post(reverse("desk:search"), {"part": part})


def names(response: Any) -> list[str]:
    return re.findall(r'data-label="Who">([^<]+)<', response.content.decode())


@pytest.mark.parametrize("part", ["hanna", "HANN", "na tes", "tester hanna", "  ann  ", "Hánna"])
def test_any_part_of_a_name_finds_them(desk: Browser, part: str) -> None:
    assert names(search(desk, part)) == ["Hanna Tester"]


@pytest.mark.parametrize("part", ["zoe", "ZOË", "müll", "MULLER", "Muller Zoe"])
def test_accents_and_capitals_do_not_matter(desk: Browser, part: str) -> None:
    client = make_client("Zoe")
    client.name = "Zoë Müller"
    client.save()
    assert names(search(desk, part)) == ["Zoë Müller"]


@pytest.mark.parametrize("part", ["0134", "212-555", "(212) 555 01", "+1212555", "555.0134"])
def test_any_three_digits_of_a_number_find_them(desk: Browser, part: str) -> None:
    make_client("Cleo", phone="+1 (212) 555-0134")
    make_client("Otto", phone="+1 (305) 444-9999")
    assert names(search(desk, part)) == ["Cleo Tester"]


def test_a_result_shows_how_to_reach_them_and_their_next_appointment(
    desk: Browser, cast: Cast, now: datetime
) -> None:
    ContactCard.objects.filter(pk=cast.hanna.client_id).update(channel="phone")
    card = ContactCard.objects.get(pk=cast.hanna.client_id)
    card.phone = "212-555-0134"
    card.save()
    lifecycle.mark_done(make_session(cast.case, in_days(now, -7)), trail.SYSTEM)
    make_session(cast.case, in_days(now, 9))
    soon = make_session(cast.case, in_days(now, 2))
    response = search(desk, "hanna")
    page = text(response)
    assert "212-555-0134" in page
    assert "Call only, no voicemail" in page
    assert "Friday, Dec 4, 11:00 AM Eastern (EST)" in page
    content = response.content.decode()
    assert reverse("desk:appointment", args=[soon.pk]) in content
    assert f"{reverse('desk:book')}?case={cast.case.pk}" in content


def test_of_somebody_who_is_not_to_be_reached_no_number_is_shown(
    desk: Browser, cast: Cast, now: datetime
) -> None:
    client = make_client("Cleo", phone="212-555-0134")
    ContactCard.objects.filter(pk=client.pk).update(suspended_at=now)
    page = text(search(desk, "cleo"))
    assert "555" not in page
    assert "ask the counselor first" in page


def test_who_has_no_case_and_no_appointment_is_found_too(desk: Browser) -> None:
    make_client("Cleo")
    page = text(search(desk, "cleo"))
    assert "Cleo Tester None given" in page
    assert "None booked" in page
    assert "Book a session" not in page


def test_at_most_twenty_are_shown_and_it_says_that_there_are_more(desk: Browser) -> None:
    for number in range(25):
        make_client(f"Same{number:02d}")
    response = search(desk, "same")
    assert names(response) == [f"Same{number:02d} Tester" for number in range(20)]
    assert "there are more. Please type more of the name" in text(response)


def test_nobody_found_is_said(desk: Browser) -> None:
    assert "Nobody found" in text(search(desk, "nobody of that name"))


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("", "Please type a part of the name or number."),
        ("   ", "Please type a part of the name or number."),
        ("h", "Please type at least two letters."),
        ("12", "Please type at least three digits."),
        ("x" * 101, "at most 100"),
        ("ha\x00", "Null characters"),
    ],
)
def test_too_little_or_too_much_is_asked_for_again(desk: Browser, part: str, words: str) -> None:
    response = search(desk, part)
    assert words in text(response)
    assert names(response) == []


def test_no_name_stands_in_an_address(desk: Browser) -> None:
    assert names(desk.get(reverse("desk:search"), {"part": "hanna"})) == []
    page = search(desk, "hanna").content.decode()
    assert not re.search(r'(href|action)="[^"]*hanna', page, re.IGNORECASE)
    assert 'method="post"' in page


def test_results_stay_in_no_cache(desk: Browser) -> None:
    assert search(desk, "hanna").headers["Cache-Control"] == "no-store"


def test_it_takes_few_queries_whatever_is_found_and_none_is_clinical(
    desk: Browser, cast: Cast, now: datetime
) -> None:
    search(desk, "hanna")
    make_session(cast.case, in_days(now, 1))
    with queries() as few:
        search(desk, "hanna")
    for number in range(15):
        consult(cast.nora, in_days(now, number + 2), make_client(f"Hannah{number}"))
    with queries() as many:
        assert len(names(search(desk, "hanna"))) == 16
    assert len(many) == len(few)
    assert clinical(many) == set()
    whole = [query for query in many if '"clients_client"' in query and "WHERE" not in query]
    assert len(whole) == 1


def test_whose_number_was_shown_is_recorded_and_not_what_was_looked_for(
    desk: Browser, cast: Cast
) -> None:
    before = Entry.objects.count()
    search(desk, "nobody of that name")
    assert Entry.objects.count() == before
    search(desk, "tester")
    shown = Entry.objects.filter(verb="read", note="search")
    people = [cast.hanna, cast.ian, cast.max, cast.mia]
    assert [each.client_id for each in shown] == [str(each.client_id) for each in people]
    assert {(each.actor_id, each.resource) for each in shown} == {
        (str(cast.dan.pk), "clients.client")
    }


def test_the_owner_finds_people_and_books_nobody(cast: Cast, signed_in: SignIn) -> None:
    response = search(signed_in(cast.olga), "hanna")
    assert names(response) == ["Hanna Tester"]
    assert reverse("desk:book") not in response.content.decode()


def test_counselors_and_strangers_find_nobody(cast: Cast, signed_in: SignIn) -> None:
    assert search(signed_in(cast.nora.user), "hanna").status_code == 404
    assert search(Browser(), "hanna").headers["Location"].startswith(reverse("account_login"))

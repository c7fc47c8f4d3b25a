"""What a client reads by private link: their own, and nothing that is anybody else's."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.handouts import assign
from clients.handouts.models import Assignment, Audience
from clients.models import Case, Participant
from practice.audit import trail
from practice.audit.models import Entry
from tests.cast import Cast, make_version, open_link


def give(cast: Cast, person: Participant, title: str, *, now: bool = True) -> Assignment:
    counselor = person.case.counselor.user
    version = make_version(Audience.BOTH, title=title, body=f"Body of {title}")
    (given,) = assign.give(person, [version], now=now, user=counselor, by=trail.SYSTEM)
    return given


def page_of(assignment: Assignment, name: str = "handout") -> str:
    return reverse(f"reading:{name}", args=[assignment.pk])


LIST = "/yours/reading/"


def enter(person: Participant, assignment: Assignment | None = None) -> tuple[Browser, Any]:
    """Come by the link to everything, or by the one to this handout."""
    browser = Browser()
    if assignment:
        return browser, open_link(browser, person.client, assign.HANDOUT, assignment.pk)
    return browser, open_link(browser, person.client, assign.READING, person.pk)


def test_the_list_holds_their_own_handouts(cast: Cast) -> None:
    give(cast, cast.hanna, "First")
    give(cast, cast.hanna, "Second", now=False)
    give(cast, cast.ian, "Third")
    give(cast, cast.mia, "Fourth")
    page = enter(cast.hanna)[1].content.decode()
    assert "First" in page
    for other in ("Second", "Third", "Fourth"):
        assert other not in page


def test_a_list_without_anything_says_so(cast: Cast) -> None:
    assert "There is nothing to read right now" in enter(cast.hanna)[1].content.decode()


def test_opening_and_finishing_are_noted_and_recorded(cast: Cast, now: datetime) -> None:
    given = give(cast, cast.hanna, "First")
    browser, _ = enter(cast.hanna)
    assert "Body of First" in browser.get(page_of(given)).content.decode()
    given.refresh_from_db()
    assert (given.opened_at, given.finished_at) == (now, None)
    row = Entry.objects.filter(verb="read", resource_id=str(given.pk)).get()
    assert (row.actor_kind, row.actor_id) == ("client", str(cast.hanna.client_id))
    assert browser.get(page_of(given, "finished")).status_code == 405
    page = browser.post(page_of(given, "finished"), follow=True)
    assert "You marked this as read." in page.content.decode()
    given.refresh_from_db()
    assert given.finished_at == now


def test_looking_at_the_list_opens_nothing(cast: Cast) -> None:
    given = give(cast, cast.hanna, "First")
    enter(cast.hanna)
    given.refresh_from_db()
    assert given.opened_at is None


@pytest.mark.parametrize("kind", ["the partner's", "another couple's", "waiting", "nobody's"])
@pytest.mark.parametrize("name", ["handout", "finished"])
def test_anothers_handout_is_not_there(cast: Cast, kind: str, name: str) -> None:
    give(cast, cast.hanna, "Own")
    other = {
        "the partner's": lambda: give(cast, cast.ian, "Other"),
        "another couple's": lambda: give(cast, cast.mia, "Other"),
        "waiting": lambda: give(cast, cast.hanna, "Other", now=False),
        "nobody's": lambda: Assignment(pk=uuid.uuid4()),
    }[kind]()
    browser, _ = enter(cast.hanna)
    ask = browser.get if name == "handout" else browser.post
    answer, nobodys = ask(page_of(other, name)), ask(page_of(Assignment(pk=uuid.uuid4()), name))
    assert answer.status_code == 404
    assert answer.content == nobodys.content
    assert not Assignment.objects.exclude(opened_at=None, finished_at=None).exists()


def test_the_link_to_one_handout_opens_that_one_alone(cast: Cast) -> None:
    first, second = give(cast, cast.hanna, "First"), give(cast, cast.hanna, "Second")
    browser, page = enter(cast.hanna, first)
    assert "Body of First" in page.content.decode()
    assert "Everything you have to read" not in page.content.decode()
    assert browser.get(page_of(second)).status_code == 404
    assert browser.get(LIST).status_code == 403


def test_the_link_to_all_opens_each_and_leads_back(cast: Cast) -> None:
    first, second = give(cast, cast.hanna, "First"), give(cast, cast.hanna, "Second")
    browser, _ = enter(cast.hanna)
    for given in (first, second):
        page = browser.get(page_of(given))
        assert page.status_code == 200
        assert "Everything you have to read" in page.content.decode()


def test_a_link_made_for_one_person_to_anothers_handout_opens_nothing(cast: Cast) -> None:
    theirs = give(cast, cast.ian, "Theirs")
    _, page = enter(cast.hanna, theirs)
    assert page.status_code == 404
    assert "Body of Theirs" not in page.content.decode()


@pytest.mark.parametrize("purpose", ["appointment", "check_in"])
def test_a_link_for_something_else_opens_no_handout(cast: Cast, purpose: str) -> None:
    given = give(cast, cast.hanna, "First")
    browser = Browser()
    open_link(browser, cast.hanna.client, purpose, given.pk)
    assert browser.get(page_of(given)).status_code == 403
    assert browser.get(LIST).status_code == 403


def test_without_a_visit_nothing_opens(cast: Cast, signed_in: Callable[..., Browser]) -> None:
    given = give(cast, cast.hanna, "First")
    for browser in (Browser(), signed_in(cast.nora.user), signed_in(cast.olga)):
        assert browser.get(page_of(given)).status_code == 403
        assert browser.get(LIST).status_code == 403
        assert browser.post(page_of(given, "finished")).status_code == 403
    given.refresh_from_db()
    assert given.finished_at is None


@pytest.mark.parametrize("change", ["lock", "close"])
def test_what_a_lock_or_a_closed_case_takes_away_is_gone_in_the_middle_of_a_visit(
    cast: Cast, now: datetime, change: str
) -> None:
    given = give(cast, cast.hanna, "First")
    browser, _ = enter(cast.hanna)
    changes: dict[str, Any] = {"disclosure": "no"}
    if change == "close":
        changes = {"status": "closed", "closed_at": now}
    Case.objects.filter(pk=cast.case.pk).update(**changes)
    assert browser.get(page_of(given)).status_code == 404
    assert "First" not in browser.get(LIST).content.decode()


def test_the_tab_and_the_address_say_nothing_of_the_handout(cast: Cast) -> None:
    given = give(cast, cast.hanna, "First")
    _, page = enter(cast.hanna, given)
    head = page.content.decode().partition("</head>")[0]
    assert "First" not in head
    assert "First" not in page_of(given)
    assert page.headers["Cache-Control"] == "no-store"

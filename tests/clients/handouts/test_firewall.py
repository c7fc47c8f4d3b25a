"""One partner's words reach the other by no path, whatever was confirmed and queued before."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client as Browser
from django.urls import reverse

from clients import cases
from clients.contact import sending
from clients.contact.models import Message
from clients.handouts import assign, propose, published
from clients.handouts.models import Answer, Assignment, Audience, Version
from clients.models import Case, Participant
from practice.audit import trail
from scheduling import lifecycle
from scheduling.followups.models import FollowUp
from tests.cast import Cast, assemble, make_session, make_version, open_link
from tests.scheduling.racing import of_kind, race

Change = Callable[[Cast], Any]


def swap_parts(cast: Cast) -> None:
    """The counselor had taken one for the other."""
    Participant.objects.filter(pk=cast.ian.pk).update(part="neither")
    Participant.objects.filter(pk=cast.hanna.pk).update(part="involved")
    Participant.objects.filter(pk=cast.ian.pk).update(part="hurt")


def lock(cast: Cast) -> None:
    Case.objects.filter(pk=cast.case.pk).update(disclosure="unknown")


# What changes after a handout for the one who was hurt was confirmed for Hanna.
CHANGES: dict[str, Change] = {"her part": swap_parts, "the disclosure": lock}


@pytest.fixture(params=CHANGES)
def change(request: pytest.FixtureRequest) -> Change:
    return CHANGES[request.param]


def give(cast: Cast, version: Version, *, now: bool) -> Assignment:
    (given,) = assign.give(cast.hanna, [version], now=now, user=cast.nora.user, by=trail.SYSTEM)
    return given


def test_what_was_queued_before_does_not_go(
    cast: Cast,
    now: datetime,
    travel: Callable[[datetime], None],
    change: Change,
    mailoutbox: list[Any],
) -> None:
    given = give(cast, make_version(Audience.HURT), now=False)
    soon = now + timedelta(hours=1)
    assign.tell_later(given, key="plan", due_at=soon, expires_at=soon + timedelta(days=9))
    change(cast)
    travel(soon)
    sending.tick()
    assert mailoutbox == []
    assert Message.objects.get().state == "suppressed"
    given.refresh_from_db()
    assert given.released_at is None


def test_what_was_released_before_opens_no_more_by_any_page(cast: Cast, change: Change) -> None:
    given = give(cast, make_version(Audience.HURT, title="CANARY"), now=True)
    browsers = [Browser(), Browser()]
    open_link(browsers[0], cast.hanna.client, assign.HANDOUT, given.pk)
    open_link(browsers[1], cast.hanna.client, assign.READING, cast.hanna.pk)
    change(cast)
    for browser in browsers:
        for name in ("handout", "pdf"):
            answer = browser.get(reverse(f"reading:{name}", args=[given.pk]))
            assert answer.status_code == 404
            assert b"CANARY" not in answer.content
        for name in ("answers", "reached", "finished"):
            assert browser.post(reverse(f"reading:{name}", args=[given.pk])).status_code == 404
    assert b"CANARY" not in browsers[1].get(reverse("reading:list")).content
    assert not Answer.objects.exists()


def test_no_plan_takes_up_what_was_confirmed_before(
    cast: Cast, now: datetime, change: Change
) -> None:
    give(cast, make_version(Audience.HURT), now=False)
    change(cast)
    session = make_session(cast.case, now - timedelta(hours=2))
    lifecycle.mark_done(session, trail.SYSTEM)
    assert not FollowUp.objects.exclude(assignment=None).exists()


def test_nothing_releases_it_past_our_code_either(cast: Cast, change: Change) -> None:
    give(cast, make_version(Audience.HURT), now=False)
    change(cast)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE handouts_assignment SET released_at = confirmed_at")


def test_it_is_neither_counted_nor_offered(
    cast: Cast, change: Change, signed_in: Callable[..., Browser]
) -> None:
    make_version(Audience.HURT, title="CANARY")
    change(cast)
    hanna = Participant.objects.select_related("case__concern").get(pk=cast.hanna.pk)
    assert propose.fitting_versions(hanna).count() == len(propose.fitting(hanna)) == 0
    page = signed_in(cast.nora.user).get(reverse("handouts:give", args=[hanna.pk]))
    assert b"CANARY" not in page.content


@pytest.mark.parametrize("name", ["library", "bring-in"])
def test_no_reader_finds_anything_in_the_library(cast: Cast, name: str) -> None:
    given = give(cast, make_version(Audience.HURT), now=True)
    browser = Browser()
    open_link(browser, cast.hanna.client, assign.HANDOUT, given.pk)
    assert browser.get(reverse(f"handouts:{name}"), {"q": "two"}).status_code == 302


def test_nobody_but_their_counselor_gives_anything(
    cast: Cast, signed_in: Callable[..., Browser]
) -> None:
    version = make_version(Audience.HURT)
    address = reverse("handouts:give", args=[cast.ian.pk])
    for user in (cast.olga, cast.dan, cast.ida.user):
        answer = signed_in(user).post(address, {"versions": [version.pk], "when": "now"})
        assert answer.status_code == 404
    answer = signed_in(cast.nora.user).post(address, {"versions": [version.pk], "when": "now"})
    assert answer.context["form"].errors
    assert not Assignment.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_lock_that_is_set_while_somebody_gives_comes_before_or_after(now: datetime) -> None:
    cast = assemble()
    version = make_version(Audience.HURT)
    case = Case.objects.get(pk=cast.case.pk)
    give_it = partial(give, cast, version, now=True)
    set_lock = partial(
        cases.set_course, case, stage="impact", disclosure=Case.Disclosure.NO, by=trail.SYSTEM
    )
    results = race(give_it, set_lock)
    assert not of_kind(results, DatabaseError)
    assert len(of_kind(results, assign.NotForThem)) + Assignment.objects.count() == 1
    assert not Assignment.objects.readable().exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_that_is_withdrawn_while_somebody_gives_it_is_given_before_or_not_at_all(
    now: datetime,
) -> None:
    cast = assemble()
    version = make_version(Audience.HURT)
    results = race(
        partial(give, cast, version, now=False),
        partial(published.withdraw, version.handout, by=trail.SYSTEM),
    )
    assert len(of_kind(results, assign.Withdrawn)) + Assignment.objects.count() == 1
    with pytest.raises(assign.Withdrawn):
        assign.give(cast.mia, [version], now=False, user=cast.ida.user, by=trail.SYSTEM)


@pytest.mark.parametrize("statement", ["UPDATE handouts_version SET body = 'x'", "DELETE"])
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_published_version_is_frozen_for_every_connection(now: datetime, statement: str) -> None:
    make_version()
    said = statement if statement != "DELETE" else "DELETE FROM handouts_version"

    def change_it() -> None:
        with connection.cursor() as cursor:
            cursor.execute(said)

    assert len(of_kind(race(change_it, change_it), DatabaseError)) == 2
    assert Version.objects.get().body == "## One\n\nTwo."

"""Who saw what: the owner and the clinical lead examine the record."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import ActorKind, Entry, Verb
from tests.cast import Cast, in_days, make_session, make_user


@pytest.fixture
def olga(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.olga)


def record(browser: Browser, **chosen: Any) -> str:
    return str(browser.get(reverse("audit:who-saw-what"), chosen).content.decode())


def look(cast: Cast, verb: Verb = Verb.READ) -> None:
    """Nora looks at her case."""
    actor = trail.Actor(ActorKind.STAFF, str(cast.nora.user.pk), "counselor", "192.0.2.0/24")
    trail.record(verb, cast.case, by=actor, case_id=cast.case.pk)


def test_the_record_names_staff_and_no_client(cast: Cast, olga: Browser) -> None:
    look(cast)
    page = record(olga)
    assert "Nora" in page
    assert "read case" in page
    for name in ("Hanna", "Ian"):
        assert name not in page


def test_looking_at_the_record_is_recorded(cast: Cast, olga: Browser) -> None:
    record(olga, view="denied")
    entry = Entry.objects.latest("seq")
    assert (entry.actor_id, entry.resource) == (str(cast.olga.pk), "audit.entry")


def test_it_is_narrowed_down_by_who_what_and_when(
    cast: Cast, olga: Browser, travel: Callable[..., None]
) -> None:
    look(cast)
    assert "read case" in record(olga, who=cast.nora.user.pk, verb="read")
    assert "Nothing fits" in record(olga, who=cast.nora.user.pk, verb="send")
    assert "Nothing fits" in record(olga, who=cast.nora.user.pk, since="2026-12-03")


def test_after_hours_are_those_of_the_practices_clock(
    cast: Cast, signed_in: Callable[..., Browser], travel: Callable[..., None]
) -> None:
    look(cast)
    travel(datetime(2026, 12, 3, 3, 0, tzinfo=UTC))  # ten in the evening in New York
    look(cast)
    page = record(signed_in(cast.olga), view="after-hours", who=cast.nora.user.pk)
    assert page.count("read case") == 1
    assert "10:00 PM" in page


def test_a_case_read_without_an_appointment_near_stands_out(
    cast: Cast, olga: Browser, now: datetime
) -> None:
    look(cast)
    assert "read case" in record(olga, view="no-appointment")
    make_session(cast.case, in_days(now, 2))
    assert "read case" not in record(olga, view="no-appointment")


def test_many_refusals_stand_out(cast: Cast, olga: Browser) -> None:
    for _ in range(10):
        look(cast, Verb.DENY)
    assert "Nora was refused 10 times in the last week" in record(olga)


def test_the_lead_may_look_and_a_counselor_may_not(
    cast: Cast, signed_in: Callable[..., Browser]
) -> None:
    address = reverse("audit:who-saw-what")
    assert signed_in(make_user("lena", Role.LEAD)).get(address).status_code == 200
    assert signed_in(cast.nora.user).get(address).status_code == 404


def test_a_long_record_takes_no_more_queries(cast: Cast, olga: Browser) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            record(olga)
        return len(captured)

    queries()
    few = queries()
    for _ in range(120):
        look(cast)
    assert queries() <= few + 1 <= 15  # one more counts the pages
    assert "Page 2 of" in record(olga, page=2)


def test_pages_that_are_not_theirs_are_recorded_and_bursts_of_them_stand_out(
    cast: Cast, signed_in: Callable[..., Browser]
) -> None:
    ida = signed_in(cast.ida.user)
    for _ in range(10):
        assert ida.get(reverse("cases:page", args=[cast.case.pk])).status_code == 404
    assert ida.get(reverse("figures:numbers")).status_code == 404
    refused = Entry.objects.filter(verb=Verb.DENY, actor_id=str(cast.ida.user.pk))
    assert {(each.note, each.case_id) for each in refused} == {
        ("page cases:page", str(cast.case.pk)),
        ("page figures:numbers", ""),
    }
    assert "Ida was refused 11 times in the last week" in record(signed_in(cast.olga))

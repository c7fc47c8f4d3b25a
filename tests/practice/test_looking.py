"""A page's statement is made once, and keeps nothing of who looked or when."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.models import Case, Cover, Participant
from practice import clock
from practice.dashboard.looking import Look
from tests.cast import Cast, make_counselor, make_session


def theirs(look: Look) -> QuerySet[Case]:
    return Case.objects.for_user(look.user)


def of_today(look: Look) -> QuerySet[Case]:
    return Case.objects.filter(opened_at__gte=clock.now() - timedelta(hours=1))


def test_each_sees_their_own_at_their_own_moment(
    cast: Cast, now: datetime, travel: Callable[..., None]
) -> None:
    cora = make_counselor("cora", ["NY"])
    Cover.objects.create(
        counselor=cast.nora,
        covering=cora,
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
        granted_by=cast.nora.user,
        granted_at=now,
    )
    seen = []
    for minutes in (0, 60, 120):
        travel(now + timedelta(minutes=minutes))
        seen.append([Look(each.user).rows(theirs) for each in (cast.nora, cast.ida, cora)])
    own, others = [cast.case], [cast.mia.case]
    assert seen == [[own, others, []], [own, others, own], [own, others, []]]


def test_now_is_the_moment_of_the_look(
    cast: Cast, now: datetime, travel: Callable[..., None]
) -> None:
    assert len(Look(cast.olga).rows(of_today)) == 2
    travel(now + timedelta(hours=2))
    assert Look(cast.olga).rows(of_today) == []


@pytest.mark.parametrize(
    "keeps",
    [
        lambda look: Participant.objects.filter(case__counselor__user_id=look.user.pk),
        lambda look: Case.objects.filter(opened_at__date=look.now.date()),
        lambda look: Case.objects.filter(opened_at__date=clock.now().date()),
    ],
)
def test_what_would_keep_somebody_or_a_time_is_refused(
    cast: Cast, keeps: Callable[[Look], QuerySet[Any]]
) -> None:
    with pytest.raises(AttributeError):
        Look(cast.nora.user).rows(keeps)


def test_a_page_shows_nothing_of_who_looked_before(
    cast: Cast, now: datetime, signed_in: Callable[..., Browser]
) -> None:
    make_session(cast.case, now + timedelta(days=1))
    make_session(cast.mia.case, now + timedelta(days=1, hours=2))
    pages = [
        signed_in(each.user).get("/dashboard/").content.decode() for each in (cast.nora, cast.ida)
    ]
    assert [("Hanna" in page, "Mia" in page) for page in pages] == [(True, False), (False, True)]


def test_one_statement_reads_what_several_parts_need(cast: Cast) -> None:
    look = Look(cast.nora.user)
    with CaptureQueriesContext(connection) as captured:
        look.load(theirs, of_today)
        assert (look.rows(theirs), look.practice.name) == ([cast.case], "Test practice")
        assert len(look.rows(of_today)) == 2
    assert len(captured) == 1

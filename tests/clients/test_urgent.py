"""Opening a colleague's case because it couldn't wait: for an hour, and everybody sees it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client as Browser
from django.urls import reverse

from clients.models import Case, UrgentLook
from practice.access.roles import Role
from practice.audit.models import Entry, Verb
from tests.access.notes import make_signed
from tests.cast import Cast, make_session, make_user


@pytest.fixture
def ida(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.ida.user)


def ask(browser: Browser, cast: Cast, name: str = "Hanna Tester") -> int:
    told = {"counselor": cast.nora.pk, "name": name, "reason": "danger"}
    return browser.post(reverse("cases:urgent"), told).status_code


def case_of(cast: Cast) -> str:
    return reverse("cases:page", args=[cast.case.pk])


def test_it_opens_for_an_hour_and_then_not_any_more(
    cast: Cast,
    ida: Browser,
    now: datetime,
    signed_in: Callable[..., Browser],
    travel: Callable[..., None],
) -> None:
    assert ida.get(case_of(cast)).status_code == 404
    assert ask(ida, cast, "hanna  TESTER") == 302
    assert ida.get(case_of(cast)).status_code == 200
    travel(now + timedelta(minutes=60))
    assert signed_in(cast.ida.user).get(case_of(cast)).status_code == 404


def test_only_a_whole_name_opens_it_and_guesses_are_recorded(cast: Cast, ida: Browser) -> None:
    for name in ("Hanna", "Tester", "Hanna Test", "Mia Tester"):
        assert ask(ida, cast, name) == 200
    assert not UrgentLook.objects.exists()
    assert Entry.objects.filter(verb=Verb.DENY, actor_id=str(cast.ida.user.pk)).count() == 4


def test_notes_stay_closed_and_nothing_of_the_case_can_be_changed(cast: Cast, ida: Browser) -> None:
    note = make_signed("joint", cast.nora, cast.hanna)
    session = make_session(cast.case, cast.case.opened_at + timedelta(days=1))
    ask(ida, cast)
    assert ida.get(reverse("notes:joint", args=[note.pk])).status_code == 404
    assert "Joint note" not in ida.get(case_of(cast)).content.decode()
    for name in ("course", "plan", "end", "history"):
        assert ida.get(reverse(f"cases:{name}", args=[cast.case.pk])).status_code == 404
    assert ida.get(reverse("sessions:change", args=[session.pk])).status_code == 404


def test_the_owner_the_lead_and_their_counselor_see_who_opened_it_and_why(
    cast: Cast, ida: Browser, signed_in: Callable[..., Browser]
) -> None:
    ask(ida, cast)
    today = {
        user: signed_in(user).get("/dashboard/").content.decode()
        for user in (cast.olga, make_user("lena", Role.LEAD), cast.nora.user, cast.ida.user)
    }
    told = [("Somebody may be in danger" in page, "Hanna" in page) for page in today.values()]
    # The owner reads no client's name; who opened it isn't told of it.
    assert told == [(True, False), (True, True), (True, True), (False, False)]
    # Whose case it is needs no word where it is one's own.
    assert [f" of {cast.nora}</span>" in page for page in today.values()] == [
        True,
        True,
        False,
        False,
    ]
    record = signed_in(cast.olga).get(reverse("audit:who-saw-what"), {"view": "urgent"})
    assert "urgent: danger" in record.content.decode()


def test_nobody_edits_or_removes_that_it_was_opened(cast: Cast, ida: Browser) -> None:
    ask(ida, cast)
    for change in (
        lambda: UrgentLook.objects.update(reason="asked"),
        lambda: UrgentLook.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert UrgentLook.objects.get().case == Case.objects.get(pk=cast.case.pk)

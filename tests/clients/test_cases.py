"""The counselor's cases: what they set, what they see, and that it is recorded."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients import cases
from clients.cases import TakesPart
from clients.contact import codes, links
from clients.contact.codes import Answer
from clients.contact.models import Message, PersonalCode
from clients.handouts import assign
from clients.handouts.models import Audience
from clients.models import Case, Concern, Part, Participant
from practice.audit import trail
from practice.audit.models import Entry
from scheduling import lifecycle
from tests.cast import (
    Cast,
    in_days,
    make_client,
    make_couple,
    make_session,
    make_version,
)


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)


def url(name: str, subject: Case | Participant | None = None) -> str:
    return reverse(f"cases:{name}", args=[subject.pk] if subject else [])


def last_entry() -> Entry:
    return Entry.objects.latest("seq")


def test_a_general_case_has_no_stage_and_no_parts(cast: Cast) -> None:
    case = cases.open_case(
        counselor=cast.nora,
        concern=Concern.objects.get(key="communication"),
        disclosure=Case.Disclosure.UNKNOWN,
        people=[TakesPart(make_client("Una"), Part.HURT)],
        by=trail.SYSTEM,
    )
    assert case.stage == ""
    assert [person.part for person in case.participants.all()] == [Part.NEITHER]


def test_one_person_is_in_a_case_once(cast: Cast) -> None:
    with pytest.raises(Exception, match=r"(?i)unique"):
        Participant.objects.create(case=cast.case, client=cast.hanna.client, part=Part.NEITHER)


def test_a_case_has_one_of_each_part(cast: Cast) -> None:
    with pytest.raises(Exception, match=r"(?i)unique"):
        Participant.objects.create(case=cast.case, client=make_client("Una"), part=Part.HURT)


def test_the_list_shows_a_counselors_own_cases(
    cast: Cast, nora: Browser, signed_in: Callable[..., Browser]
) -> None:
    assert "Hanna &amp; Ian" in nora.get(url("list")).content.decode()
    assert "Mia" not in nora.get(url("list")).content.decode()
    assert "Mia &amp; Max" in signed_in(cast.ida.user).get(url("list")).content.decode()


def test_another_counselors_case_is_not_there(cast: Cast, nora: Browser) -> None:
    before = Entry.objects.count()
    for name in ("page", "course"):
        assert nora.get(url(name, cast.other_case)).status_code == 404
    course = {"stage": "meaning", "disclosure": "yes"}
    assert nora.post(url("course", cast.other_case), course).status_code == 404
    for name in ("enroll", "suspend"):
        assert nora.post(url(name, cast.mia)).status_code == 404
    assert Entry.objects.filter(verb__in=["create", "change"]).count() <= before
    cast.mia.client.card.refresh_from_db()
    assert cast.mia.client.card.suspended_at is None


def test_desk_and_owner_have_no_cases(cast: Cast, signed_in: Callable[..., Browser]) -> None:
    for user in (cast.dan, cast.olga):
        browser = signed_in(user)
        for address in (url("list"), url("page", cast.case), url("course", cast.case)):
            assert browser.get(address).status_code == 404


def test_reading_a_case_is_recorded_for_each_person(cast: Cast, nora: Browser) -> None:
    nora.get(url("page", cast.case))
    rows = Entry.objects.filter(verb="read", resource="clients.case")
    people = {str(cast.hanna.client_id), str(cast.ian.client_id)}
    assert {row.client_id for row in rows} == people
    assert {(row.case_id, row.actor_id) for row in rows} == {
        (str(cast.case.pk), str(cast.nora.user_id))
    }


def test_the_course_is_set_and_what_changed_is_recorded(cast: Cast, nora: Browser) -> None:
    page = nora.post(url("course", cast.case), {"stage": "meaning", "disclosure": "yes"})
    case = Case.objects.get(pk=cast.case.pk)
    assert page.headers["Location"] == url("page", case)
    assert (case.stage, case.disclosure) == ("meaning", "yes")
    assert (last_entry().verb, last_entry().note) == ("change", "stage")
    nora.post(url("course", case), {"stage": "impact", "disclosure": "no"})
    assert Entry.objects.filter(verb="change").latest("seq").note == "stage,disclosure"


@pytest.mark.parametrize("given", [{"stage": "over"}, {"disclosure": "maybe"}, {"stage": ""}])
def test_a_course_that_is_none_is_refused(cast: Cast, nora: Browser, given: dict[str, str]) -> None:
    sent = {"stage": "meaning", "disclosure": "no", **given}
    assert nora.post(url("course", cast.case), sent).context["form"].errors
    assert Case.objects.get(pk=cast.case.pk).stage == "impact"


def test_a_code_to_read_out_is_shown_once_and_kept_as_a_digest(cast: Cast, nora: Browser) -> None:
    assert nora.get(url("enroll", cast.hanna)).status_code == 405
    page = nora.post(url("enroll", cast.hanna)).content.decode()
    shown = re.search(r'class="secret">(\d{4} \d{4})<', page)
    assert shown
    kept = PersonalCode.objects.get(client=cast.hanna.client)
    digits = shown[1].replace(" ", "")
    assert digits not in f"{kept.enrollment} {kept.code}"
    token = links.make(cast.hanna.client_id, "reading", cast.hanna.pk)
    assert codes.answer(links.find(token), shown[1]) is Answer.ENROLL
    assert shown[1] not in nora.get(url("page", cast.case)).content.decode()
    assert shown[1] not in nora.post(url("enroll", cast.hanna)).content.decode()
    noted = Entry.objects.filter(note="enrollment code")
    assert [row.client_id for row in noted] == [str(cast.hanna.client_id)] * 2
    assert not any(digits in str(row.__dict__) for row in Entry.objects.all())


def test_a_code_to_read_out_unlocks_and_voids_the_old_one(cast: Cast, nora: Browser) -> None:
    PersonalCode.objects.filter(client=cast.hanna.client).update(failures=10)
    nora.post(url("enroll", cast.hanna))
    kept = PersonalCode.objects.get(client=cast.hanna.client)
    assert (kept.code, kept.failures, kept.locked_at) == ("", 0, None)


def test_suspending_holds_back_this_persons_messages_alone(
    cast: Cast, nora: Browser, now: datetime
) -> None:
    make_session(cast.case, in_days(now, 3))
    page = nora.post(url("suspend", cast.hanna), follow=True)
    assert "Nothing more goes to this person for now." in page.content.decode()
    states = dict(Message.objects.values_list("client", "state"))
    assert states == {cast.hanna.client_id: "suppressed", cast.ian.client_id: "due"}
    assert Entry.objects.filter(note="messages suspended").count() == 1


def test_resuming_lets_new_messages_go_and_wakes_no_old_one(
    cast: Cast, nora: Browser, now: datetime
) -> None:
    make_session(cast.case, in_days(now, 3))
    nora.post(url("suspend", cast.hanna))
    page = nora.post(url("suspend", cast.hanna), {"resume": "1"}, follow=True)
    assert "Messages may go again." in page.content.decode()
    cast.hanna.client.card.refresh_from_db()
    assert cast.hanna.client.card.suspended_at is None
    hers = Message.objects.filter(client=cast.hanna.client)
    assert set(hers.values_list("state", flat=True)) == {"suppressed"}
    make_session(cast.case, in_days(now, 4))
    assert hers.filter(state="due", template=Message.Template.BOOKED).count() == 1


def queries(browser: Browser, address: str) -> int:
    browser.get(address)  # the first page after signing in writes the session
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured)


def test_the_list_takes_as_many_queries_for_one_case_as_for_many(cast: Cast, nora: Browser) -> None:
    few = queries(nora, url("list"))
    for number in range(6):
        make_couple(cast.nora, f"Hurt{number}", f"Involved{number}", state="NJ")
    assert queries(nora, url("list")) == few
    assert few <= 8


def test_a_case_takes_as_many_queries_with_one_row_as_with_many(
    cast: Cast, nora: Browser, now: datetime
) -> None:
    add_rows(cast, now, range(1))
    few = queries(nora, url("page", cast.case))
    add_rows(cast, now, range(1, 6))
    assert queries(nora, url("page", cast.case)) == few
    assert few <= 40


def add_rows(cast: Cast, now: datetime, numbers: Any) -> None:
    """For each number a handout for each partner, and a session that was held."""
    for number in numbers:
        version = make_version(Audience.BOTH, title=f"Number {number}")
        for person in (cast.hanna, cast.ian):
            assign.give(person, [version], now=False, user=cast.nora.user, by=trail.SYSTEM)
        lifecycle.mark_done(make_session(cast.case, in_days(now, -30 + number)), trail.SYSTEM)


def test_the_oldest_closed_case_still_opens(cast: Cast, nora: Browser, now: datetime) -> None:
    Case.objects.filter(pk=cast.case.pk).update(
        status="closed", closed_at=now - timedelta(days=900)
    )
    assert nora.get(url("page", cast.case)).status_code == 200
    assert "Closed" in nora.get(url("list")).content.decode()

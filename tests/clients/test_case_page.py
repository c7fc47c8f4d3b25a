"""The case page, preparing a session, the plan, standing in, and finding a case."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients import goals, timeline
from clients.contact.models import Consent, Message
from clients.handouts import assign
from clients.handouts.models import Assignment
from clients.looking import CaseLook, open_case
from clients.models import AgreedAction, Cover, Goal
from clients.timeline import Kind
from practice import clock
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Entry
from scheduling import lifecycle, of_case
from scheduling.followups import checkins
from scheduling.followups import of_case as followed
from scheduling.followups.models import FollowUp, Response
from scheduling.models import Appointment
from tests.access.notes import make_note, make_signed
from tests.cast import Cast, in_days, make_counselor, make_session, make_user, make_version

NAMES = ("Hanna", "Ian")


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)


def page(browser: Browser, name: str, *key: Any, **query: Any) -> str:
    return str(browser.get(reverse(f"cases:{name}", args=key), query).content.decode())


def held(cast: Cast, now: datetime, day: int = -3, **answers: str) -> None:
    """A session that took place, and what each answered to "safe"."""
    session = make_session(cast.case, in_days(now, day))
    lifecycle.mark_done(session, trail.SYSTEM)
    for name, answer in answers.items():
        asked = FollowUp.objects.check_ins().get(session=session, participant=getattr(cast, name))
        checkins.answer(asked, {"safe": answer, "hard": "CANARY"}, {}, by=trail.SYSTEM)


# The time line


def test_everything_that_happened_stands_in_one_line_each_in_its_column(
    cast: Cast, nora: Browser, now: datetime
) -> None:
    held(cast, now, hanna="1", ian="5")
    (given,) = assign.give(
        cast.hanna, [make_version()], now=True, user=cast.nora.user, by=trail.SYSTEM
    )
    Assignment.objects.update(released_at=clock.now())  # whatever the pace
    make_signed("individual", cast.nora, cast.ian)
    make_note("psychotherapy", cast.nora, cast.ian)
    case = open_case(cast.nora.user, cast.case.pk)
    assert case
    found = timeline.events(
        CaseLook(
            cast.nora.user,
            case,
            list(case.participants.all()),
            before=clock.now() + timedelta(1),
            most=50,
        )
    )
    kinds = {(event.kind, event.who) for event in found}
    assert (Kind.HANDOUT, cast.hanna.pk) in kinds
    assert (Kind.NOTE, cast.ian.pk) in kinds
    assert (Kind.CHECK_IN, cast.hanna.pk) in kinds
    assert (Kind.SESSION, None) in kinds
    assert (Kind.CASE, None) in kinds
    assert [event.at for event in found] == sorted((e.at for e in found), reverse=True)
    assert "psychotherapy" not in " ".join(event.words.lower() for event in found)
    assert given.version.title in page(nora, "page", cast.case.pk)


def test_a_long_time_line_is_read_page_by_page(cast: Cast, nora: Browser, now: datetime) -> None:
    add_sessions(cast, now, 130)
    first = page(nora, "page", cast.case.pk)
    assert "Earlier" in first
    start = first.index("?before=") + 8
    before = first[start : first.index('"', start)]
    second = nora.get(f"{reverse('cases:page', args=[cast.case.pk])}?before={before}")
    assert second.content.decode().count('<th scope="row"') == 60
    assert nora.get(reverse("cases:page", args=[cast.case.pk]), {"before": "x"}).status_code == 200


def test_all_that_is_to_come_is_read_and_of_the_past_the_latest(cast: Cast, now: datetime) -> None:
    days = (-9, -6, -3, 4, 7, 11)
    sessions = {day: make_session(cast.case, in_days(now, day)) for day in days}
    looking: Any = {"user": cast.nora.user, "case": cast.case, "people": [cast.hanna, cast.ian]}
    whole = CaseLook(**looking, most=2)
    assert whole.rows(of_case.sessions) == [sessions[day] for day in (11, 7, 4, -3, -6)]
    earlier = CaseLook(**looking, most=2, before=sessions[4].starts_at)
    assert earlier.rows(of_case.sessions) == [sessions[day] for day in (-3, -6)]


def test_a_follow_up_stands_under_its_answer_or_else_its_message(cast: Cast, now: datetime) -> None:
    held(cast, now, day=-3, hanna="2")
    looking: Any = {"user": cast.nora.user, "case": cast.case, "people": [cast.hanna, cast.ian]}
    later = now + timedelta(minutes=1)
    found = CaseLook(**looking, most=1, now=later).rows(followed.follow_ups)
    waiting = list(FollowUp.objects.filter(response=None, message__due_at__gte=later))
    assert waiting
    assert [hasattr(each, "response") for each in found] == [*[False] * len(waiting), True]
    assert set(found[:-1]) == set(waiting)


def test_divergence_is_shown_to_the_counselor(cast: Cast, nora: Browser, now: datetime) -> None:
    held(cast, now, hanna="1", ian="5")
    versions = [make_version(title=f"Number {number}") for number in range(2)]
    for person in (cast.hanna, cast.ian):
        assign.give(person, versions, now=True, user=cast.nora.user, by=trail.SYSTEM)
    Assignment.objects.update(released_at=clock.now())  # whatever the pace
    for each in Assignment.objects.filter(participant=cast.ian):
        assign.mark_opened(each, trail.SYSTEM)
    text = page(nora, "page", cast.case.pk)
    assert "Hanna opened 0 of 2, Ian opened 2 of 2." in text
    assert "Hanna said 1, Ian said 5 of 5." in text


def test_handouts_to_confirm_stand_on_today_until_something_is_confirmed(
    cast: Cast, nora: Browser, signed_in: Callable[..., Browser], now: datetime
) -> None:
    def asked(browser: Browser) -> list[bool]:
        text = browser.get(reverse("dashboard:today")).content.decode()
        return [f'Choose<span class="visually-hidden"> for {who}' in text for who in NAMES]

    held(cast, now)
    assert asked(nora) == [True, True]
    assert asked(signed_in(cast.ida.user)) == [False, False]
    assign.give(cast.hanna, [make_version()], now=False, user=cast.nora.user, by=trail.SYSTEM)
    assert asked(nora) == [False, True]


def test_what_is_missing_before_the_next_session_is_named(
    cast: Cast, nora: Browser, now: datetime
) -> None:
    make_session(cast.case, in_days(now, 1))
    text = page(nora, "page", cast.case.pk)
    assert "Hanna hasn’t said yet where they will be." in text
    assert "Ian hasn’t agreed yet to" in text
    Consent.objects.filter(client=cast.ian.client).delete()
    assert "Ian hasn’t agreed yet to" in page(nora, "prepare", cast.case.pk)


def test_preparing_shows_what_came_since_the_last_session(
    cast: Cast, nora: Browser, now: datetime
) -> None:
    make_signed("joint", cast.nora, cast.hanna)
    held(cast, now, hanna="3")
    make_session(cast.case, in_days(now, 1))
    text = page(nora, "prepare", cast.case.pk)
    assert "Since the session on Sunday, Nov 29" in text
    assert "Where they’ll be" in text


def test_the_lead_reads_the_case_and_finds_nothing_to_change_it_with(
    cast: Cast, signed_in: Callable[..., Browser], now: datetime
) -> None:
    held(cast, now, hanna="3")
    assign.give(cast.ian, [make_version()], now=True, user=cast.nora.user, by=trail.SYSTEM)
    lead = signed_in(make_user("lena", Role.LEAD))
    text = page(lead, "page", cast.case.pk)
    assert "Took place" in text
    assert "CANARY" in text  # what Hanna answered
    assert text.count("<form") == 1  # signing out
    for address in re.findall(r'href="(/dashboard/[^"#?]*)"', text):
        assert lead.get(address).status_code == 200, address
    # The counselor hasn't seen it yet, and the record says who has.
    assert Response.objects.get().seen_at is None
    read = Entry.objects.filter(resource="followups.response", verb="read")
    assert [entry.role for entry in read] == ["lead"]


# Constant queries


def add_sessions(cast: Cast, now: datetime, number: int) -> None:
    first = in_days(now, -number - 1, 18)
    Appointment.objects.bulk_create(
        Appointment(
            kind="session",
            status="done",
            counselor=cast.nora,
            case=cast.case,
            starts_at=first + timedelta(days=day),
            ends_at=first + timedelta(days=day, hours=1),
            busy_until=first + timedelta(days=day, hours=1),
        )
        for day in range(number)
    )


def add_messages(cast: Cast, now: datetime, number: int) -> None:
    Message.objects.bulk_create(
        Message(
            key=f"bulk:{index}",
            client=cast.hanna.client,
            template="news",
            purpose="note",
            subject_id="x",
            due_at=now - timedelta(days=30),
            expires_at=now,
            created_at=now,
            state="canceled",
        )
        for index in range(number)
    )


def queries(browser: Browser, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return len(captured)


def test_a_case_of_years_takes_no_more_queries_than_a_new_one(
    cast: Cast, nora: Browser, now: datetime
) -> None:
    held(cast, now, hanna="3")
    goals.set_goal(cast.case, "Talk", trail.SYSTEM)
    addresses = [
        reverse("cases:page", args=[cast.case.pk]),
        reverse("cases:prepare", args=[cast.case.pk]),
        reverse("dashboard:today"),
    ]
    few = [queries(nora, address) for address in addresses]
    add_sessions(cast, now, 300)
    add_messages(cast, now, 2000)
    for number in range(5):
        held(cast, now, day=-4 - number, hanna="2", ian="4")
        goals.set_goal(cast.case, f"Goal {number}", trail.SYSTEM)
        make_note("joint", cast.nora, cast.hanna)
    many = [queries(nora, address) for address in addresses]
    # The first note brings one more question: the names of those it is about.
    assert all(after <= before + 1 for before, after in zip(few, many, strict=True)), (few, many)
    assert max(many) <= 12, many


# The plan


def test_goals_and_agreed_actions_are_kept_encrypted_and_reviewed(
    cast: Cast, nora: Browser
) -> None:
    nora.post(reverse("cases:plan", args=[cast.case.pk]), {"words": "CANARY goal"})
    goal = Goal.objects.get()
    sent = {"participant_id": cast.ian.pk, "words": "CANARY action"}
    nora.post(reverse("cases:agree", args=[goal.pk]), sent)
    assert [each.words for each in goals.open_actions(cast.ian)] == ["CANARY action"]
    assert goals.open_actions(cast.hanna) == []
    nora.post(reverse("cases:action-done", args=[AgreedAction.objects.get().pk]))
    nora.post(reverse("cases:review", args=[goal.pk]), {"status": "reached"})
    assert goals.open_actions(cast.ian) == []
    goal.refresh_from_db()
    assert (goal.status, goal.reviewed_at) == ("reached", clock.now())
    with connection.cursor() as cursor:
        for table in ("clients_goal", "clients_agreedaction"):
            cursor.execute(f"SELECT words FROM {table}")
            assert "CANARY" not in str(cursor.fetchall())


def test_nobody_of_another_case_can_agree_to_something_here(cast: Cast, nora: Browser) -> None:
    goal = goals.set_goal(cast.case, "Talk", trail.SYSTEM)
    sent = {"participant_id": cast.mia.pk, "words": "x"}
    nora.post(reverse("cases:agree", args=[goal.pk]), sent)
    assert not AgreedAction.objects.exists()


# Standing in


def test_a_cover_is_granted_for_days_and_ends_by_itself(
    cast: Cast, nora: Browser, signed_in: Callable[..., Browser], travel: Callable[..., None]
) -> None:
    cora = make_counselor("cora", ["NY"])
    sent = {"counselor": cast.nora.pk, "covering": cora.pk}
    days = {"first_day": "2026-12-03", "last_day": "2026-12-04"}
    nora.post(reverse("cases:covers"), {**sent, **days})
    case = reverse("cases:page", args=[cast.case.pk])
    seen = []
    for moment in ("2026-12-03 04:59", "2026-12-03 05:00", "2026-12-05 04:59", "2026-12-05 05:00"):
        travel(datetime.fromisoformat(f"{moment}+00:00"))
        seen.append(signed_in(cora.user).get(case).status_code)
    assert seen == [404, 200, 200, 404]


def test_a_cover_changes_nothing_of_the_case_and_can_be_ended_at_once(
    cast: Cast, nora: Browser, signed_in: Callable[..., Browser]
) -> None:
    cora = make_counselor("cora", ["NY"])
    sent = {"counselor": cast.nora.pk, "covering": cora.pk}
    nora.post(
        reverse("cases:covers"), {**sent, "first_day": "2026-12-02", "last_day": "2026-12-09"}
    )
    covering = signed_in(cora.user)
    assert covering.get(reverse("cases:page", args=[cast.case.pk])).status_code == 200
    for name in ("course", "plan", "end", "history"):
        assert covering.get(reverse(f"cases:{name}", args=[cast.case.pk])).status_code == 404
    nora.post(reverse("cases:cover-end", args=[Cover.objects.get().pk]))
    assert covering.get(reverse("cases:page", args=[cast.case.pk])).status_code == 404


@pytest.mark.parametrize(
    ("first", "last", "field", "words"),
    [
        ("2026-12-04", "2026-12-03", "last_day", "The last day is before the first."),
        ("2026-11-30", "2026-12-01", "last_day", "That day is over."),
        ("2026-12-03", "9999-12-31", "last_day", "within a year"),
        ("2026-12-03", "2027-12-04", "last_day", "within a year"),
        ("0001-01-01", "2026-12-03", "first_day", "within a year"),
        ("2026-12-03", "", "last_day", "Please fill in"),
    ],
)
def test_days_that_cannot_be_meant_are_told_beside_the_field(
    cast: Cast, nora: Browser, first: str, last: str, field: str, words: str
) -> None:
    cora = make_counselor("cora", ["NY"])
    sent = {"counselor": cast.nora.pk, "covering": cora.pk, "first_day": first, "last_day": last}
    page = nora.post(reverse("cases:covers"), sent)
    assert words in " ".join(page.context["form"].errors[field])
    assert not Cover.objects.exists()


def test_a_cover_may_have_begun_and_may_last_a_year(cast: Cast, nora: Browser) -> None:
    cora = make_counselor("cora", ["NY"])
    sent = {"counselor": cast.nora.pk, "covering": cora.pk}
    days = {"first_day": "2026-11-25", "last_day": "2027-12-03"}
    nora.post(reverse("cases:covers"), {**sent, **days})
    assert Cover.objects.exists()


def test_nobody_grants_what_is_anothers(cast: Cast, nora: Browser) -> None:
    sent = {"counselor": cast.ida.pk, "covering": cast.nora.pk}
    days = {"first_day": "2026-12-02", "last_day": "2026-12-09"}
    nora.post(reverse("cases:covers"), {**sent, **days})
    assert not Cover.objects.exists()


# Finding


def test_a_case_is_found_by_a_part_of_a_name_and_only_ones_own(cast: Cast, nora: Browser) -> None:
    def find(part: str) -> str:
        return str(nora.post(reverse("cases:find"), {"part": part}).content.decode())

    assert "Hanna Tester, Ian Tester" in find("hán")
    assert "No case of yours fits" in find("Mia")
    assert "at least two letters" in find("h")


# Who saw it


def test_the_counselor_sees_who_saw_their_case(
    cast: Cast, nora: Browser, signed_in: Callable[..., Browser]
) -> None:
    lead = signed_in(make_user("lena", Role.LEAD))
    page(lead, "page", cast.case.pk)
    assert "Lena" in page(nora, "history", cast.case.pk)


def test_a_psychotherapy_note_of_somebody_before_stands_in_nobody_elses_history(
    cast: Cast, signed_in: Callable[..., Browser]
) -> None:
    make_note("psychotherapy", cast.nora, cast.hanna)
    cast.case.counselor = cast.ida
    cast.case.save()
    assert "psychotherapy" not in page(signed_in(cast.ida.user), "history", cast.case.pk)

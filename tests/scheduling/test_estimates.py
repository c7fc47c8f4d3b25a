"""The Good Faith Estimate clock: whom one is owed, until when, and what becomes of it."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.contact.models import Message
from clients.models import Case, Participant
from practice.audit import trail
from practice.audit.models import Entry
from scheduling import booking, changes, estimates, lifecycle
from scheduling.booking import Attending
from scheduling.models import Appointment, Estimate
from tests.cast import Cast, in_days, make_consultation, make_couple, make_session
from tests.scheduling.racing import race

pytestmark = pytest.mark.django_db
Travel = Callable[[datetime], None]
SignIn = Callable[..., Browser]


# The rule

# Booked on, takes place on, due by.
RULE = [
    ("2027-01-25", "2027-01-27", None),  # two business days ahead
    ("2027-01-25", "2027-01-28", "2027-01-26"),  # three
    ("2027-01-25", "2027-02-05", "2027-01-26"),  # nine
    ("2027-01-25", "2027-02-08", "2027-01-28"),  # ten
    ("2027-01-25", "2027-01-25", None),
    # Thanksgiving is no business day, so these are fewer than they look.
    ("2026-11-23", "2026-11-26", None),
    ("2026-11-23", "2026-11-27", "2026-11-24"),
    ("2026-11-23", "2026-12-07", "2026-11-24"),
    ("2026-11-23", "2026-12-08", "2026-11-27"),
    ("2026-11-25", "2026-12-30", "2026-12-01"),
    # Christmas and New Year
    ("2026-12-24", "2026-12-29", None),
    ("2026-12-24", "2026-12-30", "2026-12-28"),
    ("2026-12-31", "2027-01-20", "2027-01-06"),
    # Booked on a weekend: the first business day after it is the first.
    ("2027-01-30", "2027-02-02", None),
    ("2027-01-30", "2027-02-03", "2027-02-01"),
]


@pytest.mark.parametrize(("booked", "session", "due"), RULE)
def test_when_it_is_due(booked: str, session: str, due: str | None):
    found = estimates.due_on(date.fromisoformat(booked), date.fromisoformat(session))
    assert found == (due and date.fromisoformat(due))


# It is Wednesday, Dec 2, 2026, in New York. Ten business days ahead is Wednesday, Dec 16.

FAR, NEAR, TOO_NEAR = 14, 5, 2
DUE_FAR, DUE_NEAR = date(2026, 12, 7), date(2026, 12, 3)


def book(case: Case, now: datetime, days: int) -> Appointment:
    return make_session(case, in_days(now, days))


def owed() -> list[tuple[str, date]]:
    """Whose estimate is to be given by when."""
    rows = Estimate.objects.filter(given_at=None, ended_at=None).select_related("client")
    return sorted((row.client.first_name, row.due_on) for row in rows)


def owed_to_both(due: date) -> list[tuple[str, date]]:
    return [("Hanna", due), ("Ian", due)]


def give_all(cast: Cast) -> None:
    for row in Estimate.objects.filter(given_at=None, ended_at=None):
        estimates.give(row.pk, user=cast.dan, by=trail.SYSTEM)


@pytest.mark.parametrize(
    ("days", "due"), [(FAR, DUE_FAR), (FAR - 1, DUE_NEAR), (NEAR, DUE_NEAR), (TOO_NEAR, None)]
)
def test_each_of_a_couple_is_owed_one_from_booking_on(
    cast: Cast, now: datetime, days: int, due: date | None
):
    book(cast.case, now, days)
    assert owed() == (owed_to_both(due) if due else [])


def test_the_day_of_booking_is_the_one_on_the_practices_clock(cast: Cast, travel: Travel):
    travel(datetime.fromisoformat("2026-12-04T03:00:00Z"))  # still Thursday evening in New York
    book(cast.case, datetime.fromisoformat("2026-12-04T03:00:00Z"), FAR)
    assert {row.counted_from for row in Estimate.objects.all()} == {date(2026, 12, 3)}


def test_a_consultation_costs_nothing(cast: Cast, now: datetime):
    make_consultation(cast.nora, in_days(now, FAR))
    assert owed() == []


def test_a_person_who_does_not_come_to_it_is_owed_none(cast: Cast, now: datetime):
    hanna = cast.hanna.client
    assert hanna.state
    alone = [Attending(hanna.state, hanna.time_zone, hanna)]
    booking.book_session(
        case=cast.case, starts_at=in_days(now, FAR), attending=alone, by=trail.SYSTEM
    )
    assert owed() == [("Hanna", DUE_FAR)]
    book(cast.case, now, FAR + 7)
    assert owed() == [("Hanna", DUE_FAR), ("Ian", DUE_FAR)]


def test_a_second_session_asks_for_no_second_estimate(cast: Cast, now: datetime):
    book(cast.case, now, FAR)
    book(cast.case, now, FAR + 7)
    assert owed() == owed_to_both(DUE_FAR)


def test_after_a_session_took_place_none_is_owed(cast: Cast, now: datetime):
    lifecycle.mark_done(book(cast.case, now, -7), trail.SYSTEM)
    book(cast.case, now, FAR)
    assert owed() == []


def test_another_case_of_theirs_is_other_work(cast: Cast, now: datetime):
    lifecycle.mark_done(book(cast.case, now, -7), trail.SYSTEM)
    book(cast.other_case, now, FAR)
    assert owed() == [("Max", DUE_FAR), ("Mia", DUE_FAR)]


def test_a_session_booked_before_the_first_one_takes_its_place(
    cast: Cast, now: datetime, travel: Travel
):
    book(cast.case, now, FAR)
    travel(now + timedelta(days=1))
    book(cast.case, now, NEAR + 2)
    assert owed() == owed_to_both(date(2026, 12, 4))


# What becomes of it


def test_moved_to_another_day_the_count_begins_anew(cast: Cast, now: datetime, travel: Travel):
    session = book(cast.case, now, FAR)
    travel(now + timedelta(days=1))
    lifecycle.move(session, in_days(now, FAR + 6), trail.SYSTEM)
    assert owed() == owed_to_both(date(2026, 12, 8))
    ended = Estimate.objects.exclude(ended_at=None)
    assert [row.counted_from for row in ended] == [now.date()] * 2
    assert {row.counted_from for row in Estimate.objects.filter(ended_at=None)} == {
        now.date() + timedelta(days=1)
    }


def test_moved_near_none_is_owed_any_more(cast: Cast, now: datetime, travel: Travel):
    session = book(cast.case, now, FAR)
    travel(now + timedelta(hours=1))
    lifecycle.move(session, in_days(now, TOO_NEAR), trail.SYSTEM)
    assert owed() == []


def test_moved_away_from_near_one_is_owed(cast: Cast, now: datetime, travel: Travel):
    session = book(cast.case, now, TOO_NEAR)
    travel(now + timedelta(hours=1))
    lifecycle.move(session, in_days(now, FAR), trail.SYSTEM)
    assert owed() == owed_to_both(DUE_FAR)


def test_one_that_was_given_stays_given_and_another_is_owed_for_the_new_day(
    cast: Cast, now: datetime, travel: Travel
):
    session = book(cast.case, now, FAR)
    give_all(cast)
    travel(now + timedelta(days=1))
    lifecycle.move(session, in_days(now, FAR + 6), trail.SYSTEM)
    assert Estimate.objects.exclude(given_at=None).filter(ended_at=None).count() == 2
    assert owed() == owed_to_both(date(2026, 12, 8))


def test_once_given_it_covers_the_sessions_that_follow(cast: Cast, now: datetime, travel: Travel):
    first = book(cast.case, now, FAR)
    give_all(cast)
    travel(now + timedelta(days=1))
    book(cast.case, now, FAR + 7)
    lifecycle.call_off(first, trail.SYSTEM)
    assert owed() == []


def test_canceled_none_is_owed_any_more(cast: Cast, now: datetime):
    lifecycle.call_off(book(cast.case, now, FAR), trail.SYSTEM)
    assert owed() == []
    assert Estimate.objects.exclude(ended_at=None).count() == 2


def test_when_the_first_is_canceled_the_next_takes_its_place_with_its_own_day_of_booking(
    cast: Cast, now: datetime, travel: Travel
):
    first = book(cast.case, now, NEAR)
    second = book(cast.case, now, FAR)
    travel(now + timedelta(days=5))
    lifecycle.call_off(first, trail.SYSTEM)
    assert owed() == owed_to_both(DUE_FAR)
    rows = Estimate.objects.filter(ended_at=None)
    assert {row.appointment_id for row in rows} == {second.pk}


def test_after_a_cancellation_a_new_booking_is_counted_anew(
    cast: Cast, now: datetime, travel: Travel
):
    lifecycle.call_off(book(cast.case, now, FAR), trail.SYSTEM)
    travel(now + timedelta(days=1))
    book(cast.case, now, FAR + 6)
    assert owed() == owed_to_both(date(2026, 12, 8))


def undo(appointment: Appointment, cast: Cast) -> None:
    change = changes.latest(Appointment.objects.get(pk=appointment.pk), cast.dan)
    assert change
    changes.undo(change, cast.dan, trail.SYSTEM)


def test_a_move_that_is_undone_leaves_the_count_as_it_was(
    cast: Cast, now: datetime, travel: Travel
):
    session = book(cast.case, now, FAR)
    before = set(Estimate.objects.values_list("pk", flat=True))
    travel(now + timedelta(days=1))
    moved = lifecycle.move(session, in_days(now, NEAR), trail.SYSTEM, undoable_by=cast.dan)
    travel(now + timedelta(days=1, seconds=4))
    undo(moved, cast)
    assert owed() == owed_to_both(DUE_FAR)
    still = Estimate.objects.filter(ended_at=None)
    assert set(still.values_list("pk", flat=True)) == before
    travel(now + timedelta(days=1, seconds=9))
    book(cast.case, now, FAR + 7)  # looks at all of it again
    assert set(still.values_list("pk", flat=True)) == before


def test_a_cancellation_that_is_undone_leaves_the_count_as_it_was(
    cast: Cast, now: datetime, travel: Travel
):
    session = book(cast.case, now, FAR)
    book(cast.case, now, FAR + 7)
    travel(now + timedelta(days=1))
    canceled = lifecycle.call_off(session, trail.SYSTEM, undoable_by=cast.dan)
    assert owed() == owed_to_both(DUE_FAR)
    travel(now + timedelta(days=1, seconds=4))
    undo(canceled, cast)
    rows = Estimate.objects.filter(ended_at=None)
    assert {(row.appointment_id, row.counted_from) for row in rows} == {(session.pk, now.date())}


def test_a_move_that_is_undone_needs_no_other_than_the_one_given(
    cast: Cast, now: datetime, travel: Travel
):
    session = book(cast.case, now, FAR)
    give_all(cast)
    travel(now + timedelta(days=1))
    moved = lifecycle.move(session, in_days(now, FAR + 6), trail.SYSTEM, undoable_by=cast.dan)
    assert owed() == owed_to_both(date(2026, 12, 8))
    travel(now + timedelta(days=1, seconds=4))
    undo(moved, cast)
    assert owed() == []
    book(cast.case, now, FAR + 7)
    assert owed() == []


def test_asking_again_changes_nothing(cast: Cast, now: datetime, travel: Travel):
    session = book(cast.case, now, FAR)
    before = list(Estimate.objects.values())
    travel(now + timedelta(days=2))
    estimates.renew(session)
    estimates.renew(session)
    assert list(Estimate.objects.values()) == before


def test_who_had_a_session_costs_a_booking_one_query(cast: Cast, now: datetime):
    lifecycle.mark_done(book(cast.case, now, -7), trail.SYSTEM)
    session = book(cast.case, now, FAR)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        estimates.renew(session)
    assert len(_selects(queries)) == 1


def test_a_long_series_costs_no_more_queries(cast: Cast, now: datetime):
    sessions = [book(cast.case, now, FAR + 7 * week) for week in range(2)]
    with CaptureQueriesContext(connection) as few:
        estimates.renew(sessions[-1])
    sessions += [book(cast.case, now, FAR + 7 * week) for week in range(2, 12)]
    with CaptureQueriesContext(connection) as many:
        estimates.renew(sessions[-1])
    assert len(_selects(few)) == len(_selects(many)) <= 5


def _selects(queries: CaptureQueriesContext) -> list[str]:
    return [each["sql"] for each in queries if "SAVEPOINT" not in each["sql"]]


def test_no_message_goes_out_about_it(cast: Cast, now: datetime):
    book(cast.case, now, FAR)
    kinds = set(Message.objects.values_list("template", flat=True))
    give_all(cast)
    assert set(Message.objects.values_list("template", flat=True)) == kinds
    assert not any("estimate" in kind for kind in kinds)


# Two at once


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_bookings_at_once_leave_one_for_each_person(cast: Cast, now: datetime):
    results = race(
        *(lambda days=days: book(cast.case, now, days) for days in (FAR, FAR + 1, FAR + 2))
    )
    assert [type(each) for each in results] == [Appointment] * 3
    assert owed() == owed_to_both(DUE_FAR)
    first = Appointment.objects.order_by("starts_at")[0]
    rows = Estimate.objects.filter(ended_at=None)
    assert {row.appointment_id for row in rows} == {first.pk}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_noted_twice_at_once_it_is_given_once(cast: Cast, now: datetime):
    book(cast.case, now, FAR)
    row = Estimate.objects.all()[0]
    results = race(*[lambda: estimates.give(row.pk, user=cast.dan, by=trail.SYSTEM)] * 2)
    assert sorted(type(each).__name__ for each in results) == ["Estimate", "Settled"]


# At the desk


@pytest.fixture
def desk(cast: Cast, signed_in: SignIn) -> Browser:
    return signed_in(cast.dan)


def panel(browser: Browser, day: str = "") -> Any:
    """What the desk's day says about estimates; nothing where the panel isn't there."""
    page = browser.get(reverse("desk:day"), {"day": day} if day else {})
    found = [each for each in page.context["panels"] if each.panel.key == "estimates"]
    return found[0] if found else None


def words(shown: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", shown.html))


def press(browser: Browser, row: Estimate, **fields: str) -> Any:
    return browser.post(reverse("desk:estimate-given", args=[row.pk]), fields, follow=True)


def test_the_desk_reads_who_is_owed_one_and_by_when(desk: Browser, cast: Cast, now: datetime):
    book(cast.case, now, FAR)
    book(cast.other_case, now, NEAR)
    text = words(panel(desk))
    assert "Mia Tester · by tomorrow, Thursday, Dec 3" in text
    assert "Hanna Tester · by Monday, Dec 7" in text
    assert "First session on Wednesday, Dec 16, with Nora" in text
    assert text.index("Mia") < text.index("Hanna")
    assert "Overdue" not in text


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "by tomorrow, Thursday, Dec 3"), (1, "by today, Thursday, Dec 3"), (2, "was due by")],
)
def test_what_is_late_is_said_in_a_word_and_a_color(
    cast: Cast, now: datetime, travel: Travel, signed_in: SignIn, days: int, said: str
):
    book(cast.case, now, NEAR)
    travel(now + timedelta(days=days))
    shown = panel(signed_in(cast.dan))
    assert said in words(shown)
    assert ("Overdue" in words(shown)) == ("status-overdue" in shown.html) == (days == 2)
    assert shown.context["needs_person"]


def test_it_stands_there_on_whatever_day_is_looked_at(desk: Browser, cast: Cast, now: datetime):
    book(cast.case, now, FAR)
    assert panel(desk, "2027-02-01") is not None


def test_where_nothing_is_owed_there_is_no_panel(desk: Browser, cast: Cast, now: datetime):
    lifecycle.call_off(book(cast.case, now, FAR), trail.SYSTEM)
    assert panel(desk) is None


def test_once_the_session_is_over_it_is_no_task_any_more(
    cast: Cast, now: datetime, travel: Travel, signed_in: SignIn
):
    session = book(cast.case, now, NEAR)
    travel(in_days(now, NEAR + 1))
    desk = signed_in(cast.dan)
    assert panel(desk) is None
    lifecycle.mark_no_show(session, trail.SYSTEM)
    assert panel(desk) is None


def test_given_is_noted_with_who_and_when(desk: Browser, cast: Cast, now: datetime):
    book(cast.case, now, FAR)
    row = Estimate.objects.get(client=cast.hanna.client)
    assert "Noted as given." in press(desk, row).content.decode()
    row.refresh_from_db()
    assert (row.given_at, row.given_by) == (now, cast.dan)
    assert owed() == [("Ian", DUE_FAR)]
    entry = Entry.objects.get(resource="scheduling.estimate")
    assert (entry.verb, entry.note, entry.actor_id) == ("change", "given", str(cast.dan.pk))
    assert (entry.resource_id, entry.client_id) == (str(row.pk), str(cast.hanna.client.pk))


def test_given_by_mistake_it_is_taken_back(desk: Browser, cast: Cast, now: datetime):
    book(cast.case, now, FAR)
    row = Estimate.objects.get(client=cast.hanna.client)
    press(desk, row)
    assert "Not given after all" in words(panel(desk))
    press(desk, row, take_back="yes")
    assert owed() == owed_to_both(DUE_FAR)
    notes = Entry.objects.filter(resource="scheduling.estimate").values_list("note", flat=True)
    assert list(notes) == ["given", "not given"]


def test_one_that_another_took_the_place_of_is_not_taken_back(
    desk: Browser, cast: Cast, now: datetime, travel: Travel
):
    session = book(cast.case, now, FAR)
    row = Estimate.objects.get(client=cast.hanna.client)
    press(desk, row)
    travel(now + timedelta(minutes=5))
    lifecycle.move(session, in_days(now, FAR + 6), trail.SYSTEM)
    answer = press(desk, row, take_back="yes")
    assert "has changed since" in answer.content.decode()
    row.refresh_from_db()
    assert row.given_at


def test_pressed_twice_it_says_that_it_changed(desk: Browser, cast: Cast, now: datetime):
    book(cast.case, now, FAR)
    row = Estimate.objects.all()[0]
    press(desk, row)
    assert "has changed since" in press(desk, row).content.decode()
    assert Entry.objects.filter(resource="scheduling.estimate").count() == 1


def test_the_desk_is_told_what_to_say_in_neutral_words(desk: Browser, cast: Cast, now: datetime):
    book(cast.case, now, FAR)
    text = words(panel(desk))
    assert "What to send and what to say" in text
    assert "not legal advice" in text
    assert "The system sends no estimates" in text
    said = " ".join(re.findall(r"“([^”]*)”", text)).lower()
    for word in ("session", "counsel", "therap", "couple", "partner", "affair"):
        assert word not in said


def test_a_counselor_sees_no_estimates_at_the_desk(cast: Cast, now: datetime, signed_in: SignIn):
    book(cast.case, now, FAR)
    row = Estimate.objects.all()[0]
    browser = signed_in(cast.nora.user)
    assert browser.post(reverse("desk:estimate-given", args=[row.pk])).status_code == 404
    row.refresh_from_db()
    assert row.given_at is None


def test_the_panel_reads_nothing_of_the_case_and_takes_as_many_queries_for_many(
    desk: Browser, cast: Cast, now: datetime
):
    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            panel(desk)
        return [each["sql"] for each in captured]

    book(cast.case, now, FAR)
    panel(desk)
    few = queries()
    for number in range(6):
        hurt, _ = make_couple(cast.ida, f"Ann{number}", f"Ben{number}", state="MA")
        make_session(hurt.case, in_days(now, FAR + number, 15))
    many = queries()
    assert len(few) == len(many)
    about = [sql for sql in many if "scheduling_estimate" in sql]
    assert len(about) == 2
    assert not any("clients_case" in sql or "case_id" in sql for sql in about)


def test_nobody_of_another_case_is_touched(cast: Cast, now: datetime, travel: Travel):
    book(cast.case, now, FAR)
    others: Participant = cast.mia
    session = book(others.case, now, FAR)
    travel(now + timedelta(days=1))
    lifecycle.call_off(session, trail.SYSTEM)
    assert owed() == owed_to_both(DUE_FAR)

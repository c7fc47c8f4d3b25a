"""Booking and changing sessions on the pages: seen first, then saved; what was typed stays."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from practice.audit import trail
from practice.audit.models import Entry
from practice.models import License
from scheduling import lifecycle
from scheduling.models import Appointment, EndReason, Series, Status, TimeOff
from tests.cast import CENTRAL, EASTERN, Cast, make_session, sign_in
from tests.kept import kept

WEEK = timedelta(weeks=1)
FIRST = datetime(2026, 12, 3, 19, tzinfo=UTC)


@pytest.fixture
def nora(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.nora.user)


@pytest.fixture
def desk(cast: Cast, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(cast.dan)


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def url(name: str, subject: Any) -> str:
    return reverse(f"sessions:{name}", args=[subject.pk])


def form(cast: Cast, **changed: Any) -> dict[str, Any]:
    given = {"first_day": "2026-12-03", "at": "14:00", "minutes": "50"}
    given |= {"times": "4", "every_weeks": "1"}
    for person in (cast.hanna, cast.ian):
        given |= {f"state_{person.pk}": "NJ", f"zone_{person.pk}": EASTERN}
    return given | changed


def look(browser: Browser, cast: Cast, **changed: Any) -> Any:
    return browser.post(url("book", cast.case), form(cast, **changed))


def confirm(browser: Browser, cast: Cast, page: Any, **changed: Any) -> Any:
    """Send the page as it was shown, with these answers."""
    sent = form(cast, **changed) | {"seen": page.context["seen"]}
    return browser.post(url("book", cast.case), sent, follow=True)


def away(cast: Cast, day: int) -> None:
    start = datetime(2026, 12, day, 5, tzinfo=UTC)
    TimeOff.objects.create(
        counselor=cast.nora, starts_at=start, ends_at=start + timedelta(hours=18)
    )


@kept
def four(cast: Cast) -> list[Appointment]:
    """Thursdays at two, December 3, 10, 17 and 24."""
    nora = sign_in(cast.nora.user)
    confirm(nora, cast, look(nora, cast))
    return list(Appointment.objects.all())


# Booking


def test_a_series_is_seen_before_it_is_booked(cast: Cast, nora: Browser) -> None:
    page = look(nora, cast)
    assert not Appointment.objects.exists()
    assert "4 sessions: all are open." in text(page)
    assert "Thursday, Dec 24, 2:00 PM to 2:50 PM Eastern (EST)" in text(page)
    booked = confirm(nora, cast, page)
    assert "Booked: 4 sessions, Thursday, Dec 3 to Thursday, Dec 24." in text(booked)
    assert Appointment.objects.count() == 4


def test_each_partners_clock_stands_there_where_it_differs(cast: Cast, nora: Browser) -> None:
    page = text(look(nora, cast, **{f"zone_{cast.ian.pk}": CENTRAL}))
    assert page.count("Ian: 1:00 PM Central (CST)") == 4
    assert "Hanna:" not in page


def test_that_the_clocks_change_in_between_is_said(cast: Cast, nora: Browser) -> None:
    page = text(look(nora, cast, first_day="2027-03-04"))
    assert page.count("The clocks change before this one. It keeps its hour.") == 1
    assert "Thursday, Mar 18, 2:00 PM to 2:50 PM Eastern (EDT)" in page


@pytest.mark.parametrize(
    ("day", "at", "words"),
    [
        ("2027-03-14", "02:30", "skip 2:30 AM: it would begin at 3:00 AM"),
        ("2027-11-07", "01:30", "1:30 AM comes twice: the first counts"),
        ("2026-12-03", "23:55", "It goes past midnight, until 12:45 AM on Friday."),
    ],
)
def test_an_odd_hour_is_said_before_anything_is_booked(
    cast: Cast, nora: Browser, day: str, at: str, words: str
) -> None:
    page = look(nora, cast, first_day=day, at=at, times="1")
    assert words in text(page)
    assert not Appointment.objects.exists()
    anyway = {f"do_{day}": "anyway", f"why_{day}": "counselor"}
    confirm(nora, cast, page, first_day=day, at=at, times="1", **anyway)
    assert Appointment.objects.get().override == "counselor"


def test_that_the_license_ends_is_said_before_anything_is_booked(cast: Cast, nora: Browser) -> None:
    License.objects.filter(counselor=cast.nora, state="NJ").update(expires_on="2026-12-14")
    page = text(look(nora, cast))
    assert "Sessions from Dec 17 on can’t be booked: Nora’s NJ license ends" in page.replace(
        "&#x27;", "’"
    )
    assert not Appointment.objects.exists()


def test_each_one_in_the_way_is_decided_by_itself(cast: Cast, nora: Browser) -> None:
    make_session(cast.case, FIRST)
    make_session(cast.case, FIRST + WEEK)
    away(cast, 17)
    page = look(nora, cast)
    assert "4 sessions: 3 aren’t open. Please choose what to do about each." in text(page)
    instead = page.context["rows"][1].do.field.choices[1][0]
    answers = {
        "do_2026-12-03": "out",
        "do_2026-12-10": instead,
        "do_2026-12-17": "anyway",
        "why_2026-12-17": "counselor",
    }
    booked = confirm(nora, cast, page, **answers)
    assert "Booked: 3 sessions" in text(booked)
    assert Appointment.objects.filter(series__isnull=False).count() == 3
    assert Appointment.objects.get(series_day="2026-12-10").starts_at.isoformat() == instead


def test_all_can_be_decided_with_one_answer(cast: Cast, nora: Browser) -> None:
    page = look(nora, cast, at="18:00")
    booked = confirm(nora, cast, page, at="18:00", do_all="anyway", why_all="only_time")
    assert "Booked: 4 sessions" in text(booked)
    assert set(Appointment.objects.values_list("override", flat=True)) == {"only_time"}


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"do_2026-12-10": "anyway"},
        {"do_2026-12-10": "2026-12-11T15:07:00+00:00"},
        {"do_2026-12-10": "anyway", "why_2026-12-10": "because"},
        {"do_2026-12-10": "\x00"},
    ],
)
def test_without_a_sound_answer_nothing_is_booked_and_the_row_says_so(
    cast: Cast, nora: Browser, answers: dict[str, str]
) -> None:
    away(cast, 10)
    page = confirm(nora, cast, look(nora, cast), **answers)
    assert page.context["form"].errors
    assert not Appointment.objects.exists()


def test_what_was_chosen_stays_where_something_else_is_missing(cast: Cast, nora: Browser) -> None:
    away(cast, 10)
    away(cast, 17)
    page = confirm(nora, cast, look(nora, cast), **{"do_2026-12-10": "out"})
    assert page.context["form"]["do_2026-12-10"].value() == "out"
    assert page.context["asked"]["at"].value() == "14:00"
    assert list(page.context["form"].errors) == ["do_2026-12-17"]


def test_going_back_keeps_what_was_typed(cast: Cast, nora: Browser) -> None:
    page = nora.post(url("book", cast.case), form(cast) | {"seen": "", "edit": "1"})
    assert page.context["form"]["times"].value() == "4"
    assert not page.context["form"].errors
    assert not Appointment.objects.exists()


def test_what_changed_meanwhile_is_shown_and_nothing_is_booked(cast: Cast, nora: Browser) -> None:
    page = look(nora, cast)
    taken = make_session(cast.case, FIRST + WEEK)
    again = confirm(nora, cast, page)
    assert "The calendar changed while you looked, so nothing was saved." in text(again)
    assert text(again).count("New since you looked") == 1
    assert list(Appointment.objects.all()) == [taken]
    booked = confirm(nora, cast, again, **{"do_2026-12-10": "out"})
    assert "Booked: 3 sessions" in text(booked)


def test_sent_twice_it_is_booked_once(cast: Cast, nora: Browser) -> None:
    page = look(nora, cast)
    confirm(nora, cast, page)
    confirm(nora, cast, page)
    assert Appointment.objects.count() == 4


@pytest.mark.parametrize("seen", ["", "rubbish", "2026-12-03", "\x00", "9" * 5000, "=;= = =="])
def test_what_was_never_shown_is_shown_first(cast: Cast, nora: Browser, seen: str) -> None:
    page = nora.post(url("book", cast.case), form(cast) | {"seen": seen})
    assert page.status_code == 200
    assert not Appointment.objects.exists()


def test_five_hundred_are_refused_beside_the_field(cast: Cast, nora: Browser) -> None:
    page = look(nora, cast, times="500")
    assert page.context["form"].errors["times"] == [
        "Up to 52 sessions can be booked at a time. Please give a smaller number; "
        "more can follow later."
    ]
    assert page.context["form"]["times"].value() == "500"


def test_the_preview_takes_as_many_queries_for_forty_as_for_four(cast: Cast, nora: Browser) -> None:
    away(cast, 10)

    def queries(times: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert look(nora, cast, times=str(times)).status_code == 200
        return len(captured)

    queries(2)  # a first request fills caches
    assert queries(40) == queries(4)


# The series


def test_a_series_lists_its_sessions_and_their_state(
    nora: Browser, four: list[Appointment]
) -> None:
    lifecycle.move(four[1], datetime(2026, 12, 11, 15, tzinfo=UTC), trail.SYSTEM)
    lifecycle.call_off(four[2], trail.SYSTEM)
    page = text(nora.get(url("series", four[0].series)))
    assert "Every week: Hanna and Ian" in page
    assert page.count("Moved by hand") == 1
    assert "Thursday, Dec 17, 2:00 PM Eastern (EST) Canceled" in page
    assert "Friday, Dec 11, 10:00 AM Eastern (EST)" in page


def test_the_list_of_a_series_takes_as_many_queries_for_forty_as_for_four(
    cast: Cast, nora: Browser
) -> None:
    def queries(times: str) -> int:
        confirm(nora, cast, look(nora, cast, times=times), times=times)
        series = Appointment.objects.filter(status=Status.BOOKED)[0].series
        with CaptureQueriesContext(connection) as captured:
            nora.get(url("series", series))
        Appointment.objects.update(status=Status.CANCELED)
        return len(captured)

    assert queries("40") == queries("4")


def test_the_case_shows_what_comes_next_first_and_leads_to_the_series(
    cast: Cast, nora: Browser
) -> None:
    confirm(nora, cast, look(nora, cast, times="12"), times="12")
    page = nora.get(reverse("cases:page", args=[cast.case.pk]))
    assert "Thursday, Dec 3, 2:00 PM" in text(page)
    assert "4 more later." in text(page)
    assert url("series", Series.objects.get()) in page.content.decode()


def test_a_session_leads_to_what_can_be_done_about_it(
    nora: Browser, four: list[Appointment]
) -> None:
    page = nora.get(url("page", four[0])).content.decode()
    for address in (url("change", four[0]), url("cancel", four[0])):
        assert f'href="{address}"' in page
    assert url("series", four[0].series) in page


# Changing


def change(browser: Browser, session: Appointment, **given: str) -> Any:
    return browser.post(url("change", session), given, follow=True)


def test_moving_is_seen_first_and_then_done(nora: Browser, four: list[Appointment]) -> None:
    given = {"day": "2026-12-15", "at": "09:30", "scope": "later"}
    page = change(nora, four[2], **given)
    assert "Now on Thursday, Dec 17, 2:00 PM Eastern (EST)." in text(page)
    assert Appointment.objects.get(pk=four[2].pk).starts_at == FIRST + 2 * WEEK
    moved = change(nora, four[2], **given, seen=page.context["seen"])
    assert "Moved: 2 sessions." in text(moved)
    starts = [each.starts_at for each in Appointment.objects.all()]
    assert starts[2:] == [
        datetime(2026, 12, 15, 14, 30, tzinfo=UTC),
        datetime(2026, 12, 22, 14, 30, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"day": "2026-12-01"}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"day": "0001-01-01"}, "day"),
        ({"day": "soon"}, "day"),
        ({"at": "25:00"}, "at"),
        ({"at": "10:01"}, "at"),
        ({"day": "2026-12-03", "at": "14:00"}, "at"),
        ({"scope": "some"}, "scope"),
    ],
)
def test_an_odd_move_is_refused_beside_its_field(
    nora: Browser, four: list[Appointment], given: dict[str, str], field: str
) -> None:
    sent = {"day": "2026-12-04", "at": "10:00", "scope": "one", **given}
    page = change(nora, four[0], **sent)
    assert page.context["form"].errors[field]
    assert {name: page.context["form"][name].value() for name in sent} == sent
    assert Appointment.objects.get(pk=four[0].pk).starts_at == FIRST


def test_those_that_are_left_stand_in_the_way_until_all_is_decided(
    cast: Cast, nora: Browser, four: list[Appointment]
) -> None:
    away(cast, 31)
    given = {"day": "2026-12-10", "at": "14:00", "scope": "all"}
    page = change(nora, four[0], **given)
    seen = page.context["seen"]
    page = change(nora, four[0], **given, seen=seen, **{"do_2026-12-31": "out"})
    assert "Another session of the series stays at that time." in text(page)
    answers = {"do_2026-12-31": "out", "do_all": "out"}
    for _ in range(4):
        page = change(nora, four[0], **given, seen=page.context["seen"], **answers)
    # One after the other stays, until none moves; nothing was moved on the way.
    assert "None of them would move." in text(page)
    assert [each.starts_at for each in Appointment.objects.all()] == [
        FIRST + week * WEEK for week in range(4)
    ]


def test_where_somebody_changed_one_meanwhile_it_is_said(
    nora: Browser, four: list[Appointment]
) -> None:
    given = {"day": "2026-12-04", "at": "10:00", "scope": "all"}
    page = change(nora, four[0], **given)
    lifecycle.call_off(four[3], trail.SYSTEM)
    again = change(nora, four[0], **given, seen=page.context["seen"])
    assert "No longer among these: Friday, Dec 25." in text(again)
    assert Appointment.objects.get(pk=four[0].pk).starts_at == FIRST


def test_a_session_alone_is_moved_without_asking_which(cast: Cast, nora: Browser) -> None:
    session = make_session(cast.case, FIRST)
    assert "Which sessions?" not in text(nora.get(url("change", session)))
    page = change(nora, session, day="2026-12-04", at="10:00")
    change(nora, session, day="2026-12-04", at="10:00", seen=page.context["seen"])
    assert Appointment.objects.get().starts_at == datetime(2026, 12, 4, 15, tzinfo=UTC)


def cancel(browser: Browser, session: Appointment, **given: str) -> Any:
    return browser.post(url("cancel", session), given, follow=True)


def test_canceling_is_seen_first_and_then_done(nora: Browser, four: list[Appointment]) -> None:
    given = {"reason": "counselor", "scope": "later"}
    page = cancel(nora, four[1], **given)
    assert "Cancel these 3 sessions?" in text(page)
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 4
    assert "Canceled: 3 sessions." in text(
        cancel(nora, four[1], **given, seen=page.context["seen"])
    )
    assert Appointment.objects.get(status=Status.BOOKED) == four[0]
    ended = Appointment.objects.get(pk=four[1].pk)
    assert (ended.end_reason, ended.canceled_late) == (EndReason.COUNSELOR, False)


def test_that_it_would_be_late_is_said_before(
    cast: Cast,
    four: list[Appointment],
    travel: Callable[[datetime], None],
    signed_in: Callable[..., Browser],
) -> None:
    travel(FIRST - timedelta(hours=3))
    nora = signed_in(cast.nora.user)  # meanwhile she was signed out
    page = cancel(nora, four[0], reason="client", scope="one")
    assert "it counts as canceled late" in text(page)
    page = cancel(nora, four[0], reason="counselor", scope="one")
    assert "it counts as canceled late" not in text(page)


def test_a_session_that_changed_meanwhile_is_not_canceled(
    nora: Browser, four: list[Appointment]
) -> None:
    page = cancel(nora, four[0], reason="client", scope="one")
    lifecycle.move(four[0], datetime(2026, 12, 4, 15, tzinfo=UTC), trail.SYSTEM)
    again = cancel(nora, four[0], reason="client", scope="one", seen=page.context["seen"])
    assert "The calendar changed while you looked" in text(again)
    assert Appointment.objects.get(pk=four[0].pk).is_open


@pytest.mark.parametrize("name", ["change", "cancel"])
def test_what_is_over_leads_back_to_its_page(cast: Cast, nora: Browser, name: str) -> None:
    session = lifecycle.call_off(make_session(cast.case, FIRST), trail.SYSTEM)
    page = nora.get(url(name, session), follow=True)
    assert "This session can’t be changed any more." in text(page)


# The front desk


CLINICAL = ['"disclosure"', '"stage"', '"concern_id"', '"part"', "clients_concern", "followups_"]


def test_the_desk_books_and_changes_and_reads_nothing_clinical(
    cast: Cast, desk: Browser, four: list[Appointment]
) -> None:
    with CaptureQueriesContext(connection) as captured:
        pages = [
            desk.get(url("book", cast.case)),
            look(desk, cast, at="09:00"),
            desk.get(url("series", four[0].series)),
            desk.get(url("change", four[0])),
            desk.post(url("change", four[0]), {"day": "2026-12-04", "at": "9:00", "scope": "all"}),
            desk.get(url("cancel", four[0])),
            desk.post(url("cancel", four[0]), {"reason": "client", "scope": "all"}),
        ]
    assert {page.status_code for page in pages} == {200}
    queries = " ".join(query["sql"] for query in captured)
    assert [word for word in CLINICAL if word in queries] == []
    words = " ".join(text(page) for page in pages).lower()
    assert [word for word in ("affair", "hurt", "involved", "couple") if word in words] == []


def test_the_desk_comes_back_to_the_desk(cast: Cast, desk: Browser) -> None:
    page = look(desk, cast)
    sent = form(cast) | {"seen": page.context["seen"]}
    answer = desk.post(url("book", cast.case), sent)
    first = Appointment.objects.order_by("starts_at")[0]
    assert answer.headers["Location"] == reverse("desk:appointment", args=[first.pk])


def test_reading_a_series_is_recorded(cast: Cast, nora: Browser, four: list[Appointment]) -> None:
    nora.get(url("series", four[0].series))
    rows = Entry.objects.filter(verb="read", resource="scheduling.series")
    assert {row.client_id for row in rows} == {
        str(cast.hanna.client_id),
        str(cast.ian.client_id),
    }


def test_from_the_page_of_a_series_all_are_meant(nora: Browser, four: list[Appointment]) -> None:
    page = nora.get(url("series", four[0].series)).content.decode()
    address = f"{url('change', four[0])}?scope=all"
    assert f'href="{address}"' in page
    assert nora.get(address).context["form"]["scope"].value() == "all"
    odd = nora.get(url("change", four[0]) + "?scope=none")
    assert odd.context["form"]["scope"].value() == "one"


def test_where_there_is_but_one_way_out_it_is_chosen(cast: Cast, nora: Browser) -> None:
    License.objects.filter(counselor=cast.nora, state="NJ").update(expires_on="2026-12-14")
    page = look(nora, cast)
    assert page.context["form"]["do_2026-12-24"].value() == "out"
    assert 'value="out" checked' in re.sub(r' (id|class)="[^"]*"', "", page.content.decode())

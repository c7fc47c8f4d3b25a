"""The desk's day and week: all it needs, nothing clinical, and news of what others change."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.handouts import assign
from clients.handouts.models import Audience
from practice.access.roles import Role
from practice.audit import trail
from practice.dashboard import registry
from practice.dashboard.registry import Page
from practice.models import State
from scheduling import booking, lifecycle, places
from scheduling.booking import Attending
from scheduling.desk import rows
from scheduling.models import Appointment, DateHours, Holiday, Override, Status, TimeOff
from tests.cast import (
    CENTRAL,
    EASTERN,
    Cast,
    in_days,
    make_client,
    make_consultation,
    make_counselor,
    make_session,
    make_user,
    make_version,
)
from tests.kept import kept
from tests.scheduling.consulting import consult
from tests.scheduling.desk.seeing import clinical, queries, text

SignIn = Callable[..., Browser]
Travel = Callable[[datetime], None]
HALF_HOUR = timedelta(minutes=30)
NEW_YORK = ZoneInfo(EASTERN)


@pytest.fixture
def desk(cast: Cast, signed_in: SignIn) -> Browser:
    return signed_in(cast.dan)


@kept
def session(cast: Cast, now: datetime) -> Appointment:
    """A session of a case that has clinical matter of every kind around it."""
    version = make_version(Audience.HURT, title="CANARY title", body="CANARY body")
    assign.give(cast.hanna, [version], now=False, user=cast.nora.user, by=trail.SYSTEM)
    lifecycle.mark_done(make_session(cast.case, in_days(now, -7)), trail.SYSTEM)
    return make_session(cast.case, in_days(now, 1))


def at(moment: datetime, name: str = "day", **more: Any) -> str:
    query = "".join(f"&{key}={value}" for key, value in more.items())
    return f"{reverse(f'desk:{name}')}?day={moment.astimezone(NEW_YORK):%Y-%m-%d}{query}"


def polled(page: Any) -> str:
    """Where the page looks for news."""
    found = re.search(r'hx-get="([^"]+)"', page.content.decode())
    assert found
    return found[1].replace("&amp;", "&")


# The day and the week


def test_the_day_lists_who_comes_when_to_whom_and_from_where(
    desk: Browser, session: Appointment
) -> None:
    page = text(desk.get(at(session.starts_at)))
    assert "Thursday, Dec 3" in page
    row = "11:00 AM – 11:50 AM Nora Hanna Tester, Ian Tester NJ New Jersey Session Booked"
    assert row in page
    assert "1 appointment " in page


def test_each_row_leads_to_its_page_and_to_what_can_be_changed(
    desk: Browser, session: Appointment
) -> None:
    page = desk.get(at(session.starts_at)).content.decode()
    own = reverse("desk:appointment", args=[session.pk])
    for address in (own, f"{own}#move", reverse("desk:cancel", args=[session.pk])):
        assert f'href="{address}"' in page


def test_the_table_has_a_caption_and_heads_for_columns_and_rows(
    desk: Browser, session: Appointment
) -> None:
    page = desk.get(at(session.starts_at)).content.decode()
    heads = re.findall(r'<th scope="col">([^<]+)</th>', page)
    assert heads == ["Time", "Counselor", "Who", "Where they’ll be", "Kind", "Status", "Change"]
    assert page.count('<th scope="row"') == 1
    assert "<caption" in page


def test_the_week_shows_monday_to_sunday(
    desk: Browser, cast: Cast, session: Appointment, now: datetime
) -> None:
    make_consultation(cast.ida, in_days(now, 2, 18))
    page = text(desk.get(at(session.starts_at, "week")))
    assert "Nov 30 to Dec 6" in page
    assert page.index("Thursday, Dec 3") < page.index("Hanna Tester") < page.index("Friday, Dec 4")
    assert page.index("Friday, Dec 4") < page.index("Vera Visitor") < page.index("Saturday, Dec 5")
    assert "2 appointments in this week." in page


@pytest.mark.parametrize("name", ["day", "week"])
def test_one_counselors_alone_can_be_seen(
    desk: Browser, cast: Cast, session: Appointment, name: str
) -> None:
    make_session(cast.other_case, session.starts_at)
    page = text(desk.get(at(session.starts_at, name, counselor=cast.ida.pk)))
    assert "Mia Tester" in page
    assert "Hanna Tester" not in page


@pytest.mark.parametrize("odd", ["", "x", "-1", "9" * 40, "٣", "1 OR 1=1"])
def test_an_odd_counselor_shows_everybody(desk: Browser, session: Appointment, odd: str) -> None:
    asked = {"day": "2026-12-03", "counselor": odd}
    assert "Hanna Tester" in text(desk.get(reverse("desk:day"), asked))


def test_today_is_the_day_of_the_desks_own_clock(
    cast: Cast, signed_in: SignIn, travel: Travel
) -> None:
    travel(datetime(2026, 12, 3, 3, 30, tzinfo=UTC))  # still Wednesday evening in New York
    assert "Wednesday, Dec 2 (today)" in text(signed_in(cast.dan).get(reverse("desk:day")))


def test_times_stand_on_the_desks_own_clock(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    cast.dan.time_zone = CENTRAL
    cast.dan.save()
    page = text(desk.get(at(session.starts_at)))
    assert "10:00 AM – 10:50 AM" in page
    assert "Central time" in page


def test_an_appointment_late_in_the_evening_stands_on_the_desks_day(
    desk: Browser, cast: Cast, now: datetime
) -> None:
    late = make_session(cast.case, datetime(2026, 12, 4, 4, 30, tzinfo=UTC))  # 11:30 PM Thursday
    assert "Hanna Tester" in text(desk.get(reverse("desk:day") + "?day=2026-12-03"))
    assert "Hanna Tester" not in text(desk.get(reverse("desk:day") + "?day=2026-12-04"))
    assert "Hanna Tester" in text(desk.get(at(late.starts_at, "week")))


ODD_DAYS = [
    "",
    "tomorrow",
    "2026-13-01",
    "2026-02-30",
    "2026-12-3",
    "0001-01-01",
    "9999-12-31",
    "9999-12-27",
    "10000-01-01",
    "\x00",
    "2026-12-03' OR 1=1 --",
    "٢٠٢٦-١٢-٠٣",
    "9" * 5000,
]


@pytest.mark.parametrize("odd", ODD_DAYS)
@pytest.mark.parametrize("name", ["day", "week", "day-part", "week-part", "events"])
def test_an_odd_day_in_the_address_shows_today_or_that_day(
    desk: Browser, name: str, odd: str
) -> None:
    assert desk.get(reverse(f"desk:{name}"), {"day": odd}).status_code == 200


@pytest.mark.parametrize("odd", ["tomorrow", "2026-02-30", "\x00", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_falls_back_to_today(desk: Browser, odd: str) -> None:
    assert "Dec 2 (today)" in text(desk.get(reverse("desk:day"), {"day": odd}))


@pytest.mark.parametrize("status", [Status.CANCELED, Status.LAPSED])
@pytest.mark.parametrize("name", ["day", "week"])
def test_what_was_called_off_is_not_on_the_calendar(
    desk: Browser, session: Appointment, status: Status, name: str
) -> None:
    Appointment.objects.filter(pk=session.pk).update(status=status)
    assert "Hanna" not in text(desk.get(at(session.starts_at, name)))


@pytest.mark.parametrize("name", ["day", "week"])
def test_a_held_time_is_shown_without_a_name_until_the_hold_ends(
    cast: Cast, signed_in: SignIn, now: datetime, travel: Travel, name: str
) -> None:
    place = Attending(State.objects.get(pk="NJ"), EASTERN)
    booking.hold(counselor=cast.nora, starts_at=in_days(now, 1), attending=[place])
    page = text(signed_in(cast.dan).get(at(in_days(now, 1), name)))
    assert "Nora Somebody who is booking now NJ New Jersey Consultation Held until 10:10 AM" in page
    assert "0 appointments" in page
    travel(now + timedelta(minutes=11))
    assert "Somebody who is" not in text(signed_in(cast.dan).get(at(in_days(now, 1), name)))


def test_what_took_place_is_said_in_words(desk: Browser, session: Appointment) -> None:
    Appointment.objects.filter(pk=session.pk).update(status=Status.NO_SHOW)
    assert "Nobody came" in text(desk.get(at(session.starts_at)))


def test_who_is_there_now_and_who_comes_next_is_marked(
    cast: Cast, signed_in: SignIn, travel: Travel, now: datetime
) -> None:
    for hour in (16, 18, 20):
        make_session(cast.case, in_days(now, 0, hour))
    make_session(cast.other_case, in_days(now, 1, 18))
    travel(in_days(now, 0, 16) + HALF_HOUR)
    page = text(signed_in(cast.dan).get(reverse("desk:day")))
    assert re.search(r"11:00 AM – 11:50 AM Nora .* Session Now Booked", page)
    assert re.search(r"1:00 PM – 1:50 PM Nora [^–]* Session Next Booked", page)
    assert (page.count(" Now "), page.count(" Next ")) == (1, 1)


def test_an_empty_day_says_so(desk: Browser, now: datetime) -> None:
    assert "Nobody comes today" in text(desk.get(reverse("desk:day")))
    assert "Nobody comes on this day" in text(desk.get(at(in_days(now, 3))))
    assert "Nobody came on this day" in text(desk.get(at(in_days(now, -3))))


def test_names_are_escaped(desk: Browser, cast: Cast, now: datetime) -> None:
    client = make_client("<b>Bo</b> & 'Co'")
    consult(cast.nora, in_days(now, 1), client)
    for name in ("day", "week"):
        page = desk.get(at(in_days(now, 1), name)).content.decode()
        assert "&lt;b&gt;Bo&lt;/b&gt; &amp; &#x27;Co&#x27; Tester" in page
        assert "<b>Bo" not in page


def test_where_somebody_will_be_that_fits_no_license_stands_first(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    attendee = session.attendees.get(client=cast.ian.client)
    places.say_where(attendee, State.objects.get(pk="TX"), CENTRAL, by=trail.SYSTEM)
    page = text(desk.get(reverse("desk:day")))
    assert "Where somebody will be doesn’t fit the license" in page
    assert "Hanna Tester, Ian Tester with Nora: " in page


def test_apps_hang_their_panels_on_the_day(
    desk: Browser, session: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, seen = Page(), []

    def shown(request: Any, day: date) -> dict[str, Any]:
        seen.append(day)
        return {"title": "Something of another app"}

    template = "components/empty.html"
    page.panel("other", title="Others", template=template, order=1, roles=(Role.DESK,))(shown)
    monkeypatch.setattr(registry, "desk", page)
    assert "Something of another app" in text(desk.get(at(session.starts_at)))
    assert seen == [date(2026, 12, 3)]


def test_the_owner_looks_and_changes_nothing(
    cast: Cast, signed_in: SignIn, session: Appointment
) -> None:
    page = signed_in(cast.olga).get(at(session.starts_at))
    assert "Hanna Tester" in text(page)
    for word in ("#move", "cancel/", "Book a time", "Change</th>"):
        assert word not in page.content.decode()


def test_what_was_just_done_can_be_taken_back_from_the_day(
    cast: Cast, signed_in: SignIn, session: Appointment, travel: Travel, now: datetime
) -> None:
    lifecycle.call_off(session, trail.SYSTEM, undoable_by=cast.dan)
    undo = reverse("desk:undo", args=[session.changes.get().pk])
    other = make_user("dora", Role.DESK)
    page = signed_in(cast.dan).get(reverse("desk:day"))
    assert undo in page.content.decode()
    assert "Canceled: Hanna Tester, Ian Tester, Thursday, Dec 3, 11:00 AM – 11:50 AM." in text(page)
    assert undo not in signed_in(other).get(reverse("desk:day")).content.decode()
    travel(now + timedelta(seconds=11))
    assert undo not in signed_in(cast.dan).get(reverse("desk:day")).content.decode()


# What is read


def test_no_query_touches_clinical_matter(desk: Browser, session: Appointment) -> None:
    names = ["day", "week", "day-part", "week-part", "events"]
    with queries() as found:
        for name in names:
            assert desk.get(at(session.starts_at, name)).status_code == 200
    assert len(found) > 20
    assert clinical(found) == set()
    assert not any('"clients_case"' in query for query in found)


def test_no_page_holds_a_word_of_what_brings_people(
    desk: Browser, cast: Cast, session: Appointment, now: datetime
) -> None:
    make_consultation(cast.nora, in_days(now, 1, 18))
    names = ["day", "week", "day-part", "week-part", "events"]
    whole = " ".join(desk.get(at(session.starts_at, name)).content.decode() for name in names)
    words = ["canary", "affair", "hurt", "involved", "impact", "disclos", "couple", "therap"]
    assert [word for word in words if word in whole.lower()] == []
    assert str(cast.case.pk) not in whole


def test_many_rows_take_as_many_queries_as_one(desk: Browser, cast: Cast, now: datetime) -> None:
    def count(name: str) -> int:
        with queries() as found:
            assert desk.get(at(in_days(now, 1), name)).status_code == 200
        return len(found)

    make_session(cast.case, in_days(now, 1, 14))
    names = ["day", "week", "day-part", "week-part", "events"]
    desk.get(reverse("desk:day"))  # the first page after signing in writes the session
    few = [count(name) for name in names]
    for number in range(3):
        make_counselor(f"new{number}", ["NJ"])
    for hour in range(15, 21):
        make_session(cast.case, in_days(now, 1, hour))
        make_session(cast.other_case, in_days(now, 2, hour))
    assert [count(name) for name in names] == few


def test_the_week_takes_few_queries(desk: Browser, session: Appointment) -> None:
    desk.get(reverse("desk:day"))
    with queries() as found:
        desk.get(at(session.starts_at, "week"))
    about_the_week = [each for each in found if "session" not in each.split(" WHERE ")[0].lower()]
    assert len(about_the_week) <= 7


# News of what others do


def test_nothing_new_is_answered_with_nothing_in_few_queries(
    desk: Browser, session: Appointment
) -> None:
    for name in ("day", "week"):
        address = polled(desk.get(at(session.starts_at, name)))
        with queries() as found:
            answer = desk.get(address)
        assert (answer.status_code, answer.content) == (204, b"")
        assert sum("scheduling_" in query for query in found) == 1


def move(cast: Cast, session: Appointment) -> None:
    lifecycle.move(session, session.starts_at + HALF_HOUR, trail.SYSTEM)


def move_away(cast: Cast, session: Appointment) -> None:
    lifecycle.move(session, session.starts_at + timedelta(days=14), trail.SYSTEM)


def call_off(cast: Cast, session: Appointment) -> None:
    lifecycle.call_off(session, trail.SYSTEM)


def book_another(cast: Cast, session: Appointment) -> None:
    make_session(cast.other_case, session.starts_at)


def hold_a_time(cast: Cast, session: Appointment) -> None:
    place = Attending(State.objects.get(pk="NJ"), EASTERN)
    booking.hold(
        counselor=cast.nora, starts_at=session.starts_at + 4 * HALF_HOUR, attending=[place]
    )


def swap(cast: Cast, session: Appointment) -> None:
    call_off(cast, session)
    make_session(cast.case, session.starts_at)


def say_where(cast: Cast, session: Appointment) -> None:
    attendee = session.attendees.get(client=cast.ian.client)
    places.say_where(attendee, State.objects.get(pk="NY"), EASTERN, by=trail.SYSTEM)


@pytest.mark.parametrize("name", ["day", "week"])
@pytest.mark.parametrize(
    "change", [move, move_away, call_off, book_another, hold_a_time, swap, say_where]
)
def test_what_one_desk_changes_the_other_sees(
    cast: Cast,
    signed_in: SignIn,
    session: Appointment,
    travel: Travel,
    now: datetime,
    change: Callable[[Cast, Appointment], None],
    name: str,
) -> None:
    other = signed_in(make_user("dora", Role.DESK))
    address = polled(other.get(at(session.starts_at, name)))
    travel(now + timedelta(seconds=15))
    change(cast, session)
    answer = other.get(address)
    assert answer.status_code == 200
    assert polled(answer) != address
    assert other.get(polled(answer)).status_code == 204


def test_time_alone_is_news_where_it_changes_what_is_marked(
    cast: Cast, signed_in: SignIn, travel: Travel, now: datetime
) -> None:
    make_session(cast.case, in_days(now, 0, 16))
    seen = polled(signed_in(cast.dan).get(reverse("desk:day")))

    def answer_after(minutes: int) -> int:
        travel(now + timedelta(minutes=minutes))
        return int(signed_in(cast.dan).get(seen).status_code)

    # It lasts from eleven, in an hour, until ten to twelve.
    assert [answer_after(minutes) for minutes in (59, 60, 109, 110)] == [204, 200, 200, 200]


def test_a_change_while_the_page_is_made_is_not_missed(
    cast: Cast, signed_in: SignIn, session: Appointment, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = rows.read

    def read_and_then_change(*args: Any) -> Any:
        found = read(*args)
        call_off(cast, session)
        return found

    desk = signed_in(cast.dan)
    monkeypatch.setattr(rows, "read", read_and_then_change)
    page = desk.get(at(session.starts_at))
    monkeypatch.undo()
    assert "Hanna" in text(page)
    answer = desk.get(polled(page))
    assert answer.status_code == 200
    assert "Hanna" not in text(answer)


def test_looking_by_itself_keeps_nobody_signed_in(
    cast: Cast, signed_in: SignIn, travel: Travel, now: datetime
) -> None:
    desk = signed_in(cast.dan)
    addresses = [polled(desk.get(reverse(f"desk:{name}"))) for name in ("day", "week")]
    for seconds in range(15, 15 * 60, 15):
        travel(now + timedelta(seconds=seconds))
        assert desk.get(addresses[0]).status_code in (200, 204)
        assert desk.get(addresses[1]).status_code in (200, 204)
        assert desk.get(reverse("desk:events")).status_code == 200
    travel(now + timedelta(minutes=16))
    for address in addresses:
        assert desk.get(address).headers["Location"].startswith(reverse("account_login"))
    assert desk.get(reverse("desk:day")).status_code == 302


def test_work_between_the_looks_keeps_somebody_signed_in(
    cast: Cast, signed_in: SignIn, travel: Travel, now: datetime
) -> None:
    desk = signed_in(cast.dan)
    address = polled(desk.get(reverse("desk:day")))
    for minutes in range(1, 60):
        travel(now + timedelta(minutes=minutes))
        desk.get(reverse("desk:week") if minutes % 10 == 0 else address)
    assert desk.get(reverse("desk:day")).status_code == 200


# The calendar that is dragged in


def shown_in_calendar(browser: Browser, moment: datetime, **more: Any) -> dict[str, Any]:
    answer = browser.get(at(moment, "events", **more))
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


def behind(shown: dict[str, Any], counselor: int) -> list[tuple[str, str, str]]:
    return sorted(
        (each["start"][11:], each["end"][5:], each["title"])
        for each in shown["events"]
        if each.get("display") == "background" and each["resourceId"] == counselor
    )


def test_the_calendar_has_a_column_for_each_counselor_and_wall_clock_times(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    cast.dan.time_zone = CENTRAL
    cast.dan.save()
    shown = shown_in_calendar(desk, session.starts_at)
    assert [each["title"] for each in shown["columns"]] == ["Ida", "Nora"]
    (event,) = [each for each in shown["events"] if "id" in each]
    assert (event["start"], event["end"]) == ("2026-12-03T10:00", "2026-12-03T10:50")
    assert event["resourceId"] == cast.nora.pk
    assert event["startEditable"]
    assert event["durationEditable"]
    told = event["extendedProps"]
    assert told["who"] == "Hanna Tester, Ian Tester"
    assert (told["before"], told["after"]) == ([], ["Session", "NJ", "Booked"])
    assert told["version"] == session.version
    assert shown["offsets"] == {"2026-12-03": "-06:00"}


def test_what_is_behind_the_calendar_says_who_is_at_work(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    day = session.starts_at.date()
    two, three = (in_days(session.starts_at, 0, hour) for hour in (19, 20))
    TimeOff.objects.create(counselor=cast.ida, starts_at=two, ends_at=three)
    shown = shown_in_calendar(desk, session.starts_at)
    night = [("00:00", "12-03T09:00", ""), ("17:00", "12-04T00:00", "")]
    assert behind(shown, cast.nora.pk) == night
    assert behind(shown, cast.ida.pk) == [night[0], ("14:00", "12-03T15:00", "Away"), night[1]]
    assert shown["hours"] == {"from": 8, "until": 18}
    DateHours.objects.create(counselor=cast.nora, day=day, begins=time(7), ends=time(20, 30))
    Holiday.objects.create(day=day, name="A day of rest")
    shown = shown_in_calendar(desk, session.starts_at)
    assert behind(shown, cast.nora.pk)[0] == ("00:00", "12-03T07:00", "")
    assert ("00:00", "12-04T00:00", "A day of rest") in behind(shown, cast.ida.pk)
    assert shown["hours"] == {"from": 7, "until": 21}


def test_a_holiday_closes_its_own_day_and_no_hour_of_the_next(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    Holiday.objects.create(day=date(2026, 12, 3), name="A day of rest")
    shown = shown_in_calendar(desk, session.starts_at, counselor=cast.ida.pk, show="week")
    closed = {each["start"]: (each["end"], each["title"]) for each in shown["events"]}
    assert closed["2026-12-02T17:00"] == ("2026-12-03T00:00", "")
    assert closed["2026-12-03T00:00"] == ("2026-12-04T00:00", "A day of rest")
    assert closed["2026-12-04T00:00"] == ("2026-12-04T09:00", "")


def test_nothing_can_be_dragged_by_the_owner_or_once_it_is_over(
    cast: Cast, signed_in: SignIn, session: Appointment
) -> None:
    def may_drag(user: Any) -> list[bool]:
        events = shown_in_calendar(signed_in(user), session.starts_at)["events"]
        return [each["startEditable"] for each in events if "id" in each]

    assert (may_drag(cast.olga), may_drag(cast.dan)) == ([False], [True])
    Appointment.objects.filter(pk=session.pk).update(status=Status.DONE)
    assert may_drag(cast.dan) == [False]


def test_the_calendar_of_a_week_is_one_counselors(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    make_session(cast.other_case, in_days(session.starts_at, 1))
    shown = shown_in_calendar(desk, session.starts_at, counselor=cast.ida.pk, show="week")
    assert [each["title"] for each in shown["columns"]] == ["Ida"]
    assert [each["start"] for each in shown["events"] if "id" in each] == ["2026-12-04T11:00"]
    assert len(shown["offsets"]) == 7


# Dropping


def drop(browser: Browser, appointment: Appointment, starts_at: str = "", **more: Any) -> Any:
    told = {
        "version": Appointment.objects.get(pk=appointment.pk).version,
        "starts_at": starts_at or "2026-12-03T14:00",
        "counselor": appointment.counselor_id,
        **more,
    }
    return browser.post(reverse("desk:drop", args=[appointment.pk]), told)


def test_dropped_elsewhere_it_stands_there_and_can_be_taken_back(
    desk: Browser, session: Appointment
) -> None:
    answer = drop(desk, session)
    assert answer.status_code == 200
    told = answer.json()
    session.refresh_from_db()
    assert session.starts_at == datetime(2026, 12, 3, 19, 0, tzinfo=UTC)
    assert session.minutes == 50
    assert told["words"] == (
        "Moved: Thursday, Dec 3, 2:00 PM Eastern (EST), until 2:50 PM, with Nora."
    )
    assert (told["event"]["start"], told["event"]["extendedProps"]["version"]) == (
        "2026-12-03T14:00",
        session.version,
    )
    assert told["seconds"] == 10
    desk.post(told["undo"])
    session.refresh_from_db()
    assert session.starts_at == datetime(2026, 12, 3, 16, 0, tzinfo=UTC)


def test_its_edge_drawn_changes_its_length(desk: Browser, session: Appointment) -> None:
    answer = drop(desk, session, "2026-12-03T11:00", ends_at="2026-12-03T12:20")
    session.refresh_from_db()
    assert answer.status_code == 200
    assert (session.starts_at.hour, session.minutes) == (16, 80)


def test_a_wall_clock_time_is_the_readers_own(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    cast.dan.time_zone = CENTRAL
    cast.dan.save()
    drop(desk, session)
    session.refresh_from_db()
    assert session.starts_at == datetime(2026, 12, 3, 20, 0, tzinfo=UTC)


def test_a_whole_moment_counts_as_it_is(desk: Browser, session: Appointment) -> None:
    drop(desk, session, "2026-12-03T19:30:00+00:00")
    session.refresh_from_db()
    assert session.starts_at == datetime(2026, 12, 3, 19, 30, tzinfo=UTC)


def test_a_consultation_may_go_to_another_counselor_and_a_session_may_not(
    desk: Browser, cast: Cast, session: Appointment, now: datetime
) -> None:
    other = make_counselor("olive", ["NJ", "NY", "FL"])
    consultation = consult(cast.nora, in_days(now, 1, 18), make_client("Vera"))
    assert drop(desk, consultation, counselor=other.pk).status_code == 200
    consultation.refresh_from_db()
    assert consultation.counselor == other
    answer = drop(desk, session, counselor=other.pk)
    session.refresh_from_db()
    assert answer.status_code == 422
    assert answer.json()["words"] == ["A session stays with the counselor of its case."]
    assert session.counselor == cast.nora


def test_what_was_changed_meanwhile_is_never_overwritten(
    cast: Cast, signed_in: SignIn, session: Appointment
) -> None:
    first, second = signed_in(cast.dan), signed_in(make_user("dora", Role.DESK))
    seen = session.version
    assert drop(first, session, "2026-12-03T15:00", version=seen).status_code == 200
    answer = drop(second, session, "2026-12-03T10:00", version=seen)
    session.refresh_from_db()
    assert answer.status_code == 409
    assert session.starts_at == datetime(2026, 12, 3, 20, 0, tzinfo=UTC)
    told = answer.json()
    assert told["words"] == [
        "This appointment was changed a moment ago by Dan. Here is how it stands now."
    ]
    assert told["event"]["start"] == "2026-12-03T15:00"


@pytest.mark.parametrize("odd", ["", "x", "-1", "9" * 30, "٣"])
def test_who_does_not_say_what_they_saw_overwrites_nothing(
    desk: Browser, session: Appointment, odd: str
) -> None:
    answer = drop(desk, session, version=odd)
    session.refresh_from_db()
    assert answer.status_code == 409
    assert session.starts_at.hour == 16


def test_what_was_called_off_meanwhile_stays_so(desk: Browser, session: Appointment) -> None:
    seen = session.version
    lifecycle.call_off(session, trail.SYSTEM)
    answer = drop(desk, session, version=seen)
    assert answer.status_code == 409
    assert answer.json()["event"]["extendedProps"]["before"] == ["Canceled"]


def test_against_the_rules_it_asks_for_a_reason_and_takes_one(
    desk: Browser, session: Appointment
) -> None:
    answer = drop(desk, session, "2026-12-03T18:00")
    told = answer.json()
    session.refresh_from_db()
    assert answer.status_code == 422
    assert told["may_override"]
    assert len(told["words"]) == 1
    assert session.starts_at.hour == 16
    answer = drop(desk, session, "2026-12-03T18:00", override=Override.ONLY_TIME)
    assert answer.status_code == 200


def test_a_taken_time_is_refused_with_the_times_near_it(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    make_session(cast.case, in_days(session.starts_at, 0, 19))
    answer = drop(desk, session, "2026-12-03T14:00")
    told = answer.json()
    session.refresh_from_db()
    assert answer.status_code == 422
    assert not told["may_override"]
    assert told["words"]
    assert session.starts_at.hour == 16
    near = [datetime.fromisoformat(each["starts_at"]) for each in told["near"]]
    assert near
    assert all(abs(each - in_days(session.starts_at, 0, 19)) < timedelta(hours=6) for each in near)
    again = drop(desk, session, told["near"][0]["starts_at"])
    assert again.status_code == 200


def test_even_with_a_reason_nobody_is_booked_twice(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    make_session(cast.case, in_days(session.starts_at, 0, 19))
    answer = drop(desk, session, override=Override.URGENT)
    assert answer.status_code == 422
    session.refresh_from_db()
    assert session.starts_at.hour == 16


def test_who_comes_and_is_elsewhere_then_is_not_moved(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    other = make_counselor("olive", ["NJ"])
    consult(other, in_days(session.starts_at, 0, 19), cast.hanna.client)
    answer = drop(desk, session)
    assert answer.status_code == 422
    assert not answer.json()["may_override"]


def test_where_they_may_not_meet_it_is_not_moved(
    desk: Browser, cast: Cast, session: Appointment
) -> None:
    cast.nora.licenses.filter(state="NJ").update(expires_on=session.starts_at.date())
    answer = drop(desk, session, "2026-12-04T11:00")
    assert answer.status_code == 422
    assert not answer.json()["may_override"]


ODD_TIMES = ["soon", "\x00", "2026-12-03", "2026-12-03T14:02", "2020-01-01T10:00", "9" * 500]


@pytest.mark.parametrize("odd", [*ODD_TIMES, "9999-12-31T23:59:59+00:00", "0001-01-01T00:00"])
def test_a_time_that_is_none_moves_nothing(desk: Browser, session: Appointment, odd: str) -> None:
    answer = drop(desk, session, odd)
    session.refresh_from_db()
    assert answer.status_code == 422
    assert answer.json()["words"]
    assert session.starts_at.hour == 16


@pytest.mark.parametrize("ends_at", ["2026-12-03T14:03", "2026-12-03T13:00", "2026-12-04T14:00"])
def test_an_odd_length_changes_nothing(desk: Browser, session: Appointment, ends_at: str) -> None:
    answer = drop(desk, session, "2026-12-03T14:00", ends_at=ends_at)
    session.refresh_from_db()
    assert answer.status_code == 422
    assert session.minutes == 50


def test_a_hold_is_not_dragged(desk: Browser, cast: Cast, session: Appointment) -> None:
    hold_a_time(cast, session)
    held = Appointment.objects.get(status=Status.HOLD)
    assert drop(desk, held).status_code == 404


def test_a_drop_reads_nothing_clinical_but_what_the_follow_ups_need(
    desk: Browser, session: Appointment
) -> None:
    with queries() as found:
        assert drop(desk, session).status_code == 200
    assert clinical(found) <= {"followups_", '"clients_participant"."part"'}
    assert not any("answers_text" in query or "intake_sit" in query for query in found)

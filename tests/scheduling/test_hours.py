"""When counselors work, as desk, owner and counselor set it: what is taken, and what is said."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from practice.audit.models import Entry
from practice.models import Counselor
from scheduling import availability, hours_words, two_weeks
from scheduling.availability import Wanted
from scheduling.models import (
    Appointment,
    DateHours,
    Holiday,
    HoursKind,
    Status,
    TimeOff,
    WeeklyHours,
)
from tests.cast import Cast, in_days, make_counselor, make_session

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Browser]
CHRISTMAS = date(2026, 12, 25)  # a Friday


@pytest.fixture
def desk(cast: Cast, signed_in: SignIn) -> Browser:
    return signed_in(cast.dan)


@pytest.fixture
def nora(cast: Cast) -> Counselor:
    return cast.nora


def send(browser: Browser, what: str, key: int, /, **fields: Any) -> Any:
    return browser.post(reverse(f"desk:hours-{what}", args=[key]), fields, follow=True)


def text(answer: Any) -> str:
    page = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def beside(answer: Any, name: str, form: str) -> str:
    """What is said beside this field."""
    return " ".join(answer.context[form][name].errors)


def spans(counselor: Counselor, weekday: int) -> list[tuple[time, time, str]]:
    rows = counselor.weekly_hours.filter(weekday=weekday)
    return [(row.begins, row.ends, row.kind) for row in rows]


def recorded() -> list[tuple[str, str]]:
    found = Entry.objects.filter(resource__startswith="scheduling.").exclude(
        resource="scheduling.appointment"
    )
    return list(found.values_list("verb", "resource"))


# Each week


def test_hours_are_added_on_several_weekdays_at_once(desk: Browser, nora: Counselor):
    send(desk, "weekly", nora.pk, weekdays=["5", "6"], begins="10:00", ends="12:30", kind="session")
    assert spans(nora, 5) == spans(nora, 6) == [(time(10), time(12, 30), "session")]
    assert recorded() == [("create", "scheduling.weeklyhours")] * 2


def test_a_day_may_have_several_spans_and_kinds_may_overlap(desk: Browser, nora: Counselor):
    send(desk, "weekly", nora.pk, weekdays="0", begins="17:00", ends="19:00", kind="any")
    send(desk, "weekly", nora.pk, weekdays="0", begins="12:00", ends="13:00", kind="session")
    assert len(spans(nora, 0)) == 3


@pytest.mark.parametrize(
    ("begins", "ends"),
    [("16:55", "18:00"), ("08:00", "09:05"), ("10:00", "11:00"), ("08:00", "18:00")],
)
def test_an_overlap_for_the_same_is_refused_beside_the_field(
    desk: Browser, nora: Counselor, begins: str, ends: str
):
    fields = {"weekdays": ["0", "5"], "begins": begins, "ends": ends, "kind": "any"}
    answer = send(desk, "weekly", nora.pk, **fields)
    said = beside(answer, "begins", "weekly_form")
    assert "On Mondays there are hours from 9:00 AM to 5:00 PM for the same already." in said
    assert len(spans(nora, 0)) == 1
    assert spans(nora, 5) == []
    assert recorded() == []


def test_hours_that_only_touch_do_not_overlap(desk: Browser, nora: Counselor):
    send(desk, "weekly", nora.pk, weekdays="0", begins="17:00", ends="18:00", kind="any")
    assert len(spans(nora, 0)) == 2


def test_midnight_as_an_end_is_the_end_of_that_day(desk: Browser, nora: Counselor, now: datetime):
    send(desk, "weekly", nora.pk, weekdays="5", begins="22:00", ends="00:00", kind="any")
    assert spans(nora, 5) == [(time(22), time(23, 59), "any")]
    answer = desk.get(reverse("desk:hours-of", args=[nora.pk]))
    assert "10:00 PM to midnight" in text(answer)
    row = nora.weekly_hours.get(weekday=5)
    change = desk.get(reverse("desk:hours-weekly-change", args=[row.pk]))
    assert 'value="00:00"' in change.content.decode()
    last = datetime(2026, 12, 6, 4, 0, tzinfo=UTC)  # 11 PM on that Saturday, for a whole hour
    wanted = Wanted(timedelta(hours=1), ["NJ"], last, last + timedelta(seconds=1))
    assert [slot.starts_at for slot in availability.open_slots([nora], wanted, now)] == [last]


@pytest.mark.parametrize(("begins", "ends"), [("22:00", "02:00"), ("10:00", "10:00")])
def test_an_end_before_the_beginning_says_what_to_do_past_midnight(
    desk: Browser, nora: Counselor, begins: str, ends: str
):
    answer = send(desk, "weekly", nora.pk, weekdays="5", begins=begins, ends=ends, kind="any")
    assert "add the rest to the next day" in beside(answer, "ends", "weekly_form")
    assert spans(nora, 5) == []


@pytest.mark.parametrize(
    ("fields", "name", "said"),
    [
        ({"weekdays": []}, "weekdays", "Please choose one day at least."),
        ({"weekdays": ["7"]}, "weekdays", "Please choose"),
        ({"begins": ""}, "begins", "Please fill in “From”."),
        ({"begins": "25:00"}, "begins", "Please give a time, such as 14:00."),
        ({"begins": "10:03"}, "begins", "in steps of five minutes"),
        ({"kind": "other"}, "kind", "Please choose one of these."),
    ],
)
def test_what_can_not_be_hours_is_said_plainly(
    desk: Browser, nora: Counselor, fields: dict[str, Any], name: str, said: str
):
    whole = {"weekdays": ["5"], "begins": "10:00", "ends": "12:00", "kind": "any", **fields}
    answer = send(desk, "weekly", nora.pk, **whole)
    assert answer.status_code == 200
    assert said in beside(answer, name, "weekly_form")
    assert spans(nora, 5) == []


def test_hours_are_changed(desk: Browser, nora: Counselor):
    row = nora.weekly_hours.get(weekday=0)
    send(desk, "weekly-change", row.pk, begins="08:00", ends="12:00", kind="consultation")
    assert spans(nora, 0) == [(time(8), time(12), "consultation")]
    assert recorded() == [("change", "scheduling.weeklyhours")]


def test_changed_hours_may_not_overlap_others_but_may_overlap_what_they_were(
    desk: Browser, nora: Counselor
):
    row = nora.weekly_hours.get(weekday=0)
    WeeklyHours.objects.create(counselor=nora, weekday=0, begins=time(18), ends=time(20))
    answer = send(desk, "weekly-change", row.pk, begins="09:30", ends="18:30", kind="any")
    assert "6:00 PM to 8:00 PM" in beside(answer, "begins", "form")
    send(desk, "weekly-change", row.pk, begins="09:30", ends="16:30", kind="any")
    assert (time(9, 30), time(16, 30), "any") in spans(nora, 0)


def test_hours_are_removed(desk: Browser, nora: Counselor):
    row = nora.weekly_hours.get(weekday=0)
    send(desk, "weekly-remove", row.pk)
    assert spans(nora, 0) == []
    entry = Entry.objects.get(resource="scheduling.weeklyhours")
    assert (entry.verb, entry.resource_id) == ("erase", str(row.pk))


# Single days


def test_off_on_a_day_takes_that_days_other_hours_away(desk: Browser, nora: Counselor):
    DateHours.objects.create(counselor=nora, day=CHRISTMAS, begins=time(9), ends=time(12))
    send(desk, "date", nora.pk, day="2026-12-25", what="off")
    (row,) = nora.date_hours.all()
    assert (row.begins, row.ends) == (None, None)
    assert recorded() == [("erase", "scheduling.datehours"), ("create", "scheduling.datehours")]


def test_hours_on_a_day_take_its_being_off_away_and_stand_beside_others(
    desk: Browser, nora: Counselor
):
    DateHours.objects.create(counselor=nora, day=CHRISTMAS)
    for begins, ends in (("09:00", "12:00"), ("14:00", "00:00")):
        fields = {"what": "hours", "begins": begins, "ends": ends, "kind": "session"}
        send(desk, "date", nora.pk, day="2026-12-25", **fields)
    rows = [(row.begins, row.ends, row.kind) for row in nora.date_hours.all()]
    assert rows == [(time(9), time(12), "session"), (time(14), time(23, 59), "session")]


def test_a_days_hours_that_overlap_are_refused(desk: Browser, nora: Counselor):
    DateHours.objects.create(counselor=nora, day=CHRISTMAS, begins=time(9), ends=time(12))
    fields = {"what": "hours", "begins": "11:00", "ends": "13:00", "kind": "any"}
    answer = send(desk, "date", nora.pk, day="2026-12-25", **fields)
    assert "On Friday, Dec 25 there are hours" in beside(answer, "begins", "date_form")
    assert nora.date_hours.count() == 1


@pytest.mark.parametrize(
    ("fields", "name", "said"),
    [
        ({"day": "2026-12-01"}, "day", "That day is over."),
        ({"day": "0001-01-01"}, "day", "That day is over."),
        ({"day": "9999-12-31"}, "day", "within the coming three years"),
        ({"day": "2026-02-30"}, "day", "Please give a date"),
        ({"day": ""}, "day", "Please fill in “Day”."),
        ({"what": ""}, "what", "Please choose one of these."),
        ({"begins": ""}, "begins", "Please say when they begin."),
        ({"ends": ""}, "ends", "Please say when they end."),
        ({"ends": "08:00"}, "ends", "The end is not after the beginning."),
        ({"day": "2027-03-14", "begins": "02:30"}, "begins", "there is no 2:30 AM"),
        ({"day": "2027-11-07", "begins": "01:30"}, "begins", "1:30 AM comes twice"),
    ],
)
def test_what_can_not_be_a_days_hours_is_said_plainly(
    desk: Browser, nora: Counselor, fields: dict[str, str], name: str, said: str
):
    whole = {"day": "2026-12-24", "what": "hours", "begins": "09:00", "ends": "12:00", **fields}
    answer = send(desk, "date", nora.pk, **whole)
    assert answer.status_code == 200
    assert said in beside(answer, name, "date_form")
    assert not DateHours.objects.exists()


def test_today_is_the_day_on_the_counselors_clock(
    cast: Cast, signed_in: SignIn, travel: Callable[[datetime], None]
):
    travel(datetime(2026, 12, 3, 3, 0, tzinfo=UTC))  # still Wednesday evening in New York
    send(signed_in(cast.dan), "date", cast.nora.pk, day="2026-12-02", what="off")
    assert cast.nora.date_hours.get().day == date(2026, 12, 2)


def test_times_are_no_hindrance_where_they_are_off(desk: Browser, nora: Counselor):
    fields = {"what": "off", "begins": "nonsense", "ends": "08:00"}
    send(desk, "date", nora.pk, day="2026-12-24", **fields)
    assert nora.date_hours.get().begins is None


def test_a_day_that_is_a_holiday_is_shown_with_its_name(desk: Browser, nora: Counselor):
    Holiday.objects.create(day=CHRISTMAS, name="Christmas Day")
    DateHours.objects.create(counselor=nora, day=CHRISTMAS, begins=time(9), ends=time(12))
    page = text(desk.get(reverse("desk:hours-of", args=[nora.pk])))
    assert "Friday, Dec 25, 2026 (Christmas Day): 9:00 AM to 12:00 PM" in page


def test_what_is_booked_on_a_day_off_is_shown_before_it_is_saved(
    desk: Browser, cast: Cast, now: datetime
):
    session = make_session(cast.case, in_days(now, 1))
    day = {"day": "2026-12-03", "what": "off"}
    answer = send(desk, "date", cast.nora.pk, **day)
    assert "1 appointment is booked then." in text(answer)
    assert not DateHours.objects.exists()
    send(desk, "date", cast.nora.pk, **day, seen=[str(session.pk)])
    assert DateHours.objects.count() == 1


def test_what_lies_within_the_days_other_hours_stands_in_nobodys_way(
    desk: Browser, cast: Cast, now: datetime
):
    make_session(cast.case, in_days(now, 1))  # 11:00 to 11:50
    fields = {"day": "2026-12-03", "what": "hours", "kind": "any"}
    shorter = send(desk, "date", cast.nora.pk, **fields, begins="09:00", ends="11:30")
    assert "1 appointment is booked then." in text(shorter)
    send(desk, "date", cast.nora.pk, **fields, begins="09:00", ends="12:00")
    assert DateHours.objects.count() == 1


def test_a_day_becomes_usual_again(desk: Browser, nora: Counselor):
    row = DateHours.objects.create(counselor=nora, day=CHRISTMAS)
    send(desk, "date-remove", row.pk)
    assert recorded() == [("erase", "scheduling.datehours")]
    assert not nora.date_hours.exists()


# Time off


def test_whole_days_last_from_midnight_to_midnight_on_the_counselors_clock(
    desk: Browser, nora: Counselor
):
    nora.user.time_zone = "America/Chicago"
    nora.user.save()
    send(desk, "away", nora.pk, first_day="2026-12-21", last_day="2026-12-23")
    row = nora.time_off.get()
    assert row.starts_at == datetime(2026, 12, 21, 6, tzinfo=UTC)
    assert row.ends_at == datetime(2026, 12, 24, 6, tzinfo=UTC)
    page = text(desk.get(reverse("desk:hours-of", args=[nora.pk])))
    assert "Monday, Dec 21 to Wednesday, Dec 23, all day" in page
    assert "Central time" in page
    assert recorded() == [("create", "scheduling.timeoff")]


def test_time_off_may_begin_and_end_at_a_time(desk: Browser, nora: Counselor):
    times = {"first_time": "14:00", "last_time": "16:30"}
    send(desk, "away", nora.pk, first_day="2026-12-21", last_day="2026-12-21", **times)
    row = nora.time_off.get()
    assert row.starts_at == datetime(2026, 12, 21, 19, tzinfo=UTC)
    assert row.ends_at == datetime(2026, 12, 21, 21, 30, tzinfo=UTC)


def test_whole_days_over_a_change_of_clock_are_whole(desk: Browser, nora: Counselor):
    send(desk, "away", nora.pk, first_day="2027-03-14", last_day="2027-03-14")
    row = nora.time_off.get()
    assert row.ends_at - row.starts_at == timedelta(hours=23)


@pytest.mark.parametrize(
    ("fields", "name", "said"),
    [
        ({"last_day": "2026-12-20"}, "last_day", "The end is not after the beginning."),
        (
            {"last_day": "2026-12-21", "first_time": "14:00", "last_time": "13:00"},
            "last_time",
            "The end is not after the beginning.",
        ),
        ({"first_day": "2026-11-01", "last_day": "2026-12-01"}, "last_day", "That day is over."),
        (
            {"first_day": "2026-12-02", "last_day": "2026-12-02", "last_time": "09:00"},
            "last_time",
            "That time is over.",
        ),
        ({"first_day": "9999-12-31"}, "first_day", "within the coming three years"),
        ({"last_day": "9999-12-31"}, "last_day", "within the coming three years"),
        (
            {"first_day": "2027-03-14", "last_day": "2027-03-15", "first_time": "02:30"},
            "first_time",
            "there is no 2:30 AM",
        ),
        (
            {"first_day": "2027-11-06", "last_day": "2027-11-07", "last_time": "01:30"},
            "last_time",
            "1:30 AM comes twice",
        ),
    ],
)
def test_what_can_not_be_time_off_is_said_plainly(
    desk: Browser, nora: Counselor, fields: dict[str, str], name: str, said: str
):
    whole = {"first_day": "2026-12-21", "last_day": "2026-12-23", **fields}
    answer = send(desk, "away", nora.pk, **whole)
    assert answer.status_code == 200
    assert said in beside(answer, name, "away_form")
    assert not TimeOff.objects.exists()


def test_somebody_who_is_away_already_may_say_so(desk: Browser, nora: Counselor):
    send(desk, "away", nora.pk, first_day="2026-12-01", last_day="2026-12-02")
    assert nora.time_off.count() == 1


def test_what_is_booked_then_is_listed_with_links_and_stays_as_it_is(
    desk: Browser, cast: Cast, now: datetime
):
    session = make_session(cast.case, in_days(now, 1))
    days = {"first_day": "2026-12-03", "last_day": "2026-12-04"}
    answer = send(desk, "away", cast.nora.pk, **days)
    page = text(answer)
    assert "1 appointment is booked then." in page
    assert "Hanna Tester, Ian Tester" in page
    assert reverse("desk:appointment", args=[session.pk]) in answer.content.decode()
    assert 'value="2026-12-03"' in answer.content.decode()
    assert not TimeOff.objects.exists()

    send(desk, "away", cast.nora.pk, **days, seen=[str(session.pk)])
    assert cast.nora.time_off.count() == 1
    before = (session.starts_at, session.version)
    session.refresh_from_db()
    assert (session.starts_at, session.version, session.status) == (*before, Status.BOOKED)


def test_what_was_booked_since_the_list_was_shown_is_shown_too(
    desk: Browser, cast: Cast, now: datetime
):
    seen = make_session(cast.case, in_days(now, 1))
    make_session(cast.case, in_days(now, 2))
    days = {"first_day": "2026-12-03", "last_day": "2026-12-04"}
    answer = send(desk, "away", cast.nora.pk, **days, seen=[str(seen.pk)])
    assert "2 appointments are booked then." in text(answer)
    assert not TimeOff.objects.exists()


def test_only_what_overlaps_is_listed(desk: Browser, cast: Cast, now: datetime):
    make_session(cast.case, in_days(now, 1))  # until 11:50
    canceled = make_session(cast.case, in_days(now, 1, 20))
    Appointment.objects.filter(pk=canceled.pk).update(status=Status.CANCELED)
    times = {"first_time": "11:50", "last_time": "17:00"}
    send(desk, "away", cast.nora.pk, first_day="2026-12-03", last_day="2026-12-03", **times)
    assert cast.nora.time_off.count() == 1


def test_time_off_is_removed(desk: Browser, cast: Cast, now: datetime):
    row = TimeOff.objects.create(
        counselor=cast.nora, starts_at=in_days(now, 3), ends_at=in_days(now, 4)
    )
    send(desk, "away-remove", row.pk)
    assert recorded() == [("erase", "scheduling.timeoff")]


# Pause and the most on a day


def test_the_pause_and_the_most_on_a_day_are_set_and_given_up(desk: Browser, nora: Counselor):
    send(desk, "limits", nora.pk, buffer_minutes="0", most_a_day="5")
    nora.refresh_from_db()
    assert (nora.buffer_minutes, nora.most_a_day) == (0, 5)
    shown = {"initial-buffer_minutes": "0", "initial-most_a_day": "5"}
    send(desk, "limits", nora.pk, buffer_minutes="", most_a_day="", **shown)
    nora.refresh_from_db()
    assert (nora.buffer_minutes, nora.most_a_day) == (None, None)
    notes = Entry.objects.filter(resource="practice.counselor").values_list("note", flat=True)
    assert list(notes) == ["buffer_minutes,most_a_day"] * 2


def test_who_saves_one_limit_leaves_the_other_as_somebody_else_set_it_meanwhile(
    desk: Browser, nora: Counselor
):
    assert b"initial-buffer_minutes" in desk.get(reverse("desk:hours-of", args=[nora.pk])).content
    shown = {"initial-buffer_minutes": "", "initial-most_a_day": ""}
    send(desk, "limits", nora.pk, buffer_minutes="20", most_a_day="", **shown)
    send(desk, "limits", nora.pk, buffer_minutes="", most_a_day="7", **shown)
    nora.refresh_from_db()
    assert (nora.buffer_minutes, nora.most_a_day) == (20, 7)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"buffer_minutes": "121"}, "buffer_minutes"),
        ({"buffer_minutes": "-1"}, "buffer_minutes"),
        ({"buffer_minutes": "ten"}, "buffer_minutes"),
        ({"most_a_day": "0"}, "most_a_day"),
        ({"most_a_day": "25"}, "most_a_day"),
    ],
)
def test_limits_that_make_no_sense_are_refused(
    desk: Browser, nora: Counselor, fields: dict[str, str], name: str
):
    answer = send(desk, "limits", nora.pk, **fields)
    assert "Please give" in beside(answer, name, "limits_form")
    nora.refresh_from_db()
    assert (nora.buffer_minutes, nora.most_a_day) == (None, None)


# The coming two weeks


def day_of(counselor: Counselor, now: datetime, day: int) -> two_weeks.Day:
    return two_weeks.of(counselor, now)[day]


def test_two_weeks_from_today_on_with_why_a_day_is_closed(nora: Counselor, now: datetime):
    days = two_weeks.of(nora, now)
    assert [each.day for each in (days[0], days[-1])] == [date(2026, 12, 2), date(2026, 12, 15)]
    assert (days[0].hours, days[0].why) == (["9:00 AM to 5:00 PM"], [])
    assert (days[3].hours, days[3].why) == ([], ["No hours on Saturdays."])


def test_hours_for_one_kind_are_said_with_it(nora: Counselor, now: datetime):
    for begins, kind in ((18, HoursKind.SESSION), (7, HoursKind.CONSULTATION)):
        WeeklyHours.objects.create(
            counselor=nora, weekday=2, kind=kind, begins=time(begins), ends=time(begins + 1)
        )
    assert day_of(nora, now, 0).hours == [
        "7:00 AM to 8:00 AM, consultations only",
        "9:00 AM to 5:00 PM",
        "6:00 PM to 7:00 PM, sessions only",
    ]


def test_hours_that_touch_are_one_for_the_kind_that_has_both(nora: Counselor, now: datetime):
    kind = HoursKind.SESSION
    WeeklyHours.objects.create(counselor=nora, weekday=2, kind=kind, begins=time(17), ends=time(19))
    assert day_of(nora, now, 0).hours == [
        "9:00 AM to 5:00 PM, consultations only",
        "9:00 AM to 7:00 PM, sessions only",
    ]


def test_a_holiday_that_is_kept_closes_the_day_and_one_that_is_not_does_not(
    nora: Counselor, now: datetime
):
    holiday = Holiday.objects.create(day=date(2026, 12, 3), name="A day of rest")
    assert day_of(nora, now, 1).is_closed
    assert day_of(nora, now, 1).why == ["A day of rest: the practice is closed."]
    Holiday.objects.filter(pk=holiday.pk).update(kept=False)
    assert day_of(nora, now, 1).hours == ["9:00 AM to 5:00 PM"]


def test_a_days_own_hours_go_before_a_holiday(nora: Counselor, now: datetime):
    Holiday.objects.create(day=date(2026, 12, 3), name="A day of rest")
    DateHours.objects.create(counselor=nora, day=date(2026, 12, 3), begins=time(10), ends=time(12))
    found = day_of(nora, now, 1)
    assert (found.hours, found.why) == (
        ["10:00 AM to 12:00 PM"],
        ["Other hours than usual on this day."],
    )


def test_a_day_off_is_said_to_be_one(nora: Counselor, now: datetime):
    DateHours.objects.create(counselor=nora, day=date(2026, 12, 3))
    assert (day_of(nora, now, 1).hours, day_of(nora, now, 1).why) == ([], ["Off on this day."])


def test_time_off_is_said_and_closes_the_days_it_takes_whole(nora: Counselor, now: datetime):
    TimeOff.objects.create(
        counselor=nora,
        starts_at=datetime(2026, 12, 3, 19, tzinfo=UTC),  # 2 PM on Thursday
        ends_at=datetime(2026, 12, 5, 5, tzinfo=UTC),
    )
    thursday, friday = day_of(nora, now, 1), day_of(nora, now, 2)
    assert (thursday.hours, thursday.why) == (
        ["9:00 AM to 5:00 PM"],
        ["Away 2:00 PM to midnight."],
    )
    assert (friday.hours, friday.why) == ([], ["Away all day."])


def test_the_words_say_what_people_are_offered(nora: Counselor, now: datetime):
    """The same rule as that of the pages on which people book."""
    Holiday.objects.create(day=date(2026, 12, 4), name="A day of rest")
    DateHours.objects.create(counselor=nora, day=date(2026, 12, 8))
    wanted = Wanted(timedelta(minutes=30), ["NJ"], now, in_days(now, 14, 5))
    offered = {
        slot.starts_at.astimezone(nora.zone).date()
        for slot in availability.open_slots([nora], wanted, now)
    }
    said = {each.day for each in two_weeks.of(nora, now) if not each.is_closed}
    assert offered == said


# Who sees and changes what


def test_the_list_shows_each_week_in_a_few_words(desk: Browser, cast: Cast, now: datetime):
    WeeklyHours.objects.create(
        counselor=cast.nora, weekday=4, kind="session", begins=time(18), ends=time(20)
    )
    TimeOff.objects.create(counselor=cast.ida, starts_at=in_days(now, -1), ends_at=in_days(now, 1))
    Counselor.objects.get(pk=cast.ida.pk).weekly_hours.all().delete()
    page = text(desk.get(reverse("desk:hours")))
    assert "Mon to Thu: 9:00 AM to 5:00 PM" in page
    assert "Fri: 9:00 AM to 5:00 PM; 6:00 PM to 8:00 PM, sessions only" in page
    assert "No hours yet" in page
    assert "Now: " in page


def test_the_owner_sees_and_sets_everybodys(cast: Cast, signed_in: SignIn):
    owner = signed_in(cast.olga)
    send(owner, "limits", cast.ida.pk, most_a_day="3")
    cast.ida.refresh_from_db()
    assert cast.ida.most_a_day == 3
    assert "Ida" in text(owner.get(reverse("desk:hours")))


def test_a_counselor_sets_their_own_and_comes_back_to_their_own_page(cast: Cast, signed_in: SignIn):
    browser = signed_in(cast.nora.user)
    fields = {"weekdays": "5", "begins": "10:00", "ends": "12:00", "kind": "any"}
    answer = send(browser, "weekly", cast.nora.pk, **fields)
    assert answer.redirect_chain[-1][0] == reverse("sessions:hours") + "#weekly"
    assert "Your hours" in text(answer)
    assert len(spans(cast.nora, 5)) == 1


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("weekly", {"weekdays": "5", "begins": "10:00", "ends": "12:00", "kind": "any"}),
        ("date", {"day": "2026-12-24", "what": "off"}),
        ("away", {"first_day": "2026-12-24", "last_day": "2026-12-24"}),
        ("limits", {"most_a_day": "1"}),
    ],
)
def test_a_counselor_does_not_set_anothers(
    cast: Cast, signed_in: SignIn, what: str, fields: dict[str, str]
):
    assert send(signed_in(cast.ida.user), what, cast.nora.pk, **fields).status_code == 404
    assert recorded() == []


def test_a_counselors_list_of_what_is_booked_leads_to_their_own_pages(
    cast: Cast, signed_in: SignIn, now: datetime
):
    session = make_session(cast.case, in_days(now, 1))
    days = {"first_day": "2026-12-03", "last_day": "2026-12-03"}
    page = send(signed_in(cast.nora.user), "away", cast.nora.pk, **days).content.decode()
    assert reverse("sessions:page", args=[session.pk]) in page
    assert reverse("desk:appointment", args=[session.pk]) not in page


def test_the_page_names_the_clock_and_the_holidays_of_a_year(desk: Browser, nora: Counselor):
    Holiday.objects.create(day=CHRISTMAS, name="Christmas Day")
    for place in ("MA", "MD"):
        facts = {"day": date(2027, 4, 19), "name": "Patriots’ Day", "kept": False}
        Holiday.objects.create(place=place, **facts)
    Holiday.objects.create(day=date(2028, 1, 17), name="Too far off")
    page = text(desk.get(reverse("desk:hours-of", args=[nora.pk])))
    assert "All times here are on the clock of Nora: Eastern time." in page
    assert "Fri, Dec 25, 2026: Christmas Day Closed" in page
    assert "Mon, Apr 19, 2027: Patriots’ Day (MA, MD) Open" in page
    assert "Too far off" not in page


def _queries(browser: Browser, path: str) -> list[str]:
    browser.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return [each["sql"] for each in captured]


def test_the_list_takes_as_many_queries_for_many_counselors(desk: Browser, cast: Cast):
    few = _queries(desk, reverse("desk:hours"))
    for number in range(6):
        make_counselor(f"other{number}", ["NY"])
    assert len(_queries(desk, reverse("desk:hours"))) == len(few)


def test_one_page_takes_as_many_queries_for_many_rows_and_reads_no_case(
    desk: Browser, cast: Cast, nora: Counselor, now: datetime
):
    path = reverse("desk:hours-of", args=[nora.pk])
    few = _queries(desk, path)
    for number in range(8):
        day = date(2026, 12, 10 + number)
        Holiday.objects.create(day=day, name="A day of rest")
        DateHours.objects.create(counselor=nora, day=day, begins=time(9), ends=time(12))
        TimeOff.objects.create(
            counselor=nora, starts_at=in_days(now, 40 + number), ends_at=in_days(now, 41 + number)
        )
        make_session(cast.case, in_days(now, 5, 15 + number % 5) + timedelta(days=7 * number))
    many = _queries(desk, path)
    assert len(few) == len(many)
    assert not any("clients_case" in sql for sql in many)


def test_what_is_in_the_way_is_read_in_as_many_queries_for_many(
    desk: Browser, cast: Cast, now: datetime
):
    days = {"first_day": "2026-12-03", "last_day": "2027-01-31"}

    def queries() -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            send(desk, "away", cast.nora.pk, **days)
        return [each["sql"] for each in captured]

    make_session(cast.case, in_days(now, 1))
    queries()
    few = queries()
    for week in range(1, 6):
        make_session(cast.case, in_days(now, 1 + 7 * week))
    many = queries()
    assert len(few) == len(many)
    assert not any("clients_case" in sql for sql in many)


def test_a_week_in_words(nora: Counselor):
    nora.weekly_hours.filter(weekday=2).delete()
    assert hours_words.summary(nora.weekly_hours.all()) == [
        "Mon to Tue: 9:00 AM to 5:00 PM",
        "Thu to Fri: 9:00 AM to 5:00 PM",
    ]

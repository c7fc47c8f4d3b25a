"""Gaps: where counselors are free, and the way from there to who waits or is to be booked."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as Browser
from django.urls import reverse

from practice.models import Counselor, State
from scheduling import booking
from scheduling.desk import gaps
from scheduling.desk.gaps import Gap
from scheduling.desk.window import Window
from scheduling.models import HoursKind, TimeOff, WeeklyHours
from tests.access import requests
from tests.cast import (
    CENTRAL,
    Cast,
    in_days,
    make_consultation,
    make_counselor,
    make_session,
)
from tests.scheduling.desk.seeing import clinical, queries, text

SignIn = Callable[..., Browser]
THURSDAY = date(2026, 12, 3)


@pytest.fixture
def desk(cast: Cast, signed_in: SignIn) -> Browser:
    return signed_in(cast.dan)


def at(hour: int, minute: int = 0) -> datetime:
    """That time of Thursday in New York."""
    return datetime(2026, 12, 3, hour + 5, minute, tzinfo=UTC)


def of(counselor: Counselor, day: date = THURSDAY, days: int = 1) -> list[Gap]:
    now = datetime(2026, 12, 2, 15, tzinfo=UTC)
    return gaps.find([counselor], Window(day, days, counselor.zone), now)


def spans(counselor: Counselor) -> list[tuple[datetime, datetime]]:
    return [(gap.starts_at, gap.ends_at) for gap in of(counselor)]


def address(name: str, **asked: Any) -> str:
    return f"{reverse(f'desk:{name}')}?{urlencode(asked)}"


def gap_url(counselor: Counselor, moment: datetime) -> str:
    return address("gap", counselor=counselor.pk, at=moment.isoformat())


def test_a_day_without_appointments_is_one_gap(cast: Cast) -> None:
    (gap,) = of(cast.nora)
    assert (gap.starts_at, gap.counselor) == (at(9), cast.nora)
    assert gap.ends_at <= at(17)
    assert gap.fits == "A session or a consultation"


def test_what_is_booked_parts_the_day(cast: Cast) -> None:
    make_session(cast.case, at(11))  # until 11:50, and ten minutes more
    first, second = of(cast.nora)
    assert (first.starts_at, second.starts_at) == (at(9), at(12))
    assert first.ends_at <= at(11)


def test_away_and_outside_the_hours_there_is_no_gap(cast: Cast) -> None:
    TimeOff.objects.create(counselor=cast.nora, starts_at=at(9), ends_at=at(13))
    assert [gap.starts_at for gap in of(cast.nora)] == [at(13)]
    assert of(cast.nora, date(2026, 12, 5)) == []  # a Saturday


def test_a_gap_too_short_for_anything_is_none(cast: Cast) -> None:
    TimeOff.objects.create(counselor=cast.nora, starts_at=at(9, 20), ends_at=at(17))
    assert of(cast.nora) == []


def test_a_short_gap_fits_a_consultation_only(cast: Cast) -> None:
    TimeOff.objects.create(counselor=cast.nora, starts_at=at(9, 40), ends_at=at(17))
    (gap,) = of(cast.nora)
    assert (gap.starts_at, gap.fits) == (at(9), "A consultation")


def test_hours_for_one_kind_make_gaps_for_that_kind(cast: Cast) -> None:
    WeeklyHours.objects.filter(counselor=cast.nora).update(kind=HoursKind.SESSION)
    assert {gap.fits for gap in of(cast.nora)} == {"A session"}
    WeeklyHours.objects.create(
        counselor=cast.nora,
        weekday=THURSDAY.weekday(),
        kind=HoursKind.CONSULTATION,
        begins=time(18),
        ends=time(19),
    )
    assert [gap.fits for gap in of(cast.nora)] == ["A session", "A consultation"]


def test_a_gap_is_there_whatever_the_counselor_is_licensed_for(cast: Cast) -> None:
    cast.nora.licenses.all().delete()
    assert of(cast.nora)


def test_a_held_time_is_no_gap_until_the_hold_ends(cast: Cast, now: datetime) -> None:
    place = [booking.Attending(State.objects.get(pk="NJ"), CENTRAL)]
    booking.hold(
        counselor=cast.nora, starts_at=at(9), attending=place, until=now + timedelta(hours=2)
    )
    assert of(cast.nora)[0].starts_at > at(9)
    window = Window(THURSDAY, 1, cast.nora.zone)
    later = gaps.find([cast.nora], window, now + timedelta(hours=3))
    assert later[0].starts_at == at(9)


def test_the_page_shows_a_day_and_the_week_after_it_on_the_desks_clock(
    desk: Browser, cast: Cast
) -> None:
    cast.dan.time_zone = CENTRAL
    cast.dan.save()
    page = text(desk.get(address("gaps", day="2026-12-03")))
    assert "Gaps from Thursday, Dec 3" in page
    assert "Thu, Dec 3 8:00 AM – " in page
    assert "Sat, Dec 5 No gaps." in page
    assert "Thu, Dec 10 8:00 AM" in page
    assert "Fri, Dec 11" not in page


def test_over_both_changes_of_clocks_the_day_begins_at_nine(cast: Cast) -> None:
    zone = cast.nora.zone
    for day, shift in (
        (date(2027, 3, 12), timedelta(days=3)),
        (date(2027, 11, 5), timedelta(days=3)),
    ):
        found = of(cast.nora, day, 4)
        days = [gap.starts_at.astimezone(zone) for gap in found]
        assert [each.hour for each in days] == [9, 9]
        assert days[1].date() - days[0].date() == shift


def test_today_begins_now(desk: Browser, cast: Cast, now: datetime) -> None:
    (today, *_) = desk.get(reverse("desk:gaps")).context["days"]
    assert today[0] == now.date()
    assert all("9:00 AM" not in row["time"] for row in today[1])


@pytest.mark.parametrize("odd", ["tomorrow", "9999-12-31", "0001-01-01", "\x00", "2026-02-30"])
def test_an_odd_day_shows_today(desk: Browser, odd: str) -> None:
    assert "Gaps from Wednesday, Dec 2" in text(desk.get(reverse("desk:gaps"), {"day": odd}))


def test_a_gap_leads_to_booking_and_to_who_waits(desk: Browser, cast: Cast) -> None:
    requests.waiting("NJ", "Wanda")
    (row, *_) = desk.get(address("gaps", day="2026-12-03")).context["days"][0][1]
    assert row["url"] == gap_url(cast.ida, at(9))
    page = text(desk.get(gap_url(cast.nora, at(9))))
    assert "Thursday, Dec 3, 9:00 AM Eastern (EST) with Nora" in page
    assert "Book a session then" in page
    assert "Who waits for such a time" in page
    assert "Wanda Visitor" in page
    assert "9:30 AM" in page


def test_a_gap_that_is_gone_says_why_and_shows_nobody(desk: Browser, cast: Cast) -> None:
    requests.waiting("NJ", "Wanda")
    make_session(cast.case, at(9))
    page = text(desk.get(gap_url(cast.nora, at(9))))
    assert "Wanda" not in page
    assert "Book a session then" not in page
    assert "Can be booked" not in page


def test_the_owner_sees_the_gaps_but_not_who_waits(cast: Cast, signed_in: SignIn) -> None:
    owner = signed_in(cast.olga)
    page = owner.get(address("gaps", day="2026-12-03"))
    assert "9:00 AM" in text(page)
    assert reverse("desk:gap") not in page.content.decode()
    assert owner.get(gap_url(cast.nora, at(9))).status_code == 404


def test_no_query_and_no_word_touches_clinical_matter(
    desk: Browser, cast: Cast, now: datetime
) -> None:
    make_consultation(cast.nora, in_days(now, 1))
    requests.waiting("NJ", "Wanda")
    with queries() as found:
        pages = [desk.get(reverse("desk:gaps")), desk.get(gap_url(cast.nora, at(9)))]
    assert clinical(found) == set()
    whole = " ".join(page.content.decode() for page in pages).lower()
    for word in ["affair", "hurt", "involved", "canary", "therap", "concern"]:
        assert word not in whole


def test_as_many_queries_for_many_counselors_and_gaps_as_for_few(
    desk: Browser, cast: Cast, now: datetime
) -> None:
    def count() -> int:
        people = Counselor.objects.working().select_related("user")
        with queries() as found:
            gaps.find(people, Window(THURSDAY, 8, cast.dan.zone), now)
        return len(found)

    few = count()
    for number in range(4):
        make_counselor(f"cara{number}", ["NY"])
    for hour in (15, 17, 19):
        make_session(cast.case, in_days(now, 1, hour))
    assert count() == few <= 7

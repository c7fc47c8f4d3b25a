"""One real open time, on the visitor's own clock; what is forged, stale or gone is answered."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from intake import asking
from intake.models import ConsultationRequest
from practice.models import License
from scheduling import booking
from scheduling.availability import Slot
from scheduling.booking import Attending
from scheduling.models import Appointment, Status, TimeOff, WeeklyHours
from tests.cast import CENTRAL, EASTERN, Cast, in_days, make_counselor, make_session
from tests.clients.contact.at_once import at_once
from tests.intake.walking import (
    REACH,
    TOGETHER,
    WHERE,
    address,
    error_beside,
    open_slots,
    row_counts,
    send,
    starts_at,
    stay,
    take_a_time,
    tell,
    text,
)

GONE = "That time has just been taken. These are still open."
ZONE = ZoneInfo(EASTERN)


def on_page(browser: Browser, **query: Any) -> list[str]:
    choices = browser.get(address("when"), query).context["form"].fields["slot"].choices
    return [value for _, group in choices for value, _ in group]


def all_pages(browser: Browser) -> list[str]:
    """Every open time, by following "Later days" to the end."""
    seen: list[str] = []
    query = ""
    for _ in range(40):
        page = browser.get(f"{address('when')}?{query}")
        choices = page.context["form"].fields["slot"].choices
        seen += [value for _, group in choices for value, _ in group]
        query = page.context.get("later", "")
        if not query:
            return seen
    raise AssertionError("the days never end")


def counselors(slots: list[str]) -> set[str]:
    return {slot.partition("|")[0] for slot in slots}


# What is offered


def test_taking_a_time_holds_it_for_ten_minutes(client: Browser, cast: Cast, now: datetime) -> None:
    slot = take_a_time(client)
    (held,) = Appointment.objects.all()
    assert (held.status, held.starts_at, held.counselor) == (
        Status.HOLD,
        starts_at(slot),
        cast.nora,
    )
    assert held.hold_ends_at == now + timedelta(minutes=10)


def test_times_stand_on_the_visitor_s_clock_with_its_name(client: Browser, cast: Cast) -> None:
    send(client, "where", {**WHERE, "state": "FL", "time_zone": CENTRAL})
    page = text(client.get(address("when")))
    assert "Central (CST)" in page
    assert "8:00 AM" in page


def test_a_partner_s_other_clock_stands_beside_each_time(client: Browser, cast: Cast) -> None:
    send(client, "where", {**TOGETHER, "partner_state": "FL", "partner_time_zone": CENTRAL})
    page = client.get(address("when"))
    labels = [
        label for _, group in page.context["form"].fields["slot"].choices for _, label in group
    ]
    assert labels
    assert all("Central (CST)" in str(label) for label in labels)
    assert "8:00 AM Central (CST)" in str(labels[0])
    assert "9:00 AM" in str(labels[0])


def test_the_same_clock_is_named_once(client: Browser, cast: Cast) -> None:
    send(client, "where", TOGETHER)
    page = client.get(address("when"))
    labels = [
        label for _, group in page.context["form"].fields["slot"].choices for _, label in group
    ]
    assert not any("Eastern" in str(label) for label in labels)


def test_only_counselors_licensed_in_every_place_are_offered(client: Browser, cast: Cast) -> None:
    zoe = make_counselor("zoe", ["NJ", "NY", "MA"])
    send(client, "where", {**TOGETHER, "partner_state": "MA"})
    assert counselors(all_pages(client)) == {str(zoe.pk)}
    send(client, "where", {**TOGETHER, "partner_state": "PA"})
    assert all_pages(client) == []


def test_a_license_counts_on_the_day_of_the_appointment(client: Browser, cast: Cast) -> None:
    license = License.objects.get(counselor=cast.nora, state="NJ")
    license.expires_on = date(2026, 12, 9)
    license.save()
    send(client, "where", WHERE)
    days = {starts_at(slot).astimezone(ZONE).date() for slot in all_pages(client)}
    assert max(days) == date(2026, 12, 9)
    license.starts_on = date(2026, 12, 7)
    license.save()
    days = {starts_at(slot).astimezone(ZONE).date() for slot in all_pages(client)}
    assert days == {date(2026, 12, 7), date(2026, 12, 8), date(2026, 12, 9)}


def test_notice_and_horizon_of_the_practice_are_kept(
    client: Browser, cast: Cast, now: datetime
) -> None:
    send(client, "where", WHERE)
    seen = all_pages(client)
    moments = [starts_at(value) for value in seen]
    assert min(moments) >= now + timedelta(hours=12)
    assert now + timedelta(days=27) < max(moments) < now + timedelta(days=28)
    assert len(seen) == len(set(seen))
    assert moments == sorted(moments)


# Which of them to see


def test_one_counselor_s_times_alone_can_be_seen(client: Browser, cast: Cast) -> None:
    zoe = make_counselor("zoe", ["NJ"])
    send(client, "where", WHERE)
    assert counselors(on_page(client, counselor=zoe.pk)) == {str(zoe.pk)}
    assert counselors(on_page(client, counselor=cast.nora.pk)) == {str(cast.nora.pk)}


def test_each_time_stands_there_once_whoever_is_free(client: Browser, cast: Cast) -> None:
    make_counselor("zoe", ["NJ"])
    send(client, "where", WHERE)
    moments = [starts_at(slot) for slot in on_page(client)]
    assert len(moments) == len(set(moments))


@pytest.mark.parametrize(
    ("part", "hours"), [("morning", {9, 10, 11}), ("afternoon", {12, 13, 14, 15, 16})]
)
def test_a_part_of_the_day_is_on_the_visitor_s_clock(
    client: Browser, cast: Cast, part: str, hours: set[int]
) -> None:
    send(client, "where", WHERE)
    assert {starts_at(slot).astimezone(ZONE).hour for slot in on_page(client, part=part)} == hours


def test_the_evening_of_one_clock_is_the_afternoon_of_another(client: Browser, cast: Cast) -> None:
    WeeklyHours.objects.filter(counselor=cast.nora).update(ends=time(18))
    send(client, "where", WHERE)
    assert on_page(client, part="evening")
    send(client, "where", {**WHERE, "state": "FL", "time_zone": CENTRAL})
    assert not on_page(client, part="evening")


def test_from_a_day_on(client: Browser, cast: Cast) -> None:
    send(client, "where", WHERE)
    days = {starts_at(slot).astimezone(ZONE).date() for slot in on_page(client, since="2026-12-12")}
    assert min(days) == date(2026, 12, 14)  # a Saturday was asked for


def test_later_days_keep_the_other_wishes(client: Browser, cast: Cast) -> None:
    send(client, "where", WHERE)
    page = client.get(address("when"), {"part": "morning", "counselor": str(cast.nora.pk)})
    later = page.context["later"]
    assert "part=morning" in later
    assert f"counselor={cast.nora.pk}" in later


ODD = ["-1", "0", "999", "9" * 400, "٣", "²", "a", "\x00", "' OR 1=1", "1e9", "🙂", "0001-01-01"]


@pytest.mark.parametrize("odd", [*ODD, "9999-12-31", "2199-12-31", "1900-01-01", "2026-02-30"])
@pytest.mark.parametrize("name", ["counselor", "part", "since", "page"])
def test_an_odd_wish_is_answered_with_a_page(
    client: Browser, cast: Cast, name: str, odd: str
) -> None:
    send(client, "where", WHERE)
    assert client.get(address("when"), {name: odd}).status_code == 200


def test_a_counselor_who_may_not_see_them_can_t_be_asked_for(client: Browser, cast: Cast) -> None:
    send(client, "where", WHERE)
    page = client.get(address("when"), {"counselor": cast.ida.pk})
    assert "counselor" in page.context["filter"].errors


# None of them fits


def test_none_fits_and_they_wait_for_an_offer(client: Browser, cast: Cast) -> None:
    send(client, "where", WHERE)
    wished = {"days": ["0", "4"], "parts": ["evening"]}
    page = send(client, "waitlist", wished)
    assert page.headers["Location"] == address("about-you")
    assert "We look for a time" in text(tell(client))
    request = ConsultationRequest.objects.get()
    assert (request.status, request.appointment) == ("waiting", None)
    assert (request.wished_days, request.wished_parts) == ([0, 4], ["evening"])


def test_wishes_give_back_the_time_that_was_kept(client: Browser, cast: Cast) -> None:
    take_a_time(client)
    send(client, "waitlist", {"days": ["0"], "parts": ["morning"]})
    assert not Appointment.objects.filter(status=Status.HOLD).exists()
    form = client.get(address("waitlist")).context["form"]
    assert (form["days"].value(), form["parts"].value()) == ([0], ["morning"])


def test_a_time_taken_after_all_ends_the_waiting(client: Browser, cast: Cast) -> None:
    send(client, "where", WHERE)
    send(client, "waitlist", {"days": ["0"], "parts": ["morning"]})
    send(client, "when", {"slot": open_slots(client)[0]})
    assert "Your time is booked" in text(tell(client))
    assert ConsultationRequest.objects.get().status == "booked"


@pytest.mark.parametrize(
    "wished",
    [{"days": ["7"]}, {"days": ["-1"]}, {"days": ["x"]}, {"parts": ["night"]}, {"parts": ["\x00"]}],
)
def test_wishes_that_are_none_are_an_error_beside_them(
    client: Browser, cast: Cast, wished: dict[str, list[str]]
) -> None:
    send(client, "where", WHERE)
    page = send(client, "waitlist", {"days": ["0"], "parts": ["morning"], **wished})
    assert error_beside(page, next(iter(wished)))


def test_no_wish_is_asked_again(client: Browser, cast: Cast) -> None:
    send(client, "where", WHERE)
    page = send(client, "waitlist", {"go": "on"})
    assert error_beside(page, "days") == "Please choose at least one day."
    assert error_beside(page, "parts") == "Please choose at least one part of the day."


# Forged times


def test_no_time_is_asked_for(client: Browser, cast: Cast) -> None:
    send(client, "where", WHERE)
    assert error_beside(send(client, "when", {"go": "on"}), "slot") == "Please choose a time."


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "|",
        "\x00",
        "{nora}|never",
        "{nora}|2026-12-03T14:00:00",  # no zone
        "{nora}|2026-12-03T14:07:00+00:00",  # no beginning of ours
        "{nora}|2026-12-02T14:00:00+00:00",  # over
        "{nora}|2026-12-02T20:00:00+00:00",  # too soon
        "{nora}|2027-06-01T14:00:00+00:00",  # beyond the horizon
        "{nora}|2026-12-03T23:00:00+00:00",  # after work
        "{nora}|2026-12-05T15:00:00+00:00",  # a Saturday
        "{nora}|9999-12-31T23:59:59-23:59",
        "{nora}|0001-01-01T00:00:00+23:59",
        "{nora}|2026-12-03T14:00:00+00:00|",
        "{nora}|2026-12-03T14:00:00.000001+00:00",
        "{ida}|2026-12-03T14:00:00+00:00",  # not licensed there
        "{nobody}|2026-12-03T14:00:00+00:00",
        "-1|2026-12-03T14:00:00+00:00",
        "²|2026-12-03T14:00:00+00:00",
        "99999999999999999999|2026-12-03T14:00:00+00:00",
        "999999999|2026-12-03T14:00:00+00:00",
        "' OR 1=1|2026-12-03T14:00:00+00:00",
        "9" * 5000,
    ],
)
def test_a_forged_time_is_refused_beside_the_times_and_takes_nothing(
    client: Browser, cast: Cast, value: str
) -> None:
    send(client, "where", WHERE)
    known = {"{nora}": cast.nora.pk, "{ida}": cast.ida.pk, "{nobody}": cast.ida.pk + 100}
    for name, key in known.items():
        value = value.replace(name, str(key))
    page = send(client, "when", {"slot": value})
    assert error_beside(page, "slot") == GONE
    assert not Appointment.objects.exists()
    assert 'type="radio"' in page.content.decode()


def test_a_counselor_who_left_is_refused(client: Browser, cast: Cast) -> None:
    send(client, "where", WHERE)
    slot = open_slots(client)[0]
    cast.nora.user.is_active = False
    cast.nora.user.save()
    assert error_beside(send(client, "when", {"slot": slot}), "slot") == GONE


# Gone, swapped, run out


def test_a_time_that_went_while_they_looked_is_refused_and_others_are_shown(
    client: Browser, cast: Cast
) -> None:
    send(client, "where", WHERE)
    slot = open_slots(client)[0]
    make_session(cast.case, starts_at(slot))
    page = send(client, "when", {"slot": slot})
    assert error_beside(page, "slot") == GONE
    assert 'type="radio"' in page.content.decode()
    assert slot not in page.content.decode()


def test_going_back_and_taking_the_same_time_again_is_no_conflict_with_oneself(
    client: Browser, cast: Cast
) -> None:
    slot = take_a_time(client)
    assert slot in open_slots(client)
    assert send(client, "when", {"slot": slot}).status_code == 302
    assert Appointment.objects.live().count() == 1


def test_going_back_for_another_time_gives_the_first_one_back(client: Browser, cast: Cast) -> None:
    first = take_a_time(client)
    second = open_slots(client)[1]  # half an hour later: the two could not both be held
    assert send(client, "when", {"slot": second}).status_code == 302
    assert [each.starts_at for each in Appointment.objects.live()] == [starts_at(second)]
    stranger = Browser()
    send(stranger, "where", WHERE)
    assert first not in open_slots(stranger)  # too near to the second
    send(client, "where", {**WHERE, "state": "NY"})
    assert first in open_slots(stranger)


def test_where_the_second_time_is_gone_the_first_stays_theirs(client: Browser, cast: Cast) -> None:
    first = take_a_time(client)
    fourth = open_slots(client)[4]
    make_session(cast.case, starts_at(fourth))
    assert error_beside(send(client, "when", {"slot": fourth}), "slot") == GONE
    assert Appointment.objects.get(status=Status.HOLD).starts_at == starts_at(first)
    assert client.get(address("about-you")).status_code == 200


def test_the_later_of_two_tabs_counts(client: Browser, cast: Cast) -> None:
    take_a_time(client)
    tab = open_slots(client)
    send(client, "when", {"slot": tab[6]})
    send(client, "when", {"slot": tab[3]})
    tell(client)
    assert ConsultationRequest.objects.get().appointment.starts_at == starts_at(tab[3])  # type: ignore[union-attr]
    assert Appointment.objects.live().count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_visitors_at_the_same_moment_one_gets_the_time(cast: Cast) -> None:
    visitors = [Browser(REMOTE_ADDR=f"198.51.{number}.7") for number in range(2)]
    for visitor in visitors:
        send(visitor, "where", WHERE)
    slot = open_slots(visitors[0])[0]
    answers = at_once(*[lambda v=v: send(v, "when", {"slot": slot}) for v in visitors])
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert Appointment.objects.live().count() == 1


def test_the_time_they_keep_is_said_with_until_when(
    client: Browser, cast: Cast, now: datetime, travel: Callable[[datetime], None]
) -> None:
    take_a_time(client)
    assert client.get(address("about-you")).context["seconds_left"] == 600
    travel(now + timedelta(minutes=4))
    page = client.get(address("about-you"))
    assert page.context["seconds_left"] == 360
    assert "Kept for you until 10:10 AM Eastern (EST)" in text(page)


def run_out(held: Appointment) -> None:
    Appointment.objects.filter(pk=held.pk).update(status=Status.LAPSED, hold_ends_at=None)


def test_a_hold_that_ran_out_unnoticed_is_still_booked(
    client: Browser, cast: Cast, now: datetime, travel: Callable[[datetime], None]
) -> None:
    slot = take_a_time(client)
    travel(now + timedelta(minutes=25))
    assert "Your time is booked" in text(tell(client))
    assert ConsultationRequest.objects.get().appointment.starts_at == starts_at(slot)  # type: ignore[union-attr]


def test_a_hold_that_ran_out_within_the_notice_is_still_theirs(
    client: Browser, cast: Cast, now: datetime, travel: Callable[[datetime], None]
) -> None:
    """They took it early enough; half an hour over the form must not cost them the time."""
    slot = take_a_time(client)
    stay(client, travel, starts_at(slot) - timedelta(hours=11, minutes=59))
    assert "Your time is booked" in text(tell(client))


@pytest.mark.parametrize("status", [Status.HOLD, Status.LAPSED])
def test_a_hold_that_ran_out_is_lost_where_the_counselor_is_away_now(
    client: Browser, cast: Cast, now: datetime, travel: Callable[[datetime], None], status: str
) -> None:
    slot = take_a_time(client)
    if status == Status.LAPSED:
        run_out(Appointment.objects.get())
    travel(now + timedelta(minutes=11))
    begins = starts_at(slot) - timedelta(hours=1)
    TimeOff.objects.create(
        counselor=cast.nora, starts_at=begins, ends_at=begins + timedelta(hours=4)
    )
    page = tell(client)
    assert error_beside(page, "slot") == "Please choose a time."
    assert not ConsultationRequest.objects.exists()


def test_a_session_whose_hold_is_gone_begins_again_with_a_time(client: Browser, cast: Cast) -> None:
    take_a_time(client)
    Appointment.objects.all().delete()
    assert client.get(address("about-you")).headers["Location"] == address("when")


# The same number of queries whatever there is


def queries(browser: Browser, name: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address(name)).status_code == 200
    return len(captured)


def fill(cast: Cast, days: int) -> None:
    """So many more days with an appointment at noon, New York time."""
    for number in range(1, days + 1):
        moment = in_days(datetime(2026, 12, 2, tzinfo=UTC), number, 17)
        if moment.astimezone(ZONE).weekday() < 5:
            make_session(cast.case, moment)


def test_the_times_cost_the_same_queries_with_many_counselors_days_and_appointments(
    client: Browser, cast: Cast
) -> None:
    from practice.models import Practice

    send(client, "where", TOGETHER)
    few = queries(client, "when")
    for number in range(12):
        make_counselor(f"more{number}", ["NJ", "NY"])
    fill(cast, 25)
    Practice.objects.update(booking_horizon_days=120)
    assert queries(client, "when") == few <= 16


def test_looking_at_times_stores_nothing(client: Browser, cast: Cast) -> None:
    send(client, "where", WHERE)
    before = row_counts()
    client.get(address("when"))
    client.get(address("waitlist"))
    assert row_counts() == before


def test_nearest_times_are_open_ones(client: Browser, cast: Cast, now: datetime) -> None:
    near = in_days(now, 5, 17)
    found: list[Slot] = asking.nearest([("NJ", EASTERN)], near)
    assert found
    assert found == sorted(found, key=lambda slot: slot.starts_at)
    assert all(asking.is_open([("NJ", EASTERN)], slot.counselor, slot.starts_at) for slot in found)
    booking.hold(
        counselor=found[0].counselor,
        starts_at=found[0].starts_at,
        attending=[Attending(cast.hanna.client.state, EASTERN)],  # type: ignore[arg-type]
    )
    again = asking.nearest([("NJ", EASTERN)], near)
    assert found[0].starts_at not in {slot.starts_at for slot in again}


def test_about_you_typed_before_a_swap_stays(client: Browser, cast: Cast) -> None:
    take_a_time(client)
    send(client, "about-you", REACH)
    send(client, "when", {"slot": open_slots(client)[5]})
    form = client.get(address("about-you")).context["form"]
    assert form["email"].value() == REACH["email"]

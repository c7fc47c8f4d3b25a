"""Reminders: early rather than late, never in the night, never of an old time."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.contact import sending
from clients.contact.models import ContactCard, Message
from clients.models import Client
from practice.audit import trail
from scheduling import booking, lifecycle, notices, places, reminders
from scheduling.booking import Attending
from scheduling.models import Appointment, Status
from tests.cast import CENTRAL, Cast, in_days, make_client, make_session
from tests.kept import kept
from tests.scheduling.consulting import consult

HOUR = timedelta(hours=1)
Travel = Callable[[datetime], None]


@kept
def vera(cast: Cast) -> Client:
    return make_client("Vera")


def planned(appointment: Appointment, client: Client, **facts: Any) -> dict[str, datetime]:
    """The reminders on their way to this person, by template."""
    found = Message.objects.filter(
        subject_id=str(appointment.pk), client=client, template__in=reminders.TEMPLATES, **facts
    )
    return {message.template: message.due_at for message in found}


def has_window(client: Client, begins: time, ends: time) -> None:
    ContactCard.objects.filter(pk=client.pk).update(safe_from=begins, safe_until=ends)
    client.refresh_from_db()


def test_a_consultation_is_recalled_the_day_before_and_two_hours_before(
    cast: Cast, now: datetime, vera: Client
) -> None:
    booked = consult(cast.nora, in_days(now, 3), vera)
    start = booked.starts_at
    assert planned(booked, vera) == {"reminder": start - 24 * HOUR, "soon": start - 2 * HOUR}
    found = Message.objects.filter(client=vera, template__in=reminders.TEMPLATES)
    assert {message.expires_at for message in found} == {start}
    assert {message.tells_time for message in found} == {start}
    assert not any(message.is_follow_up for message in found)


def test_of_a_session_each_is_asked_the_day_before_where_they_will_be(
    cast: Cast, now: datetime, travel: Travel, mailoutbox: list[Any]
) -> None:
    session = make_session(cast.case, in_days(now, 3))
    start = session.starts_at
    for person in (cast.hanna, cast.ian):
        assert planned(session, person.client) == {"reminder": start - 24 * HOUR}
    sending.tick()
    mailoutbox.clear()
    travel(start - 24 * HOUR)
    sending.tick()
    assert sorted(mail.to[0] for mail in mailoutbox) == ["hanna@example.com", "ian@example.com"]
    assert {mail.subject for mail in mailoutbox} == {"Please confirm"}


def test_who_has_said_where_they_will_be_is_not_asked_again(
    cast: Cast, now: datetime, travel: Travel, mailoutbox: list[Any]
) -> None:
    session = make_session(cast.case, in_days(now, 3))
    sending.tick()
    mailoutbox.clear()
    hanna = session.attendees.get(client=cast.hanna.client)
    places.say_where(hanna, hanna.state, hanna.time_zone, trail.SYSTEM)
    travel(session.starts_at - 24 * HOUR)
    sending.tick()
    assert [mail.to for mail in mailoutbox] == [["ian@example.com"]]


def test_moved_to_another_day_a_session_is_asked_about_anew(cast: Cast, now: datetime) -> None:
    session = make_session(cast.case, in_days(now, 3))
    moved = lifecycle.move(session, in_days(now, 5), trail.SYSTEM)
    due = planned(moved, cast.hanna.client, state="due")
    assert due == {"reminder": moved.starts_at - 24 * HOUR}
    lifecycle.call_off(moved, trail.SYSTEM)
    assert planned(moved, cast.hanna.client, state="due") == {}


@pytest.mark.parametrize(
    ("hours", "kept"),
    [
        (31, {"reminder", "soon"}),
        (30, {"reminder", "soon"}),
        (29, {"soon"}),
        (3, {"soon"}),
        (2, set()),
    ],
)
def test_who_was_just_told_is_not_reminded_yet(
    cast: Cast, vera: Client, travel: Travel, hours: int, kept: set[str]
) -> None:
    start = datetime(2026, 12, 4, 21, tzinfo=UTC)  # 4 PM in New York
    travel(start - hours * HOUR)
    assert set(planned(consult(cast.nora, start, vera), vera)) == kept


def test_a_reminder_that_would_come_outside_safe_hours_comes_earlier(
    cast: Cast, now: datetime, vera: Client
) -> None:
    has_window(vera, time(12), time(14))
    booked = consult(cast.nora, in_days(now, 3, 21), vera)  # 4 PM: two hours before is 2 PM
    due = {name: moment.astimezone(vera.zone) for name, moment in planned(booked, vera).items()}
    assert (due["reminder"].day, due["reminder"].time()) == (4, time(13, 59))
    assert (due["soon"].day, due["soon"].time()) == (5, time(13, 59))


def test_what_says_today_never_goes_the_evening_before(
    cast: Cast, now: datetime, vera: Client
) -> None:
    booked = consult(cast.nora, in_days(now, 3, 14), vera)  # 9 AM: two hours before is too early
    assert set(planned(booked, vera)) == {"reminder"}


def test_hours_are_those_of_the_reader_s_own_clock(cast: Cast, now: datetime) -> None:
    vera = make_client("Vera", time_zone=CENTRAL)
    booked = consult(cast.nora, in_days(now, 3, 16), vera)  # 10 AM Central, 8 AM two hours before
    assert set(planned(booked, vera)) == {"reminder"}
    late = consult(cast.nora, in_days(now, 3, 17), vera)
    assert planned(late, vera)["soon"] == late.starts_at - 2 * HOUR


starting = st.datetimes(datetime(2026, 10, 29), datetime(2026, 11, 4)) | st.datetimes(
    datetime(2027, 3, 11), datetime(2027, 3, 17)
)


@given(starting, st.integers(8, 20), st.integers(1, 12), st.integers(0, 60))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_reminders_come_in_order_within_safe_hours_and_never_later_than_planned(
    cast: Cast, travel: Travel, start: datetime, begins: int, length: int, ahead: int
) -> None:
    vera = Client.objects.filter(card__safe_from__isnull=False).first() or make_client("Vera")
    window = time(begins), time(min(begins + length, 21))
    has_window(vera, *window)
    travel(start.replace(tzinfo=UTC) - ahead * HOUR)
    booked = Appointment(
        kind="consultation", starts_at=start.replace(tzinfo=UTC), status=Status.BOOKED
    )
    moments = reminders.moments(booked, vera)
    assert [moment for _, moment in moments] == sorted(moment for _, moment in moments)
    for template, moment in moments:
        before = booked.starts_at - moment
        rest = moment - (booked.starts_at - ahead * HOUR)
        assert window[0] <= moment.astimezone(vera.zone).time() < window[1]
        is_reminder = template == Message.Template.REMINDER
        assert before >= (24 if is_reminder else 2) * HOUR
        assert rest >= (6 if is_reminder else 1) * HOUR


def test_a_move_takes_the_reminders_along(cast: Cast, now: datetime, vera: Client) -> None:
    booked = consult(cast.nora, in_days(now, 3), vera)
    moved = lifecycle.move(booked, in_days(now, 5, 17), trail.SYSTEM)
    waiting = planned(moved, vera, state="due")
    assert waiting["reminder"] == moved.starts_at - 24 * HOUR
    assert waiting["soon"] == moved.starts_at - 2 * HOUR
    assert set(planned(moved, vera, state="canceled")) == {"reminder", "soon"}


def test_what_is_called_off_is_not_recalled(cast: Cast, now: datetime, vera: Client) -> None:
    booked = consult(cast.nora, in_days(now, 3), vera)
    lifecycle.call_off(booked, trail.SYSTEM)
    assert planned(booked, vera, state="due") == {}


@pytest.mark.parametrize("how", ["canceled", "moved", "done"])
def test_the_gate_stops_a_reminder_that_is_no_longer_true(
    cast: Cast, now: datetime, vera: Client, travel: Travel, mailoutbox: list[Any], how: str
) -> None:
    booked = consult(cast.nora, in_days(now, 3), vera)
    sending.tick()
    mailoutbox.clear()
    # Past every line of ours, so that only the gate stands between.
    change: dict[str, Any] = {"status": how}
    if how == "moved":
        shift = timedelta(hours=1)
        change = {
            "starts_at": booked.starts_at + shift,
            "ends_at": booked.ends_at + shift,
            "busy_until": booked.busy_until + shift,
        }
    Appointment.objects.filter(pk=booked.pk).update(**change)
    travel(booked.starts_at - 24 * HOUR)
    sending.tick()
    assert mailoutbox == []
    assert Message.objects.get(client=vera, template="reminder").reason == "no longer true"


def test_each_reminder_goes_once_and_names_the_time(
    cast: Cast, now: datetime, vera: Client, travel: Travel, mailoutbox: list[Any]
) -> None:
    booked = consult(cast.nora, in_days(now, 3), vera)
    sending.tick()
    mailoutbox.clear()
    for hours in (24, 23, 2, 1):
        travel(booked.starts_at - hours * HOUR)
        sending.tick()
    assert [mail.subject for mail in mailoutbox] == ["Please confirm", "Your appointment"]
    assert all("Saturday, Dec 5, 11:00 AM Eastern (EST)" in mail.body for mail in mailoutbox)


def test_a_partner_who_is_told_later_is_reminded_too(
    cast: Cast, now: datetime, vera: Client
) -> None:
    walt = make_client("Walt")
    state = vera.state
    assert state
    held = booking.hold(
        counselor=cast.nora,
        starts_at=in_days(now, 3),
        attending=[Attending(state, vera.time_zone), Attending(state, walt.time_zone)],
    )
    booked = booking.confirm(held, vera, trail.SYSTEM)
    booked.attendees.filter(client=None).update(client=walt)
    assert set(planned(booked, vera)) == {"reminder", "soon"}
    assert not Message.objects.filter(client=walt).exists()
    for _ in range(2):
        notices.tell(booked, walt, Message.Template.BOOKED)
    templates = sorted(message.template for message in Message.objects.filter(client=walt))
    assert templates == ["booked", "reminder", "soon"]


def test_one_address_is_not_flooded_with_reminders(cast: Cast, now: datetime, vera: Client) -> None:
    """Whoever gives another's address again and again has them written to once a day."""
    state = vera.state
    assert state
    for day in (3, 4, 5):
        held = booking.hold(
            counselor=cast.nora,
            starts_at=in_days(now, day),
            attending=[Attending(state, vera.time_zone)],
        )
        booking.confirm(held, make_client("Vera"), trail.SYSTEM)
    assert Message.objects.filter(template="booked").count() == 1
    assert Message.objects.filter(template="reminder").count() == 1

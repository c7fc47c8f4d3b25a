"""Undo: for ten seconds a change can be taken back, and leaves no trace with anybody."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from clients.contact import sending
from clients.contact.models import Message
from practice.audit import trail
from practice.audit.models import Entry
from scheduling import booking, changes, following, lifecycle, notices, places, reminders
from scheduling.booking import Attending, ChangedMeanwhile, ClientBusy, SlotTaken
from scheduling.changes import TooLate
from scheduling.followups.models import FollowUp
from scheduling.models import Appointment, Change, EndReason, Status
from tests.cast import Cast, in_days, make_client, make_session, make_user
from tests.kept import kept
from tests.scheduling.consulting import consult

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
Travel = Callable[[datetime], None]
Make = Callable[[Cast, Appointment], Appointment]


def move(cast: Cast, appointment: Appointment, shift: timedelta = 24 * HOUR) -> Appointment:
    starts_at = appointment.starts_at + shift
    return lifecycle.move(appointment, starts_at, trail.SYSTEM, undoable_by=cast.dan)


def call_off(cast: Cast, appointment: Appointment) -> Appointment:
    reason = EndReason.CLIENT
    return lifecycle.call_off(appointment, trail.SYSTEM, reason=reason, undoable_by=cast.dan)


def mark_no_show(cast: Cast, appointment: Appointment) -> Appointment:
    reason = EndReason.NO_WORD
    return lifecycle.mark_no_show(appointment, trail.SYSTEM, reason=reason, undoable_by=cast.dan)


EVERY_CHANGE = pytest.mark.parametrize("make", [move, call_off, mark_no_show])
EVERY_NEWS = pytest.mark.parametrize("make", [move, call_off])


@kept
def session(cast: Cast, now: datetime) -> Appointment:
    return make_session(cast.case, in_days(now, 3))


def undo(cast: Cast, appointment: Appointment) -> Appointment:
    change = changes.latest(appointment, cast.dan)
    assert change is not None
    return changes.undo(change, cast.dan, trail.SYSTEM)


def due(appointment: Appointment) -> set[tuple[str, Any, datetime | None, datetime]]:
    """What is on its way about it."""
    found = Message.objects.filter(subject_id=str(appointment.pk), state="due")
    return {(each.template, each.client_id, each.tells_time, each.due_at) for each in found}


def facts(appointment: Appointment) -> dict[str, Any]:
    """All that is kept of it, but how often it changed."""
    values: dict[str, Any] = dict(Appointment.objects.filter(pk=appointment.pk).values().get())
    return {key: values[key] for key in values.keys() - {"version", "changed_at", "sequence"}}


@EVERY_CHANGE
def test_what_is_taken_back_stands_as_it_stood(
    cast: Cast, session: Appointment, make: Make
) -> None:
    before, on_its_way = facts(session), due(session)
    changed = make(cast, session)
    assert facts(session) != before
    undone = undo(cast, changed)
    assert facts(session) == before
    assert due(session) == on_its_way
    assert (undone.version, undone.is_open) == (2, True)
    assert Entry.objects.filter(resource_id=str(session.pk)).last().note == "undone"  # type: ignore[union-attr]


@EVERY_NEWS
def test_the_number_of_a_calendar_entry_only_rises(
    cast: Cast, session: Appointment, make: Make
) -> None:
    numbers = [session.sequence]
    for _ in range(2):
        changed = make(cast, session)
        numbers += [changed.sequence, undo(cast, changed).sequence]
    assert numbers == sorted(set(numbers))


@EVERY_NEWS
def test_for_ten_seconds_nobody_is_told_and_then_everybody(
    cast: Cast, session: Appointment, travel: Travel, mailoutbox: list[Any], make: Make
) -> None:
    sending.tick()
    mailoutbox.clear()
    made_at = session.changed_at
    assert made_at
    make(cast, session)
    travel(made_at + 10 * SECOND)
    sending.tick()
    assert mailoutbox == []
    travel(made_at + 30 * SECOND)
    sending.tick()
    assert len(mailoutbox) == 2


@EVERY_NEWS
def test_what_was_taken_back_is_never_told(
    cast: Cast, session: Appointment, travel: Travel, mailoutbox: list[Any], make: Make
) -> None:
    sending.tick()
    mailoutbox.clear()
    undo(cast, make(cast, session))
    for hours in range(0, 24 * 4, 6):
        travel(session.starts_at - timedelta(days=3) + hours * HOUR)
        sending.tick()
    # Only what goes on the day before.
    assert {mail.subject for mail in mailoutbox} == {"Please confirm"}
    assert len(mailoutbox) == 2


@EVERY_NEWS
def test_who_was_not_told_of_the_time_before_is_told_of_it_once(
    cast: Cast, session: Appointment, now: datetime, mailoutbox: list[Any], make: Make
) -> None:
    undo(cast, make(cast, session))
    undo(cast, make(cast, session))
    sending.tick()
    assert sorted(mail.to[0] for mail in mailoutbox) == ["hanna@example.com", "ian@example.com"]
    assert all("Saturday, Dec 5, 11:00 AM Eastern (EST)" in mail.body for mail in mailoutbox)


@EVERY_NEWS
def test_on_a_clock_that_runs_what_was_stopped_goes_again(
    cast: Cast, now: datetime, make: Make
) -> None:
    """A change takes a while itself: what it stops, it stops a moment after it began."""
    with time_machine.travel(now, tick=True):
        session = make_session(cast.case, in_days(now, 3))
        before = due(session)
        assert len(before) == 4
        undo(cast, make(cast, session))
        assert due(session) == before


def test_where_they_said_they_would_be_stands_again(cast: Cast, session: Appointment) -> None:
    hanna = session.attendees.get(client=cast.hanna.client)
    assert hanna.state
    places.say_where(hanna, hanna.state, hanna.time_zone, trail.SYSTEM)
    said = set(session.attendees.values_list("client", "place_confirmed_at"))
    moved = move(cast, session)
    assert not moved.attendees.exclude(place_confirmed_at=None).exists()
    undo(cast, moved)
    assert set(session.attendees.values_list("client", "place_confirmed_at")) == said


def test_only_the_one_who_still_waited_for_it_is_told(
    cast: Cast, session: Appointment, mailoutbox: list[Any]
) -> None:
    Message.objects.filter(client=cast.ian.client).update(next_try_at=session.starts_at)
    sending.tick()
    assert [mail.to for mail in mailoutbox] == [["hanna@example.com"]]
    undo(cast, move(cast, session))
    told = {client for template, client, *_ in due(session) if template == "booked"}
    assert told == {cast.ian.client_id}


@EVERY_NEWS
def test_reminders_of_the_old_time_go_again_however_near_they_are(
    cast: Cast, now: datetime, travel: Travel, make: Make
) -> None:
    vera = make_client("Vera")
    consultation = consult(cast.nora, in_days(now, 3), vera)
    travel(consultation.starts_at - 24 * HOUR - MINUTE)  # one is due in a minute
    before = due(consultation)
    assert {template for template, *_ in before} >= set(reminders.TEMPLATES)
    undo(cast, make(cast, consultation))
    assert due(consultation) == before


def test_follow_ups_are_due_again_when_they_were(cast: Cast, now: datetime) -> None:
    first = make_session(cast.case, in_days(now, -1))
    following_session = make_session(cast.case, in_days(now, 10))
    lifecycle.mark_done(first, trail.SYSTEM)

    def planned() -> list[Any]:
        rows = FollowUp.objects.order_by("pk").values_list("message__due_at", "message__expires_at")
        return list(rows)

    before = planned()
    changed = move(cast, following_session, timedelta(days=2))
    assert planned() != before
    undo(cast, changed)
    assert planned() == before


def test_a_follow_up_that_a_change_brings_forward_waits_the_ten_seconds_too(
    cast: Cast, now: datetime, travel: Travel
) -> None:
    make_session(cast.case, in_days(now, -3))
    following_session = make_session(cast.case, in_days(now, 20))
    lifecycle.mark_done(Appointment.objects.earliest("starts_at"), trail.SYSTEM)
    moved = move(cast, following_session, timedelta(days=-19))
    waiting = Message.objects.filter(is_follow_up=True, state="due", due_at__lte=now)
    assert waiting.exists()  # by the plan they would go at once
    assert all(each.next_try_at > now + 10 * SECOND for each in waiting if each.next_try_at)
    undo(cast, moved)
    assert not Message.objects.filter(is_follow_up=True, due_at__lte=now).exists()


@pytest.mark.parametrize("seconds", [0, 9])
def test_it_can_be_taken_back_for_ten_seconds(
    cast: Cast, session: Appointment, now: datetime, travel: Travel, seconds: int
) -> None:
    moved = move(cast, session)
    travel(now + seconds * SECOND)
    assert undo(cast, moved).starts_at == session.starts_at


def test_after_ten_seconds_it_is_too_late(
    cast: Cast, session: Appointment, now: datetime, travel: Travel
) -> None:
    moved = move(cast, session)
    change = changes.latest(moved, cast.dan)
    assert change
    travel(now + 10 * SECOND)
    assert changes.latest(moved, cast.dan) is None
    with pytest.raises(TooLate):
        changes.undo(change, cast.dan, trail.SYSTEM)
    assert facts(session)["starts_at"] == moved.starts_at


def test_it_is_taken_back_once_and_by_who_made_it(cast: Cast, session: Appointment) -> None:
    moved = move(cast, session)
    change = changes.latest(moved, cast.dan)
    assert change
    other = make_user("dora", cast.dan.role)  # type: ignore[arg-type]
    assert changes.latest(moved, other) is None
    with pytest.raises(TooLate):
        changes.undo(change, other, trail.SYSTEM)
    changes.undo(change, cast.dan, trail.SYSTEM)
    with pytest.raises(TooLate):
        changes.undo(change, cast.dan, trail.SYSTEM)


def test_what_somebody_changed_since_is_not_put_back_over_it(
    cast: Cast, session: Appointment, now: datetime
) -> None:
    moved = move(cast, session)
    change = changes.latest(moved, cast.dan)
    assert change
    later = lifecycle.move(moved, in_days(now, 6), trail.SYSTEM)
    assert changes.latest(later, cast.dan) is None
    with pytest.raises(ChangedMeanwhile):
        changes.undo(change, cast.dan, trail.SYSTEM)
    assert facts(session)["starts_at"] == in_days(now, 6)


def test_without_somebody_who_may_take_it_back_people_are_told_at_once(
    cast: Cast, session: Appointment, now: datetime
) -> None:
    lifecycle.move(session, in_days(now, 4), trail.SYSTEM)
    assert not Change.objects.exists()
    assert {due_at for template, *_, due_at in due(session) if template == "moved"} == {now}


@EVERY_NEWS
def test_where_the_old_time_went_to_somebody_nothing_is_put_back(
    cast: Cast, session: Appointment, now: datetime, make: Make
) -> None:
    changed = make(cast, session)
    consult(cast.nora, session.starts_at, make_client("Vera"))
    before, on_its_way = facts(session), due(session)
    with pytest.raises(SlotTaken) as refused:
        undo(cast, changed)
    assert refused.value.starts_at == session.starts_at
    assert (facts(session), due(session)) == (before, on_its_way)


@EVERY_NEWS
def test_where_a_client_is_elsewhere_by_then_nothing_is_put_back(
    cast: Cast, session: Appointment, make: Make
) -> None:
    changed = make(cast, session)
    hanna = cast.hanna.client
    cast.ida.licenses.update(state="NJ")
    consult(cast.ida, session.starts_at, hanna)
    before = facts(session)
    with pytest.raises(ClientBusy):
        undo(cast, changed)
    assert facts(session) == before


def test_what_somebody_was_told_already_is_not_taken_back(cast: Cast, session: Appointment) -> None:
    moved = move(cast, session)
    # However that came about: a clock that was set, somebody at the database.
    Message.objects.filter(template="moved").update(next_try_at=session.changed_at)
    sending.tick()
    with pytest.raises(TooLate):
        undo(cast, moved)
    assert facts(session)["starts_at"] == moved.starts_at


def test_a_consultation_comes_back_to_its_counselor(cast: Cast, now: datetime) -> None:
    cast.ida.licenses.update(state="NJ")
    consultation = consult(cast.nora, in_days(now, 3), make_client("Vera"))
    before, on_its_way = facts(consultation), due(consultation)
    moved = lifecycle.move(
        consultation, consultation.starts_at, trail.SYSTEM, counselor=cast.ida, undoable_by=cast.dan
    )
    assert moved.counselor == cast.ida
    assert {template for template, *_ in due(consultation)} >= {"moved"}
    undo(cast, moved)
    assert (facts(consultation), due(consultation)) == (before, on_its_way)


def test_another_length_is_taken_back_and_was_no_news(cast: Cast, session: Appointment) -> None:
    before, on_its_way = facts(session), due(session)
    longer = lifecycle.move(
        session, session.starts_at, trail.SYSTEM, length=80 * MINUTE, undoable_by=cast.dan
    )
    assert longer.minutes == 80
    assert due(session) == on_its_way
    undo(cast, longer)
    assert (facts(session), due(session)) == (before, on_its_way)


def test_a_late_cancellation_that_is_taken_back_was_none(
    cast: Cast, session: Appointment, travel: Travel
) -> None:
    travel(session.starts_at - 2 * HOUR)
    canceled = call_off(cast, session)
    assert (canceled.canceled_late, canceled.end_reason) == (True, "client")
    undone = undo(cast, canceled)
    assert (undone.canceled_late, undone.end_reason, undone.canceled_at) == (False, "", None)
    assert undone.status == Status.BOOKED


class Broken(Exception):
    """What the tests let fail."""


@pytest.fixture
def broken_follower() -> Iterator[None]:
    @following.follows
    def fail(appointment: Appointment, what: str) -> None:
        raise Broken

    yield
    following._FOLLOWERS.remove(fail)


def everything(appointment: Appointment) -> tuple[Any, ...]:
    messages = Message.objects.order_by("pk").values_list("pk", "state", "due_at")
    undone = Change.objects.values_list("undone_at", flat=True)
    return facts(appointment), list(messages), Entry.objects.count(), list(undone)


@EVERY_CHANGE
def test_where_one_who_follows_fails_nothing_changes(
    cast: Cast, session: Appointment, make: Make, request: pytest.FixtureRequest
) -> None:
    before = everything(session)
    request.getfixturevalue("broken_follower")
    with pytest.raises(Broken):
        make(cast, session)
    assert everything(session) == before


@EVERY_CHANGE
def test_where_one_who_follows_fails_nothing_is_taken_back(
    cast: Cast, session: Appointment, make: Make, request: pytest.FixtureRequest
) -> None:
    changed = make(cast, session)
    before = everything(session)
    request.getfixturevalue("broken_follower")
    with pytest.raises(Broken):
        undo(cast, changed)
    assert everything(session) == before


def test_where_one_who_follows_fails_nothing_is_booked(
    cast: Cast, now: datetime, broken_follower: None
) -> None:
    state = cast.hanna.client.state
    assert state
    held = booking.hold(
        counselor=cast.nora,
        starts_at=in_days(now, 5),
        attending=[Attending(state, "America/New_York")],
    )
    for act in (
        lambda: make_session(cast.case, in_days(now, 3)),
        lambda: consult(cast.nora, in_days(now, 4), cast.hanna.client),
        lambda: booking.confirm(held, cast.ian.client, trail.SYSTEM),
    ):
        with pytest.raises(Broken):
            act()
    assert list(Appointment.objects.values_list("status", flat=True)) == [Status.HOLD]
    assert not Message.objects.exists()


def test_who_follows_hears_what_became_of_it(cast: Cast, now: datetime) -> None:
    heard: list[tuple[str, str]] = []

    @following.follows
    def hear(appointment: Appointment, what: str) -> None:
        heard.append((what, Appointment.objects.get(pk=appointment.pk).status))

    try:
        session = make_session(cast.case, in_days(now, 3))
        undo(cast, move(cast, session))
        lifecycle.call_off(session, trail.SYSTEM)
        lifecycle.mark_done(make_session(cast.case, in_days(now, 4)), trail.SYSTEM)
        lifecycle.mark_no_show(make_session(cast.case, in_days(now, 5)), trail.SYSTEM)
    finally:
        following._FOLLOWERS.remove(hear)
    assert heard == [
        ("booked", "booked"),
        ("moved", "booked"),
        ("undone", "booked"),
        ("canceled", "canceled"),
        ("booked", "booked"),
        ("done", "done"),
        ("booked", "booked"),
        ("no_show", "no_show"),
    ]


def test_each_person_hears_again_what_each_had_not_heard_yet(
    cast: Cast, now: datetime, mailoutbox: list[Any]
) -> None:
    """One was to be told that it moved, the other, who joined later, that it is booked."""
    vera, walt = make_client("Vera"), make_client("Walt")
    consultation = consult(cast.nora, in_days(now, 3), vera)
    consultation = lifecycle.move(consultation, in_days(now, 4), trail.SYSTEM)
    assert walt.state
    consultation.attendees.create(client=walt, state=walt.state, time_zone=walt.time_zone)
    notices.tell(consultation, walt, Message.Template.BOOKED)
    before = due(consultation)
    assert {template for template, *_ in before} >= {"moved", "booked"}
    undo(cast, move(cast, consultation))
    assert due(consultation) == before

"""What becomes of an appointment, and all that hangs on it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from clients.contact import sending
from clients.contact.models import Message
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import ActorKind, Entry
from practice.models import Practice
from scheduling import booking, estimates, lifecycle, notices, reminders
from scheduling.booking import (
    AgainstTheRules,
    ChangedMeanwhile,
    ClientBusy,
    MayNotMeet,
    OddTime,
    SlotTaken,
    TimeIsOver,
)
from scheduling.explain import Why
from scheduling.followups import planning
from scheduling.followups.models import FollowUp
from scheduling.lifecycle import NotBegun, NotOpen, WrongCounselor
from scheduling.models import Appointment, EndReason, Override, Status
from tests.cast import Cast, in_days, make_client, make_consultation, make_session
from tests.kept import kept
from tests.scheduling.consulting import consult

DESK = trail.Actor(ActorKind.STAFF, "dan", Role.DESK)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

Act = Callable[[Appointment], Appointment]


def move_to(starts_at: datetime) -> Act:
    return lambda appointment: lifecycle.move(appointment, starts_at, trail.SYSTEM)


def call_off(appointment: Appointment) -> Appointment:
    return lifecycle.call_off(appointment, trail.SYSTEM)


def mark_done(appointment: Appointment) -> Appointment:
    return lifecycle.mark_done(appointment, trail.SYSTEM)


def mark_no_show(appointment: Appointment) -> Appointment:
    return lifecycle.mark_no_show(appointment, trail.SYSTEM)


@kept
def session(cast: Cast, now: datetime) -> Appointment:
    return make_session(cast.case, in_days(now, 3))


def told(appointment: Appointment, **facts: Any) -> list[Message]:
    """What people are told of it, without what they are reminded of."""
    found = Message.objects.filter(subject_id=str(appointment.pk), purpose=notices.APPOINTMENT)
    return list(found.exclude(template__in=reminders.TEMPLATES).filter(**facts))


def notes(appointment: Appointment) -> list[str]:
    found = Entry.objects.filter(resource_id=str(appointment.pk))
    return list(found.values_list("note", flat=True))


def everything_about(appointment: Appointment) -> tuple[Any, ...]:
    row = Appointment.objects.filter(pk=appointment.pk).values_list()
    messages = Message.objects.order_by("pk").values_list("pk", "state", "tells_time", "due_at")
    return list(row), list(messages), Entry.objects.count(), FollowUp.objects.count()


def test_a_move_keeps_length_and_pause_and_counts_on(now: datetime, session: Appointment) -> None:
    move_to(in_days(now, 4, 18))(session)
    session.refresh_from_db()
    assert session.starts_at == in_days(now, 4, 18)
    assert session.minutes == 50
    assert session.busy_until - session.ends_at == timedelta(minutes=10)
    assert session.sequence == 2
    assert notes(session) == ["", "moved"]


def test_the_message_about_the_old_time_is_stopped_and_the_new_one_tells_the_new_time(
    cast: Cast, now: datetime, session: Appointment
) -> None:
    move_to(in_days(now, 4))(session)
    stopped = told(session, state="canceled")
    assert {message.template for message in stopped} == {"booked"}
    assert {message.reason for message in stopped} == {"the time changed"}
    due = told(session, state="due")
    assert {message.client_id for message in due} == {cast.hanna.client_id, cast.ian.client_id}
    assert {message.template for message in due} == {"moved"}
    assert {message.tells_time for message in due} == {in_days(now, 4)}


def test_after_several_moves_only_the_last_time_is_told(
    now: datetime, session: Appointment, mailoutbox: list[Any]
) -> None:
    for day in (4, 5, 3, 6):
        move_to(in_days(now, day))(session)
    assert {message.tells_time for message in told(session, state="due")} == {in_days(now, 6)}
    sending.tick()
    assert len(mailoutbox) == 2
    assert all("Tuesday, Dec 8, 11:00 AM Eastern (EST)" in mail.body for mail in mailoutbox)


def test_who_was_told_the_first_time_is_told_the_second_too(
    now: datetime, session: Appointment, mailoutbox: list[Any]
) -> None:
    sending.tick()
    move_to(in_days(now, 4))(session)
    sending.tick()
    assert ["new time" in mail.body for mail in mailoutbox] == [False, False, True, True]


def test_a_move_to_its_own_neighborhood_is_no_overlap_with_itself(
    now: datetime, session: Appointment
) -> None:
    later = session.starts_at + timedelta(minutes=30)
    assert move_to(later)(session).starts_at == later


def test_a_move_to_a_taken_time_changes_nothing(
    cast: Cast, now: datetime, session: Appointment
) -> None:
    make_session(cast.case, in_days(now, 4))
    before = everything_about(session)
    with pytest.raises(SlotTaken):
        move_to(in_days(now, 4))(session)
    assert everything_about(session) == before


def test_a_move_to_a_day_without_a_license_changes_nothing(
    cast: Cast, now: datetime, session: Appointment
) -> None:
    cast.nora.licenses.filter(state="NJ").update(expires_on=in_days(now, 3).date())
    before = everything_about(session)
    with pytest.raises(MayNotMeet):
        move_to(in_days(now, 4))(session)
    assert everything_about(session) == before


def test_a_move_takes_the_time_of_a_hold_that_ran_out(
    cast: Cast, now: datetime, session: Appointment, travel: Callable[[datetime], None]
) -> None:
    state = session.attendees.first().state  # type: ignore[union-attr]
    attending = [booking.Attending(state, "America/New_York")]
    booking.hold(counselor=cast.nora, starts_at=in_days(now, 4), attending=attending)
    travel(now + timedelta(minutes=10))
    assert move_to(in_days(now, 4))(session).starts_at == in_days(now, 4)


def test_what_is_called_off_frees_its_time_and_says_so(now: datetime, session: Appointment) -> None:
    call_off(session)
    session.refresh_from_db()
    assert (session.status, session.sequence) == (Status.CANCELED, 2)
    assert {message.template for message in told(session, state="due")} == {"called_off"}
    assert {message.template for message in told(session, state="canceled")} == {"booked"}
    assert notes(session) == ["", "canceled"]


def test_a_session_that_took_place_plans_its_follow_ups_once(
    cast: Cast, session: Appointment
) -> None:
    mark_done(session)
    planned = FollowUp.objects.filter(session=session)
    assert {each.participant_id for each in planned} == {cast.hanna.pk, cast.ian.pk}
    assert notes(session) == ["", "done"]


def test_what_nobody_came_to_plans_nothing(session: Appointment) -> None:
    mark_no_show(session)
    session.refresh_from_db()
    assert session.status == Status.NO_SHOW
    assert not FollowUp.objects.exists()


def test_a_consultation_that_was_held_plans_nothing(cast: Cast, now: datetime) -> None:
    consultation = make_consultation(cast.nora, in_days(now, 3))
    mark_done(consultation)
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("first", [call_off, mark_done, mark_no_show])
@pytest.mark.parametrize("second", ["move", call_off, mark_done, mark_no_show])
def test_what_has_ended_is_not_changed_again(
    now: datetime, session: Appointment, first: Act, second: Act | str
) -> None:
    first(session)
    before = everything_about(session)
    act = move_to(in_days(now, 5)) if isinstance(second, str) else second
    with pytest.raises(NotOpen):
        act(session)
    assert everything_about(session) == before


class Broken(Exception):
    """What the tests let fail."""


@pytest.mark.parametrize(
    ("act", "module", "name"),
    [
        ("move", notices, "moved"),
        ("move", planning, "replan"),
        ("move", estimates, "renew"),
        ("move", trail, "record"),
        (call_off, notices, "called_off"),
        (call_off, planning, "replan"),
        (call_off, estimates, "renew"),
        (mark_done, planning, "plan_after"),
        (mark_done, trail, "record"),
        (mark_no_show, trail, "record"),
    ],
)
def test_where_one_part_fails_all_of_it_is_undone(
    now: datetime,
    session: Appointment,
    monkeypatch: pytest.MonkeyPatch,
    act: Act | str,
    module: Any,
    name: str,
) -> None:
    before = everything_about(session)
    do = move_to(in_days(now, 4)) if isinstance(act, str) else act

    def fail(*_: Any, **__: Any) -> None:
        raise Broken

    monkeypatch.setattr(module, name, fail)
    with pytest.raises(Broken):
        do(session)
    assert everything_about(session) == before


def test_booking_is_undone_where_the_people_cannot_be_told(
    cast: Cast, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise Broken

    monkeypatch.setattr(notices, "booked", fail)
    with pytest.raises(Broken):
        make_session(cast.case, in_days(now, 3))
    assert not Appointment.objects.exists()


def test_a_moved_next_session_moves_the_check_in_before_it(
    cast: Cast, now: datetime, session: Appointment
) -> None:
    following = make_session(cast.case, in_days(now, 10))
    mark_done(session)
    check_in = FollowUp.objects.get(participant=cast.hanna, step__kind="check_in")
    first = check_in.message.due_at
    move_to(in_days(now, 12))(following)
    check_in.message.refresh_from_db()
    assert check_in.message.due_at - first == timedelta(days=2)
    assert check_in.message.expires_at == in_days(now, 12)


# Another length, another counselor


@pytest.mark.parametrize("minutes", [5, 80, 240])
def test_a_session_gets_another_length_and_keeps_its_time(
    session: Appointment, minutes: int
) -> None:
    session.attendees.update(place_confirmed_at=session.booked_at)
    before = told(session, state="due")
    resized = lifecycle.move(
        session, session.starts_at, trail.SYSTEM, length=timedelta(minutes=minutes)
    )
    assert (resized.starts_at, resized.minutes) == (session.starts_at, minutes)
    assert resized.busy_until - resized.ends_at == 10 * MINUTE
    # A calendar shows the new end; people were told the beginning, which stays.
    assert resized.sequence == 2
    assert told(session, state="due") == before
    assert not resized.attendees.filter(place_confirmed_at=None).exists()


@pytest.mark.parametrize(
    ("shift", "length"),
    [
        (timedelta(), timedelta()),
        (timedelta(), 4 * MINUTE),
        (timedelta(), 241 * MINUTE),
        (timedelta(), -HOUR),
        (2 * MINUTE, 50 * MINUTE),
        (timedelta(seconds=1), 50 * MINUTE),
    ],
)
def test_an_odd_time_or_length_is_refused_in_words(
    session: Appointment, shift: timedelta, length: timedelta
) -> None:
    before = everything_about(session)
    with pytest.raises(OddTime, match="minutes"):
        lifecycle.move(session, session.starts_at + shift, trail.SYSTEM, length=length)
    assert everything_about(session) == before


def test_what_lasts_longer_than_is_free_is_refused(
    cast: Cast, now: datetime, session: Appointment
) -> None:
    make_session(cast.case, session.starts_at + HOUR)
    with pytest.raises(SlotTaken):
        lifecycle.move(session, session.starts_at, trail.SYSTEM, length=80 * MINUTE)


def test_a_consultation_goes_to_another_counselor_and_keeps_her_pause(
    cast: Cast, now: datetime
) -> None:
    cast.ida.licenses.update(state="NJ")
    cast.ida.buffer_minutes = 25
    cast.ida.save()
    consultation = consult(cast.nora, in_days(now, 3), make_client("Vera"))
    moved = lifecycle.move(consultation, consultation.starts_at, trail.SYSTEM, counselor=cast.ida)
    assert (moved.counselor, moved.starts_at) == (cast.ida, consultation.starts_at)
    assert moved.busy_until - moved.ends_at == 25 * MINUTE  # her own pause
    assert {message.template for message in told(consultation, state="due")} >= {"moved"}
    assert make_session(cast.case, consultation.starts_at).pk  # Nora's time is free


def test_a_session_stays_with_the_counselor_of_its_case(cast: Cast, session: Appointment) -> None:
    with pytest.raises(WrongCounselor):
        lifecycle.move(session, session.starts_at, trail.SYSTEM, counselor=cast.ida)


def test_nobody_is_moved_to_somebody_without_a_license(cast: Cast, now: datetime) -> None:
    consultation = consult(cast.nora, in_days(now, 3), make_client("Vera"))
    with pytest.raises(MayNotMeet):
        lifecycle.move(consultation, consultation.starts_at, trail.SYSTEM, counselor=cast.ida)


# Who comes, and when


def test_nobody_is_moved_to_a_time_at_which_they_are_elsewhere(
    cast: Cast, now: datetime, session: Appointment
) -> None:
    cast.ida.licenses.update(state="NJ")
    other = consult(cast.ida, in_days(now, 4), cast.ian.client)
    before = everything_about(session)
    with pytest.raises(ClientBusy) as refused:
        move_to(other.starts_at + 15 * MINUTE)(session)
    assert refused.value.starts_at == other.starts_at + 15 * MINUTE
    assert everything_about(session) == before
    # The pause is the counselor's, not the client's.
    assert move_to(other.ends_at)(session).starts_at == other.ends_at


def test_a_time_that_is_over_is_no_place_to_move_to(now: datetime, session: Appointment) -> None:
    for past in (now, now - HOUR):
        with pytest.raises(TimeIsOver, match="is over"):
            move_to(past)(session)


def test_what_has_begun_may_still_last_longer(
    session: Appointment, travel: Callable[[datetime], None]
) -> None:
    travel(session.starts_at + 10 * MINUTE)
    longer = lifecycle.move(session, session.starts_at, trail.SYSTEM, length=80 * MINUTE)
    assert longer.minutes == 80


# Two at once


@pytest.mark.parametrize("act", ["move", "call_off", "mark_done", "mark_no_show"])
def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    now: datetime, session: Appointment, act: str
) -> None:
    seen = session.version
    moved = move_to(in_days(now, 5))(session)
    before = everything_about(session)
    args = [in_days(now, 6)] if act == "move" else []
    with pytest.raises(ChangedMeanwhile, match="meanwhile"):
        getattr(lifecycle, act)(session, *args, by=trail.SYSTEM, version=seen)
    assert everything_about(session) == before
    assert getattr(lifecycle, act)(session, *args, by=trail.SYSTEM, version=moved.version)


@pytest.mark.parametrize("act", ["move", call_off, mark_done, mark_no_show])
def test_each_change_makes_a_new_version(
    now: datetime,
    session: Appointment,
    travel: Callable[[datetime], None],
    act: Act | str,
) -> None:
    travel(now + MINUTE)
    do = move_to(in_days(now, 4)) if isinstance(act, str) else act
    changed = do(session)
    changed.refresh_from_db()
    assert (changed.version, changed.changed_at) == (session.version + 1, now + MINUTE)


# Canceling late


@pytest.mark.parametrize(
    ("reason", "hours", "late"),
    [
        (EndReason.CLIENT, 23, True),
        (EndReason.CLIENT_ILL, 23, True),
        (EndReason.CLIENT, 24, False),
        (EndReason.CLIENT, 25, False),
        (EndReason.COUNSELOR, 1, False),
        ("", 1, False),
    ],
)
def test_who_cancels_a_session_with_little_notice_cancels_late(
    session: Appointment,
    travel: Callable[[datetime], None],
    reason: str,
    hours: int,
    late: bool,
) -> None:
    moment = session.starts_at - hours * HOUR
    travel(moment)
    lifecycle.call_off(session, DESK, reason=reason)
    session.refresh_from_db()
    assert (session.canceled_late, session.end_reason) == (late, reason)
    assert session.canceled_at == moment


def test_who_cancels_by_their_own_link_did_so_themselves(
    cast: Cast, session: Appointment, travel: Callable[[datetime], None]
) -> None:
    travel(session.starts_at - HOUR)
    canceled = lifecycle.call_off(session, trail.Actor(ActorKind.CLIENT, "hanna"))
    assert (canceled.canceled_late, canceled.end_reason) == (True, EndReason.CLIENT)


def test_a_practice_may_ask_for_no_notice_and_consultations_are_never_late(
    cast: Cast, now: datetime, session: Appointment, travel: Callable[[datetime], None]
) -> None:
    consultation = consult(cast.ida, in_days(now, 3), make_client("Vera", state="MA"))
    travel(session.starts_at - HOUR)
    assert not lifecycle.call_off(consultation, DESK, reason=EndReason.CLIENT).canceled_late
    Practice.objects.update(late_cancel_hours=0)
    assert not lifecycle.call_off(session, DESK, reason=EndReason.CLIENT).canceled_late


def test_why_nobody_came_is_kept(session: Appointment) -> None:
    reason = EndReason.TECHNICAL
    assert lifecycle.mark_no_show(session, DESK, reason=reason).end_reason == reason


# Against the rules


def test_the_desk_moves_against_the_rules_only_with_a_reason(
    cast: Cast, now: datetime, session: Appointment
) -> None:
    saturday = in_days(now, 10)
    with pytest.raises(AgainstTheRules) as refused:
        lifecycle.move(session, saturday, DESK)
    assert {each.why for each in refused.value.refusals} == {Why.OUTSIDE_HOURS}
    moved = lifecycle.move(session, saturday, DESK, override=Override.URGENT)
    assert (moved.starts_at, moved.override) == (saturday, Override.URGENT)
    assert notes(session) == ["", "moved", "override:urgent"]


def test_a_reason_that_nothing_needed_is_not_kept(
    cast: Cast, now: datetime, session: Appointment
) -> None:
    moved = lifecycle.move(session, in_days(now, 5), DESK, override=Override.URGENT)
    assert moved.override == ""
    assert notes(session) == ["", "moved"]


def test_what_leaves_a_time_against_the_rules_gives_the_pause_back(
    cast: Cast, now: datetime
) -> None:
    before = make_session(cast.case, in_days(now, 5, 15))
    close = make_session(cast.case, in_days(now, 5, 19))
    moved = lifecycle.move(close, before.ends_at, DESK, override=Override.ONLY_TIME)
    before.refresh_from_db()
    assert before.busy_until == before.ends_at == moved.starts_at
    lifecycle.move(moved, in_days(now, 6, 15), DESK)
    before.refresh_from_db()
    assert before.busy_until == before.ends_at + 10 * MINUTE


def test_has_begun_turns_at_the_very_start(
    session: Appointment, travel: Callable[[datetime], None]
) -> None:
    travel(session.starts_at - timedelta(seconds=1))
    assert not lifecycle.has_begun(session)
    with pytest.raises(NotBegun):
        lifecycle.check_begun(session)
    travel(session.starts_at)
    assert lifecycle.has_begun(session)
    lifecycle.check_begun(session)

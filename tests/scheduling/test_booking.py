"""Taking time: the database decides who was first, on both engines."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection

from clients.contact.models import Message
from clients.models import Case
from practice import guards
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import ActorKind, Entry
from practice.eligibility import Obstacle, Reason
from practice.models import Counselor, License, State
from scheduling import booking, lifecycle
from scheduling.booking import (
    AgainstTheRules,
    Attending,
    ClientBusy,
    HoldEnded,
    MayNotMeet,
    OddTime,
    SlotTaken,
    TimeIsOver,
)
from scheduling.explain import Why
from scheduling.guards import NO_OVERLAP
from scheduling.models import Appointment, Attendee, Override, Status
from tests.cast import EASTERN, Cast, in_days, make_client, make_session
from tests.scheduling.consulting import consult
from tests.scheduling.racing import of_kind, race

MINUTE = timedelta(minutes=1)
DESK = trail.Actor(ActorKind.STAFF, "dan", Role.DESK)


def hold(counselor: Counselor, starts_at: datetime, *places: str) -> Appointment:
    states = State.objects.in_bulk(places or ["NJ"])
    attending = [Attending(state, EASTERN) for state in states.values()]
    return booking.hold(counselor=counselor, starts_at=starts_at, attending=attending)


def book(case: Case, starts_at: datetime, *places: str) -> Appointment:
    attending = [Attending(State.objects.get(pk=place), EASTERN) for place in places or ["NJ"]]
    return booking.book_session(
        case=case, starts_at=starts_at, attending=attending, by=trail.SYSTEM
    )


def insert_raw(counselor: Counselor, starts_at: datetime, minutes: int, status: str) -> None:
    """As somebody with a database client would, past every line of ours."""
    ends_at = starts_at + minutes * MINUTE
    key: Any = uuid.uuid4()
    values: list[Any] = [starts_at, ends_at, ends_at]
    if connection.vendor == "sqlite":
        key = key.hex
        values = [str(value.replace(tzinfo=None)) for value in (starts_at, ends_at, ends_at)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO scheduling_appointment (id, kind, status, counselor_id, starts_at, "
            "ends_at, busy_until, sequence) VALUES (%s, 'session', %s, %s, %s, %s, %s, 0)",
            [key, status, counselor.pk, *values],
        )


def test_a_session_is_booked_with_its_pause_its_people_and_its_messages(
    cast: Cast, now: datetime
) -> None:
    session = make_session(cast.case, in_days(now, 3))
    assert (session.minutes, session.status, session.sequence) == (50, Status.BOOKED, 1)
    assert session.busy_until == session.ends_at + 10 * MINUTE
    told = Message.objects.filter(subject_id=str(session.pk))
    assert {message.client_id for message in told} == {cast.hanna.client_id, cast.ian.client_id}
    assert {message.tells_time for message in told} == {session.starts_at}
    assert Entry.objects.filter(resource_id=str(session.pk), verb="create").count() == 1


@pytest.mark.parametrize("shift", [-55, -5, 0, 5, 55])
def test_an_overlap_is_refused_with_the_pause_counted(
    cast: Cast, now: datetime, shift: int
) -> None:
    make_session(cast.case, in_days(now, 3))
    with pytest.raises(SlotTaken):
        book(cast.case, in_days(now, 3) + shift * MINUTE)
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("shift", [-60, 60])
def test_right_after_the_pause_is_free(cast: Cast, now: datetime, shift: int) -> None:
    make_session(cast.case, in_days(now, 3))
    assert book(cast.case, in_days(now, 3) + shift * MINUTE).pk


def test_two_counselors_have_the_same_hour(cast: Cast, now: datetime) -> None:
    make_session(cast.case, in_days(now, 3))
    assert make_session(cast.other_case, in_days(now, 3)).pk


@pytest.mark.parametrize("status", ["hold", "booked", "done", "no_show"])
def test_the_database_itself_refuses_a_raw_overlap(cast: Cast, now: datetime, status: str) -> None:
    make_session(cast.case, in_days(now, 3))
    with pytest.raises(IntegrityError):
        insert_raw(cast.nora, in_days(now, 3) + 55 * MINUTE, 30, status)


@pytest.mark.parametrize("status", ["canceled", "lapsed"])
def test_what_takes_no_time_may_overlap(cast: Cast, now: datetime, status: str) -> None:
    make_session(cast.case, in_days(now, 3))
    insert_raw(cast.nora, in_days(now, 3), 30, status)


def test_a_canceled_appointment_comes_back_only_where_its_time_is_free(
    cast: Cast, now: datetime
) -> None:
    called_off = make_session(cast.case, in_days(now, 3))
    lifecycle.call_off(called_off, trail.SYSTEM)
    make_session(cast.case, in_days(now, 3))
    with pytest.raises(IntegrityError):
        Appointment.objects.filter(pk=called_off.pk).update(status=Status.BOOKED)


def test_a_hold_keeps_its_time_for_ten_minutes_and_then_lapses(
    cast: Cast, now: datetime, travel: Callable[[datetime], None]
) -> None:
    held = hold(cast.nora, in_days(now, 3))
    travel(now + 9 * MINUTE)
    with pytest.raises(SlotTaken):
        hold(cast.nora, in_days(now, 3))
    travel(now + 10 * MINUTE)
    assert hold(cast.nora, in_days(now, 3)).status == Status.HOLD
    held.refresh_from_db()
    assert (held.status, held.hold_ends_at) == (Status.LAPSED, None)


def test_a_hold_given_back_is_free_at_once(cast: Cast, now: datetime) -> None:
    booking.let_go(hold(cast.nora, in_days(now, 3)))
    assert hold(cast.nora, in_days(now, 3)).pk


def test_letting_go_undoes_no_booking(cast: Cast, now: datetime) -> None:
    held = hold(cast.nora, in_days(now, 3))
    booking.confirm(held, make_client("Vera"), trail.SYSTEM)
    booking.let_go(held)
    held.refresh_from_db()
    assert held.status == Status.BOOKED


def test_a_confirmed_hold_belongs_to_the_one_who_asked(cast: Cast, now: datetime) -> None:
    vera = make_client("Vera")
    held = hold(cast.nora, in_days(now, 3), "NJ", "NY")
    booked = booking.confirm(held, vera, trail.SYSTEM)
    assert (booked.status, booked.hold_ends_at, booked.sequence) == (Status.BOOKED, None, 1)
    assert [attendee.client for attendee in booked.attendees.all()] == [vera, None]
    message = Message.objects.get(client=vera, template="booked")
    assert message.by_their_own_act
    assert message.tells_time == held.starts_at


def test_a_hold_that_ran_out_is_still_confirmed_while_nobody_else_has_the_time(
    cast: Cast, now: datetime, travel: Callable[[datetime], None]
) -> None:
    held = hold(cast.nora, in_days(now, 3))
    travel(now + 30 * MINUTE)
    booking.lapse_holds(cast.nora.pk)
    assert booking.confirm(held, make_client("Vera"), trail.SYSTEM).status == Status.BOOKED


def test_a_hold_whose_time_went_to_somebody_else_has_ended(
    cast: Cast, now: datetime, travel: Callable[[datetime], None]
) -> None:
    held = hold(cast.nora, in_days(now, 3))
    travel(now + 30 * MINUTE)
    make_session(cast.case, in_days(now, 3))
    vera = make_client("Vera")
    with pytest.raises(HoldEnded):
        booking.confirm(held, vera, trail.SYSTEM)
    assert not Message.objects.filter(client=vera).exists()
    assert not Attendee.objects.filter(client=vera).exists()


@pytest.mark.parametrize("status", [Status.BOOKED, Status.CANCELED, Status.DONE])
def test_a_hold_is_confirmed_only_once(cast: Cast, now: datetime, status: Status) -> None:
    held = hold(cast.nora, in_days(now, 3))
    Appointment.objects.filter(pk=held.pk).update(status=status, hold_ends_at=None)
    with pytest.raises(HoldEnded):
        booking.confirm(held, make_client("Vera"), trail.SYSTEM)


def test_a_hold_is_kept_as_long_as_is_said(
    cast: Cast, now: datetime, travel: Callable[[datetime], None]
) -> None:
    attending = [Attending(State.objects.get(pk="NJ"), EASTERN)]
    facts: dict[str, Any] = {"counselor": cast.nora, "starts_at": in_days(now, 3)}
    until = now + timedelta(hours=12)
    assert booking.hold(**facts, attending=attending, until=until).hold_ends_at == until
    travel(until - MINUTE)
    with pytest.raises(SlotTaken):
        hold(cast.nora, in_days(now, 3))
    travel(until)
    assert hold(cast.nora, in_days(now, 3)).pk


def test_a_hold_for_two_is_the_first_one_s_booking_and_keeps_the_second_place(
    cast: Cast, now: datetime
) -> None:
    vera = make_client("Vera")
    held = hold(cast.nora, in_days(now, 3), "NJ", "NY")
    booked = booking.confirm(held, vera, trail.SYSTEM)
    places = [(each.client, each.state_id) for each in booked.attendees.all()]
    assert places == [(vera, "NJ"), (None, "NY")]


def test_what_the_staff_confirm_is_no_act_of_the_client(cast: Cast, now: datetime) -> None:
    vera = make_client("Vera")
    held = hold(cast.nora, in_days(now, 3))
    booking.confirm(held, vera, trail.SYSTEM, by_their_own_act=False)
    assert not Message.objects.get(client=vera, template="booked").by_their_own_act


def test_the_staff_book_a_consultation_at_once(cast: Cast, now: datetime) -> None:
    vera, walt = make_client("Vera"), make_client("Walt")
    booked = consult(cast.nora, in_days(now, 3), vera, walt)
    assert (booked.kind, booked.status, booked.sequence) == ("consultation", "booked", 1)
    assert (booked.minutes, booked.booked_at) == (30, now)
    assert booked.busy_until == booked.ends_at + 10 * MINUTE
    told = Message.objects.filter(template="booked")
    assert {message.client_id for message in told} == {vera.pk, walt.pk}
    assert not any(message.by_their_own_act for message in told)
    entries = Entry.objects.filter(resource_id=str(booked.pk), verb="create")
    assert {entry.client_id for entry in entries} == {str(vera.pk), str(walt.pk)}


def test_no_consultation_is_booked_where_there_can_be_none(cast: Cast, now: datetime) -> None:
    vera, ada = make_client("Vera"), make_client("Ada", state="PA")
    make_session(cast.case, in_days(now, 3))
    with pytest.raises(SlotTaken):
        consult(cast.nora, in_days(now, 3), vera)
    with pytest.raises(MayNotMeet):
        consult(cast.nora, in_days(now, 4), vera, ada)
    for past in (now, now - MINUTE):
        with pytest.raises(TimeIsOver):
            consult(cast.nora, past, vera)
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("places", "reason"),
    [
        (["NJ", "PA"], Reason(Obstacle.NOT_LICENSED, "PA")),
        (["TX"], Reason(Obstacle.NOT_SERVED, "TX")),
    ],
)
def test_nobody_is_met_where_the_counselor_may_not(
    cast: Cast, now: datetime, places: list[str], reason: Reason
) -> None:
    for act in (partial(hold, cast.nora), partial(book, cast.case)):
        with pytest.raises(MayNotMeet) as refused:
            act(in_days(now, 3), *places)
        assert refused.value.reasons == (reason,)
    assert not Appointment.objects.exists()


def test_nobody_is_met_without_a_place(cast: Cast, now: datetime) -> None:
    with pytest.raises(MayNotMeet):
        booking.hold(counselor=cast.nora, starts_at=in_days(now, 3), attending=[])


def test_a_license_counts_on_the_day_of_the_appointment(cast: Cast, now: datetime) -> None:
    last = in_days(now, 3)
    License.objects.filter(counselor=cast.nora, state="NJ").update(expires_on=last.date())
    assert hold(cast.nora, last)
    with pytest.raises(MayNotMeet) as refused:
        hold(cast.nora, in_days(now, 4))
    assert refused.value.reasons == (Reason(Obstacle.NOT_LICENSED_THAT_DAY, "NJ"),)


# Nobody is in two places


@pytest.fixture
def ida_in_new_jersey(cast: Cast) -> Counselor:
    cast.ida.licenses.update(state="NJ")
    return cast.ida


@pytest.mark.parametrize("shift", [-25, 0, 45])
def test_nobody_is_booked_where_they_are_elsewhere(
    cast: Cast, now: datetime, ida_in_new_jersey: Counselor, shift: int
) -> None:
    session = make_session(cast.case, in_days(now, 3))
    at = session.starts_at + shift * MINUTE
    before = Message.objects.count(), Entry.objects.count()
    with pytest.raises(ClientBusy) as refused:
        consult(ida_in_new_jersey, at, cast.ian.client)
    assert refused.value.starts_at == at
    assert list(Appointment.objects.all()) == [session]
    assert (Message.objects.count(), Entry.objects.count()) == before


def test_the_pause_is_the_counselor_s_alone(
    cast: Cast, now: datetime, ida_in_new_jersey: Counselor
) -> None:
    session = make_session(cast.case, in_days(now, 3))
    assert consult(ida_in_new_jersey, session.ends_at, cast.ian.client).pk


def test_whose_time_is_free_again_may_be_elsewhere(
    cast: Cast, now: datetime, ida_in_new_jersey: Counselor
) -> None:
    session = make_session(cast.case, in_days(now, 3))
    lifecycle.call_off(session, trail.SYSTEM)
    assert consult(ida_in_new_jersey, session.starts_at, cast.ian.client).pk


def test_a_hold_for_somebody_keeps_them_until_it_runs_out(
    cast: Cast,
    now: datetime,
    ida_in_new_jersey: Counselor,
    travel: Callable[[datetime], None],
) -> None:
    """A hold at another counselor's, too, that ran out stands in nobody's way."""
    state = State.objects.get(pk="NJ")
    held = booking.hold(
        counselor=cast.nora,
        starts_at=in_days(now, 3),
        attending=[Attending(state, EASTERN, cast.ian.client)],
    )
    with pytest.raises(ClientBusy):
        consult(ida_in_new_jersey, in_days(now, 3), cast.ian.client)
    travel(now + 10 * MINUTE)
    assert consult(ida_in_new_jersey, in_days(now, 3), cast.ian.client).pk
    held.refresh_from_db()
    assert (held.status, held.changed_at) == (Status.LAPSED, now + 10 * MINUTE)


def test_a_hold_is_not_the_booking_of_somebody_who_is_elsewhere(
    cast: Cast, now: datetime, ida_in_new_jersey: Counselor
) -> None:
    make_session(cast.case, in_days(now, 3))
    held = hold(ida_in_new_jersey, in_days(now, 3))
    with pytest.raises(ClientBusy):
        booking.confirm(held, cast.ian.client, trail.SYSTEM)
    held.refresh_from_db()
    assert held.status == Status.HOLD


# Odd times, and times against the rules


@pytest.mark.parametrize(("shift", "minutes"), [(1, 50), (0, 4), (0, 241), (0, -5), (7, 50)])
def test_an_odd_time_or_length_is_refused_in_words(
    cast: Cast, now: datetime, shift: int, minutes: int
) -> None:
    attending = [Attending(State.objects.get(pk="NJ"), EASTERN)]
    with pytest.raises(OddTime, match="minutes"):
        booking.book_session(
            case=cast.case,
            starts_at=in_days(now, 3) + shift * MINUTE,
            attending=attending,
            by=trail.SYSTEM,
            length=minutes * MINUTE,
        )
    assert not Appointment.objects.exists()


def by_the_desk(case: Case, starts_at: datetime, **facts: Any) -> Appointment:
    attending = [Attending(State.objects.get(pk="NJ"), EASTERN)]
    return booking.book_session(
        case=case, starts_at=starts_at, attending=attending, by=DESK, **facts
    )


def test_the_staff_book_outside_hours_only_with_a_reason(cast: Cast, now: datetime) -> None:
    saturday = in_days(now, 3)
    with pytest.raises(AgainstTheRules) as refused:
        by_the_desk(cast.case, saturday)
    assert [each.why for each in refused.value.refusals] == [Why.OUTSIDE_HOURS]
    assert "hours" in str(refused.value)
    assert not Appointment.objects.exists()
    booked = by_the_desk(cast.case, saturday, override=Override.COUNSELOR_AGREED)
    assert booked.override == Override.COUNSELOR_AGREED
    notes = Entry.objects.filter(resource_id=str(booked.pk)).values_list("verb", "note")
    assert list(notes) == [("create", ""), ("change", "override:counselor")]


def test_what_was_checked_before_is_not_checked_again(cast: Cast, now: datetime) -> None:
    assert by_the_desk(cast.case, in_days(now, 3), check_rules=False).override == ""


def test_no_reason_books_a_time_that_somebody_has(
    cast: Cast, now: datetime, ida_in_new_jersey: Counselor
) -> None:
    session = make_session(cast.case, in_days(now, 5))
    held = hold(cast.nora, in_days(now, 6))
    facts = {"override": Override.URGENT}
    for taken in (session.starts_at - 30 * MINUTE, held.starts_at):
        with pytest.raises(SlotTaken):
            by_the_desk(cast.case, taken, **facts)
    with pytest.raises(ClientBusy):
        booking.book_consultation(
            counselor=ida_in_new_jersey,
            starts_at=session.starts_at,
            attending=[Attending(State.objects.get(pk="NJ"), EASTERN, cast.ian.client)],
            by=DESK,
            override=Override.URGENT,
        )
    with pytest.raises(TimeIsOver):
        by_the_desk(cast.case, now - timedelta(hours=1), **facts)


def test_a_reason_shortens_the_pauses_and_nothing_else(cast: Cast, now: datetime) -> None:
    before = make_session(cast.case, in_days(now, 5, 15))
    after = make_session(cast.case, before.ends_at + 50 * MINUTE)
    with pytest.raises(AgainstTheRules) as refused:
        by_the_desk(cast.case, before.ends_at)
    assert {each.why for each in refused.value.refusals} == {Why.PAUSE}
    between = by_the_desk(cast.case, before.ends_at, override=Override.ONLY_TIME)
    before.refresh_from_db()
    assert before.busy_until == between.starts_at
    assert between.ends_at == between.busy_until == after.starts_at


def test_what_clients_and_the_system_do_is_not_held_to_the_rules(cast: Cast, now: datetime) -> None:
    """They choose among open times, which were worked out by the same rules."""
    assert book(cast.case, in_days(now, 3)).override == ""


def test_each_act_makes_a_new_version(
    cast: Cast, now: datetime, travel: Callable[[datetime], None]
) -> None:
    held = hold(cast.nora, in_days(now, 3))
    assert (held.version, held.changed_at) == (0, now)
    travel(now + MINUTE)
    booked = booking.confirm(held, make_client("Vera"), trail.SYSTEM)
    assert (booked.version, booked.changed_at) == (1, now + MINUTE)
    other = hold(cast.nora, in_days(now, 4))
    travel(now + 2 * MINUTE)
    booking.let_go(other)
    other.refresh_from_db()
    assert (other.version, other.changed_at) == (1, now + 2 * MINUTE)


def live_overlaps() -> int:
    rows = list(Appointment.objects.live().values_list("counselor", "starts_at", "busy_until"))
    return sum(
        one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
        for number, one in enumerate(rows)
        for other in rows[number + 1 :]
    )


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
class TestRaces:
    """Each act on a connection of its own."""

    def test_of_twenty_who_want_one_time_one_has_it(self, cast: Cast, now: datetime) -> None:
        results = race(*[partial(hold, cast.nora, in_days(now, 3))] * 20)
        assert len(of_kind(results, Appointment)) == 1
        assert len(of_kind(results, SlotTaken)) == 19
        assert Appointment.objects.live().count() == 1

    def test_of_twenty_overlapping_times_none_that_overlap_are_kept(
        self, cast: Cast, now: datetime
    ) -> None:
        acts = [
            partial(book, cast.case, in_days(now, 3) + shift * 15 * MINUTE) for shift in range(20)
        ]
        results = race(*acts)
        assert of_kind(results, Appointment)
        assert len(of_kind(results, Appointment)) + len(of_kind(results, SlotTaken)) == 20
        assert live_overlaps() == 0

    def test_hold_booking_and_move_to_one_time_leave_one_there(
        self, cast: Cast, now: datetime
    ) -> None:
        wanted = in_days(now, 3)
        movable = [make_session(cast.case, in_days(now, day)) for day in (5, 6, 7)]
        moves = [partial(lifecycle.move, each, wanted, trail.SYSTEM) for each in movable]
        others = [partial(hold, cast.nora, wanted), partial(book, cast.case, wanted)] * 3
        results = race(*moves, *others)
        assert len(of_kind(results, Appointment)) == 1
        assert len(of_kind(results, SlotTaken)) == 8
        assert Appointment.objects.live().filter(starts_at=wanted).count() == 1
        assert live_overlaps() == 0

    def test_an_appointment_moved_twice_at_once_ends_at_one_of_the_two(
        self, cast: Cast, now: datetime
    ) -> None:
        session = make_session(cast.case, in_days(now, 3))
        times = [in_days(now, 4), in_days(now, 5)]
        results = race(*[partial(lifecycle.move, session, each, trail.SYSTEM) for each in times])
        session.refresh_from_db()
        assert len(of_kind(results, Appointment)) == 2  # one after the other
        assert session.starts_at in times
        assert session.sequence == 3
        told = Message.objects.filter(subject_id=str(session.pk), state="due")
        assert {message.tells_time for message in told} == {session.starts_at}

    def test_move_and_cancel_at_once_never_leave_a_moved_canceled_one_in_the_way(
        self, cast: Cast, now: datetime
    ) -> None:
        session = make_session(cast.case, in_days(now, 3))
        results = race(
            partial(lifecycle.move, session, in_days(now, 4), trail.SYSTEM),
            partial(lifecycle.call_off, session, trail.SYSTEM),
        )
        session.refresh_from_db()
        assert session.status == Status.CANCELED
        assert len(of_kind(results, lifecycle.NotOpen)) + len(of_kind(results, Appointment)) == 2
        due = Message.objects.filter(subject_id=str(session.pk), state="due")
        assert {message.template for message in due} == {"called_off"}

    def test_two_who_confirm_one_hold_are_not_both_booked(self, cast: Cast, now: datetime) -> None:
        held = hold(cast.nora, in_days(now, 3))
        people = [make_client("Vera"), make_client("Walt")]
        results = race(*[partial(booking.confirm, held, each, trail.SYSTEM) for each in people])
        assert len(of_kind(results, Appointment)) == 1
        assert len(of_kind(results, HoldEnded)) == 1
        assert Attendee.objects.filter(appointment=held, client__isnull=False).count() == 1

    def test_a_raw_insert_races_no_better(self, cast: Cast, now: datetime) -> None:
        acts = [partial(insert_raw, cast.nora, in_days(now, 3), 30, "booked")] * 8
        results = race(*acts)
        assert len(of_kind(results, DatabaseError)) == 7
        assert Appointment.objects.count() == 1

    def test_without_the_guard_the_same_race_overlaps(self, cast: Cast, now: datetime) -> None:
        """So the races above prove the guard, not luck."""
        with guards.lifted(connection, NO_OVERLAP.name):
            try:
                results = race(*[partial(hold, cast.nora, in_days(now, 3))] * 20)
                assert len(of_kind(results, Appointment)) == 20
                assert live_overlaps() > 0
            finally:
                Attendee.objects.all().delete()
                Appointment.objects.all().delete()

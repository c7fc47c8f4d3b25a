"""Sessions in a rhythm: every date is looked at first, and all that were chosen come or none."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.contact.models import Message
from clients.contact.models import State as MessageState
from practice.audit import trail
from practice.audit.models import ActorKind, Entry
from practice.models import License
from scheduling import booking, lifecycle, rhythm, series, series_changes
from scheduling.booking import Attending, ChangedMeanwhile
from scheduling.explain import Why
from scheduling.models import Appointment, EndReason, Holiday, Override, Series, Status, TimeOff
from scheduling.occurrences import LEAVE_OUT, Decision, Preview
from scheduling.series import NothingLeft, Outdated, Wish
from scheduling.series_changes import Meant, Scope, Shift, TheyTradePlaces
from tests.cast import CENTRAL, Cast, make_session
from tests.kept import kept

NEW_YORK = ZoneInfo("America/New_York")
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
BY = trail.Actor(ActorKind.STAFF, "1", "counselor")
# Thursdays in winter, two in the afternoon in New York.
FIRST = datetime(2026, 12, 3, 19, tzinfo=UTC)


def attending(cast: Cast, **zones: str) -> tuple[Attending, ...]:
    return tuple(
        Attending(person.client.state, person.client.time_zone, person.client)  # type: ignore[arg-type]
        for person in cast.case.participants.select_related("client__state")
    )


def wish(cast: Cast, **changed: Any) -> Wish:
    facts: dict[str, Any] = {
        "case": cast.case,
        "attending": attending(cast),
        "first_day": date(2026, 12, 3),
        "at": time(14),
        "length": timedelta(minutes=50),
        "times": 4,
        **changed,
    }
    return Wish(**facts)


def book(asked: Wish, decisions: dict[date, Decision] | None = None) -> list[Appointment]:
    return series.book(asked, decisions or {}, series.preview(asked).seen, by=BY)


def whys(preview: Preview) -> dict[date, set[Why]]:
    return {each.day: {refusal.why for refusal in each.refusals} for each in preview.refused}


def local(appointment: Appointment) -> str:
    return f"{appointment.starts_at.astimezone(NEW_YORK):%Y-%m-%d %H:%M}"


def booked() -> list[str]:
    return [local(each) for each in Appointment.objects.filter(status=Status.BOOKED)]


def away(cast: Cast, day: int) -> None:
    start = datetime(2026, 12, day, 5, tzinfo=UTC)
    TimeOff.objects.create(
        counselor=cast.nora, starts_at=start, ends_at=start + timedelta(hours=18)
    )


# The rhythm


def test_a_series_keeps_its_hour_when_the_clocks_go_forward(cast: Cast) -> None:
    book(wish(cast, first_day=date(2027, 3, 4), times=3))
    starts = [each.starts_at for each in Appointment.objects.all()]
    assert starts == [
        datetime(2027, 3, 4, 19, tzinfo=UTC),
        datetime(2027, 3, 11, 19, tzinfo=UTC),
        datetime(2027, 3, 18, 18, tzinfo=UTC),
    ]


def test_a_series_keeps_its_hour_when_the_clocks_go_back(cast: Cast) -> None:
    book(wish(cast, first_day=date(2027, 10, 28), times=3))
    assert [local(each)[-5:] for each in Appointment.objects.all()] == ["14:00"] * 3
    first, second, third = (each.starts_at for each in Appointment.objects.all())
    assert (second - first, third - second) == (WEEK, WEEK + timedelta(hours=1))


def test_every_other_week_leaves_weeks_between(cast: Cast) -> None:
    sessions = book(wish(cast, times=3, every_weeks=2))
    assert [each.series_day for each in sessions] == [
        date(2026, 12, 3),
        date(2026, 12, 17),
        date(2026, 12, 31),
    ]
    assert Series.objects.get().every_weeks == 2


def test_a_time_that_the_clock_skips_is_the_first_after_the_gap_and_is_said(cast: Cast) -> None:
    asked = wish(cast, first_day=date(2027, 3, 14), at=time(2, 30), times=1)
    found = series.preview(asked).occurrences[0]
    assert found.starts_at == datetime(2027, 3, 14, 7, tzinfo=UTC)
    assert found.asked.about_the_clock == (
        "The clocks go forward on this day and skip 2:30 AM: it would begin at 3:00 AM."
    )


def test_a_time_that_comes_twice_is_the_first_of_the_two_and_is_said(cast: Cast) -> None:
    asked = wish(cast, first_day=date(2027, 11, 7), at=time(1, 30), times=1)
    found = series.preview(asked).occurrences[0]
    assert found.starts_at == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    assert "1:30 AM comes twice" in found.asked.about_the_clock


def test_on_all_other_days_nothing_is_said_of_the_clock(cast: Cast) -> None:
    found = series.preview(wish(cast, first_day=date(2027, 3, 13), at=time(2, 30), times=1))
    assert found.occurrences[0].asked.about_the_clock == ""


def test_what_goes_past_midnight_says_so() -> None:
    start = datetime(2026, 12, 4, 4, 55, tzinfo=UTC)  # 11:55 in the evening
    words = rhythm.over_midnight(start, start + timedelta(minutes=50), NEW_YORK)
    assert words == "It goes past midnight, until 12:45 AM on Friday."
    assert rhythm.over_midnight(start, start + timedelta(minutes=4), NEW_YORK) == ""


# Looking


def test_what_is_open_says_nothing(cast: Cast) -> None:
    found = series.preview(wish(cast))
    assert [each.starts_at for each in found.occurrences] == [
        FIRST + number * WEEK for number in range(4)
    ]
    assert found.refused == []
    assert found.license_ends is None


def test_each_thing_in_the_way_is_named_on_its_day(cast: Cast) -> None:
    make_session(cast.case, FIRST + WEEK)
    away(cast, 17)
    Holiday.objects.create(day=date(2026, 12, 24), name="Christmas Eve")
    assert whys(series.preview(wish(cast, times=5))) == {
        date(2026, 12, 10): {Why.TAKEN, Why.CLIENT_BUSY},
        date(2026, 12, 17): {Why.AWAY},
        date(2026, 12, 24): {Why.HOLIDAY},
    }


def test_nobody_is_asked_to_be_at_two_sessions_at_once(cast: Cast) -> None:
    elsewhere = make_session(cast.other_case, FIRST + WEEK)
    elsewhere.attendees.filter(client=cast.mia.client).update(client=cast.ian.client)
    assert whys(series.preview(wish(cast))) == {date(2026, 12, 10): {Why.CLIENT_BUSY}}


def test_up_to_three_open_times_of_the_same_week_are_offered_the_nearest(cast: Cast) -> None:
    make_session(cast.case, FIRST + WEEK)
    (refused,) = series.preview(wish(cast)).refused
    day = [f"{each.astimezone(NEW_YORK):%a %d %H:%M}" for each in refused.open_times]
    # The session that stands keeps from 13:10 (with the pause of whoever comes before) to 15:00.
    assert day == ["Thu 10 12:30", "Thu 10 13:00", "Thu 10 15:00"]


def test_what_is_offered_lies_in_the_future(cast: Cast) -> None:
    make_session(cast.case, datetime(2026, 12, 2, 15, 30, tzinfo=UTC))
    asked = wish(cast, first_day=date(2026, 12, 2), at=time(10, 30), times=1)
    (refused,) = series.preview(asked).refused
    assert refused.open_times
    assert min(refused.open_times) > datetime(2026, 12, 2, 15, 30, tzinfo=UTC)


def test_that_the_license_ends_is_seen_with_the_first_session_it_stops(cast: Cast) -> None:
    License.objects.filter(counselor=cast.nora, state="NJ").update(expires_on=date(2026, 12, 14))
    found = series.preview(wish(cast))
    assert found.license_ends is not None
    day, words = found.license_ends
    assert day == date(2026, 12, 17)
    assert "NJ license" in words[0]
    assert not found.refused[-1].can_be_overridden
    # Nothing in that week is within the license, and it can't be offered.
    assert found.refused[-1].open_times == ()
    assert found.hopeless == ()


def test_where_the_license_speaks_against_all_there_is_nothing_to_choose(cast: Cast) -> None:
    License.objects.filter(counselor=cast.nora, state="NJ").delete()
    assert [refusal.why for refusal in series.preview(wish(cast)).hopeless] == [Why.NOT_LICENSED]


@pytest.mark.parametrize("conflicts", [False, True])
def test_forty_sessions_are_looked_at_in_as_many_queries_as_four(
    cast: Cast, conflicts: bool
) -> None:
    if conflicts:
        make_session(cast.case, FIRST + WEEK)

    def queries(times: int) -> int:
        asked = wish(cast, times=times)
        with CaptureQueriesContext(connection) as captured:
            assert len(series.preview(asked).occurrences) == times
        return len(captured)

    queries(1)  # loads the counselor
    assert queries(40) == queries(4) < 25


# Booking


def test_all_are_booked_in_one_series(cast: Cast) -> None:
    sessions = book(wish(cast))
    assert booked() == [f"2026-12-{day:02} 14:00" for day in (3, 10, 17, 24)]
    found = Series.objects.get()
    assert (found.at, found.case) == (time(14), cast.case)
    assert {each.series_id for each in sessions} == {found.pk}
    assert all(not series.was_moved_by_hand(each) for each in sessions)


def test_one_alone_is_no_series(cast: Cast) -> None:
    (session,) = book(wish(cast, times=1))
    assert session.series is None
    assert not Series.objects.exists()


def test_fifty_two_are_booked_at_once(cast: Cast) -> None:
    assert len(book(wish(cast, times=52))) == 52


def test_people_are_told_of_the_first_now_and_of_each_later_one_two_days_before(
    cast: Cast,
) -> None:
    first, second, *_ = book(wish(cast))
    for person in (cast.hanna, cast.ian):
        told = Message.objects.filter(client=person.client, template="booked").order_by("due_at")
        assert [each.tells_time for each in told] == [FIRST + week * WEEK for week in range(4)]
        assert told[0].due_at < FIRST
        assert told[1].due_at == second.starts_at - timedelta(days=2)
        assert told[0].subject_id == str(first.pk)
        asked = Message.objects.filter(client=person.client, template="reminder")
        assert {each.tells_time - each.due_at for each in asked if each.tells_time} == {DAY}
        assert len(asked) == 3  # the first is tomorrow, and was told of just now


def test_what_is_left_out_is_not_booked(cast: Cast) -> None:
    make_session(cast.case, FIRST + WEEK)
    sessions = book(wish(cast), {date(2026, 12, 10): LEAVE_OUT})
    assert len(sessions) == 3
    assert date(2026, 12, 10) not in {each.series_day for each in sessions}


def test_an_open_time_of_the_same_week_takes_its_place_in_the_series(cast: Cast) -> None:
    make_session(cast.case, FIRST + WEEK)
    asked = wish(cast)
    instead = series.preview(asked).refused[0].open_times[-1]
    book(asked, {date(2026, 12, 10): Decision(at=instead)})
    session = Appointment.objects.get(series_day=date(2026, 12, 10))
    assert session.starts_at == instead
    assert series.was_moved_by_hand(session)


def test_with_a_reason_it_is_booked_against_the_calendar_and_that_is_recorded(cast: Cast) -> None:
    away(cast, 10)
    book(wish(cast), {date(2026, 12, 10): Decision(override=Override.COUNSELOR_AGREED)})
    assert booked() == [f"2026-12-{day:02} 14:00" for day in (3, 10, 17, 24)]
    session = Appointment.objects.get(series_day=date(2026, 12, 10))
    assert session.override == Override.COUNSELOR_AGREED
    assert Entry.objects.filter(resource_id=str(session.pk), note="override:counselor").exists()


def test_no_reason_books_over_somebody_else(cast: Cast) -> None:
    make_session(cast.case, FIRST + WEEK)
    with pytest.raises(Outdated):
        book(wish(cast), {date(2026, 12, 10): Decision(override=Override.URGENT)})
    assert Appointment.objects.count() == 1


def test_a_time_that_was_not_offered_is_not_booked(cast: Cast) -> None:
    make_session(cast.case, FIRST + WEEK)
    with pytest.raises(Outdated):
        book(wish(cast), {date(2026, 12, 10): Decision(at=FIRST + 10 * WEEK)})
    assert Appointment.objects.count() == 1


def test_what_was_not_decided_books_nothing(cast: Cast) -> None:
    make_session(cast.case, FIRST + WEEK)
    with pytest.raises(Outdated):
        book(wish(cast))
    assert Appointment.objects.count() == 1


def test_where_all_are_left_out_nothing_is_booked(cast: Cast) -> None:
    make_session(cast.case, FIRST)
    with pytest.raises(NothingLeft):
        book(wish(cast, times=1), {date(2026, 12, 3): LEAVE_OUT})
    assert not Series.objects.exists()


def test_what_changed_since_it_was_looked_at_is_shown_and_nothing_is_booked(cast: Cast) -> None:
    asked = wish(cast)
    seen = series.preview(asked).seen
    make_session(cast.case, FIRST + 2 * WEEK)
    with pytest.raises(Outdated) as error:
        series.book(asked, {}, seen, by=BY)
    changed = [each.day for each in error.value.preview.occurrences if each.changed]
    assert changed == [date(2026, 12, 17)]
    assert Appointment.objects.count() == 1
    assert not Series.objects.exists()
    assert Message.objects.filter(template="booked").count() == 2


def test_where_the_last_cannot_be_had_at_the_last_moment_none_is_booked(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    book_session = booking.book_session

    def taken_meanwhile(**facts: Any) -> Appointment:
        if facts["starts_at"] == FIRST + 3 * WEEK:
            raise booking.SlotTaken(facts["starts_at"])
        return book_session(**facts)

    monkeypatch.setattr(booking, "book_session", taken_meanwhile)
    with pytest.raises(Outdated):
        book(wish(cast))
    assert not Appointment.objects.exists()
    assert not Series.objects.exists()
    assert not Message.objects.exists()


# Moving


def shift(session: Appointment, day: date, at: time, scope: Scope, **facts: bool) -> Shift:
    session = Appointment.objects.select_related("counselor__user", "series").get(pk=session.pk)
    return Shift(Meant(session, scope, **facts), day, at)


def move(asked: Shift, decisions: dict[date, Decision] | None = None) -> list[Appointment]:
    decisions = decisions or {}
    staying = series_changes.staying_by(decisions)
    seen = series_changes.preview(asked, staying).seen
    return series_changes.move(asked, decisions, seen, by=BY)


@kept
def four(cast: Cast) -> list[Appointment]:
    """Thursdays at two, December 3, 10, 17 and 24."""
    return book(wish(cast))


def test_one_moves_and_the_others_stay(four: list[Appointment]) -> None:
    move(shift(four[1], date(2026, 12, 11), time(10), Scope.ONE))
    assert booked() == [
        "2026-12-03 14:00",
        "2026-12-11 10:00",
        "2026-12-17 14:00",
        "2026-12-24 14:00",
    ]
    moved = Appointment.objects.get(pk=four[1].pk)
    assert (moved.series, moved.series_day) == (four[1].series, date(2026, 12, 10))
    assert series.was_moved_by_hand(moved)


def test_this_and_later_ones_go_on_in_a_series_of_their_own(four: list[Appointment]) -> None:
    move(shift(four[2], date(2026, 12, 15), time(9, 30), Scope.LATER))
    assert booked() == [
        "2026-12-03 14:00",
        "2026-12-10 14:00",
        "2026-12-15 09:30",
        "2026-12-22 09:30",
    ]
    old, new = Series.objects.order_by("at").reverse()
    assert (old.at, new.at, new.every_weeks) == (time(14), time(9, 30), old.every_weeks)
    assert old.appointments.count() == new.appointments.count() == 2
    assert not any(
        series.was_moved_by_hand(each)
        for each in Appointment.objects.select_related("series", "counselor__user")
    )


def test_all_that_are_to_come_move_and_what_took_place_stays(
    four: list[Appointment], travel: Callable[[datetime], None]
) -> None:
    travel(FIRST + timedelta(hours=2))
    lifecycle.mark_done(four[0], BY)
    lifecycle.call_off(four[1], BY)
    move(shift(four[2], date(2026, 12, 18), time(11), Scope.ALL))
    assert booked() == ["2026-12-18 11:00", "2026-12-25 11:00"]
    assert Appointment.objects.filter(series=four[0].series).count() == 2
    assert Appointment.objects.get(pk=four[0].pk).starts_at == FIRST
    assert Appointment.objects.get(pk=four[1].pk).starts_at == FIRST + WEEK


def test_those_moved_by_hand_stay_unless_they_are_meant(four: list[Appointment]) -> None:
    move(shift(four[1], date(2026, 12, 11), time(10), Scope.ONE))
    move(shift(four[0], date(2026, 12, 3), time(15), Scope.ALL))
    assert booked() == [
        "2026-12-03 15:00",
        "2026-12-11 10:00",
        "2026-12-17 15:00",
        "2026-12-24 15:00",
    ]
    move(
        shift(four[0], date(2026, 12, 4), time(15), Scope.ALL, with_those_moved_by_hand=True),
        # That Friday is a holiday of nobody's here, and the eleventh follows the others again.
    )
    assert booked() == [f"2026-12-{day:02} 15:00" for day in (4, 11, 18, 25)]


@pytest.mark.parametrize("days", [7, -1, 14])
def test_a_series_moves_onto_its_own_times(four: list[Appointment], days: int) -> None:
    first = date(2026, 12, 10) + timedelta(days=days)
    move(shift(four[1], first, time(14), Scope.LATER))
    expected = [first + week * WEEK for week in range(3)]
    assert booked() == ["2026-12-03 14:00", *(f"{day} 14:00" for day in expected)]


def test_by_a_week_back_a_series_follows_itself_too(
    four: list[Appointment], travel: Callable[[datetime], None]
) -> None:
    lifecycle.call_off(four[0], BY)
    move(shift(four[1], date(2026, 12, 3), time(14), Scope.LATER))
    assert booked() == [f"2026-12-{day:02} 14:00" for day in (3, 10, 17)]


def test_half_an_hour_later_none_is_in_its_own_way(four: list[Appointment]) -> None:
    assert (
        series_changes.preview(shift(four[0], date(2026, 12, 3), time(14, 30), Scope.ALL)).refused
        == []
    )
    move(shift(four[0], date(2026, 12, 3), time(14, 30), Scope.ALL))
    assert [each[-5:] for each in booked()] == ["14:30"] * 4


def test_so_many_a_day_hold_for_a_series_as_a_whole(cast: Cast, four: list[Appointment]) -> None:
    cast.nora.most_a_day = 1
    cast.nora.save()
    move(shift(four[1], date(2026, 12, 17), time(10), Scope.LATER))
    assert booked()[1:] == [
        "2026-12-17 10:00",
        "2026-12-24 10:00",
        "2026-12-31 10:00",
    ]


def test_what_is_in_the_way_of_a_move_has_the_same_ways_out(
    cast: Cast, four: list[Appointment]
) -> None:
    away(cast, 11)
    make_session(cast.case, datetime(2026, 12, 18, 19, tzinfo=UTC))
    asked = shift(four[0], date(2026, 12, 4), time(14), Scope.ALL)
    found = series_changes.preview(asked)
    assert whys(found) == {
        date(2026, 12, 11): {Why.AWAY},
        date(2026, 12, 18): {Why.TAKEN, Why.CLIENT_BUSY},
    }
    instead = found.refused[1].open_times[0]
    move(
        asked,
        {
            date(2026, 12, 11): Decision(override=Override.COUNSELOR_AGREED),
            date(2026, 12, 18): Decision(at=instead),
        },
    )
    starts = {each.starts_at for each in Appointment.objects.filter(series__isnull=False)}
    assert starts == {
        datetime(2026, 12, 4, 19, tzinfo=UTC),
        datetime(2026, 12, 11, 19, tzinfo=UTC),
        instead,
        datetime(2026, 12, 25, 19, tzinfo=UTC),
    }


def test_what_stays_where_it_is_stands_in_the_way_of_those_that_move(
    cast: Cast, four: list[Appointment]
) -> None:
    away(cast, 31)
    asked = shift(four[2], date(2026, 12, 24), time(14), Scope.LATER)
    assert set(whys(series_changes.preview(asked))) == {date(2026, 12, 31)}
    stays = frozenset({date(2026, 12, 31)})
    assert whys(series_changes.preview(asked, stays)) == {
        date(2026, 12, 24): {Why.TAKEN},
        date(2026, 12, 31): {Why.AWAY},
    }
    with pytest.raises(Outdated):
        series_changes.move(
            asked, {date(2026, 12, 31): LEAVE_OUT}, series_changes.preview(asked).seen, by=BY
        )
    with pytest.raises(NothingLeft):
        move(asked, {date(2026, 12, 24): LEAVE_OUT, date(2026, 12, 31): LEAVE_OUT})
    assert booked()[2:] == ["2026-12-17 14:00", "2026-12-24 14:00"]


def test_two_that_would_trade_places_are_refused(cast: Cast, four: list[Appointment]) -> None:
    first, second = four[:2]
    chosen = [
        (occurrence(first), second.starts_at, ""),
        (occurrence(second), first.starts_at, ""),
    ]
    with pytest.raises(TheyTradePlaces):
        list(series_changes._in_turn(chosen))


def occurrence(appointment: Appointment) -> Any:
    found = series_changes.preview(shift(appointment, date(2026, 12, 8), time(9), Scope.ONE))
    return found.occurrences[0]


def test_where_somebody_changed_one_meanwhile_none_moves(four: list[Appointment]) -> None:
    asked = shift(four[0], date(2026, 12, 3), time(15), Scope.ALL)
    seen = series_changes.preview(asked).seen
    lifecycle.move(four[2], datetime(2026, 12, 18, 15, tzinfo=UTC), trail.SYSTEM)
    with pytest.raises(Outdated) as error:
        series_changes.move(asked, {}, seen, by=BY)
    assert error.value.preview.gone == (date(2026, 12, 17),)
    assert booked() == [
        "2026-12-03 14:00",
        "2026-12-10 14:00",
        "2026-12-18 10:00",
        "2026-12-24 14:00",
    ]
    assert Series.objects.count() == 1


def test_places_count_for_each_session_of_its_own(cast: Cast, four: list[Appointment]) -> None:
    four[2].attendees.filter(client=cast.ian.client).update(state="PA", time_zone=CENTRAL)
    found = series_changes.preview(shift(four[0], date(2026, 12, 3), time(15), Scope.ALL))
    assert whys(found) == {date(2026, 12, 17): {Why.NOT_LICENSED}}


def test_a_move_of_many_tells_of_the_first_and_of_those_people_know(
    four: list[Appointment],
) -> None:
    send_messages(four[2])
    move(shift(four[0], date(2026, 12, 3), time(15), Scope.ALL))
    about = {each.pk: live_messages(each) for each in four}
    assert about == {
        four[0].pk: {Message.Template.MOVED},
        four[1].pk: {Message.Template.BOOKED},
        four[2].pk: {Message.Template.BOOKED, Message.Template.MOVED},
        four[3].pk: {Message.Template.BOOKED},
    }
    later = Message.objects.get(
        subject_id=str(four[3].pk),
        client=four[3].attendees.all()[0].client,
        state="due",
        template="booked",
    )
    assert later.tells_time == datetime(2026, 12, 24, 20, tzinfo=UTC)
    assert later.due_at == later.tells_time - timedelta(days=2)
    for each in four[1:]:
        asked = Message.objects.filter(subject_id=str(each.pk), state="due", template="reminder")
        assert [message.tells_time for message in asked] == [moved_to(each)] * 2


def moved_to(session: Appointment) -> datetime:
    session.refresh_from_db()
    return session.starts_at


def send_messages(session: Appointment) -> None:
    """They were told of it; the day before is still to come."""
    news = Message.objects.filter(subject_id=str(session.pk)).exclude(template="reminder")
    for state in (MessageState.CLAIMED, MessageState.SENDING, MessageState.SENT):
        news.update(state=state)


def live_messages(session: Appointment) -> set[str]:
    found = Message.objects.filter(
        subject_id=str(session.pk), state__in=[MessageState.DUE, MessageState.SENT]
    ).exclude(template="reminder")
    return set(found.values_list("template", flat=True))


@pytest.mark.parametrize("scope", [Scope.ONE, Scope.LATER, Scope.ALL])
def test_forty_are_looked_at_in_as_many_queries_as_four_when_they_move(
    cast: Cast, scope: Scope
) -> None:
    def queries(times: int) -> int:
        sessions = book(wish(cast, times=times, first_day=date(2026, 12, 3), at=time(9)))
        asked = shift(sessions[0], date(2026, 12, 3), time(9, 30), scope)
        with CaptureQueriesContext(connection) as captured:
            series_changes.preview(asked)
        Appointment.objects.update(status=Status.CANCELED)
        return len(captured)

    assert queries(40) == queries(4) < 25


# Canceling


def call_off(session: Appointment, scope: Scope, **facts: bool) -> list[Appointment]:
    meant = shift(session, date(2026, 12, 3), time(9), scope, **facts).meant
    seen = series_changes.seen_of(series_changes.to_call_off(meant))
    return series_changes.call_off(meant, EndReason.COUNSELOR, seen, by=BY)


@pytest.mark.parametrize(
    ("scope", "left"),
    [
        (Scope.ONE, ["2026-12-03 14:00", "2026-12-17 14:00", "2026-12-24 14:00"]),
        (Scope.LATER, ["2026-12-03 14:00"]),
        (Scope.ALL, []),
    ],
)
def test_as_many_are_called_off_as_are_meant(
    four: list[Appointment], scope: Scope, left: list[str]
) -> None:
    call_off(four[1], scope)
    assert booked() == left
    ended = Appointment.objects.filter(status=Status.CANCELED)
    assert {each.end_reason for each in ended} == {EndReason.COUNSELOR}


def test_those_moved_by_hand_are_called_off_only_where_they_are_meant(
    four: list[Appointment],
) -> None:
    move(shift(four[2], date(2026, 12, 18), time(10), Scope.ONE))
    call_off(four[0], Scope.ALL)
    assert booked() == ["2026-12-18 10:00"]
    call_off(four[2], Scope.ALL, with_those_moved_by_hand=True)
    assert booked() == []


def test_people_hear_of_the_first_that_is_called_off_and_of_those_they_know(
    four: list[Appointment],
) -> None:
    send_messages(four[3])
    call_off(four[1], Scope.LATER)
    assert live_messages(four[1]) == {Message.Template.CALLED_OFF}
    assert live_messages(four[2]) == set()
    assert live_messages(four[3]) == {Message.Template.BOOKED, Message.Template.CALLED_OFF}


def test_where_somebody_changed_one_meanwhile_none_is_called_off(
    four: list[Appointment],
) -> None:
    meant = shift(four[0], date(2026, 12, 3), time(9), Scope.ALL).meant
    seen = series_changes.seen_of(series_changes.to_call_off(meant))
    lifecycle.call_off(four[3], trail.SYSTEM)
    with pytest.raises(ChangedMeanwhile):
        series_changes.call_off(meant, EndReason.COUNSELOR, seen, by=BY)
    assert len(booked()) == 3

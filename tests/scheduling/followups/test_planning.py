"""Which follow-ups a session brings, when each is due, and how they move."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz  # type: ignore[import-untyped]

from clients.contact import sending
from clients.contact.models import Message, State
from clients.models import Case, Part
from practice.audit import trail
from scheduling import lifecycle
from scheduling.followups import planning
from scheduling.followups.models import CasePlan, FollowUp, Plan, QuestionSet, Step
from tests.cast import CENTRAL, Cast, in_days, make_counselor, make_couple, make_session
from tests.scheduling.followups.conftest import check_in_of, confirm, handout_of, hold


def wall_clock(moment: datetime, zone: str) -> tuple[int, int, time]:
    """Month, day and hour as dateutil reads them, not zoneinfo."""
    local = moment.astimezone(tz.gettz(zone))
    return local.month, local.day, local.time()


def test_each_partner_gets_each_step_once(cast, session, following):
    for person in (cast.hanna, cast.ian):
        confirm(cast, person, f"Only {person.part}")
    planned = hold(session)
    assert len(planned) == 4
    assert sorted(planning.plan_after(session), key=str) == sorted(planned, key=str)
    assert Message.objects.filter(is_follow_up=True).count() == 4


def test_a_plan_that_is_gone_or_paused_brings_nothing(cast, session, following, now):
    CasePlan.objects.filter(case=cast.case).update(paused_at=now)
    assert hold(session) == []
    planning.choose_plan(cast.case, None)
    assert planning.plan_after(session) == []


def test_a_consultation_brings_no_follow_ups(cast, now):
    from tests.cast import make_consultation

    consultation = make_consultation(cast.nora, in_days(now, 1))
    lifecycle.mark_done(consultation, trail.SYSTEM)
    assert not FollowUp.objects.exists()


def test_nobody_coming_brings_no_follow_ups(cast, session, following):
    lifecycle.mark_no_show(session, trail.SYSTEM)
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("part", [Part.HURT, Part.INVOLVED])
def test_a_step_for_one_part_is_for_nobody_else(cast, session, following, part):
    plan = Plan.objects.create(name="One part")
    questions = QuestionSet.objects.get()
    Step.objects.create(
        plan=plan,
        position=0,
        kind="check_in",
        anchor="after",
        days=1,
        at=time(18),
        part=part,
        question_set=questions,
    )
    planning.choose_plan(cast.case, plan)
    [planned] = hold(session)
    assert planned.participant.part == part


def test_a_handout_step_takes_the_next_confirmed_one_and_each_only_once(
    cast, session, following, now
):
    first = confirm(cast, cast.hanna, "First")
    second = confirm(cast, cast.hanna, "Second")
    hold(session)
    assert handout_of(cast.hanna).assignment == first
    again = hold(following)
    assert [each.assignment for each in again if each.assignment] == [second]


@pytest.mark.parametrize("state", [State.EXPIRED, State.SUPPRESSED])
def test_a_handout_that_could_not_go_waits_for_the_next_follow_up(
    cast, session, following, now, state
):
    first = confirm(cast, cast.hanna, "First")
    hold(session)
    missed = handout_of(cast.hanna)
    Message.objects.filter(pk=missed.message_id).update(state=state, next_try_at=None)
    hold(following)
    again = cast.hanna.follow_ups.get(assignment=first)
    assert (again.session, again.message.state) == (following, "due")


def test_a_handout_that_is_on_its_way_is_not_taken_twice(cast, session, following):
    confirm(cast, cast.hanna, "First")
    hold(session)
    hold(following)
    assert cast.hanna.follow_ups.filter(step__kind="handout").count() == 1


def test_where_no_handout_waits_none_goes(cast, session, following):
    confirm(cast, cast.ian, "For Ian")
    planned = hold(session)
    assert [each.participant for each in planned if each.step.kind == "handout"] == [cast.ian]
    assert not cast.hanna.follow_ups.filter(step__kind="handout").exists()


def test_a_handout_goes_the_next_day_at_six_and_ends_with_the_next_session(
    cast, session, following
):
    confirm(cast, cast.hanna, "First")
    hold(session)
    message = handout_of(cast.hanna).message
    assert wall_clock(message.due_at, "America/New_York") == (12, 3, time(18))
    assert message.expires_at == following.starts_at


def test_a_check_in_is_due_three_days_before_the_next_session_at_six(cast, session, following):
    hold(session)
    for person in (cast.hanna, cast.ian):
        message = check_in_of(person).message
        assert wall_clock(message.due_at, "America/New_York") == (12, 6, time(18))
        assert message.expires_at == following.starts_at


def test_without_a_next_session_it_is_due_four_days_after_this_one(cast, session, now):
    hold(session)
    message = check_in_of(cast.hanna).message
    assert wall_clock(message.due_at, "America/New_York") == (12, 6, time(18))
    assert message.expires_at == message.due_at + planning.LIFE


def test_a_next_session_booked_later_pulls_the_check_in_before_it(cast, session, now):
    hold(session)
    planned = check_in_of(cast.hanna).message.due_at
    booked = make_session(cast.case, session.starts_at + timedelta(days=3))
    message = check_in_of(cast.hanna).message
    assert message.due_at < planned
    assert message.expires_at == booked.starts_at


def test_the_hour_is_moved_into_the_hours_that_the_person_named(cast, session, following):
    cast.hanna.client.card.safe_from, cast.hanna.client.card.safe_until = time(10), time(12)
    cast.hanna.client.card.save()
    hold(session)
    due = check_in_of(cast.hanna).message.due_at
    assert wall_clock(due, "America/New_York") == (12, 7, time(10))


def at(day: tuple[int, int, int], hour: int) -> datetime:
    return datetime(day[0], day[1], day[2], hour, tzinfo=UTC)


WEEKS = [
    # Sessions around a change of the clock, and the UTC hour of 6 in the evening three days before.
    ((2027, 3, 10), (2027, 3, 16), (3, 13), {"America/New_York": 23, CENTRAL: 24}),
    ((2027, 3, 10), (2027, 3, 17), (3, 14), {"America/New_York": 22, CENTRAL: 23}),
    ((2026, 10, 28), (2026, 11, 3), (10, 31), {"America/New_York": 22, CENTRAL: 23}),
    ((2026, 10, 28), (2026, 11, 4), (11, 1), {"America/New_York": 23, CENTRAL: 24}),
]


@pytest.mark.parametrize(("held", "following", "day", "hours"), WEEKS)
@pytest.mark.parametrize("zone", ["America/New_York", CENTRAL])
def test_six_in_the_evening_is_six_in_every_week_and_in_both_florida_zones(
    cast, travel, held, following, day, hours, zone
):
    travel(at(held, 12))
    hurt, involved = make_couple(cast.nora, "Flora", "Fred", state="FL", plan=cast.plan)
    for person in (hurt, involved):
        person.client.time_zone = zone
        person.client.save()
    session = make_session(hurt.case, at(held, 16))
    make_session(hurt.case, at(following, 16))
    hold(session)
    due = check_in_of(hurt).message.due_at
    assert wall_clock(due, zone) == (*day, time(18))
    midnight = at((held[0], *day), 0)
    assert due == midnight + timedelta(hours=hours[zone])


def test_partners_on_different_clocks_each_get_it_at_their_own_six(cast, session, following):
    cast.ian.client.time_zone = CENTRAL
    cast.ian.client.save()
    hold(session)
    hers, his = check_in_of(cast.hanna).message.due_at, check_in_of(cast.ian).message.due_at
    assert his - hers == timedelta(hours=1)
    assert his.astimezone(ZoneInfo(CENTRAL)).time() == time(18)


def test_a_next_session_that_moves_takes_its_follow_ups_along(cast, session, following, now):
    confirm(cast, cast.hanna, "First")
    hold(session)
    lifecycle.move(following, in_days(now, 9), trail.SYSTEM)
    message = check_in_of(cast.hanna).message
    assert wall_clock(message.due_at, "America/New_York") == (12, 8, time(18))
    assert message.expires_at == in_days(now, 9)
    assert handout_of(cast.hanna).message.expires_at == in_days(now, 9)
    assert FollowUp.objects.filter(participant=cast.hanna).count() == 2


def test_a_next_session_that_is_canceled_plans_them_anew(cast, session, following, now):
    make_session(cast.case, in_days(now, 14))
    hold(session)
    lifecycle.call_off(following, trail.SYSTEM)
    message = check_in_of(cast.hanna).message
    assert wall_clock(message.due_at, "America/New_York") == (12, 13, time(18))
    assert message.expires_at == in_days(now, 14)


def test_with_no_session_left_they_go_as_if_none_had_been_booked(cast, session, following):
    hold(session)
    lifecycle.call_off(following, trail.SYSTEM)
    message = check_in_of(cast.hanna).message
    assert wall_clock(message.due_at, "America/New_York") == (12, 6, time(18))
    assert message.expires_at == message.due_at + planning.LIFE


def test_what_has_gone_stays_where_it_is_when_the_next_session_moves(
    cast, session, following, now, sink, travel
):
    hold(session)
    sending.tick()  # what tells the time of the sessions
    travel(check_in_of(cast.hanna).message.due_at)
    assert sending.tick() == 2
    lifecycle.move(following, in_days(now, 12), trail.SYSTEM)
    assert {check_in_of(p).message.state for p in (cast.hanna, cast.ian)} == {State.SENT}
    travel(in_days(now, 9, hour=23))
    sending.tick()
    mails = [mail for mail in sink.mails if "A message from" in str(mail["Subject"])]
    assert len(mails) == 2


def test_what_may_have_arrived_is_not_sent_anew_when_the_next_session_moves(
    cast, session, following, now
):
    hold(session)
    asked = check_in_of(cast.hanna).message
    Message.objects.filter(pk=asked.pk).update(state=State.CLAIMED)
    Message.objects.filter(pk=asked.pk).update(
        state=State.UNCERTAIN, uncertain_count=2, next_try_at=None
    )
    lifecycle.move(following, in_days(now, 9), trail.SYSTEM)
    message = check_in_of(cast.hanna).message
    assert (message.state, message.next_try_at) == (State.UNCERTAIN, None)


def test_another_couple_s_sessions_move_nothing(cast, session, following, now):
    hold(session)
    before = list(Message.objects.filter(is_follow_up=True).values("pk", "due_at"))
    other = make_session(cast.other_case, in_days(now, 3))
    lifecycle.move(other, in_days(now, 4), trail.SYSTEM)
    assert list(Message.objects.filter(is_follow_up=True).values("pk", "due_at")) == before


def test_choosing_a_plan_writes_to_nobody_yet(cast: Cast):
    nora = make_counselor("nell", ["NJ"])
    hurt, _ = make_couple(nora, "Greta", "Gus", state="NJ", plan=cast.plan)
    assert CasePlan.objects.get(case=hurt.case).plan == cast.plan
    assert Case.objects.get(pk=hurt.case_id).follow_up_plan.paused_at is None
    assert not Message.objects.exists()

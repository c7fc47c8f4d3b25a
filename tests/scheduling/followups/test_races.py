"""Two connections plan, or answer, at the same moment."""

import pytest

from clients.contact.models import Message
from practice.audit import trail
from scheduling import lifecycle
from scheduling.followups import checkins, planning
from scheduling.followups.models import FollowUp, Response
from scheduling.lifecycle import NotOpen
from scheduling.models import Appointment, Status
from tests.cast import in_days, make_session
from tests.clients.contact.at_once import at_once
from tests.scheduling.followups.conftest import check_in_of, confirm, hold

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_planned_from_two_connections_each_follow_up_is_made_once(cast, session, following):
    for person in (cast.hanna, cast.ian):
        confirm(cast, person, f"For {person.part}")
    Appointment.objects.filter(pk=session.pk).update(status=Status.DONE)
    first, second = at_once(*[lambda: planning.plan_after(session)] * 2)
    assert {each.pk for each in first} == {each.pk for each in second}
    assert FollowUp.objects.count() == Message.objects.filter(is_follow_up=True).count() == 4


def test_marked_as_done_twice_at_once_it_is_planned_once(cast, session, following):
    def mark() -> bool:
        try:
            lifecycle.mark_done(session, trail.SYSTEM)
        except NotOpen:
            return False
        return True

    assert sorted(at_once(mark, mark)) == [False, True]
    assert FollowUp.objects.count() == 2


def test_two_sessions_of_a_couple_planned_at_once_take_different_handouts(cast, session, now):
    other = make_session(cast.case, in_days(now, 1))
    given = {confirm(cast, cast.hanna, title).pk for title in ("First", "Second")}
    at_once(
        lambda: lifecycle.mark_done(session, trail.SYSTEM),
        lambda: lifecycle.mark_done(other, trail.SYSTEM),
    )
    taken = FollowUp.objects.exclude(assignment=None).values_list("assignment", flat=True)
    assert set(taken) == given


def test_sent_twice_at_once_the_first_answers_stand(cast, session, following):
    hold(session)
    asked = check_in_of(cast.hanna)

    def answer(value: str) -> str:
        try:
            checkins.answer(asked, {"safe": value}, {}, by=trail.SYSTEM)
        except checkins.AlreadyAnswered:
            return ""
        return value

    kept = [value for value in at_once(lambda: answer("1"), lambda: answer("5")) if value]
    assert [each["answer"] for each in Response.objects.get().answers] == kept

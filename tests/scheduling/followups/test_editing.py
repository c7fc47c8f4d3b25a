"""Plans, questions and lines change by the next version; one person can be left out."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from clients.contact.models import State
from clients.models import Stage
from practice.audit import trail
from practice.models import Practice
from scheduling.followups import checkins, editing, foreseeing, person, planning, starter, trends
from scheduling.followups.models import (
    Draft,
    FollowUp,
    Line,
    PersonHour,
    Plan,
    QuestionSet,
    Step,
)
from tests.cast import make_session, open_link
from tests.scheduling.followups.conftest import check_in_of, go, hold


def step_of(plan: Plan, kind: str) -> Step:
    return plan.steps.get(kind=kind)


def test_a_plan_that_a_case_has_stays_as_it_is(cast):
    before = [str(step) for step in cast.plan.steps.all()]
    step = editing.add_step(cast.plan, kind="handout", anchor="after", days=3, at=time(9))
    assert (step.plan.name, step.plan.version) == (cast.plan.name, 2)
    assert [str(each) for each in cast.plan.steps.all()] == before
    assert step.plan.steps.count() == len(before) + 1
    assert cast.plan not in Plan.objects.offered()


def test_a_plan_that_nobody_has_is_changed_itself(cast):
    plan = editing.make_plan("New", like=cast.plan)
    without = editing.remove_step(step_of(plan, "handout"))
    assert without == plan
    assert [step.kind for step in plan.steps.all()] == ["check_in"]


def kinds(plan: Plan) -> list[str]:
    return [step.kind for step in plan.steps.all()]


@pytest.mark.parametrize(("moved", "earlier"), [("check_in", True), ("handout", False)])
def test_two_steps_change_places(cast, signed_in, moved, earlier):
    plan = editing.make_plan("New", like=cast.plan)
    assert kinds(plan) == ["handout", "check_in"]
    address = reverse("followups:step-move", args=[step_of(plan, moved).pk])
    page = signed_in(cast.nora.user).post(address, {"up": "1"} if earlier else {"down": "1"})
    assert page.url == reverse("followups:plan-edit", args=[plan.pk])
    assert kinds(plan) == ["check_in", "handout"]


def test_at_either_end_a_step_stays_and_no_version_is_made(cast):
    first, last = cast.plan.steps.all()
    assert editing.move_step(first, earlier=True) == cast.plan
    assert editing.move_step(last, earlier=False) == cast.plan
    assert kinds(cast.plan) == ["handout", "check_in"]


def test_the_order_of_a_plan_that_a_case_has_stays(cast):
    after = editing.move_step(step_of(cast.plan, "handout"), earlier=False)
    assert (after.version, kinds(after)) == (2, ["check_in", "handout"])
    assert kinds(cast.plan) == ["handout", "check_in"]


def test_only_where_a_step_can_move_there_is_a_button(cast, signed_in):
    address = reverse("followups:plan-edit", args=[cast.plan.pk])
    page = signed_in(cast.nora.user).get(address).content.decode()
    assert (page.count('name="up"'), page.count('name="down"')) == (1, 1)


def test_a_step_is_for_its_stage_alone(cast, session, following):
    plan = editing.make_plan("Later")
    facts = {"kind": "line", "anchor": "after", "days": 1, "at": time(18)}
    editing.add_step(plan, stage=Stage.MEANING, line=Line.objects.get(), **facts)
    planning.choose_plan(cast.case, plan)
    assert hold(session) == []


def test_after_two_quiet_weeks_a_line_comes_on_the_first_monday(
    cast, session, client, sink, travel
):
    plan = editing.make_plan("Quiet")
    facts = {"kind": "line", "anchor": "quiet", "weeks": 2, "weekday": 0, "at": time(18)}
    step = editing.add_step(plan, line=Line.objects.get(), **facts)
    assert str(step) == "A line, the first Monday after 2 quiet weeks, at 6:00 PM their time"
    planning.choose_plan(cast.case, plan)
    hers = next(each for each in hold(session) if each.participant == cast.hanna)
    due = hers.message.due_at
    assert (due.astimezone(cast.hanna.client.zone).strftime("%a %b %d %H:%M")) == "Mon Dec 21 18:00"
    travel(due)
    assert go() == 2
    open_link(client, cast.hanna.client, "line", hers.pk)
    assert "Still here" in client.get(reverse("your-line")).content.decode()


def test_a_session_in_between_is_no_quiet(cast, session, sink, travel):
    plan = editing.make_plan("Quiet")
    facts = {"kind": "line", "anchor": "quiet", "weeks": 2, "weekday": 0, "at": time(18)}
    editing.add_step(plan, line=Line.objects.get(), **facts)
    planning.choose_plan(cast.case, plan)
    hers = hold(session)[0]
    make_session(cast.case, session.starts_at + timedelta(days=12))
    travel(hers.message.due_at)
    assert go() == 0


def test_what_falls_after_the_next_session_comes_earlier(cast, session, sink):
    plan = editing.make_plan("Late")
    editing.add_step(plan, kind="handout", anchor="after", days=1, at=time(18))
    soon = make_session(cast.case, session.starts_at + timedelta(days=1))
    due, expires = planning.times_between(
        session, soon, plan.steps.get(), cast.hanna, Practice.current()
    )
    assert session.ends_at < due < expires == soon.starts_at


def test_why_it_is_there_and_why_at_that_hour_is_said(cast, session, following):
    hold(session)
    words = planning.why(check_in_of(cast.hanna))
    assert words == (
        "Because of the session on Wednesday, Dec 2: 3 days before the next session, "
        "at 6:00 PM their time, as planned."
    )


def test_one_is_paused_and_the_other_goes_on(cast, session, following, sink, travel):
    hold(session)
    person.pause(cast.hanna, trail.SYSTEM)
    travel(check_in_of(cast.ian).message.due_at)
    assert go() == 1
    assert check_in_of(cast.hanna).message.state == State.DUE
    person.resume(cast.hanna, trail.SYSTEM)
    assert go() == 1


def set_hour(signed_in, cast, **sent: str) -> str:
    """Nora gives Hanna an hour of her own; what the page then says."""
    address = reverse("followups:hour", args=[cast.hanna.pk])
    return signed_in(cast.nora.user).post(address, sent, follow=True).content.decode()


def local_hour(one: FollowUp) -> str:
    return one.message.due_at.astimezone(one.participant.client.zone).strftime("%H:%M")


def test_one_person_s_hour_moves_what_waits_for_them_and_nobody_else(
    cast, session, following, signed_in
):
    hold(session)
    day = check_in_of(cast.hanna).message.due_at.date()
    page = set_hour(signed_in, cast, at="09:30")
    hers, his = check_in_of(cast.hanna), check_in_of(cast.ian)
    assert (local_hour(hers), local_hour(his)) == ("09:30", "18:00")
    assert hers.message.due_at.date() == day
    assert "at 9:30 AM their time, the hour set for them" in page
    assert 'value="09:30"' in page


def test_what_is_planned_later_comes_at_their_hour_too(cast, session, following, signed_in):
    set_hour(signed_in, cast, at="12:00")
    hold(session)
    assert local_hour(check_in_of(cast.hanna)) == "12:00"
    seen = foreseeing.preview(cast.case, cast.plan)
    all_of_it = [each for _, day in seen.days for each in day]
    hers = [each for each in all_of_it if each.person == cast.hanna]
    assert {each.due_at.astimezone(each.person.client.zone).hour for each in hers} == {12}


def test_the_plan_s_hour_comes_back(cast, session, following, signed_in):
    hold(session)
    set_hour(signed_in, cast, at="09:30")
    set_hour(signed_in, cast, at="09:30", as_planned="1")
    assert local_hour(check_in_of(cast.hanna)) == "18:00"
    assert planning.why(check_in_of(cast.hanna)).endswith("as planned.")


@pytest.mark.parametrize("at", ["07:59", "21:00", "noon"])
def test_an_hour_outside_of_the_day_is_refused_kindly(cast, session, signed_in, at):
    assert "from 8 AM until before 9 PM" in set_hour(signed_in, cast, at=at)
    assert not PersonHour.objects.exists()


def test_the_database_knows_no_hour_in_the_night(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonHour.objects.create(participant=cast.hanna, at=time(22))


def test_both_are_paused_and_go_on(cast, session, following, sink, travel):
    hold(session)
    person.pause_case(cast.case, trail.SYSTEM)
    travel(check_in_of(cast.ian).message.due_at)
    assert go() == 0
    person.resume_case(cast.case, trail.SYSTEM)
    assert go() == 2


def test_one_thing_is_left_out_for_one_person(cast, session, following, signed_in):
    hold(session)
    follow_up = check_in_of(cast.hanna)
    signed_in(cast.nora.user).post(reverse("followups:skip", args=[follow_up.pk]))
    assert check_in_of(cast.hanna).message.state == State.CANCELED
    assert check_in_of(cast.ian).message.state == State.DUE


def test_the_preview_shows_days_and_locked_phones(cast, session, following, signed_in):
    seen = foreseeing.preview(cast.case, cast.plan)
    assert not seen.is_example
    assert {screen.title for _, screen in seen.lock_screens} == {"A message from Oak Street Office"}
    address = reverse("followups:preview", args=[cast.case.pk])
    browser = signed_in(cast.nora.user)
    for asked in ({}, {"plan": cast.plan.pk}):
        assert "Day by day" in browser.get(address, asked).content.decode()
    assert not FollowUp.objects.exists()


def test_without_a_session_the_preview_is_an_example(cast):
    assert foreseeing.preview(cast.case, cast.plan).is_example


def test_new_questions_are_asked_from_the_next_time_on(cast, session, following, signed_in):
    hold(session)
    before = QuestionSet.objects.get()
    questions = [{**starter.QUESTIONS[0], "text": "How safe was it?"}]
    after = editing.write_questions(before.name, questions)
    assert check_in_of(cast.hanna).question_set == before
    assert [each.question_set for each in hold(following) if each.question_set] == [after, after]


def test_questions_are_edited_on_a_page(cast, signed_in):
    before = QuestionSet.objects.get()
    sent = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0"}
    sent |= {"form-0-text": "How is it?", "form-0-kind": "scale", "form-0-flag_at": "1"}
    sent |= {"form-1-text": "Which?", "form-1-kind": "choice", "form-1-options": "This\nThat"}
    address = reverse("followups:questions-edit", args=[before.pk])
    answer = signed_in(cast.nora.user).post(address, sent)
    assert answer.status_code == 302
    newest = QuestionSet.objects.newest().get()
    assert (newest.version, [each["key"] for each in newest.questions]) == (
        2,
        ["how-is-it", "which"],
    )


def test_what_is_typed_is_kept_for_the_person_alone(cast, session, following, client, signed_in):
    hold(session)
    follow_up = check_in_of(cast.hanna)
    open_link(client, cast.hanna.client, "check_in", follow_up.pk)
    typed = {"about": follow_up.pk, "hard": "A first wo", "safe": "9"}
    assert client.post(reverse("your-check-in-draft"), typed).status_code == 200
    assert "A first wo" in client.get(reverse("your-check-in")).content.decode()
    page = signed_in(cast.nora.user).get(reverse("cases:page", args=[cast.case.pk]))
    assert "A first wo" not in page.content.decode()
    client.post(reverse("your-check-in"), {"about": follow_up.pk, "hard": "Whole", "safe": "3"})
    assert not Draft.objects.exists()


def test_without_a_script_a_button_keeps_it(cast, session, following, client):
    hold(session)
    follow_up = check_in_of(cast.hanna)
    open_link(client, cast.hanna.client, "check_in", follow_up.pk)
    later = {"about": follow_up.pk, "hard": "So far", "later": "1"}
    assert "It is kept" in client.post(reverse("your-check-in"), later).content.decode()
    assert checkins.typed_so_far(follow_up) == {"hard": "So far"}


def test_a_trend_is_drawn_and_said(cast, session, following):
    answers = []
    for held, value in [(session, "2"), (following, "4")]:
        hold(held)
        asked = FollowUp.objects.check_ins().get(session=held, participant=cast.hanna)
        answers.append(checkins.answer(asked, {"safe": value}, {}, by=trail.SYSTEM))
    [trend] = trends.of(answers)
    assert [point.value for point in trend.points] == [2, 4]
    assert trend.points[0].y > trend.points[1].y
    assert trend.said.endswith("2, 4, of 5.")


@pytest.mark.parametrize("name", starter.PLANS)
def test_there_is_a_starter_plan_for_each_stage(cast, name):
    assert Plan.objects.get(name=name).steps.exists()

"""Which follow-ups a session brings, when each is due, and how they move with what they hang on."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet

from clients.contact import outbox
from clients.contact.models import Message, State
from clients.handouts import assign
from clients.handouts.models import Assignment
from clients.models import Case, Participant
from practice import clock
from practice.clock import on_wall_clock
from practice.models import Practice
from practice.wording import spoken_day
from scheduling.followups.models import (
    CasePlan,
    FollowUp,
    Line,
    Plan,
    QuestionSet,
    Step,
    hour_in_words,
)
from scheduling.models import Appointment, Status

CHECK_IN, LINE = "check_in", "line"
TO_READ_IT = timedelta(hours=1)  # before the next session begins
LIFE = timedelta(days=7)  # where no next session is booked


def choose_plan(case: Case, plan: Plan | None) -> None:
    """Use this plan after the sessions to come, or none."""
    if plan is None:
        CasePlan.objects.filter(case=case).delete()
    else:
        CasePlan.objects.update_or_create(case=case, defaults={"plan": plan})


@transaction.atomic
def plan_after(session: Appointment) -> list[FollowUp]:
    """The follow-ups of a session that took place: one for each step and person it is for.

    Called again it makes none twice. A handout step takes the next handout that the counselor
    confirmed for that person; where none is waiting, nothing goes.
    """
    case = session.case
    # Two sessions planned at once take turns, else both would take the same handout.
    plans = CasePlan.objects.select_for_update(of=("self",)).select_related("plan")
    chosen = plans.filter(case=case, paused_at=None).first()
    if case is None or chosen is None:
        return []
    people = case.participants.select_related("client__card", "follow_up_hour").filter(
        follow_up_pause=None
    )
    steps = list(chosen.plan.steps.select_related("question_set", "line"))
    planned = [
        _plan(session, step, person)
        for step in steps
        for person in people
        if step.is_for(person, case.stage)
    ]
    return [follow_up for follow_up in planned if follow_up]


def replan(appointment: Appointment) -> None:
    """An appointment moved or was called off: what counts from it, or ends with it, moves along."""
    if appointment.case_id is None:
        return
    _give_new_times(FollowUp.objects.filter(session__case=appointment.case_id))


def replan_for(person: Participant) -> None:
    """This person's hour is another one: what waits for them moves to it."""
    _give_new_times(FollowUp.objects.filter(participant=person))


def _give_new_times(follow_ups: QuerySet[FollowUp]) -> None:
    waiting = follow_ups.filter(message__state__in=[State.DUE, State.CLAIMED]).select_related(
        "session", "step", "participant__client__card", "participant__follow_up_hour", "message"
    )
    for follow_up in waiting:
        due, expires = _times(follow_up.session, follow_up.step, follow_up.participant)
        outbox.postpone(follow_up.message, due, expires)


def _plan(session: Appointment, step: Step, person: Participant) -> FollowUp | None:
    planned = FollowUp.objects.filter(session=session, step=step, participant=person).first()
    if planned:
        return planned
    due, expires = _times(session, step, person)
    follow_up = FollowUp(session=session, step=step, participant=person)
    if step.kind == Step.Kind.HANDOUT:
        follow_up.assignment = _next_handout(person)
        if follow_up.assignment is None:
            return None
        follow_up.message = assign.tell_later(
            follow_up.assignment, key=_key(follow_up), due_at=due, expires_at=expires
        )
    elif step.kind == Step.Kind.LINE:
        assert step.line is not None
        follow_up.line = Line.objects.filter(name=step.line.name).order_by("version").last()
        follow_up.message = _queue(follow_up, LINE, due, expires)
    else:
        assert step.question_set is not None
        # The words as the practice asks them now; what was planned before keeps its own.
        same = QuestionSet.objects.filter(name=step.question_set.name)
        follow_up.question_set = same.order_by("version").last()
        follow_up.message = _queue(follow_up, CHECK_IN, due, expires)
    follow_up.save(force_insert=True)
    return follow_up


def _queue(follow_up: FollowUp, purpose: str, due: datetime, expires: datetime) -> Message:
    return outbox.queue(
        client=follow_up.participant.client,
        template=Message.Template.NEWS,
        purpose=purpose,
        subject_id=follow_up.pk,
        key=_key(follow_up),
        due_at=due,
        expires_at=expires,
        is_follow_up=True,
    )


def _key(follow_up: FollowUp) -> str:
    return f"follow-up:{follow_up.session_id}:{follow_up.step_id}:{follow_up.participant_id}"


def _next_handout(person: Participant) -> Assignment | None:
    """The first that waits; what couldn't go with the follow-up before waits for this one."""
    waiting = person.assignments.waiting()
    missed = FollowUp.objects.filter(
        assignment__in=waiting, message__state__in=[State.EXPIRED, State.SUPPRESSED]
    )
    missed.update(assignment=None)
    return waiting.filter(follow_up=None).first()


def _times(session: Appointment, step: Step, person: Participant) -> tuple[datetime, datetime]:
    """When it is due, in the person's safe hours, and when it would be too late."""
    return times_between(session, _next_session(session), step, person, Practice.current())


def times_between(
    session: Appointment,
    following: Appointment | None,
    step: Step,
    person: Participant,
    practice: Practice,
) -> tuple[datetime, datetime]:
    """The same, between these two sessions: early rather than after the next has begun."""
    planned = _wall_time(session, following, step, person)
    due = outbox.safe_moment(planned, person.client, practice) or planned
    if following is None:
        return due, max(due, clock.now()) + LIFE
    if due >= following.starts_at and step.anchor != Step.Anchor.QUIET:
        latest = following.starts_at - TO_READ_IT
        earlier = outbox.safe_moment_before(latest, person.client, practice)
        if earlier and earlier > session.ends_at:
            due = earlier
    return due, following.starts_at


def _wall_time(
    session: Appointment, following: Appointment | None, step: Step, person: Participant
) -> datetime:
    zone = person.client.zone
    held_on = session.starts_at.astimezone(zone).date()
    if step.anchor == Step.Anchor.QUIET:
        quiet = held_on + timedelta(weeks=step.weeks)
        day = quiet + timedelta(days=(step.weekday - quiet.weekday()) % 7)
    elif step.anchor == Step.Anchor.BEFORE_NEXT and following:
        day = following.starts_at.astimezone(zone).date() - timedelta(days=step.days)
    else:
        after = step.days if step.anchor == Step.Anchor.AFTER else step.days_without_next
        day = held_on + timedelta(days=after)
    return on_wall_clock(day, _hour(step, person), zone)


def _hour(step: Step, person: Participant) -> time:
    """The person's own, where one was set for them; else the plan's."""
    own = getattr(person, "follow_up_hour", None)
    return own.at if own else step.at


def why(follow_up: FollowUp) -> str:
    """Why it is there, and why at that hour; asks the database nothing that isn't loaded."""
    step, client = follow_up.step, follow_up.participant.client
    wanted = _hour(step, follow_up.participant)
    held_on = spoken_day(follow_up.session.starts_at, client.zone)
    at = follow_up.message.due_at.astimezone(client.zone).time()
    because = f"Because of the session on {held_on}: {step.when}"
    hour = hour_in_words(wanted)
    if at.replace(second=0, microsecond=0) != wanted:
        return f"{because}. Not at {hour}, so that it falls into the hours that are safe for them."
    planned = "as planned" if wanted == step.at else "the hour set for them"
    return f"{because}, at {hour} their time, {planned}."


def _next_session(session: Appointment) -> Appointment | None:
    return (
        Appointment.objects.filter(
            case=session.case_id, status=Status.BOOKED, starts_at__gt=session.starts_at
        )
        .order_by("starts_at")
        .first()
    )

"""What a plan would send to this couple, and when: shown before anything is chosen."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from clients.contact import lock_screen
from clients.contact.lock_screen import LockScreen
from clients.models import Case, Participant
from practice import clock
from practice.clock import on_wall_clock
from practice.models import Practice
from scheduling.followups import planning
from scheduling.followups.models import Plan, Step
from scheduling.models import Appointment, Status

_SESSIONS = 3


@dataclass(frozen=True)
class Foreseen:
    """One message that would go."""

    person: Participant
    step: Step
    session: Appointment
    due_at: datetime
    is_too_late: bool

    @property
    def day(self) -> date:
        return self.due_at.astimezone(self.person.client.zone).date()


@dataclass(frozen=True)
class Preview:
    """A calendar of what would go, and how each message looks on a locked phone."""

    days: list[tuple[date, list[Foreseen]]]
    lock_screens: list[tuple[Participant, LockScreen]]
    is_example: bool


def preview(case: Case, plan: Plan) -> Preview:
    """What this plan would send around the sessions that are booked; else around two examples."""
    practice = Practice.current()
    people = list(case.participants.select_related("client__card", "follow_up_hour"))
    sessions, is_example = _sessions(case)
    steps = list(plan.steps.all())
    found = [
        _foresee(session, following, step, person, practice)
        for session, following in zip(sessions, [*sessions[1:], None], strict=True)
        for step in steps
        for person in people
        if step.is_for(person, case.stage)
    ]
    found.sort(key=lambda each: (each.day, each.person.position, each.due_at))
    days = [(day, list(entries)) for day, entries in groupby(found, key=lambda each: each.day)]
    screens = [(person, lock_screen.of(person.client.card, practice)) for person in people]
    return Preview(days, screens, is_example)


def _foresee(
    session: Appointment,
    following: Appointment | None,
    step: Step,
    person: Participant,
    practice: Practice,
) -> Foreseen:
    due, expires = planning.times_between(session, following, step, person, practice)
    return Foreseen(person, step, session, due, is_too_late=due >= expires)


def _sessions(case: Case) -> tuple[list[Appointment], bool]:
    booked = Appointment.objects.filter(
        case=case, status=Status.BOOKED, starts_at__gt=clock.now()
    ).order_by("starts_at")
    found = list(booked[:_SESSIONS])
    return (found, False) if found else (_examples(case), True)


def _examples(case: Case) -> list[Appointment]:
    """A session next week and one a week later, which stand in no calendar."""
    zone = case.counselor.zone
    first = on_wall_clock(clock.today(zone) + timedelta(days=7), time(11), zone)
    starts = [first, first + timedelta(weeks=1)]
    return [
        Appointment(case=case, starts_at=each, ends_at=each + timedelta(minutes=50))
        for each in starts
    ]

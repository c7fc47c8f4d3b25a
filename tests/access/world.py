"""Two counselors' couples with one of everything, so that each can be asked for the other's."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from email.message import EmailMessage
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from axes.models import AccessAttempt
from django.test import Client as Browser

from clients import cases, ending, goals
from clients.cases import TakesPart
from clients.contact import gates, outbox
from clients.contact.models import ConsentDocument, State
from clients.handouts import assign, drafts, library
from clients.handouts.importing import ImportedArticle, Section
from clients.handouts.models import Article, Audience, Version
from clients.models import Case, Client, Cover, Part, Participant
from clients.notes.models import Outline
from practice import clock
from practice.access.roles import Role
from practice.audit import trail
from practice.mailbox import letters
from practice.models import Counselor, Directory, Practice, User
from scheduling import feed, lifecycle
from scheduling.followups import checkins
from scheduling.followups.models import FollowUp, Line, Plan, QuestionSet, Rung, Step
from scheduling.models import (
    Appointment,
    DateHours,
    Estimate,
    Holiday,
    OutsideCalendar,
    Series,
    TimeOff,
)
from tests.access import notes, requests
from tests.access.matrix import ASKS, Who
from tests.cast import (
    Cast,
    in_days,
    make_client,
    make_consultation,
    make_counselor,
    make_message,
    make_session,
    make_user,
    make_version,
    open_link,
)
from tests.scheduling.consulting import consult
from tests.scheduling.other_calendars import calendar

Things = Mapping[str, Any]


@dataclass
class World:
    """What each counselor has, by the names that the matrix uses; `shared` is everybody's."""

    cast: Cast
    own: Things
    others: Things
    shared: Things
    lead: User
    # Stands in for Nora just now, and may read her notes.
    cover: Counselor

    def user(self, who: Who) -> User:
        """Somebody on the staff."""
        cast = self.cast
        return {
            Who.DESK: cast.dan,
            Who.COUNSELOR: cast.nora.user,
            Who.OTHER_COUNSELOR: cast.ida.user,
            Who.OWNER: cast.olga,
            Who.LEAD: self.lead,
            Who.COVER: self.cover.user,
        }[who]

    def visit(self, browser: Browser, person: Participant, purpose: str, things: Things) -> None:
        """Come by a private link of that purpose, with the right code."""
        subject = things["links"][purpose]
        answer = open_link(browser, person.client, purpose, subject)
        assert answer.status_code == 200, purpose


def build(cast: Cast) -> World:
    """Everything that an address can name, twice."""
    version = make_version(body=ASKS)
    spare = make_version(title="Not given yet")
    shared = {
        "version": version.pk,
        "spare": spare,
        "draft": _draft().pk,
        "changed_article": _changed().pk,
        "unassigned_request": requests.waiting("NJ", "Uma").pk,
        **_settings(cast),
    }
    cover = make_cover(cast)
    return World(
        cast,
        {**_things(cast.nora, cast.hanna, cast.ian, version, spare), "change": _change(cast, 0)},
        {**_things(cast.ida, cast.mia, cast.max, version, spare), "change": _change(cast, 1)},
        shared,
        lead=make_user("lena", Role.LEAD),
        cover=cover,
    )


def with_mail(world: World) -> World:
    """With a letter in the demo's mailbox, which is a file."""
    mail = letters.keep(_mail().as_bytes()).stem
    return replace(world, shared={**world.shared, "mail": mail})


def make_cover(cast: Cast) -> Counselor:
    """Cora, who stands in for Nora this week."""
    cora = make_counselor("cora", ["NY"])
    now = clock.now()
    Cover.objects.create(
        counselor=cast.nora,
        covering=cora,
        starts_at=now,
        ends_at=in_days(now, 7),
        notes=True,
        granted_by=cast.nora.user,
        granted_at=now,
    )
    return cora


def _things(
    counselor: Counselor, first: Participant, second: Participant, version: Version, spare: Version
) -> Things:
    case = first.case
    session = make_session(case, in_days(clock.now(), 1))
    begun = make_session(case, in_days(clock.now(), -1))
    consultation = consult(counselor, in_days(clock.now(), 7), first.client, second.client)
    past = lifecycle.mark_done(make_session(case, in_days(clock.now(), 2)), by=trail.SYSTEM)
    request = make_consultation(counselor, in_days(clock.now(), 5), f"Vera{counselor.pk}").request
    held = make_consultation(counselor, in_days(clock.now(), 6), f"Will{counselor.pk}").request
    assert held.appointment is not None
    lifecycle.mark_done(held.appointment, by=trail.SYSTEM)
    mine, theirs = (_given(person, version, counselor) for person in (first, second))
    check_in = past.follow_ups.get(participant=first)
    asked = requests.of(counselor)
    own_request = requests.offered(counselor, first.client)
    away, date_hours = _hours(counselor)
    return {
        "weekly_hours": counselor.weekly_hours.all()[0].pk,
        "date_hours": date_hours.pk,
        "time_off": away.pk,
        "estimate": _estimate(session, first),
        "case": case.pk,
        "participant": first.pk,
        "session": begun.pk,
        "session_version": begun.version,
        "series": _series(case),
        "seen_move": f"2026-12-22=v{session.version}",
        "seen_end": f"{session.pk}=v{session.version}",
        "appointment": session.pk,
        "appointment_version": session.version,
        "request": request.pk,
        "held_request": held.pk,
        "begun_request": asked.begun.pk,
        "open_request": asked.open.pk,
        "review_request": asked.review.pk,
        "open_time": asked.open_time,
        "apart_request": asked.apart.pk,
        "counselor": counselor.pk,
        "offered_time": requests.first_offer(own_request),
        "assignment": mine,
        "partners_assignment": theirs,
        "waiting": _waits(first, counselor),
        "follow_up": check_in.pk,
        "flag": _flag(past, second),
        "outgoing": make_message(first.client, due_at=in_days(clock.now(), 1)).pk,
        "undelivered": _undelivered(first.client),
        "another_time": _two_hours_later(session),
        "other_consultation_time": _two_hours_later(consultation),
        "version": str(spare.pk),
        "state": first.client.state_id,
        "places": _places(case),
        **notes.of(counselor, first),
        **_work(case, first, second),
        "outline": str(Outline.objects.get(key="dap").pk),
        "calendar_upload": Upload(),
        "outside_calendar": _other_calendar(counselor),
        "links": {
            "reading": first.pk,
            "handout": mine,
            "appointment": consultation.pk,
            "check_in": check_in.pk,
            "line": _line(check_in),
            "request": own_request.pk,
        },
    }


def _work(case: Case, first: Participant, second: Participant) -> Things:
    """A goal with what was agreed to, a case that is closed, and a session that can begin."""
    goal = goals.set_goal(case, "CANARY goal", trail.SYSTEM)
    action = goals.agree(goal, second, "CANARY action", trail.SYSTEM)
    closed = cases.open_case(
        counselor=case.counselor,
        concern=case.concern,
        disclosure=Case.Disclosure.YES,
        people=[TakesPart(first.client, Part(first.part))],
        by=trail.SYSTEM,
    )
    ending.close(closed, Case.CloseReason.REACHED, trail.SYSTEM)
    return {
        "goal": goal.pk,
        "action": action.pk,
        "participant": str(first.pk),
        "closed_case": closed.pk,
        "cover": _cover_for(case),
    }


def _cover_for(case: Case) -> uuid.UUID:
    """Somebody who will stand in for this counselor next year."""
    later = in_days(clock.now(), 400)
    helper = make_counselor(f"helper{case.counselor_id}", ["NY"])
    return Cover.objects.create(
        counselor=case.counselor,
        covering=helper,
        starts_at=later,
        ends_at=in_days(later, 7),
        granted_by=case.counselor.user,
        granted_at=clock.now(),
    ).pk


def _series(case: Case) -> uuid.UUID:
    series = Series.objects.create(
        case=case, every_weeks=Series.Rhythm.WEEKLY, at=time(10), made_at=clock.now()
    )
    return series.pk


def _hours(counselor: Counselor) -> tuple[TimeOff, DateHours]:
    """Off in some weeks, so that nothing else in the world lies in it."""
    day = in_days(clock.now(), 60)
    return (
        TimeOff.objects.create(
            counselor=counselor, starts_at=day, ends_at=in_days(clock.now(), 61)
        ),
        DateHours.objects.create(counselor=counselor, day=in_days(clock.now(), 63).date()),
    )


def _estimate(session: Appointment, person: Participant) -> uuid.UUID:
    today = clock.now().date()
    return Estimate.objects.create(
        client=person.client,
        appointment=session,
        session_on=session.starts_at.date(),
        counted_from=today,
        due_on=today,
        made_at=clock.now(),
    ).pk


def _change(cast: Cast, number: int) -> uuid.UUID:
    """What the desk did a moment ago, and can take back."""
    counselor, state = [(cast.nora, "NJ"), (cast.ida, "MA")][number]
    # Somebody who asked for nothing else: a request with another time couldn't be taken back.
    person = make_client(f"Moved {number}", state=state, email=f"moved{number}@example.com")
    at = in_days(clock.now(), 13, 15)
    moved = consult(counselor, at, person)
    lifecycle.move(moved, in_days(clock.now(), 13, 17), trail.SYSTEM, undoable_by=cast.dan)
    return moved.changes.get().pk


class Upload:
    """A calendar file that can be sent again and again."""

    name, content_type = "home.ics", "text/calendar"

    def read(self) -> bytes:
        return calendar()


def _other_calendar(counselor: Counselor) -> uuid.UUID:
    """Both ways: a feed that somebody reads, and a calendar that we read."""
    feed.make(counselor, by=trail.SYSTEM)
    return OutsideCalendar.objects.create(
        counselor=counselor, name="Choir", added_at=clock.now()
    ).pk


def _given(person: Participant, version: Version, counselor: Counselor) -> uuid.UUID:
    user = counselor.user
    (assignment,) = assign.give(person, [version], now=True, user=user, by=trail.SYSTEM)
    assign.release([assignment])  # though a session was less than a day ago
    return assignment.pk


def _flag(session: Appointment, person: Participant) -> uuid.UUID:
    """What this person answered must be looked at."""
    asked = session.follow_ups.get(participant=person)
    return checkins.answer(asked, {"safe": "1"}, {}, by=trail.SYSTEM).flag.pk


def _line(check_in: FollowUp) -> uuid.UUID:
    """A few words that go to the same person after the same session."""
    line = Line.objects.all()[0]
    plan = Plan.objects.create(name=f"Lines {check_in.pk}")
    facts = {"plan": plan, "position": 0, "kind": "line", "anchor": "after", "at": time(18)}
    step = Step.objects.create(line=line, **facts)
    person = check_in.participant
    message = make_message(person.client, purpose="line", due_at=in_days(clock.now(), 1))
    return FollowUp.objects.create(
        session=check_in.session, step=step, participant=person, line=line, message=message
    ).pk


def _undelivered(client: Client) -> uuid.UUID:
    """A message that ended badly, so that it may go again or be told on the phone."""
    message = make_message(client, due_at=in_days(clock.now(), 1))
    outbox.stop([message], State.SUPPRESSED, f"no safe e-mail{gates.CALL}")
    return message.pk


def _two_hours_later(session: Appointment) -> str:
    return session.starts_at.replace(hour=session.starts_at.hour + 2).isoformat()


def _places(case: Case) -> dict[str, str]:
    people = case.participants.select_related("client")
    states = {f"state_{person.pk}": str(person.client.state_id) for person in people}
    return states | {f"zone_{person.pk}": person.client.time_zone for person in people}


def _draft() -> Article:
    article = library.store_draft(ImportedArticle("A draft", [], []))
    article.sections.create(position=0, audience=Audience.BOTH, text="Words.")
    return article


def _changed() -> Article:
    """One that was imported again, with something new in it."""
    article = library.store_draft(ImportedArticle("Changed since", [], []))
    drafts.note_incoming(
        article,
        ImportedArticle("Changed since", [Section("More", "both", False, [])], []),
        by=trail.SYSTEM,
    )
    return article


def _waits(person: Participant, counselor: Counselor) -> uuid.UUID:
    version = make_version(title="Confirmed, and waits")
    user = counselor.user
    (assignment,) = assign.give(person, [version], now=False, user=user, by=trail.SYSTEM)
    return assignment.pk


def _settings(cast: Cast) -> Things:
    off = TimeOff.objects.create(
        counselor=cast.nora, starts_at=in_days(clock.now(), 20), ends_at=in_days(clock.now(), 21)
    )
    day = DateHours.objects.create(counselor=cast.nora, day=in_days(clock.now(), 64).date())
    holiday = Holiday.objects.create(day=day.day, name="A day of rest")
    attempt = AccessAttempt.objects.create(
        username="x@example.com", ip_address="192.0.2.1", failures_since_start=1
    )
    spare_codes = RecoveryCodes.activate(make_user("sam", Role.DESK)).instance
    return {
        "plan": cast.plan.pk,
        "step": cast.plan.steps.all()[0].pk,
        "questions": QuestionSet.objects.all()[0].pk,
        "line": Line.objects.all()[0].pk,
        "followups_rung": Rung.objects.all()[0].pk,
        "practice_practice": Practice.current().pk,
        "practice_state": "NJ",
        "practice_directory": Directory.objects.filter(state=None)[0].pk,
        "practice_user": cast.nora.user.pk,
        "practice_counselor": cast.nora.pk,
        "clients_concern": "affair-recovery",
        "scheduling_weeklyhours": cast.nora.weekly_hours.all()[0].pk,
        "scheduling_datehours": day.pk,
        "scheduling_timeoff": off.pk,
        "scheduling_holiday": holiday.pk,
        "mfa_authenticator": spare_codes.pk,
        "axes_accessattempt": attempt.pk,
        "contact_consentdocument": ConsentDocument.objects.get(purpose="sms").pk,
        "intake_declinereason": "no-time",
    }


def _mail() -> EmailMessage:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "somebody@example.com", "A note"
    mail.set_content("Words.")
    return mail

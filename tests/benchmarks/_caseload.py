"""Counselors with many couples, whose days and cases look as they do after some years."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from tests.benchmarks import _practice

_BATCH = 2000
_NUMBERS = count()
_ANSWERS = json.dumps(
    [
        {**each, "raise": "together"}
        for each in (
            {"key": "safe", "text": "How safe did you feel?", "kind": "scale", "answer": "3"},
            {"key": "hard", "text": "What was hard?", "kind": "text", "answer": "The evening."},
        )
    ]
)


@dataclass(frozen=True)
class Shown:
    """How many rows of each kind a counselor's day shows."""

    sessions: int = 20
    answers: int = 20
    notes: int = 10
    stuck: int = 10

    @property
    def rows(self) -> int:
        return self.sessions + self.answers + self.notes + self.stuck


def couples(counselor: Any, number: int, state: str, now: datetime) -> list[Any]:
    """So many open cases of two people, written at once."""
    from clients.contact.models import ContactCard
    from clients.models import Case, Client, Concern, Participant

    concern = Concern.objects.get(key="affair-recovery")
    people = Client.objects.bulk_create(
        (
            Client(name=f"Person {next(_NUMBERS)}", state_id=state, created_at=now)
            for _ in range(2 * number)
        ),
        _BATCH,
    )
    ContactCard.objects.bulk_create((ContactCard(client=each) for each in people), _BATCH)
    cases = Case.objects.bulk_create(
        (
            Case(
                counselor=counselor,
                concern=concern,
                stage="impact",
                disclosure="yes",
                opened_at=now - timedelta(days=900),
            )
            for _ in range(number)
        ),
        _BATCH,
    )
    Participant.objects.bulk_create(
        (
            Participant(case=case, client=people[2 * at + place], part=part, position=place)
            for at, case in enumerate(cases)
            for place, part in enumerate(("hurt", "involved"))
        ),
        _BATCH,
    )
    return cases


def messages(cases: Sequence[Any], number: int, now: datetime) -> None:
    """So many that went over the years, evenly to all of them."""
    from clients.contact.models import Message
    from clients.models import Participant

    people = list(
        Participant.objects.filter(case__in=[each.pk for each in cases[:900]]).values_list(
            "client", flat=True
        )
    )
    Message.objects.bulk_create(
        (
            _message(people[at % len(people)], now - timedelta(minutes=4 * at + 60))
            for at in range(number)
        ),
        _BATCH,
    )


def _message(client: Any, at: datetime, **facts: Any) -> Any:
    from clients.contact.models import Message

    told = {
        **{"key": str(uuid4()), "client_id": client, "template": "news", "purpose": "note"},
        **{"subject_id": "x", "state": "sent", "due_at": at, "sent_at": at, "created_at": at},
        **{"expires_at": at + timedelta(days=3), "is_follow_up": True},
    }
    return Message(**{**told, **facts})


def plan() -> list[Any]:
    """Four steps after each session, two of which ask something."""
    from scheduling.followups.models import Line, Plan, QuestionSet, Step

    made = Plan.objects.create(name="Bench")
    questions = QuestionSet.objects.create(name="Bench", questions=[])
    line = Line.objects.create(name="Bench", title="A line", body="Words.")
    return [
        Step.objects.create(
            plan=made,
            position=at,
            kind="check_in" if at % 2 else "line",
            anchor="after",
            days=at + 1,
            at=time(18),
            question_set=questions if at % 2 else None,
            line=None if at % 2 else line,
        )
        for at in range(4)
    ]


def long_case(case: Any, steps: Sequence[Any], sessions: int, sent: int, now: datetime) -> None:
    """A case of years: a session each week, and what went to both after each, partly answered."""
    held = _sessions(case, [now - timedelta(days=7 * (at + 1)) for at in range(sessions)], "done")
    people = list(case.participants.all())
    turns = ((one, step, who) for one in held for step in steps for who in people)
    _follow_ups([turn for turn, _ in zip(turns, range(sent), strict=False)])


def a_day(cases: Sequence[Any], steps: Sequence[Any], shown: Shown, now: datetime) -> None:
    """What a counselor finds in the morning: sessions, answers, drafts, what didn’t arrive."""
    from clients.contact.models import Message
    from clients.notes.models import JointNote

    for at in range(shown.sessions):
        _sessions(cases[at], [now + timedelta(hours=2 * at + 2)], "booked")
    for at in range(shown.answers // 2):
        case = cases[at]
        (held,) = _sessions(case, [now - timedelta(days=4, hours=2 * at)], "done")
        _follow_ups([(held, steps[1], who) for who in case.participants.all()])
    JointNote.objects.bulk_create(
        JointNote(
            case=cases[at], author=cases[at].counselor.user, begun_at=now, changed_at=now, text="x"
        )
        for at in range(shown.notes)
    )
    Message.objects.bulk_create(
        _message(
            case.participants.all()[0].client_id,
            now - timedelta(days=1),
            state="dead",
            sent_at=None,
            expires_at=now + timedelta(days=1),
        )
        for case in cases[: shown.stuck]
    )


def _sessions(case: Any, begins: Sequence[datetime], status: str) -> list[Any]:
    from scheduling.models import Appointment

    made = Appointment.objects.bulk_create(
        Appointment(
            kind="session",
            status=status,
            counselor_id=case.counselor_id,
            case=case,
            starts_at=start,
            ends_at=start + timedelta(minutes=50),
            busy_until=start + timedelta(minutes=60),
        )
        for start in begins
    )
    _practice.everybody_comes(made)
    return made


def _follow_ups(turns: Sequence[tuple[Any, Any, Any]]) -> None:
    from clients.contact.models import Message
    from scheduling.followups.models import FollowUp, Response

    due = [session.ends_at + timedelta(days=step.days) for session, step, _ in turns]
    sent = Message.objects.bulk_create(
        (_message(who.client_id, at) for at, (_, _, who) in zip(due, turns, strict=True)), _BATCH
    )
    made = FollowUp.objects.bulk_create(
        (
            FollowUp(session=session, step=step, participant=who, message=message)
            for message, (session, step, who) in zip(sent, turns, strict=True)
        ),
        _BATCH,
    )
    Response.objects.bulk_create(
        Response(
            follow_up=each,
            participant=each.participant,
            answers_text=_ANSWERS,
            answered_at=each.message.due_at + timedelta(hours=2),
            seen_at=each.message.due_at + timedelta(hours=3),
        )
        for each in made
        if each.step.kind == "check_in"
    )

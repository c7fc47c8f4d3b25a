"""The short safety screen: asked of each person alone, read by counselors only (rule 3)."""

import json
from collections.abc import Mapping

from django.db import transaction

from clients.models import Client
from intake.models import ConsultationRequest, SafetyScreen, Status
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import User
from scheduling.models import Status as AppointmentStatus

Answer = SafetyScreen.Answer

# The questions by their keys, in the practice's own words. "Yes" to any of them means: not safe.
QUESTIONS: dict[str, str] = {
    "afraid": "Are you sometimes afraid of your partner?",
    "hurt": "In the past year, has your partner hurt you, or said that they would?",
    "watched": "Could it be dangerous for you if your partner saw what you write to us?",
}


def is_raised(answers: Mapping[str, str]) -> bool:
    """Whether these answers say that the person is not safe with their partner."""
    return any(answers.get(key) == Answer.YES for key in QUESTIONS)


def keep(client: Client, request: ConsultationRequest, answers: Mapping[str, str]) -> SafetyScreen:
    """Store what this person answered."""
    told = {key: answers[key] for key in QUESTIONS if answers.get(key)}
    screen = SafetyScreen(
        client=client,
        request=request,
        answers=json.dumps(told),
        raised=is_raised(answers),
        answered_at=clock.now(),
    )
    screen.save(force_insert=True)
    return screen


def told(screen: SafetyScreen) -> list[tuple[str, str]]:
    """The questions with this person's answers, for a counselor's page."""
    answers = json.loads(screen.answers)
    return [
        (words, str(Answer(answers[key]).label))
        for key, words in QUESTIONS.items()
        if key in answers
    ]


@transaction.atomic
def mark_read(
    request: ConsultationRequest,
    *,
    user: User,
    by: trail.Actor,
    alone: bool = False,
    both: bool = False,
) -> None:
    """A counselor has read the answers: from here on the desk may go on with the request.

    Where no time is booked they decide with whom: with the one who asked `alone`, or with `both`.
    """
    unread = SafetyScreen.objects.filter(request=request, seen_at=None)
    unread.update(seen_at=clock.now(), seen_by=user)
    asked = ConsultationRequest.objects.filter(pk=request.pk)
    asked.update(needs_counselor=False)
    undecided = asked.exclude(appointment__status=AppointmentStatus.BOOKED)
    if alone:
        undecided.update(with_partner=False)
    elif both:
        undecided.update(partner_cleared=True)
    asked.filter(status=Status.REVIEW).update(status=Status.WAITING)
    trail.record(
        Verb.CHANGE, request, by=by, client_id=request.client_id, note="safety answers read"
    )

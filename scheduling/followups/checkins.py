"""Asking and answering: a check-in takes two minutes and is read before the next session."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from clients.contact import gates
from clients.contact.models import Message
from clients.models import Case
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from scheduling.followups import flags
from scheduling.followups.models import Draft, FollowUp, Response
from scheduling.followups.planning import CHECK_IN

ALONE, TOGETHER = "alone", "together"


class AlreadyAnswered(Exception):
    """The answers were sent before; they stay as they are."""


@gates.gate(CHECK_IN)
def _still_asked(message: Message) -> str:
    """Asked right before it goes: is the case open, and the question not answered yet?"""
    asked = FollowUp.objects.filter(
        pk=message.subject_id,
        participant__client=message.client_id,
        participant__case__status=Case.Status.OPEN,
        response=None,
    )
    return "" if asked.exists() else "no longer asked"


@transaction.atomic
def keep_draft(follow_up: FollowUp, typed: Mapping[str, str]) -> Draft:
    """Keep what is typed so far, for the person alone. Raises AlreadyAnswered."""
    FollowUp.objects.select_for_update(of=("self",), no_key=True).get(pk=follow_up.pk)
    if Response.objects.filter(follow_up=follow_up).exists():
        raise AlreadyAnswered
    draft = Draft.objects.filter(follow_up=follow_up).first() or Draft(
        follow_up=follow_up, participant=follow_up.participant
    )
    draft.answers_text, draft.saved_at = json.dumps(dict(typed)), clock.now()
    draft.save()
    return draft


def typed_so_far(follow_up: FollowUp) -> dict[str, str]:
    """What the person had typed before; empty where nothing is kept."""
    draft = Draft.objects.filter(follow_up=follow_up).first()
    typed: dict[str, str] = json.loads(draft.answers_text) if draft else {}
    return typed


@transaction.atomic
def answer(
    follow_up: FollowUp,
    given: Mapping[str, Any],
    together: Mapping[str, bool],
    by: trail.Actor,
) -> Response:
    """Keep the answers, each with who may raise it. Raises AlreadyAnswered."""
    # Sent twice at once, the second waits here and finds the first.
    FollowUp.objects.select_for_update(of=("self",), no_key=True).get(pk=follow_up.pk)
    if Response.objects.filter(follow_up=follow_up).exists():
        raise AlreadyAnswered
    assert follow_up.question_set is not None
    answers = [
        {
            "key": question["key"],
            "text": question["text"],
            "kind": question["kind"],
            "answer": given[question["key"]],
            "raise": TOGETHER if together.get(question["key"]) else ALONE,
        }
        for question in follow_up.question_set.questions
        if given.get(question["key"]) not in (None, "")
    ]
    response = Response(
        follow_up=follow_up,
        participant=follow_up.participant,
        answers_text=json.dumps(answers),
        answered_at=clock.now(),
    )
    response.save(force_insert=True)
    Draft.objects.filter(follow_up=follow_up).delete()
    flags.raise_for(response, follow_up.question_set.questions)
    participant = follow_up.participant
    trail.record(
        Verb.CREATE, response, by=by, case_id=participant.case_id, client_id=participant.client_id
    )
    return response

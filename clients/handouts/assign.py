"""Giving handouts to people, and letting them be read."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from clients.contact import gates, outbox
from clients.contact.models import Message
from clients.handouts.models import Assignment, Audience, Version
from clients.models import Participant
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import User

# What a private link may open: all that was given to a participant, or one handout of theirs.
READING = "reading"
HANDOUT = "handout"


class NotForThem(Exception):
    """The handout is for the other partner, or names what this one doesn't know."""


@transaction.atomic
def give(
    participant: Participant,
    versions: Sequence[Version],
    *,
    now: bool,
    user: User,
    by: trail.Actor,
) -> list[Assignment]:
    """Give these to the participant: to read at once, or with the next follow-up.

    Raises NotForThem where one is for the other partner or the disclosure lock is on.
    """
    given = [_give_one(participant, version, user) for version in versions]
    for assignment in given:
        trail.record(
            Verb.SEND,
            assignment,
            by=by,
            case_id=participant.case_id,
            client_id=participant.client_id,
            note="now" if now else "with the next follow-up",
        )
    if now and given:
        release(given)
        tell(participant, key=f"reading:{given[0].pk}")
    return given


def _give_one(participant: Participant, version: Version, user: User) -> Assignment:
    handout = version.handout
    if not Audience(handout.audience).suits(participant.part):
        raise NotForThem
    if handout.about_affair and not participant.may_hear_of_affair:
        raise NotForThem
    try:
        with transaction.atomic():
            assignment, _ = Assignment.objects.get_or_create(
                participant=participant,
                version=version,
                defaults={
                    "confirmed_by": user,
                    "confirmed_at": clock.now(),
                    "position": participant.assignments.count(),
                },
            )
    except IntegrityError as error:  # the case changed meanwhile, and the database knew
        raise NotForThem from error
    return assignment


def release(assignments: Sequence[Assignment]) -> None:
    """Let these be read from now on. The database refuses what the disclosure lock holds."""
    for assignment in assignments:
        if assignment.released_at is None:
            assignment.released_at = clock.now()
            assignment.save(update_fields=["released_at"])


def tell(participant: Participant, *, key: str) -> Message:
    """Tell the participant that there is something to read; the words don't say what."""
    return outbox.queue(
        client=participant.client,
        template=Message.Template.NEWS,
        purpose=READING,
        subject_id=participant.pk,
        key=key,
        is_follow_up=True,
    )


def tell_later(
    assignment: Assignment, *, key: str, due_at: datetime, expires_at: datetime
) -> Message:
    """Let it go with a follow-up: it can be read from the moment its message leaves."""
    return outbox.queue(
        client=assignment.participant.client,
        template=Message.Template.NEWS,
        purpose=HANDOUT,
        subject_id=assignment.pk,
        key=key,
        due_at=due_at,
        expires_at=expires_at,
        is_follow_up=True,
    )


@gates.gate(HANDOUT)
def _may_still_have_it(message: Message) -> str:
    fitting = Assignment.objects.fitting().filter(
        pk=message.subject_id, participant__client=message.client_id
    )
    return "" if fitting.exists() else "no longer for them"


@gates.departure(HANDOUT)
def _release_it(message: Message) -> None:
    release(list(Assignment.objects.filter(pk=message.subject_id)))


@gates.gate(READING)
def _still_theirs(message: Message) -> str:
    """Asked right before it goes: the case may have closed, or the lock been set, meanwhile."""
    readable = Assignment.objects.readable().filter(
        participant__pk=message.subject_id, participant__client=message.client_id
    )
    return "" if readable.exists() else "nothing to read any more"


def mark_opened(assignment: Assignment, by: trail.Actor) -> None:
    """The reader opened it. Read by the counselor only."""
    if assignment.opened_at is None:
        assignment.opened_at = clock.now()
        assignment.save(update_fields=["opened_at"])
    _record_reading(assignment, by)


def mark_reached(assignment: Assignment, number: int) -> None:
    """The reader came to this section; going back in it forgets nothing."""
    Assignment.objects.filter(pk=assignment.pk, reached__lt=number).update(reached=number)


def mark_finished(assignment: Assignment) -> None:
    """The reader says they have read it."""
    assignment.finished_at = assignment.finished_at or clock.now()
    assignment.save(update_fields=["finished_at"])


def _record_reading(assignment: Assignment, by: trail.Actor) -> None:
    participant = assignment.participant
    trail.record(
        Verb.READ, assignment, by=by, case_id=participant.case_id, client_id=participant.client_id
    )

"""Giving handouts to people, and letting them be read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from clients.contact import gates, outbox
from clients.contact.models import Message
from clients.handouts import mirrors, pacing
from clients.handouts.models import Assignment, Audience, Handout, Version
from clients.models import Case, Participant
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import User

# What a private link may open: all that was given to a participant, or one handout of theirs.
READING = "reading"
HANDOUT = "handout"
# What a person must settle first is looked at again after this.
_LOOK_AGAIN = timedelta(hours=1)
# What was to go at once and had to wait stays worth sending for so long.
_LIFE = timedelta(days=14)


class NotForThem(Exception):
    """The handout is for the other partner, or names what this one doesn't know."""


class Withdrawn(NotForThem):
    """The handout was withdrawn: nobody gets it anew."""


@transaction.atomic
def give(
    participant: Participant,
    versions: Sequence[Version],
    *,
    now: bool,
    user: User,
    by: trail.Actor,
    alone: bool = False,
) -> list[Assignment]:
    """Give these to the participant: to read at once, or with the next follow-up.

    At once is as soon as nothing firm speaks against it (see `pacing`), and what has a mirror
    waits for that one, unless it may go `alone`. Raises NotForThem where one is for the other
    partner or the disclosure lock is on, and Withdrawn.
    """
    participant = _as_it_is_now(participant, versions)
    given = [_give_one(participant, version, user, alone=alone) for version in versions]
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
        _let_go(participant, given)
    return given


def _as_it_is_now(participant: Participant, versions: Sequence[Version]) -> Participant:
    """Read anew and held until the end: a lock that somebody sets meanwhile comes before or after.

    So are the handouts, lest one be withdrawn in the same moment.
    """
    cases = Case.objects.select_for_update(no_key=True)
    cases.get(pk=participant.case_id)
    handouts = Handout.objects.select_for_update(no_key=True).order_by("pk")
    list(handouts.filter(pk__in=[version.handout_id for version in versions]))
    return Participant.objects.select_related("client__card", "case__concern").get(
        pk=participant.pk
    )


def _give_one(participant: Participant, version: Version, user: User, *, alone: bool) -> Assignment:
    handout = Handout.objects.get(pk=version.handout_id)
    if not Audience(handout.audience).suits(participant.part):
        raise NotForThem
    if handout.about_affair and not participant.may_hear_of_affair:
        raise NotForThem
    facts = {
        "confirmed_by": user,
        "confirmed_at": clock.now(),
        "position": participant.assignments.count(),
        "alone": alone,
    }
    before = participant.assignments.filter(version=version).first()
    if before and before.taken_back_at is None:
        return before
    if handout.withdrawn_at:
        raise Withdrawn
    if before:
        return _give_again(before, facts)
    try:
        with transaction.atomic():
            return Assignment.objects.create(participant=participant, version=version, **facts)
    except IntegrityError as error:  # the case changed meanwhile, and the database knew
        raise NotForThem from error


def _give_again(assignment: Assignment, facts: dict[str, object]) -> Assignment:
    for name, value in facts.items():
        setattr(assignment, name, value)
    assignment.taken_back_at = None
    assignment.save()
    return assignment


def _let_go(participant: Participant, given: Sequence[Assignment]) -> None:
    """At once what may go at once; the rest by a message that waits until it may."""
    now = clock.now()
    firm = [wait for wait in pacing.waits(participant, now) if wait.firm]
    at_once = [each for each in given if not firm and not mirrors.waits_for_other(each)]
    if at_once:
        release(at_once)
        tell(participant, key=f"reading:{at_once[0].pk}")
        _release_mirrors(at_once)
    for assignment in given:
        if assignment not in at_once and assignment.released_at is None:
            due = _until(firm, now)
            tell_later(
                assignment,
                key=f"handout:{assignment.pk}:{assignment.confirmed_at.isoformat()}",
                due_at=due,
                expires_at=due + _LIFE,
            )


def _until(waits: Sequence[pacing.Wait], now: datetime) -> datetime:
    """The moment from which nothing of this speaks against it; soon, where nobody can know."""
    moments = [wait.until or now + _LOOK_AGAIN for wait in waits]
    return max([now, *moments])


@transaction.atomic
def take_back(assignment: Assignment, *, by: trail.Actor) -> bool:
    """The counselor thinks better of it before it was released; False where it was already."""
    taken = Assignment.objects.filter(pk=assignment.pk, released_at=None)
    if not taken.update(taken_back_at=clock.now()):
        return False
    outbox.stop_about(HANDOUT, assignment.pk, "taken back")
    _record(Verb.CHANGE, assignment, by, "taken back")
    return True


@transaction.atomic
def move(assignment: Assignment, step: int, *, by: trail.Actor) -> None:
    """Up (-1) or down (1) among what waits for its reader."""
    order = list(assignment.participant.assignments.waiting())
    at = next((n for n, each in enumerate(order) if each.pk == assignment.pk), None)
    if at is None or not 0 <= at + step < len(order):
        return
    order.insert(at + step, order.pop(at))
    first = min(each.position for each in order)
    for place, each in enumerate(order):
        Assignment.objects.filter(pk=each.pk).update(position=first + place)
    _record(Verb.CHANGE, assignment, by, "moved")


def release(assignments: Sequence[Assignment]) -> None:
    """Let these be read from now on. The database refuses what the disclosure lock holds."""
    for assignment in assignments:
        if assignment.released_at is None:
            assignment.released_at = clock.now()
            assignment.save(update_fields=["released_at"])


def _release_mirrors(released: Sequence[Assignment]) -> None:
    """A pair goes together: the other partner is told of theirs in the same moment."""
    for assignment in released:
        other = mirrors.of(assignment)
        if other is None or other.released_at is not None or assignment.alone:
            continue
        release([other])
        planned = Message.objects.unsent().filter(purpose=HANDOUT, subject_id=other.pk).first()
        if planned is None:
            tell(other.participant, key=f"reading:{other.pk}")
        else:
            outbox.postpone(planned, clock.now(), planned.expires_at)


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
def _may_still_have_it(message: Message) -> str | gates.Wait:
    fitting = Assignment.objects.fitting().select_related("participant__client", "version")
    theirs = fitting.filter(pk=message.subject_id, participant__client=message.client_id)
    assignment = theirs.first()
    if assignment is None:
        return "no longer for them"
    if assignment.released_at is not None:
        return _held(pacing.waits(assignment.participant, clock.now()), firm_only=True)
    if Handout.objects.filter(pk=assignment.version.handout_id, withdrawn_at=None).exists():
        return _not_yet(assignment)
    return "withdrawn"


def _not_yet(assignment: Assignment) -> str | gates.Wait:
    """Paced by its reader's pause, and by the other partner's where the two go together."""
    if mirrors.waits_for_other(assignment):
        return gates.Wait(clock.now() + _LOOK_AGAIN)
    other = None if assignment.alone else mirrors.of(assignment)
    together = [each for each in (assignment, other) if each and each.released_at is None]
    waits = [wait for each in together for wait in pacing.waits(each.participant, clock.now())]
    return _held(waits)


def _held(waits: Sequence[pacing.Wait], *, firm_only: bool = False) -> str | gates.Wait:
    holding = [wait for wait in waits if wait.firm or not firm_only]
    return gates.Wait(_until(holding, clock.now())) if holding else ""


@gates.departure(HANDOUT)
def _release_it(message: Message) -> None:
    going = list(
        Assignment.objects.filter(pk=message.subject_id).select_related("participant", "version")
    )
    release(going)
    _release_mirrors(going)


@gates.gate(READING)
def _still_theirs(message: Message) -> str | gates.Wait:
    """Asked right before it goes: the case may have closed, or the lock been set, meanwhile."""
    readable = Assignment.objects.readable().filter(
        participant__pk=message.subject_id, participant__client=message.client_id
    )
    found = readable.select_related("participant__client").first()
    if found is None:
        return "nothing to read any more"
    return _held(pacing.waits(found.participant, clock.now()), firm_only=True)


def mark_opened(assignment: Assignment, by: trail.Actor) -> None:
    """The reader opened it. Read by the counselor only."""
    if assignment.opened_at is None:
        assignment.opened_at = clock.now()
        assignment.save(update_fields=["opened_at"])
    _record(Verb.READ, assignment, by)


def mark_reached(assignment: Assignment, number: int) -> None:
    """The reader came to this section; going back in it forgets nothing."""
    Assignment.objects.filter(pk=assignment.pk, reached__lt=number).update(reached=number)


def mark_finished(assignment: Assignment) -> None:
    """The reader says they have read it."""
    assignment.finished_at = assignment.finished_at or clock.now()
    assignment.save(update_fields=["finished_at"])


def _record(verb: Verb, assignment: Assignment, by: trail.Actor, note: str = "") -> None:
    participant = assignment.participant
    trail.record(
        verb,
        assignment,
        by=by,
        case_id=participant.case_id,
        client_id=participant.client_id,
        note=note,
    )

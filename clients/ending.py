"""How a case ends, goes on with somebody else, or goes on as two."""

from collections.abc import Collection, Sequence

from django.db import transaction

from clients import cases, changes, closing, following
from clients.cases import TakesPart
from clients.contact import links, outbox
from clients.contact.models import Message, State
from clients.following import What
from clients.models import Case, CaseChange, Client, Part, Participant, Stage
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.eligibility import may_meet
from practice.models import Counselor
from practice.models import State as Place

_CLOSED, _APART = "the case is closed", "they go on separately"


class Refused(Exception):
    """What has to be seen to first, in sentences."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


@transaction.atomic
def close(case: Case, reason: Case.CloseReason, by: trail.Actor) -> Case:
    """The work ended. What was still to go between sessions doesn't go.

    Raises Refused while something is open.
    """
    case = _locked(case, Case.Status.OPEN)
    open_things = closing.obstacles(case)
    if open_things:
        raise Refused(open_things)
    people = [person.client for person in case.participants.select_related("client")]
    elsewhere = _in_other_cases(people, case)
    for client in people:
        _stop_follow_ups(client, elsewhere)
    return _close(case, reason, by)


@transaction.atomic
def reopen(case: Case, by: trail.Actor) -> Case:
    """They come back. Raises Refused where the two go on in cases of their own."""
    case = _locked(case, Case.Status.CLOSED)
    if case.went_on.exists():
        raise Refused(["They go on in cases of their own. If they come back, open a new case."])
    case.status, case.closed_at, case.close_reason = Case.Status.OPEN, None, ""
    case.save(update_fields=["status", "closed_at", "close_reason"])
    changes.keep(case, CaseChange.What.REOPENED, by)
    following.tell(case, What.REOPENED)
    trail.record(Verb.CHANGE, case, by=by, case_id=case.pk, note="reopened")
    return case


@transaction.atomic
def separate(case: Case, by: trail.Actor) -> list[Case]:
    """The couple parts: their case closes, and each has one of their own with the same counselor.

    In one transaction everything stops that was on its way to either, every private link of
    theirs ends, and what is booked for both is called off. Neither learns of the other's case.
    Raises Refused where a note isn't signed, or it is no couple.
    """
    case = _locked(case, Case.Status.OPEN)
    people = list(case.participants.select_related("client"))
    if len(people) < 2:
        raise Refused(["There is only one person in this case."])
    for person in people:
        links.revoke_all(person.client_id)
        _stop_all(person.client)
    if case.is_affair_recovery:
        case.stage = Stage.APART
        case.save(update_fields=["stage"])
    changes.keep(case, CaseChange.What.SEPARATED, by)
    following.tell(case, What.SEPARATED)
    open_things = closing.obstacles(case)
    if open_things:
        raise Refused(open_things)
    _close(case, Case.CloseReason.APART, by)
    return [_own_case(case, person, by) for person in people]


@transaction.atomic
def hand_on(case: Case, to: Counselor, *, agreed: Collection[Participant], by: trail.Actor) -> Case:
    """Another counselor goes on with the case; its record goes along.

    Psychotherapy notes stay with who wrote them. `agreed`: who said yes to it. Raises Refused.
    """
    case = _locked(case, Case.Status.OPEN)
    people = list(case.participants.select_related("client"))
    reasons = [*_against(case, to, people, agreed), *closing.obstacles(case)]
    if reasons:
        raise Refused(reasons)
    case.counselor = to
    case.save(update_fields=["counselor"])
    changes.keep(case, CaseChange.What.TRANSFERRED, by)
    following.tell(case, What.TRANSFERRED)
    trail.record(Verb.CHANGE, case, by=by, case_id=case.pk, note=f"handed on to {to.pk}")
    return case


def _against(
    case: Case, to: Counselor, people: Sequence[Participant], agreed: Collection[Participant]
) -> list[str]:
    reasons = []
    if to.pk == case.counselor_id:
        reasons.append("It is this counselor’s case already.")
    silent = [each.client.first_name for each in people if each not in agreed]
    if silent:
        reasons.append(f"{' and '.join(silent)} must agree to it first.")
    served = frozenset(Place.objects.served().values_list("code", flat=True))
    places = [str(each.client.state_id or "") for each in people]
    verdict = may_meet(to.licenses.all(), places, clock.today(to.zone), served)
    return reasons + [str(reason) for reason in verdict.reasons]


def _close(case: Case, reason: Case.CloseReason, by: trail.Actor) -> Case:
    case.status, case.closed_at, case.close_reason = Case.Status.CLOSED, clock.now(), reason
    case.save(update_fields=["status", "closed_at", "close_reason"])
    changes.keep(case, CaseChange.What.CLOSED, by, reason=reason)
    following.tell(case, What.CLOSED)
    trail.record(Verb.CHANGE, case, by=by, case_id=case.pk, note=f"closed: {reason}")
    return case


def _own_case(joint: Case, person: Participant, by: trail.Actor) -> Case:
    case = cases.open_case(
        counselor=joint.counselor,
        concern=joint.concern,
        disclosure=Case.Disclosure(joint.disclosure),
        people=[TakesPart(person.client, Part(person.part))],
        by=by,
        came_from=joint,
    )
    return case


def _in_other_cases(people: Sequence[Client], case: Case) -> set[object]:
    """Who of these is in another open case, where their messages go on."""
    others = Participant.objects.filter(client__in=people, case__status=Case.Status.OPEN)
    return set(others.exclude(case=case).values_list("client", flat=True))


def _stop_follow_ups(client: Client, elsewhere: set[object]) -> None:
    # Of somebody who is in another case too, each message is asked for right before it goes.
    if client.pk not in elsewhere:
        waiting = Message.objects.unsent().filter(client=client, is_follow_up=True)
        outbox.stop(list(waiting), State.CANCELED, _CLOSED)


def _stop_all(client: Client) -> None:
    outbox.stop(list(Message.objects.unsent().filter(client=client)), State.CANCELED, _APART)


def _locked(case: Case, status: Case.Status) -> Case:
    """The case as it is now. Raises Refused where somebody was quicker."""
    locked = Case.objects.select_for_update(of=("self",)).select_related(
        "counselor__user", "concern"
    )
    found = locked.get(pk=case.pk)
    if found.status != status:
        raise Refused(["Somebody changed this case a moment ago. Please look at it again."])
    return found

"""Keeping little: requests that lead nowhere are erased, and people may take everything back.

What is erased is everything that says who somebody was. The appointment stays as an hour that was
taken, without anybody's name; the audit record keeps ids, which then lead to nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from clients.contact import erasing
from clients.models import Client
from intake import invitations, triage
from intake.models import ConsultationRequest, SafetyScreen, Situation, StateInterest, Status
from practice.audit import trail
from practice.audit.models import Entry, Verb
from practice.models import Practice
from scheduling import lifecycle
from scheduling.models import Attendee

# Who was told that their state opens has had what they asked for.
_KEEP_TOLD = timedelta(days=30)
_KEEP_INTEREST = timedelta(days=2 * 365)


class HasCase(Exception):
    """A case was opened: its record is kept as the law says, and the counselor can help."""


@dataclass(frozen=True)
class Due:
    """What is to be erased now."""

    requests: QuerySet[ConsultationRequest]
    strays: QuerySet[Client]
    interests: QuerySet[StateInterest]

    def counts(self) -> dict[str, int]:
        """How many of each, by a name that people can read."""
        return {
            "requests": self.requests.count(),
            "invited partners left over": self.strays.count(),
            "addresses to tell when a state opens": self.interests.count(),
        }


def due(now: datetime) -> Due:
    """Everything that is past its time."""
    before = _begin_of_keeping(now)
    told = Q(told_at__lt=now - _KEEP_TOLD) | Q(asked_at__lt=now - _KEEP_INTEREST)
    idle = _idle(ConsultationRequest.objects.all(), before)
    return Due(idle, _strays(before), StateInterest.objects.filter(told))


def _begin_of_keeping(now: datetime) -> datetime:
    return now - timedelta(days=Practice.current().keep_requests_days)


def _idle(
    requests: QuerySet[ConsultationRequest], before: datetime
) -> QuerySet[ConsultationRequest]:
    """Those without a case of which nothing happened since then."""
    last = Greatest("asked_at", Coalesce(F("appointment__ends_at"), F("asked_at")))
    old = requests.filter(case=None).annotate(last=last).filter(last__lt=before)
    return old.exclude(pk__in=_with_acts_since(old, before)).select_related("client", "partner")


def _with_acts_since(requests: QuerySet[ConsultationRequest], before: datetime) -> list[UUID]:
    """Those with which somebody did something since then, as the audit record says."""
    people = {
        str(person): request
        for request, *both in requests.values_list("pk", "client", "partner")
        for person in both
    }
    acts = Entry.objects.filter(at__gte=before, verb__in=[Verb.CREATE, Verb.CHANGE])
    busy = acts.filter(client_id__in=people).values_list("client_id", flat=True)
    return [people[person] for person in set(busy)]


def _strays(before: datetime) -> QuerySet[Client]:
    """People of a request that is gone: a partner who was invited."""
    return Client.objects.filter(
        created_at__lt=before,
        request=None,
        invitation=None,
        state_interest=None,
        participations=None,
    )


def erase_due(now: datetime) -> dict[str, int]:
    """Erase what is past its time; returns how many of each."""
    found = due(now)
    counts = dict.fromkeys(found.counts(), 0)
    requests, strays, interests = counts
    for request in found.requests:
        counts[requests] += _erase_if_idle(request, now)
    for client in found.strays:
        _erase_person(client, by=trail.SYSTEM, note="kept long enough")
        counts[strays] += 1
    for interest in found.interests.select_related("client"):
        _erase_person(interest.client, by=trail.SYSTEM, note="kept long enough")
        counts[interests] += 1
    return counts


@transaction.atomic
def _erase_if_idle(request: ConsultationRequest, now: datetime) -> bool:
    """Erase it unless somebody has just taken it up again, or opened its case."""
    _locked().filter(pk=request.pk).first()
    same = ConsultationRequest.objects.filter(pk=request.pk)
    still = _idle(same, _begin_of_keeping(now)).first()
    if still:
        _erase_request(still, by=trail.SYSTEM, note="kept long enough")
    return still is not None


@transaction.atomic
def withdraw(client: Client, *, by: trail.Actor) -> None:
    """This person takes everything back, now. Raises HasCase.

    An appointment that was still to come is called off, and whoever else was to come is told.
    """
    request = _request_of(client)
    if request is None:
        _refuse_with_case(client)
        _erase_person(client, by=by, note="withdrawn")
    elif request.partner_id == client.pk:
        # Of a case that the other has alone they learn nothing.
        _refuse_with_case(client)
        _leave(request, client, by)
    elif request.case_id:
        raise HasCase
    else:
        triage.take_turns(request)
        _call_off(request, by)
        if _partner_is_not_safe(request):
            _leave_to_partner(request, by)
        else:
            _erase_request(request, by=by, note="withdrawn")


def _request_of(client: Client) -> ConsultationRequest | None:
    return _locked().filter(Q(client=client) | Q(partner=client)).first()


def _locked() -> QuerySet[ConsultationRequest]:
    # Nothing is joined: what is joined to a row we waited for may be older than the row itself.
    return ConsultationRequest.objects.select_for_update()


def _refuse_with_case(client: Client) -> None:
    if client.participations.exists():
        raise HasCase


def _leave(request: ConsultationRequest, partner: Client, by: trail.Actor) -> None:
    """The partner goes; the request of the one who asked stays, and shows nothing of it."""
    invitations.never_again(partner)
    ConsultationRequest.objects.filter(pk=request.pk).update(partner=None)
    _erase_person(partner, by=by, note="withdrawn")


def _partner_is_not_safe(request: ConsultationRequest) -> bool:
    return SafetyScreen.objects.filter(client=request.partner_id, raised=True).exists()


def _leave_to_partner(request: ConsultationRequest, by: trail.Actor) -> None:
    """Who asked goes; a partner who said they aren't safe is still waited for by a counselor."""
    gone, partner = request.client, request.partner
    assert partner is not None
    triage.give_back_offers(request)
    request.client, request.partner = partner, None
    request.with_partner, request.appointment = False, None
    request.partner_state, request.partner_time_zone = None, ""
    request.wished_at, request.wished_days, request.wished_parts = None, [], []
    request.status, request.needs_counselor = Status.REVIEW, True
    request.save()
    _erase_person(gone, by=by, note="withdrawn")


def _call_off(request: ConsultationRequest, by: trail.Actor) -> None:
    if request.appointment and request.appointment.is_open:
        lifecycle.call_off(request.appointment, by=by)


@transaction.atomic
def _erase_request(request: ConsultationRequest, *, by: trail.Actor, note: str) -> None:
    triage.give_back_offers(request)
    partner = request.partner
    request.delete()
    _erase_person(request.client, by=by, note=note)
    # Who answered for themselves is told what became of the time, and is erased when that is old.
    if partner and not request.partner_answered_at:
        _erase_person(partner, by=by, note=note)


def _erase_person(client: Client, *, by: trail.Actor, note: str) -> None:
    with transaction.atomic():
        for table in (Situation, SafetyScreen):
            table.objects.filter(client=client).delete()
        Attendee.objects.filter(client=client).update(client=None)
        trail.record(Verb.ERASE, client, by=by, client_id=client.pk, note=note)
        erasing.erase(client)

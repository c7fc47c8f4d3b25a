"""Who of those that wait could have an open time: one couple at a time is offered it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from intake.asking import Wishes
from intake.models import ConsultationRequest, Status
from practice import clock
from practice.eligibility import may_meet
from practice.models import Counselor, License, Practice, State
from practice.wording import spoken_time
from scheduling import explain, session_card
from scheduling.availability import Wanted
from scheduling.explain import Refusal
from scheduling.models import Appointment
from scheduling.session_card import Reach

MOST_SHOWN = 12

_FACTS = ("pk", "with_partner", "client__state", "client__time_zone", "partner_state")
_WISHES = ("wished_days", "wished_parts")


@dataclass(frozen=True)
class Fitting:
    """Somebody who could come then."""

    request: ConsultationRequest
    name: str
    who: str
    places: str
    days: int
    when: str
    reach: Reach


def fitting(counselor: Counselor, starts_at: datetime) -> list[Fitting]:
    """Those who wait, may be met by this counselor then, and wished for such a time.

    Who has waited longest comes first. Four queries, whoever waits.
    """
    keys = _keys_of_those_who_fit(counselor, starts_at)[:MOST_SHOWN]
    found = ConsultationRequest.objects.filter(pk__in=keys).order_by("asked_at", "pk")
    practice, now = Practice.current(), clock.now()
    return [_row(each, starts_at, practice, now) for each in found.select_related("client__card")]


def refusals(
    request: ConsultationRequest, counselor: Counselor, starts_at: datetime
) -> list[Refusal]:
    """What speaks against offering them this time; the practice's notice binds visitors only."""
    length = timedelta(minutes=Practice.current().consultation_minutes)
    wanted = Wanted(
        length=length,
        places=[code for code, _ in request.places],
        earliest=starts_at,
        latest=starts_at + length,
        kind=Appointment.Kind.CONSULTATION,
    )
    clients = [key for key in (request.client_id, request.partner_id) if key]
    return explain.why_not(counselor, starts_at, wanted, clock.now(), clients=clients)


def _keys_of_those_who_fit(counselor: Counselor, starts_at: datetime) -> list[UUID]:
    # Who is with another counselor waits for that one; whose answers nobody has read, for that.
    whose = Q(counselor=None) | Q(counselor=counselor)
    waiting = ConsultationRequest.objects.filter(
        whose, status=Status.WAITING, needs_counselor=False, case=None
    ).order_by("asked_at", "pk")
    served = set(State.objects.served().values_list("code", flat=True))
    licenses = list(License.objects.filter(counselor=counselor))
    day = starts_at.astimezone(counselor.zone).date()
    return list(_suiting(waiting.values_list(*_FACTS, *_WISHES), starts_at, licenses, day, served))


def _suiting(
    rows: Iterable[tuple[Any, ...]],
    starts_at: datetime,
    licenses: list[License],
    day: date,
    served: set[str],
) -> Iterator[UUID]:
    for key, with_partner, state, zone, partners, days, parts in rows:
        places = [state, partners] if with_partner else [state]
        wishes = Wishes(days, parts)
        if wishes.suit(starts_at, ZoneInfo(zone)) and may_meet(licenses, places, day, served):
            yield key


def _row(
    request: ConsultationRequest, starts_at: datetime, practice: Practice, now: datetime
) -> Fitting:
    client = request.client
    return Fitting(
        request=request,
        name=client.name,
        who="A couple" if request.with_partner else "One person",
        places=" and ".join(dict.fromkeys(code for code, _ in request.places)),
        days=(now - request.asked_at).days,
        when=spoken_time(starts_at, client.zone),
        reach=session_card.reach(client, practice),
    )

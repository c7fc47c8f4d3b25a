"""A request for a consultation: with a real time, for a counselor to read first, or waiting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef

from clients import cases
from clients.contact import agreements, codes
from clients.contact.cards import Contact
from clients.contact.models import ConsentDocument
from clients.models import Client, Concern
from intake import invitations, notices, safety
from intake.invitations import Invitation
from intake.models import ConsultationRequest, DayPart, Situation, Status
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import Counselor, License, Practice, State
from scheduling import availability, booking
from scheduling.availability import OpenDays, Slot, Wanted
from scheduling.booking import Attending
from scheduling.models import Appointment

Place = tuple[str, str]

_NOON, _FIVE = 12, 17
NEAREST = 12


@dataclass(frozen=True)
class Wishes:
    """When a time would suit somebody, where none of the open ones does."""

    days: Sequence[int] = ()
    parts: Sequence[str] = ()

    def suit(self, start: datetime, zone: ZoneInfo) -> bool:
        """Whether a time is as wished, on that clock."""
        day_suits = not self.days or start.astimezone(zone).weekday() in self.days
        return day_suits and (not self.parts or part_of(start, zone) in self.parts)


@dataclass(frozen=True)
class Filter:
    """Which of the open times somebody wants to see."""

    counselor: int | None = None
    part: str = ""
    since: datetime | None = None
    wishes: Wishes | None = None

    def suits(self, start: datetime, zone: ZoneInfo) -> bool:
        """Whether a time is one of those, on that clock."""
        if self.part and part_of(start, zone) != self.part:
            return False
        return self.wishes is None or self.wishes.suit(start, zone)


@dataclass(frozen=True)
class About:
    """What the person told us."""

    name: str
    contact: Contact
    code: str
    concern: Concern | None = None
    part: str = ""
    partner_knows: str = ""
    words: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    documents: Sequence[ConsentDocument] = ()
    signature: str = ""
    partner: Invitation | None = None


# Open times


def open_days(
    places: Sequence[Place], *, days: int, chosen: Filter, leaving_out: UUID | None = None
) -> OpenDays:
    """The first days on which counselors licensed in every one of these places have time.

    One slot for each time, with one of the counselors who are free then, unless one is chosen.
    `leaving_out` is what the visitor holds already: it stands in their own way least of all.
    """
    zone = ZoneInfo(places[0][1])
    wanted = _wanted(places, chosen, zone, leaving_out)
    return availability.first_open_days(
        _counselors(chosen), wanted, clock.now(), zone=zone, days=days, union=True
    )


def nearest(places: Sequence[Place], near: datetime) -> list[Slot]:
    """The open times nearest to one that is gone."""
    wanted = _wanted(places, Filter(), ZoneInfo(places[0][1]), None)
    return availability.nearest_open(
        _counselors(Filter()), wanted, near, clock.now(), number=NEAREST
    )


def is_open(places: Sequence[Place], counselor: Counselor, starts_at: datetime) -> bool:
    """Whether that time can be taken by people in these places."""
    wanted = _wanted(places, Filter(), ZoneInfo(places[0][1]), None)
    return availability.is_open(counselor, starts_at, wanted, clock.now())


def is_open_again(held: Appointment) -> bool:
    """Whether a time that was held can still be had; it was taken early enough, then."""
    places = list(held.attendees.order_by("pk").values_list("state_id", "time_zone"))
    wanted = _wanted(places, Filter(), ZoneInfo(places[0][1]), held.pk)
    wanted = replace(wanted, earliest=clock.now())
    return availability.is_open(held.counselor, held.starts_at, wanted, clock.now())


def counselors_for(places: Sequence[Place]) -> list[Counselor]:
    """Those who hold a license in every one of these places today, by name."""
    today = clock.now().date()
    good = License.objects.filter(
        counselor=OuterRef("pk"), starts_on__lte=today, expires_on__gte=today
    )
    found = Counselor.objects.working().select_related("user")
    for code in {code for code, _ in places}:
        found = found.filter(Exists(good.filter(state=code)))
    return list(found)


def _counselors(chosen: Filter) -> list[Counselor]:
    working = Counselor.objects.working().select_related("user")
    return list(working.filter(pk=chosen.counselor) if chosen.counselor else working)


def _wanted(
    places: Sequence[Place], chosen: Filter, zone: ZoneInfo, leaving_out: UUID | None
) -> Wanted:
    practice = Practice.current()
    now = clock.now()
    earliest = now + timedelta(hours=practice.minimum_notice_hours)
    return Wanted(
        length=timedelta(minutes=practice.consultation_minutes),
        places=[code for code, _ in places],
        earliest=max(earliest, chosen.since) if chosen.since else earliest,
        latest=now + timedelta(days=practice.booking_horizon_days),
        leaving_out=leaving_out,
        keep=(lambda start: chosen.suits(start, zone)) if chosen.part or chosen.wishes else None,
    )


def part_of(moment: datetime, zone: ZoneInfo) -> DayPart:
    """The part of the day it is then on that clock."""
    hour = moment.astimezone(zone).hour
    if hour < _NOON:
        return DayPart.MORNING
    return DayPart.AFTERNOON if hour < _FIVE else DayPart.EVENING


# Holding a time


def hold(value: str, places: Sequence[Place]) -> Appointment:
    """Keep the time that this form value names. Raises SlotTaken, MayNotMeet, ValueError."""
    counselor, starts_at = named(value)
    return booking.hold(counselor=counselor, starts_at=starts_at, attending=attending(places))


def named(value: str) -> tuple[Counselor, datetime]:
    """The counselor and the time that a form value names. Raises ValueError."""
    counselor_key, _, starts_at = value.partition("|")
    moment = datetime.fromisoformat(starts_at)
    if moment.tzinfo is None or not counselor_key.isdecimal() or len(counselor_key) > 9:
        raise ValueError("not one of our times")
    counselor = Counselor.objects.working().select_related("user").filter(pk=counselor_key).first()
    if counselor is None:
        raise ValueError("not one of our counselors")
    return counselor, moment


def attending(places: Sequence[Place]) -> list[Attending]:
    """Those who come, of whom so far only the place is known."""
    states = State.objects.in_bulk([code for code, _ in places])
    return [Attending(states[code], zone) for code, zone in places]


def leave_out_partner(held: Appointment) -> None:
    """The time is kept for the one who asks alone."""
    everybody = list(held.attendees.order_by("pk").values_list("pk", flat=True))
    held.attendees.filter(pk__in=everybody[1:]).delete()


# Asking


@transaction.atomic
def book(
    held: Appointment, about: About, places: Sequence[Place], *, by: trail.Actor
) -> tuple[ConsultationRequest, str]:
    """Book the held time; the partner is written to where that was asked for.

    Returns the request and the number that the partner's first visit asks for (or nothing).
    Raises HoldEnded; then nothing of the person's is kept.
    """
    client = _client(about, places[0], by)
    appointment = booking.confirm(held, client, by)
    request = _request(client, about, places)
    request.status, request.appointment = Status.BOOKED, appointment
    request.counselor_id = appointment.counselor_id
    _keep(request, about)
    return request, invite(request, about.partner, by=by)


def invite(request: ConsultationRequest, partner: Invitation | None, *, by: trail.Actor) -> str:
    """Write to the partner where that was asked for; returns the number for their first visit."""
    request.partner, number = invitations.add(partner, request.places[1:], by=by)
    if request.partner:
        request.save(update_fields=["partner"])
        notices.invited(request)
    return number


@transaction.atomic
def ask_counselor_first(
    held: Appointment | None,
    about: About,
    places: Sequence[Place],
    *,
    wishes: Wishes | None = None,
    by: trail.Actor,
) -> ConsultationRequest:
    """Nothing is booked by itself: a counselor reads the answers, and a person gets in touch.

    The time they chose is given back and remembered as their wish. The partner isn't told.
    """
    request = _request(_client(about, places[0], by), about, places)
    request.status, request.needs_counselor = Status.REVIEW, True
    _wish(request, wishes or Wishes())
    if held:
        request.wished_at, request.counselor_id = held.starts_at, held.counselor_id
        booking.let_go(held)
    _keep(request, about)
    notices.acknowledged(request)
    return request


@transaction.atomic
def wait(
    wishes: Wishes, about: About, places: Sequence[Place], *, by: trail.Actor
) -> ConsultationRequest:
    """No open time suits them: they wait for an offer."""
    request = _request(_client(about, places[0], by), about, places)
    request.status = Status.WAITING
    _wish(request, wishes)
    _keep(request, about)
    trail.record(Verb.CREATE, request, by=by, client_id=request.client_id)
    notices.acknowledged(request)
    return request


def _client(about: About, place: Place, by: trail.Actor) -> Client:
    state, zone = place
    client = cases.add_client(
        name=about.name,
        state=State.objects.get(pk=state),
        time_zone=zone,
        contact=about.contact,
        network=by.network,
        consents=not about.documents,
    )
    codes.choose(client, about.code)
    agreements.sign(client, about.documents, signature=about.signature, network=by.network)
    return client


def _request(client: Client, about: About, places: Sequence[Place]) -> ConsultationRequest:
    request = ConsultationRequest(
        client=client,
        with_partner=len(places) > 1,
        asked_at=clock.now(),
        needs_counselor=safety.is_raised(about.answers),
    )
    if request.with_partner:
        request.partner_state_id, request.partner_time_zone = places[1]
    return request


def _wish(request: ConsultationRequest, wishes: Wishes) -> None:
    request.wished_days, request.wished_parts = list(wishes.days), list(wishes.parts)


def _keep(request: ConsultationRequest, about: About) -> None:
    request.save(force_insert=True)
    Situation(
        client=request.client,
        request=request,
        concern=about.concern,
        part=about.part,
        partner_knows=about.partner_knows,
        words=about.words,
    ).save(force_insert=True)
    safety.keep(request.client, request, about.answers)

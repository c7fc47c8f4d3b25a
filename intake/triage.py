"""What the practice does with a request: take it on, offer times, book, decline.

Staff may work on one request at the same moment: each act takes the request's row first, so that
the second finds what the first did.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from clients.contact import calls
from clients.contact.models import Message
from intake import invitations, notices
from intake.asking import attending
from intake.models import ConsultationRequest, DeclineReason, Offer, Status
from practice import clock
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import Counselor, Practice
from scheduling import booking, lifecycle, pauses, places, turns
from scheduling import notices as appointment_notices
from scheduling.booking import Attending
from scheduling.models import Appointment
from scheduling.models import Status as AppointmentStatus

OFFER_LASTS = timedelta(hours=48)
MOST_OFFERED = 3


class NotNow(Exception):
    """The request isn't where this could be done: somebody was quicker, or must go first."""


@dataclass(frozen=True)
class NextStep:
    """What a person should do now; `waits` where it is somebody else's turn."""

    words: str
    waits: bool = False


# Acts


@transaction.atomic
def assign(request: ConsultationRequest, counselor: Counselor, *, by: trail.Actor) -> None:
    """From here on this counselor looks after it.

    Raises NotNow where a time is booked, or the request is closed.
    """
    request = _open(request)
    if request.status == Status.BOOKED and not _is_over(request):
        raise NotNow("Its time is booked with another counselor. Please cancel that first.")
    request.counselor = counselor
    request.save(update_fields=["counselor"])
    trail.record(Verb.CHANGE, request, by=by, client_id=request.client_id, note="assigned")


@transaction.atomic
def take(request: ConsultationRequest, counselor: Counselor, *, by: trail.Actor) -> None:
    """A counselor takes on what nobody has yet. Raises NotNow where somebody was quicker."""
    request = _open(request)
    if request.counselor_id not in (None, counselor.pk):
        raise NotNow("Somebody else has just taken this one.")
    request.counselor = counselor
    request.save(update_fields=["counselor"])
    trail.record(Verb.CHANGE, request, by=by, client_id=request.client_id, note="taken")


@transaction.atomic
def accept(
    request: ConsultationRequest,
    counselor: Counselor,
    starts_at: datetime,
    *,
    alone: bool = False,
    override: str = "",
    by: trail.Actor,
) -> Appointment:
    """Book this time for them now, and tell them.

    `alone`: without the partner, who is told nothing. `override`: why, where the calendar's rules
    speak against it. Raises NotNow, and what `booking.book_consultation` raises.
    """
    request = _open_for_a_time(request, by)
    take_turns(request, [counselor])
    if alone:
        request.with_partner = False
    people = _people(request)
    give_back_offers(request)
    appointment = booking.book_consultation(
        counselor=counselor, starts_at=starts_at, attending=people, by=by, override=override
    )
    request.appointment, request.counselor, request.status = appointment, counselor, Status.BOOKED
    request.save(update_fields=["appointment", "counselor", "status", "with_partner"])
    trail.record(Verb.CHANGE, request, by=by, client_id=request.client_id, note="booked")
    return appointment


@transaction.atomic
def offer(
    request: ConsultationRequest,
    times: Sequence[tuple[Counselor, datetime]],
    *,
    by: trail.Actor,
    only_waiting: bool = False,
) -> list[Offer]:
    """Keep these times for them until they choose, and tell them; what was offered before ends.

    Raises NotNow, and SlotTaken, ClientBusy or MayNotMeet where one of the times can't be had:
    then none is. With `only_waiting` NotNow also where they have been offered a time already.
    """
    request = _open_for_a_time(request, by)
    if only_waiting and request.status != Status.WAITING:
        raise NotNow("They were offered a time meanwhile.")
    _check_apart(times)
    take_turns(request, [counselor for counselor, _ in times])
    give_back_offers(request)
    now = clock.now()
    offers = [
        Offer(
            request=request,
            appointment=booking.hold(
                counselor=counselor,
                starts_at=starts_at,
                attending=_people(request),
                until=min(now + OFFER_LASTS, starts_at),
            ),
            offered_at=now,
        )
        for counselor, starts_at in times
    ]
    Offer.objects.bulk_create(offers)
    request.status, request.appointment = Status.OFFERED, None
    request.counselor = times[0][0]
    request.save(update_fields=["status", "appointment", "counselor"])
    trail.record(Verb.CHANGE, request, by=by, client_id=request.client_id, note="times offered")
    notices.changed(request)
    return offers


@transaction.atomic
def choose(offer: Offer, *, by: trail.Actor) -> Appointment:
    """The person takes one of the times they were offered.

    Raises HoldEnded where it is gone, and ClientBusy.
    """
    request = _locked(offer.request)
    if request.status != Status.OFFERED:
        raise booking.HoldEnded
    take_turns(request)
    invitations.put_down(request, offer.appointment)
    # They come by their own link: what they asked for the same day says nothing against a message.
    appointment = booking.confirm(offer.appointment, request.client, by, by_their_own_act=False)
    _tell_partner(request, appointment)
    request.status, request.appointment = Status.BOOKED, appointment
    request.counselor_id = appointment.counselor_id
    request.save(update_fields=["status", "appointment", "counselor"])
    Offer.objects.filter(pk=offer.pk).delete()
    give_back_offers(request)
    return appointment


@transaction.atomic
def none_fits(request: ConsultationRequest, *, by: trail.Actor) -> None:
    """None of the offered times suits them: the times are free again, and they wait."""
    request = _locked(request)
    if request.status != Status.OFFERED:
        raise NotNow("There is nothing to choose from any more.")
    give_back_offers(request)
    request.status = Status.WAITING
    request.save(update_fields=["status"])
    trail.record(Verb.CHANGE, request, by=by, client_id=request.client_id, note="none fits")


@transaction.atomic
def decline(
    request: ConsultationRequest, reason: DeclineReason, *, tell: bool, by: trail.Actor
) -> None:
    """The practice doesn't take it on; the person reads why by their link, if they are told.

    Raises NotNow where a case was opened, or a time is booked.
    """
    request = _open(request)
    _check_read(request, by)
    if request.status == Status.BOOKED and not _is_over(request):
        raise NotNow("A time is booked. Please cancel it first, then close the request.")
    give_back_offers(request)
    request.status, request.decline_reason = Status.DECLINED, reason
    request.told_reason = tell
    request.save(update_fields=["status", "decline_reason", "told_reason"])
    trail.record(Verb.CHANGE, request, by=by, client_id=request.client_id, note=reason.pk)
    if tell:
        notices.changed(request)


# What is next


def next_steps(requests: Iterable[ConsultationRequest]) -> list[NextStep]:
    """What is to be done with each of these; they need `with_facts`."""
    found = list(requests)
    coming = [each.appointment for each in found if each.appointment and each.appointment.is_open]
    blocked = places.blocked(coming)
    return [step_of(each, each.appointment_id in blocked) for each in found]


def next_step(request: ConsultationRequest) -> NextStep:
    """What is to be done with one request; it needs `with_facts`."""
    return next_steps([request])[0]


def step_of(request: ConsultationRequest, is_blocked: bool) -> NextStep:
    """The same where it is known whether its appointment may take place like this."""
    if request.case_id or request.status == Status.DECLINED:
        return NextStep("Closed", waits=True)
    if request.needs_counselor:
        return NextStep("A counselor reads what they answered first")
    if is_blocked:
        return NextStep("Where somebody will be doesn’t fit the license: please call")
    if request.unreached:  # type: ignore[attr-defined]  # `with_facts` adds it
        return NextStep("A message doesn’t reach them: please call")
    if request.status == Status.WAITING:
        return NextStep("Offer times, or decline")
    if request.status == Status.OFFERED:
        return _step_of_offer(request)
    if request.status == Status.BOOKED and request.appointment:
        return _step_of_appointment(request.appointment)
    return NextStep("Closed", waits=True)


def _step_of_offer(request: ConsultationRequest) -> NextStep:
    now = clock.now()
    kept = [
        offer
        for offer in request.offers.all()
        if offer.appointment.hold_ends_at and offer.appointment.hold_ends_at > now
    ]
    if kept:
        return NextStep("They choose one of the times offered", waits=True)
    return NextStep("No answer to the times offered: call, or offer others")


def _step_of_appointment(appointment: Appointment) -> NextStep:
    begun = lifecycle.has_begun(appointment)
    return {
        AppointmentStatus.BOOKED: NextStep("Say whether it took place")
        if begun
        else NextStep("Nothing before the day", waits=True),
        AppointmentStatus.DONE: NextStep("Open a case, or close the request"),
        AppointmentStatus.NO_SHOW: NextStep("Nobody came: call, offer other times, or close"),
        AppointmentStatus.CANCELED: NextStep("Canceled: offer other times, or close"),
    }.get(AppointmentStatus(appointment.status), NextStep("Nothing", waits=True))


def with_facts(requests: QuerySet[ConsultationRequest]) -> QuerySet[ConsultationRequest]:
    """The requests with all that a list and `next_step` need, in few queries."""
    unreached = Message.objects.filter(calls.needed(), client=OuterRef("client"))
    return (
        requests.annotate(unreached=Exists(unreached))
        .select_related(
            "client__state", "partner_state", "counselor", "appointment__counselor__user"
        )
        .prefetch_related(Prefetch("offers", Offer.objects.select_related("appointment")))
    )


# Parts of the above


def _check_apart(times: Sequence[tuple[Counselor, datetime]]) -> None:
    """Each offered time is kept: they must not touch each other, nor the pause of one of them.

    Of two counselors' times, too, only one is kept for the same people.
    """
    practice = Practice.current()
    length = timedelta(minutes=practice.consultation_minutes)
    for (one, first), (other, second) in pairwise(sorted(times, key=lambda each: each[1])):
        if second - first < length + (pauses.after(one) if one == other else timedelta()):
            raise NotNow("Two of these times are too near to each other to keep both.")


def _locked(request: ConsultationRequest) -> ConsultationRequest:
    # Nothing is joined: what is joined to a row we waited for may be older than the row itself.
    return ConsultationRequest.objects.select_for_update().get(pk=request.pk)


def _open_for_a_time(request: ConsultationRequest, by: trail.Actor) -> ConsultationRequest:
    request = _open(request)
    _check_read(request, by)
    if request.status == Status.BOOKED and not _is_over(request):
        raise NotNow("A time is booked already.")
    return request


def _open(request: ConsultationRequest) -> ConsultationRequest:
    request = _locked(request)
    if request.case_id or request.status == Status.DECLINED:
        raise NotNow("This request is closed already.")
    return request


def _check_read(request: ConsultationRequest, by: trail.Actor) -> None:
    """The desk waits for a counselor, also where somebody answered in this very moment."""
    if request.needs_counselor and by.role == Role.DESK:
        raise NotNow("A counselor reads what they answered first.")


def _is_over(request: ConsultationRequest) -> bool:
    """Whether the appointment of this request takes no time any more: canceled, or closed."""
    return request.appointment is None or not request.appointment.is_open


def _people(request: ConsultationRequest) -> list[Attending]:
    """Those who come; the partner by name once they have answered for themselves."""
    people = attending(request.places)
    people[0] = Attending(people[0].state, people[0].time_zone, request.client)
    if len(people) > 1 and request.partner and invitations.comes(request):
        people[1] = Attending(people[1].state, people[1].time_zone, request.partner)
    return people


def _tell_partner(request: ConsultationRequest, appointment: Appointment) -> None:
    """The partner, where they answered for themselves, hears the time that was chosen."""
    partner = request.partner
    if partner and appointment.attendees.filter(client=partner).exists():
        appointment_notices.tell(appointment, partner, Message.Template.BOOKED)


def take_turns(request: ConsultationRequest, counselors: Iterable[Counselor] = ()) -> None:
    """Whoever acts on a request takes its row first, and then everybody's turn at once."""
    offered = [each.appointment for each in request.offers.select_related("appointment")]
    turns.take_for(
        [*offered, *([request.appointment] if request.appointment else [])],
        counselors=[each.pk for each in counselors],
        clients=[key for key in (request.client_id, request.partner_id) if key],
    )


def give_back_offers(request: ConsultationRequest) -> None:
    """What was kept for them to choose from is free again."""
    take_turns(request)
    for offered in request.offers.select_related("appointment"):
        booking.let_go(offered.appointment)
    request.offers.all().delete()

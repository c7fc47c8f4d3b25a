"""The partner, told by their own message or not at all, who then answers alone (rule 4).

Neither learns what the other answered. The one who asks is given a number to pass on: the
partner's first visit asks for it, and then for a code of the partner's own. Until they have
answered, the partner isn't told any time.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from clients import cases
from clients.contact import agreements, cards, codes
from clients.contact.cards import Contact
from clients.contact.models import ConsentDocument, Message
from clients.models import Client
from intake import safety
from intake.models import ConsultationRequest, SafetyScreen, Situation, Unwanted
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import State
from scheduling import booking, turns
from scheduling import notices as appointment_notices
from scheduling.models import Appointment


class AlreadyAnswered(Exception):
    """They answered before, or the request is gone."""


class NotNow(Exception):
    """The partner can't be put down for this time."""


@dataclass(frozen=True)
class Invitation:
    """The partner, where the one who asks wants us to write to them."""

    name: str
    email: str


@dataclass(frozen=True)
class Answered:
    """What the partner told us alone."""

    contact: Contact
    place: tuple[str, str]
    answers: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    documents: Sequence[ConsentDocument] = ()
    signature: str = ""


def add(
    invitation: Invitation | None, places: Sequence[tuple[str, str]], *, by: trail.Actor
) -> tuple[Client | None, str]:
    """A client for the partner who is to be written to, and the number for their first visit."""
    if invitation is None or not places:
        return None, ""
    state, zone = places[0]
    partner = cases.add_client(
        name=invitation.name,
        state=State.objects.get(pk=state),
        time_zone=zone,
        contact=Contact(invitation.email, follow_ups=False),
        network=by.network,
        consents=False,  # theirs to give
    )
    return partner, codes.enroll(partner)


@transaction.atomic
def answer(request: ConsultationRequest, answered: Answered, *, by: trail.Actor) -> None:
    """Keep what the partner told us, and tell them the time. Raises AlreadyAnswered.

    Who isn't safe with their partner is put down for nothing: a counselor meets them alone first.
    """
    if not _is_first_answer(request):
        raise AlreadyAnswered
    # Its row is taken now: what the desk or the other did meanwhile is seen.
    request.refresh_from_db()
    partner = request.partner
    if partner is None:
        raise AlreadyAnswered
    _take_turns(request)
    is_safe = _keep(request, partner, answered, by.network)
    trail.record(Verb.CREATE, request, by=by, client_id=partner.pk, note="partner answered")
    coming = request.appointment if is_safe else None
    # Who is elsewhere at that time isn't put down: the counselor sees it, and the other nothing.
    with suppress(booking.ClientBusy):
        if coming and coming.is_open and _take_place(coming, partner, answered.place):
            appointment_notices.tell(coming, partner, Message.Template.BOOKED)


def never_again(partner: Client) -> None:
    """Whoever names this address as their partner's: it isn't written to."""
    index = partner.card.email_index
    if index:
        Unwanted.objects.get_or_create(email_index=index, defaults={"since": clock.now()})


def comes(request: ConsultationRequest) -> bool:
    """Whether the partner is put down for a time: they answered, and nothing speaks against it.

    Who said that they aren't safe comes only once a counselor has decided so.
    """
    if not (request.with_partner and request.partner_id and request.partner_answered_at):
        return False
    raised = SafetyScreen.objects.filter(client=request.partner_id, raised=True).exists()
    return request.partner_cleared or not raised


def put_down(request: ConsultationRequest, appointment: Appointment) -> None:
    """A partner who comes is put down for a time that was kept before they answered.

    Raises ClientBusy where they are elsewhere then.
    """
    if request.partner and comes(request):
        place = (str(request.partner_state_id), request.partner_time_zone)
        _take_place(appointment, request.partner, place)


def may_come_along(request: ConsultationRequest) -> bool:
    """Whether a partner who answered isn't down for the time that is booked for both."""
    coming = request.appointment
    if not request.partner_answered_at or coming is None or not coming.is_open:
        return False
    return request.with_partner and coming.attendees.filter(client=None).exists()


@transaction.atomic
def come_along(request: ConsultationRequest, *, by: trail.Actor) -> None:
    """A counselor decides that a partner who wasn't safe comes after all. Raises NotNow."""
    ConsultationRequest.objects.select_for_update().get(pk=request.pk)
    _take_turns(request)
    # What was read before may be older than what somebody did while this one waited.
    request.refresh_from_db()
    partner, coming = request.partner, request.appointment
    place = (str(request.partner_state_id), request.partner_time_zone)
    if not may_come_along(request) or partner is None or coming is None:
        raise NotNow("There is no place for them at this time.")
    try:
        _take_place(coming, partner, place)
    except booking.ClientBusy as error:
        raise NotNow("They have another appointment at this time.") from error
    ConsultationRequest.objects.filter(pk=request.pk).update(partner_cleared=True)
    trail.record(Verb.CHANGE, request, by=by, client_id=partner.pk, note="partner comes")
    appointment_notices.tell(coming, partner, Message.Template.BOOKED)


@transaction.atomic
def refuse(request: ConsultationRequest, *, by: trail.Actor) -> None:
    """The partner wants no messages: nothing more goes to them, and nobody is told."""
    assert request.partner is not None
    cards.suspend(request.partner)
    never_again(request.partner)
    trail.record(
        Verb.CHANGE, request.partner, by=by, client_id=request.partner_id, note="wants no messages"
    )


def _is_first_answer(request: ConsultationRequest) -> bool:
    unanswered = ConsultationRequest.objects.filter(pk=request.pk, partner_answered_at=None)
    return bool(unanswered.update(partner_answered_at=clock.now()))


def _keep(request: ConsultationRequest, partner: Client, answered: Answered, network: str) -> bool:
    """Store the answers; whether they say nothing of not being safe."""
    state, zone = answered.place
    partner.state, partner.time_zone = State.objects.get(pk=state), zone
    partner.save(update_fields=["state", "time_zone"])
    cards.change(partner, answered.contact)
    agreements.sign(partner, answered.documents, signature=answered.signature, network=network)
    Situation(client=partner, request=request, words=answered.words).save(force_insert=True)
    changed: dict[str, Any] = {"partner_state_id": state, "partner_time_zone": zone}
    raised = safety.keep(partner, request, answered.answers).raised
    if raised:
        changed["needs_counselor"] = True
    ConsultationRequest.objects.filter(pk=request.pk).update(**changed)
    return not raised


def _take_turns(request: ConsultationRequest) -> None:
    """For the partner and the time that is booked, where one is."""
    people = [request.partner_id] if request.partner_id else []
    turns.take_for(Appointment.objects.filter(request=request), clients=people)


def _take_place(appointment: Appointment, partner: Client, place: tuple[str, str]) -> bool:
    """From here on the appointment is theirs too, wherever they will be.

    False where it was booked for the other alone. Raises ClientBusy; call it in their turn.
    """
    attendee = appointment.attendees.filter(client=None).order_by("pk").first()
    if attendee is None:
        return False
    attendee.client = partner
    attendee.state_id, attendee.time_zone = place
    attendee.place_confirmed_at = clock.now()
    with booking.refusing_overlap(appointment.starts_at):
        attendee.save(update_fields=["client", "state", "time_zone", "place_confirmed_at"])
    return True

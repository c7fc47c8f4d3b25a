"""Requests at every point of their way, for the worlds of two counselors."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client as Browser

from clients.contact import agreements, codes
from clients.contact.cards import Contact
from clients.contact.models import Purpose
from clients.models import Client
from intake import asking, invitations, safety, triage
from intake.asking import About, Filter, Wishes
from intake.invitations import Answered, Invitation
from intake.models import ConsultationRequest, Status
from intake.notices import REQUEST
from intake.times import value_of
from practice import clock
from practice.audit import trail
from practice.models import Counselor
from scheduling import booking
from scheduling.models import Appointment
from tests.cast import CODE, EASTERN, in_days, make_consultation, open_link

UNSAFE = dict.fromkeys(safety.QUESTIONS, "yes")


@dataclass(frozen=True)
class Asked:
    """One counselor's requests."""

    begun: ConsultationRequest
    open: ConsultationRequest
    review: ConsultationRequest
    open_time: str
    apart: ConsultationRequest


def about(name: str, **facts: Any) -> About:
    """What somebody of that name told us."""
    return About(f"{name} Visitor", Contact(f"{name.lower()}@example.com"), CODE, **facts)


def waiting(state: str, name: str, counselor: Counselor | None = None) -> ConsultationRequest:
    """Somebody for whom no open time fits."""
    request = asking.wait(Wishes(), about(name), [(state, EASTERN)], by=trail.SYSTEM)
    if counselor:
        triage.take(request, counselor, by=trail.SYSTEM)
    return request


def review(counselor: Counselor, days: int, name: str) -> ConsultationRequest:
    """A couple of whom one isn't safe: a counselor looks first."""
    place = (_state(counselor), EASTERN)
    held = booking.hold(
        counselor=counselor,
        starts_at=in_days(clock.now(), days),
        attending=asking.attending([place, place]),
    )
    told = about(name, answers=UNSAFE)
    return asking.ask_counselor_first(held, told, [place, place], by=trail.SYSTEM)


def begun(counselor: Counselor, days: int, name: str) -> ConsultationRequest:
    """A consultation of as many days ago; nobody can book one, so it is moved there."""
    appointment = make_consultation(counselor, in_days(clock.now(), days), name)
    back = timedelta(days=2 * days)
    Appointment.objects.filter(pk=appointment.pk).update(
        starts_at=appointment.starts_at - back,
        ends_at=appointment.ends_at - back,
        busy_until=appointment.busy_until - back,
    )
    return ConsultationRequest.objects.get(appointment=appointment)


def of(counselor: Counselor) -> Asked:
    """One of each."""
    mark = counselor.user.name
    open_ = waiting(_state(counselor), f"Open{mark}", counselor)
    slots = asking.open_days(open_.places, days=2, chosen=Filter(counselor=counselor.pk)).slots
    return Asked(
        begun=begun(counselor, 8, f"Begun{mark}"),
        open=open_,
        review=review(counselor, 9, f"Review{mark}"),
        open_time=value_of(slots[0]),
        apart=answered(invited(counselor, 10, f"Ann{mark}", f"Bob{mark}"), answers=UNSAFE),
    )


def offered(counselor: Counselor, client: Client) -> ConsultationRequest:
    """A client's own request, with a time offered to them."""
    request = ConsultationRequest.objects.create(
        client=client, with_partner=False, status=Status.WAITING, asked_at=clock.now()
    )
    triage.offer(request, [(counselor, in_days(clock.now(), 12))], by=trail.SYSTEM)
    return request


def first_offer(request: ConsultationRequest) -> str:
    """How the first time that was offered is written in a form."""
    offer = request.offers.select_related("appointment__counselor")[0]
    return value_of(offer.appointment)


def invited(
    counselor: Counselor, days: int, name: str, partner: str, **facts: object
) -> ConsultationRequest:
    """A booked couple, whose other partner was written to and has a code by now."""
    place = (_state(counselor), EASTERN)
    held = booking.hold(
        counselor=counselor,
        starts_at=in_days(clock.now(), days),
        attending=asking.attending([place, place]),
    )
    invitation = Invitation(f"{partner} Visitor", f"{partner.lower()}@example.com")
    told = about(name, partner=invitation, **facts)
    request, _ = asking.book(held, told, [place, place], by=trail.SYSTEM)
    assert request.partner is not None
    codes.choose(request.partner, CODE)
    return request


def answered(request: ConsultationRequest, **facts: Any) -> ConsultationRequest:
    """The partner answers alone, where they were said to be."""
    assert request.partner is not None
    told = {
        "contact": Contact(request.partner.card.email, follow_ups=False),
        "place": (str(request.partner_state_id), request.partner_time_zone),
        "answers": dict.fromkeys(safety.QUESTIONS, "no"),
        "documents": agreements.current(Purpose.TELEHEALTH, Purpose.EMAIL, Purpose.SECRETS),
        "signature": request.partner.name,
        **facts,
    }
    invitations.answer(request, Answered(**told), by=trail.SYSTEM)
    return ConsultationRequest.objects.get(pk=request.pk)


def one(request: ConsultationRequest) -> ConsultationRequest:
    """The request as it stands now, with all that lists need."""
    return triage.with_facts(ConsultationRequest.objects.filter(pk=request.pk)).get()


def visit(browser: Browser, request: ConsultationRequest, client: Client | None = None) -> str:
    """What one of its two (else the one who asked) finds by a new private link."""
    page = open_link(browser, client or request.client, REQUEST, request.pk)
    text: str = page.content.decode()
    return text


def _state(counselor: Counselor) -> str:
    return str(counselor.licenses.all()[0].state_id)

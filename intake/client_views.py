"""A request as its own people see it, each by their own private link and alone."""

from contextlib import suppress

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clients.contact import agreements, visits
from clients.contact.models import Purpose
from clients.contact.visits import VisitRequest, link_holder
from intake import erasure, invitations, triage
from intake.forms import PartnerForm, TimeForm
from intake.invitations import Answered
from intake.models import ConsultationRequest, Offer, SafetyScreen, Status
from intake.notices import REQUEST
from intake.times import by_day, only_counselor, value_of
from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import Directory
from scheduling import booking
from scheduling.notices import APPOINTMENT

_GONE = "That time is no longer free. These are still kept for you."


@link_holder(REQUEST)
@require_http_methods(["GET", "HEAD", "POST"])
def your_request(request: VisitRequest) -> HttpResponse:
    """How their request stands; the partner answers here for themselves."""
    asked = _asked(request)
    actor = trail.client_actor(request, request.client.pk)
    trail.record(Verb.READ, asked, by=actor, client_id=request.client.pk)
    if asked.partner_id == request.client.pk:
        return _partners_page(request, asked)
    return _own_page(request, asked)


def _own_page(request: VisitRequest, asked: ConsultationRequest) -> HttpResponse:
    offers = _offers(asked)
    form = TimeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _chosen(request, form, offers):
        return redirect("your-request")
    zone = request.client.zone
    slots = [offer.appointment for offer in _offers(asked)]
    form.offer("slot", by_day(slots, zone))  # an offered appointment names time and counselor
    asked.refresh_from_db(fields=["status"])
    context = {
        "asked": asked,
        "form": form,
        "offers": slots,
        "only_counselor": only_counselor(slots),
        "appointment": asked.appointment,
        "zone": request.client.time_zone,
        "directories": Directory.objects.for_places(["", str(request.client.state_id)]),
    }
    return render(request, "intake/your_request.html", context)


def _chosen(request: VisitRequest, form: TimeForm, offers: list[Offer]) -> bool:
    value = form.cleaned_data["slot"]
    named = [offer for offer in offers if value_of(offer.appointment) == value]
    try:
        if not named:
            raise booking.HoldEnded
        triage.choose(named[0], by=trail.client_actor(request, request.client.pk))
    except (booking.HoldEnded, booking.ClientBusy):
        # Whose other appointment it is would be the other's to tell.
        form.add_error("slot", _GONE)
        return False
    messages.success(request, "It’s booked.")
    return True


def _offers(asked: ConsultationRequest) -> list[Offer]:
    """The times that are still kept for them."""
    kept = asked.offers.select_related("appointment__counselor", "request").filter(
        appointment__hold_ends_at__gt=clock.now()
    )
    return list(kept) if asked.status == Status.OFFERED else []


def _partners_page(request: VisitRequest, asked: ConsultationRequest) -> HttpResponse:
    if asked.partner_answered_at:
        screens = SafetyScreen.objects.filter(client=request.client, raised=True)
        return render(request, "intake/partner_answered.html", {"alone": screens.exists()})
    purposes = [Purpose.TELEHEALTH, Purpose.EMAIL, Purpose.SECRETS]
    documents = agreements.current(*purposes)
    initial = {
        "email": request.client.card.email,
        "state": asked.partner_state_id,
        "time_zone": asked.partner_time_zone,
    }
    form = PartnerForm(documents, set(purposes), request.POST or None, initial=initial)
    if form.is_valid():
        actor = trail.client_actor(request, request.client.pk)
        with suppress(invitations.AlreadyAnswered):  # sent twice
            invitations.answer(asked, _answered(form), by=actor)
        return redirect("your-request")
    return render(request, "intake/partner.html", {"form": form, "asked": asked})


def _answered(form: PartnerForm) -> Answered:
    given = form.cleaned_data
    return Answered(
        contact=form.contact(follow_ups=False),
        place=(given["state"], given["time_zone"]),
        answers=form.answers(),
        words=given["words"],
        documents=form.agreed(),
        signature=form.signature,
    )


@link_holder(REQUEST)
@require_POST
def no_messages(request: VisitRequest) -> HttpResponse:
    """The partner wants nothing of us: nothing more goes to them, and nobody is told."""
    asked = _asked(request)
    if asked.partner_id != request.client.pk:
        raise Http404
    invitations.refuse(asked, by=trail.client_actor(request, request.client.pk))
    visits.end(request)
    return render(request, "intake/no_messages.html")


@link_holder(REQUEST)
@require_POST
def none_fits(request: VisitRequest) -> HttpResponse:
    """None of the times offered suits them."""
    asked = _asked(request)
    if asked.client_id != request.client.pk:
        raise Http404
    try:
        triage.none_fits(asked, by=trail.client_actor(request, request.client.pk))
        messages.success(request, "Thank you for telling us. We look for other times.")
    except triage.NotNow as error:
        messages.error(request, str(error))
    return redirect("your-request")


@link_holder(REQUEST, APPOINTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: VisitRequest) -> HttpResponse:
    """Take everything back: what is to come is called off, and nothing is kept of them."""
    client = request.client
    if client.participations.exists():
        return render(request, "intake/has_case.html", status=200)
    if request.method != "POST":
        return render(request, "intake/withdraw.html", {"back": visits.address(request.link)})
    try:
        erasure.withdraw(client, by=trail.client_actor(request, client.pk))
    except erasure.HasCase:
        return render(request, "intake/has_case.html")
    visits.end(request)
    return render(request, "intake/withdrawn.html")


def _asked(request: VisitRequest) -> ConsultationRequest:
    """The request that this person's link is for, if they are one of its two."""
    found = (
        ConsultationRequest.objects.select_related("appointment__counselor", "decline_reason")
        .filter(pk=request.link.subject_id)
        .first()
    )
    if found is None or request.client.pk not in (found.client_id, found.partner_id):
        raise Http404
    return found

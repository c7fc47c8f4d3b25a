"""What people see and change themselves, whatever link they came by: how we reach them, and what
they agreed to."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from clients.contact import agreements, cards, switches, visits
from clients.contact.agreements import NotTheirsToTakeBack
from clients.contact.forms import AgreementsForm, OwnContactForm
from clients.contact.models import Channel, ContactCard, Purpose
from clients.contact.visits import VisitRequest, link_holder
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import network


@link_holder()
@require_http_methods(["GET", "HEAD", "POST"])
def your_contact(request: VisitRequest) -> HttpResponse:
    """How it is safe to reach them; what they change holds for the very next message."""
    card = get_object_or_404(ContactCard, pk=request.client.pk)
    form = OwnContactForm(request.POST or None, card=card)
    if form.is_valid():
        return _change_contact(request, form)
    _record(request, Verb.READ, "contact")
    context = {"form": form, "back": visits.address(request.link)}
    return render(request, "contact/your_contact.html", context)


def _change_contact(request: VisitRequest, form: OwnContactForm) -> HttpResponse:
    with transaction.atomic():
        card = cards.change(request.client, form.contact(), keep=request.link)
        _record(request, Verb.CHANGE, "contact")
    agreed = {consent.purpose for consent in agreements.signed(request.client)}
    if card.channel == Channel.EMAIL and Purpose.EMAIL not in agreed:
        messages.success(request, "Saved. We write to you once you agree to e-mail here.")
        return redirect("your-agreements")
    if card.channel == Channel.TEXT and Purpose.SMS not in agreed:
        messages.success(request, "Saved. We text you once you agree to text messages here.")
        return redirect("your-agreements")
    messages.success(request, "Saved.")
    return redirect("your-contact")


@link_holder()
@require_http_methods(["GET", "HEAD", "POST"])
def your_messages(request: VisitRequest) -> HttpResponse:
    """Which messages come: a switch for each kind, and one for everything."""
    card = get_object_or_404(ContactCard, pk=request.client.pk)
    if request.method == "POST":
        with transaction.atomic():
            _switch(request)
            _record(request, Verb.CHANGE, "messages")
        messages.success(request, "Saved. It holds for the very next message.")
        return redirect("your-messages")
    _record(request, Verb.READ, "messages")
    context = {
        "switches": switches.of(card),
        "everything_stopped": card.everything_stopped_at,
        "back": visits.address(request.link),
    }
    return render(request, "contact/your_messages.html", context)


def _switch(request: VisitRequest) -> None:
    try:
        if "everything" in request.POST:
            cards.stop_everything(request.client)
        elif "stop" in request.POST:
            agreements.withdraw(request.client, Purpose(request.POST["stop"]))
        else:
            switches.start(request.client, request.POST.get("start", ""), network(request))
    except (ValueError, NotTheirsToTakeBack) as error:  # no button of ours says so
        raise Http404 from error


@link_holder()
@require_http_methods(["GET", "HEAD", "POST"])
def your_agreements(request: VisitRequest) -> HttpResponse:
    """What they signed and when; what can still be signed or taken back."""
    get_object_or_404(ContactCard, pk=request.client.pk)
    if "withdraw" in request.POST:
        return _withdraw(request, request.POST["withdraw"])
    missing = agreements.missing(request.client)
    form = AgreementsForm(missing, (), request.POST or None) if missing else None
    if form and form.is_valid():
        return _sign(request, form)
    _record(request, Verb.READ, "agreements")
    context = {
        "form": form,
        "signed": agreements.signed(request.client),
        "theirs_to_take_back": agreements.THEIRS_TO_TAKE_BACK,
        "zone": request.client.time_zone,
        "back": visits.address(request.link),
    }
    return render(request, "contact/your_agreements.html", context)


def _sign(request: VisitRequest, form: AgreementsForm) -> HttpResponse:
    with transaction.atomic():
        agreements.sign(
            request.client, form.agreed(), signature=form.signature, network=network(request)
        )
        _record(request, Verb.CHANGE, "agreements")
    messages.success(request, "Saved.")
    return redirect("your-agreements")


def _withdraw(request: VisitRequest, purpose: str) -> HttpResponse:
    try:
        with transaction.atomic():
            agreements.withdraw(request.client, Purpose(purpose))
            _record(request, Verb.CHANGE, "agreements")
    except (ValueError, NotTheirsToTakeBack) as error:  # no button of ours says so
        raise Http404 from error
    messages.success(request, "Saved. Nothing more of this comes from now on.")
    return redirect("your-agreements")


def _record(request: VisitRequest, verb: Verb, about: str) -> None:
    """That it was read or changed, without a word of what it says."""
    actor = trail.client_actor(request, request.client.pk)
    trail.record(verb, request.client, by=actor, client_id=request.client.pk, note=about)

"""What we agree on, and off it goes; then what it became."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from clients.contact import agreements
from clients.contact.models import Channel, ConsentDocument, Purpose
from intake import asking, safety
from intake.asking import About
from intake.forms import (
    BringsForm,
    FinishForm,
    ReachForm,
    filled,
)
from intake.views.steps import STEPS, asks, back_to, choices, kept
from intake.visitor import GONE, WAIT, Visitor, is_still_theirs
from practice.access.budget import Budget
from practice.access.gate import public
from practice.audit import trail
from scheduling import booking
from scheduling.models import Appointment, Status

_REQUESTS = Budget("requests", times=10, seconds=24 * 60 * 60)
_FROM_ONE_ADDRESS = Budget("requests-of-an-address", times=5, seconds=24 * 60 * 60)
# More than any practice could answer: what comes above it in an hour is no people.
_ALL_REQUESTS = Budget("all-requests", times=120, seconds=60 * 60, shared=True)


@asks("where", "when", "about-you", "what-brings-you")
def agree(visitor: Visitor) -> HttpResponse:
    """What we agree on, a code of their own, and off it goes."""
    request = visitor.request
    reach, brings = _told(visitor)
    if not reach.is_valid():
        return back_to("about-you", request)
    if not brings.is_valid():
        return back_to("what-brings-you", request)
    if _must_choose_how(visitor, brings):
        return back_to("alone", request)
    held = visitor.held
    if held and held.status == Status.BOOKED:
        return _was_sent(visitor, held)
    documents, required = _documents(visitor, reach)
    form = FinishForm(documents, required, request.POST or None)
    if held and not is_still_theirs(held) and not _asks_counselor(visitor):
        _ask_for_time(form, visitor, held)
    if form.is_valid():
        answer = _send(visitor, form, reach, brings)
        if answer:
            return answer
    context = {
        "form": form,
        "steps": STEPS,
        "asks_counselor": _asks_counselor(visitor),
        "not_safe": safety.is_raised(brings.answers()),
        "wishes": visitor.wishes,
        **kept(visitor),
    }
    return render(request, "intake/agree.html", context)


def _told(visitor: Visitor) -> tuple[ReachForm, BringsForm]:
    """The two steps before, as they were sent."""
    together = len(visitor.places) > 1
    return (
        filled(ReachForm, visitor.draft["reach"] or {}, together),
        filled(BringsForm, visitor.draft["brings"] or {}),
    )


def _must_choose_how(visitor: Visitor, brings: BringsForm) -> bool:
    # Whoever chose to come alone, and then said again that both come, is asked again.
    if not safety.is_raised(brings.answers()):
        return False
    return len(visitor.places) > 1 and not _asks_counselor(visitor)


def _asks_counselor(visitor: Visitor) -> bool:
    return (visitor.draft["alone"] or {}).get("how") == "counselor"


def _documents(visitor: Visitor, reach: ReachForm) -> tuple[list[ConsentDocument], set[Purpose]]:
    """What there is to agree to for these people, and what must be agreed to."""
    purposes = [Purpose.TELEHEALTH]
    contact = reach.contact(follow_ups=False)
    if contact.email:
        purposes.append(Purpose.EMAIL)
    required = set(purposes) if contact.channel == Channel.EMAIL else {Purpose.TELEHEALTH}
    if len(visitor.places) > 1:
        purposes.append(Purpose.SECRETS)
        required.add(Purpose.SECRETS)
    if contact.phone:
        purposes.append(Purpose.SMS)
    return agreements.current(*purposes), required


def _ask_for_time(form: FinishForm, visitor: Visitor, held: Appointment) -> None:
    form.ask_for_time(choices(asking.nearest(visitor.places, held.starts_at), visitor))


def _send(
    visitor: Visitor, form: FinishForm, reach: ReachForm, brings: BringsForm
) -> HttpResponse | None:
    """Send the request off; None where something beside a field has to be looked at first."""
    if not _may_ask(visitor.request, reach):
        form.add_error(None, WAIT)
        return None
    with transaction.atomic():
        visitor.wait_for_turn()
        if not visitor.places:  # sent twice, and the first was quicker; or they left meanwhile
            return redirect("intake:booked") if visitor.done else back_to("where", visitor.request)
        chosen = form.cleaned_data.get("slot")
        if chosen and not visitor.take(chosen, form):
            return None
        return _make(visitor, form, _about(form, reach, brings))


def _make(visitor: Visitor, form: FinishForm, about: About) -> HttpResponse | None:
    actor = trail.client_actor(visitor.request, "")
    held, wishes, places = visitor.held, visitor.wishes, visitor.places
    by_phone = about.contact.channel == Channel.PHONE
    if _asks_counselor(visitor):
        asking.ask_counselor_first(held, about, places, wishes=wishes, by=actor)
        return _is_done(visitor, "review", by_phone=by_phone)
    if held is None:
        if wishes is None:  # another tab changed where they will be
            return back_to("when", visitor.request)
        request = asking.wait(wishes, about, places, by=actor)
        number = asking.invite(request, about.partner, by=actor)
        return _is_done(visitor, "waiting", number=number, by_phone=by_phone)
    try:
        _, number = asking.book(held, about, places, by=actor)
    except (booking.HoldEnded, booking.ClientBusy):
        _ask_for_time(form, visitor, held)
        form.add_error("slot", GONE)
        return None
    return _is_done(visitor, "booked", held, number, by_phone=by_phone)


def _may_ask(request: HttpRequest, reach: ReachForm) -> bool:
    """Within every budget; each is told the same, so that nobody learns who asked before."""
    email = reach.cleaned_data["email"].strip().lower()
    if any(budget.is_spent(request) for budget in (_REQUESTS, _ALL_REQUESTS)):
        return False
    if email and not _FROM_ONE_ADDRESS.spend_for(email):
        return False
    return _REQUESTS.spend(request) and _ALL_REQUESTS.spend(request)


def _about(form: FinishForm, reach: ReachForm, brings: BringsForm) -> About:
    given = brings.cleaned_data
    answers = brings.answers()
    return About(
        name=reach.cleaned_data["name"],
        contact=reach.contact(follow_ups=False),
        code=form.cleaned_data["code"],
        concern=given["concern"],
        part=given["part"],
        partner_knows=given["partner_knows"],
        words=given["words"],
        answers=answers,
        documents=form.agreed(),
        signature=form.signature,
        # Who isn't safe with their partner is met apart from them.
        partner=None if safety.is_raised(answers) else reach.invitation(),
    )


def _is_done(
    visitor: Visitor,
    became: str,
    held: Appointment | None = None,
    number: str = "",
    *,
    by_phone: bool = False,
) -> HttpResponse:
    appointment = str(held.pk) if held else ""
    visitor.finish(became=became, appointment=appointment, number=number, by_phone=by_phone)
    return redirect("intake:booked")


def _was_sent(visitor: Visitor, held: Appointment) -> HttpResponse:
    """What this visitor held is theirs now: nobody else could have confirmed it."""
    with transaction.atomic():
        visitor.wait_for_turn()
        if visitor.places:
            return _is_done(visitor, "booked", held)
    return redirect("intake:booked")


@public
@require_safe
def booked(request: HttpRequest) -> HttpResponse:
    """It is sent: what it became, and what happens next."""
    visitor = Visitor(request)
    done = visitor.done
    if not done:
        return redirect("intake:where")
    found = Appointment.objects.select_related("counselor")
    appointment = found.filter(pk=done["appointment"]).first() if done["appointment"] else None
    context = {**done, "appointment": appointment, "number": visitor.partners_number}
    if appointment and appointment.status == Status.CANCELED:
        context["became"] = "called_off"
    return render(request, "intake/booked.html", context)

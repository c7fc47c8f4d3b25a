"""A request as its counselor sees it, with what each told alone, and the case that follows."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import invitations, opening, safety, triage
from intake.models import ConsultationRequest, SafetyScreen, Situation
from intake.staff_forms import DeclineForm, OpenCaseForm
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest
from scheduling import booking, lifecycle, places
from scheduling.followups.models import Plan
from scheduling.models import Override, Status


@staff(Role.COUNSELOR)
@require_safe
def consultation(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Who asked, what each wrote alone, and what became of it."""
    asked = _own(request, request_id)
    _record_reading(request, asked)
    return render(request, "intake/consultation.html", _context(asked))


@staff(Role.COUNSELOR)
@require_POST
def read(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """The counselor has read the safety answers; the desk may go on."""
    asked = _own(request, request_id)
    who = request.POST.get("who")
    safety.mark_read(
        asked,
        user=request.user,
        by=trail.staff_actor(request),
        alone=who == "alone",
        both=who == "both",
    )
    messages.success(request, "Noted. The front desk may go on with this request.")
    return redirect("consultations:page", asked.pk)


@staff(Role.COUNSELOR)
@require_POST
def partner_comes(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """The counselor has spoken with the partner, who comes to the time that is booked."""
    asked = _own(request, request_id)
    try:
        invitations.come_along(asked, by=trail.staff_actor(request))
    except invitations.NotNow as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "They are told the time.")
    return redirect("consultations:page", asked.pk)


@staff(Role.COUNSELOR)
@require_POST
def accept(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Book the time they wished for, for both or for the one who asked alone."""
    asked = _own(request, request_id)
    alone = request.POST.get("who") == "alone"
    if not asked.wished_at or not asked.counselor:
        messages.error(request, "They named no time. Please offer some.")
        return redirect("consultations:page", asked.pk)
    actor = trail.staff_actor(request)
    # Their own hours and pauses are theirs to give.
    own = asked.counselor.user_id == request.user.pk
    all_the_same = own and "all_the_same" in request.GET
    override = Override.COUNSELOR_AGREED if all_the_same else ""
    try:
        triage.accept(
            asked, asked.counselor, asked.wished_at, alone=alone, override=override, by=actor
        )
    except booking.SlotTaken:
        messages.error(request, "That time is no longer free. Please offer others.")
    except booking.ClientBusy as error:
        messages.error(request, f"{error} Please offer others.")
    except booking.AgainstTheRules as error:
        messages.error(request, str(error))
        if own:
            return redirect(f"{reverse('consultations:page', args=[asked.pk])}?against=rules")
    except (booking.MayNotMeet, triage.NotNow) as error:
        messages.error(request, str(error))
    else:
        safety.mark_read(asked, user=request.user, by=actor)
        messages.success(request, "Booked. They are told.")
    return redirect("consultations:page", asked.pk)


@staff(Role.COUNSELOR, Role.DESK)
@require_POST
def held(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """The consultation took place."""
    return _close(request, request_id, Status.DONE)


@staff(Role.COUNSELOR, Role.DESK)
@require_POST
def no_show(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Nobody came."""
    return _close(request, request_id, Status.NO_SHOW)


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def open_case(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Open the case that follows a consultation."""
    asked = _own(request, request_id)
    if asked.case_id or not asked.appointment or asked.appointment.status != Status.DONE:
        return redirect("consultations:page", asked.pk)
    _record_reading(request, asked)
    known = invitations.comes(asked)
    # A partner who isn't safe is in no case with the other, unless a counselor decided so.
    together = asked.with_partner and (known or not asked.partner_answered_at)
    form = OpenCaseForm(
        together,
        request.POST or None,
        initial={
            "plan": Plan.objects.offered().first(),
            **opening.proposed(asked),
            **_partners_place(asked),
        },
        first_email=asked.client.card.email,
        partner_is_known=known,
    )
    if form.is_valid():
        try:
            case = opening.open_case(
                asked, form.opening(), by=trail.staff_actor(request), user=request.user
            )
        except opening.AlreadyOpened:
            return redirect("consultations:page", asked.pk)
        messages.success(request, "The case is open.")
        return redirect("cases:page", case.pk)
    return render(request, "intake/open_case.html", {**_context(asked), "form": form})


def _partners_place(asked: ConsultationRequest) -> dict[str, Any]:
    return {
        "partner_name": asked.partner.name if asked.partner else "",
        "partner_email": asked.partner.card.email if asked.partner else "",
        "partner_state": asked.partner_state_id,
        "partner_time_zone": asked.partner_time_zone,
    }


def _close(request: StaffRequest, request_id: UUID, status: Status) -> HttpResponse:
    asked = _own(request, request_id)
    mark = lifecycle.mark_done if status == Status.DONE else lifecycle.mark_no_show
    # The desk marks it too, and stays on its own page: what was told is the counselor's to read.
    is_desk = request.user.has_role(Role.DESK)
    back = redirect("requests:page" if is_desk else "consultations:page", asked.pk)
    if asked.appointment is None or not lifecycle.has_begun(asked.appointment):
        messages.error(request, "Its hour hasn’t come yet.")
        return back
    try:
        mark(asked.appointment, by=trail.staff_actor(request))
    except lifecycle.NotOpen:
        messages.error(request, "This one was closed already.")
    return back


def _record_reading(request: StaffRequest, asked: ConsultationRequest) -> None:
    rows = [(asked, "", asked.client_id)]
    if asked.partner_id:
        rows.append((asked, "", asked.partner_id))
    trail.record_all(Verb.READ, rows, by=trail.staff_actor(request))


def _context(asked: ConsultationRequest) -> dict[str, Any]:
    appointment = asked.appointment
    return {
        "asked": asked,
        "appointment": appointment,
        "client": asked.client,
        "people": _people(asked),
        "step": triage.next_step(asked),
        "begun": bool(appointment and lifecycle.has_begun(appointment)),
        "verdict": places.verdict(appointment) if appointment and appointment.is_open else None,
        "decline_form": DeclineForm(),
        "partner_may_come": invitations.may_come_along(asked),
    }


def _people(asked: ConsultationRequest) -> list[dict[str, Any]]:
    """Each person with what they told alone, side by side for the counselor."""
    situations = {
        each.client_id: each
        for each in Situation.objects.filter(request=asked).select_related("concern")
    }
    screens = {each.client_id: each for each in SafetyScreen.objects.filter(request=asked)}
    people = [asked.client, *([asked.partner] if asked.partner else [])]
    return [
        {
            "client": person,
            "card": person.card,
            "situation": situations.get(person.pk),
            "screen": screens.get(person.pk),
            "answers": safety.told(screens[person.pk]) if person.pk in screens else [],
            "is_partner": person.pk != asked.client_id,
        }
        for person in people
    ]


def _own(request: StaffRequest, request_id: UUID) -> ConsultationRequest:
    scope = triage.with_facts(ConsultationRequest.objects.for_user(request.user))
    scope = scope.select_related(
        "client__card",
        "client__state",
        "partner__card",
        "partner__state",
        "partner_state",
        "appointment__counselor__user",
        "counselor__user",
        "case",
        "decline_reason",
    )
    return get_object_or_404(scope, pk=request_id)

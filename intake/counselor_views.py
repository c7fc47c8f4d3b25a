"""A consultation as its counselor sees it, and the case that follows."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from intake import asking
from intake.forms import OpenCaseForm
from intake.models import ConsultationRequest
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest
from scheduling import lifecycle
from scheduling.followups.models import Plan
from scheduling.models import Status


@staff(Role.COUNSELOR)
@require_safe
def consultation(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Who asked, what they wrote, and what became of it."""
    asked = _own(request, request_id)
    actor = trail.staff_actor(request)
    trail.record(Verb.READ, asked, by=actor, client_id=asked.client_id)
    return render(request, "intake/consultation.html", _context(asked))


@staff(Role.COUNSELOR)
@require_POST
def held(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """The consultation took place."""
    return _close(request, request_id, Status.DONE)


@staff(Role.COUNSELOR)
@require_POST
def no_show(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Nobody came."""
    return _close(request, request_id, Status.NO_SHOW)


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def open_case(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Open the case that follows a consultation."""
    asked = _own(request, request_id)
    if asked.appointment.status != Status.DONE or asked.case_id:
        return redirect("consultations:page", asked.pk)
    trail.record(Verb.READ, asked, by=trail.staff_actor(request), client_id=asked.client_id)
    initial = {"concern": asked.concern_id, "plan": Plan.objects.first()}
    partner = asked.appointment.attendees.filter(client=None).first()
    if partner:
        initial |= {"partner_state": partner.state_id, "partner_time_zone": partner.time_zone}
    form = OpenCaseForm(
        asked.with_partner,
        request.POST or None,
        initial=initial,
        first_email=asked.client.card.email,
    )
    if form.is_valid():
        try:
            case = asking.open_case(
                asked, form.cleaned_data, by=trail.staff_actor(request), user=request.user
            )
        except asking.AlreadyOpened:
            return redirect("consultations:page", asked.pk)
        messages.success(request, "The case is open.")
        return redirect("cases:page", case.pk)
    return render(request, "intake/open_case.html", {**_context(asked), "form": form})


def _close(request: StaffRequest, request_id: UUID, status: Status) -> HttpResponse:
    asked = _own(request, request_id)
    mark = lifecycle.mark_done if status == Status.DONE else lifecycle.mark_no_show
    try:
        mark(asked.appointment, by=trail.staff_actor(request))
    except lifecycle.NotOpen:
        messages.error(request, "This one was closed already.")
    return redirect("consultations:page", asked.pk)


def _context(asked: ConsultationRequest) -> dict[str, object]:
    return {
        "asked": asked,
        "appointment": asked.appointment,
        "client": asked.client,
        "begun": lifecycle.has_begun(asked.appointment),
    }


def _own(request: StaffRequest, request_id: UUID) -> ConsultationRequest:
    scope = ConsultationRequest.objects.for_user(request.user).select_related(
        "client__card", "appointment__counselor__user", "concern", "case"
    )
    return get_object_or_404(scope, pk=request_id)

"""A counselor's own sessions: one at a glance, and saying what became of it."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.http import StaffRequest
from scheduling import lifecycle, session_card
from scheduling.models import Appointment


@staff(Role.COUNSELOR)
@require_safe
def session_page(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """One session: when, for whom, on whose clock."""
    appointment = _own(request, appointment_id)
    rows = [
        (appointment, appointment.case_id, attendee.client_id)
        for attendee in appointment.attendees.all()
    ]
    trail.record_all(Verb.READ, rows, by=trail.staff_actor(request))
    context = {
        "appointment": appointment,
        "begun": lifecycle.has_begun(appointment),
        "card": session_card.card(appointment),
        "may_change": appointment.is_open and not lifecycle.has_begun(appointment),
    }
    return render(request, "scheduling/session_page.html", context)


@staff(Role.COUNSELOR)
@require_POST
def done(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """The session took place: its follow-ups are planned."""
    words = "Marked as done. What follows it is planned."
    return _close(request, appointment_id, lifecycle.mark_done, words)


@staff(Role.COUNSELOR)
@require_POST
def no_show(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Nobody came."""
    return _close(request, appointment_id, lifecycle.mark_no_show, "Noted that nobody came.")


def _close(
    request: StaffRequest,
    appointment_id: UUID,
    mark: Callable[[Appointment, trail.Actor], Appointment],
    words: str,
) -> HttpResponse:
    appointment = _own(request, appointment_id)
    try:
        lifecycle.check_begun(appointment)
        mark(appointment, trail.staff_actor(request))
    except lifecycle.NotBegun:
        messages.error(request, "It hasn’t begun yet. Please mark it afterwards.")
    except lifecycle.NotOpen:
        messages.error(request, "This one was closed already.")
    else:
        messages.success(request, words)
    return _back(appointment)


def _back(appointment: Appointment) -> HttpResponse:
    if appointment.case_id:
        return redirect("cases:page", appointment.case_id)
    return redirect("dashboard:today")


def _own(request: StaffRequest, appointment_id: UUID) -> Appointment:
    scope = Appointment.objects.for_user(request.user).filter(kind=Appointment.Kind.SESSION)
    scope = scope.select_related("counselor__user", "series")
    return get_object_or_404(
        scope.prefetch_related("attendees__client", "attendees__state"), pk=appointment_id
    )

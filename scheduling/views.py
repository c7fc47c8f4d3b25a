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
from scheduling import beginning, lifecycle, session_card
from scheduling.forms import BeginForm
from scheduling.models import Appointment

_MAY_BEGIN = "Noted where everybody is. You may begin."
_MAY_NOT_BEGIN = "Noted where everybody is. You may not begin like this: the page says why."


@staff(Role.COUNSELOR)
@require_safe
def session_page(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """One session: when, for whom, on whose clock."""
    return _page(request, _own(request, appointment_id))


@staff(Role.COUNSELOR)
@require_POST
def begin(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Everybody has said where they are: it begins, or the page says why it may not."""
    appointment = _own(request, appointment_id)
    form = BeginForm(appointment.attendees.all(), request.POST)
    if not form.is_valid():
        return _page(request, appointment, form)
    try:
        verdict = beginning.begin(appointment, form.said, trail.staff_actor(request))
    except beginning.NotYet:
        messages.error(request, "It’s too early to ask. Please ask right before you begin.")
    except lifecycle.NotOpen:
        messages.error(request, "This one was closed already.")
    else:
        tell = messages.success if verdict else messages.error
        tell(request, _MAY_BEGIN if verdict else _MAY_NOT_BEGIN)
    return redirect("sessions:page", appointment.pk)


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


def _page(
    request: StaffRequest, appointment: Appointment, form: BeginForm | None = None
) -> HttpResponse:
    attendees = list(appointment.attendees.all())
    rows = [(appointment, appointment.case_id, each.client_id) for each in attendees]
    trail.record_all(Verb.READ, rows, by=trail.staff_actor(request))
    asks = beginning.is_time(appointment) and not appointment.began_at
    context = {
        "appointment": appointment,
        "begun": lifecycle.has_begun(appointment),
        "card": session_card.card(appointment),
        "form": (form or BeginForm(attendees)) if asks else None,
        "may_change": appointment.is_open and not lifecycle.has_begun(appointment),
    }
    return render(request, "scheduling/session_page.html", context)


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

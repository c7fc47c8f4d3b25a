"""A counselor's own appointments: booking sessions, and saying what became of them."""

from collections.abc import Callable
from datetime import UTC, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.models import Case
from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.clock import on_wall_clock
from practice.http import StaffRequest
from practice.wording import spoken_time, zone_name
from scheduling import booking, lifecycle, places
from scheduling.forms import BookForm
from scheduling.models import Appointment

_FURTHEST = timedelta(days=366)


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
        "fits": places.verdict(appointment),
    }
    return render(request, "scheduling/session_page.html", context)


@staff(Role.COUNSELOR)
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Book one or several weekly sessions for a case: all of them, or none and the reason."""
    scope = Case.objects.for_user(request.user).open().select_related("counselor__user")
    case = get_object_or_404(scope, pk=case_id)
    people = list(case.participants.select_related("client__state"))
    zone_words = zone_name(clock.now(), case.counselor.zone)
    form = BookForm(people, zone_words, request.POST or None)
    if form.is_valid() and _booked(request, case, form):
        return redirect("cases:page", case.pk)
    return render(request, "scheduling/book.html", {"case": case, "form": form})


def _booked(request: StaffRequest, case: Case, form: BookForm) -> bool:
    given = form.cleaned_data
    zone = case.counselor.zone
    if given["first_day"] > clock.today(zone) + _FURTHEST:
        form.add_error("first_day", "Please choose a day within the coming year.")
        return False
    if on_wall_clock(given["first_day"], given["at"], zone) <= clock.now():
        form.add_error("first_day", "That time is over. Please choose one to come.")
        return False
    try:
        sessions = booking.book_weekly(
            case=case,
            first_day=given["first_day"],
            at=given["at"],
            times=given["times"],
            attending=form.attending(),
            by=trail.staff_actor(request),
        )
    except booking.SlotTaken as error:
        taken = spoken_time(error.starts_at.astimezone(UTC), zone)
        form.add_error("at", f"{taken} is taken. Nothing was booked: please choose another time.")
        return False
    except booking.MayNotMeet as error:
        form.add_error(None, str(error))
        return False
    messages.success(
        request,
        "Booked: 1 session." if len(sessions) == 1 else f"Booked: {len(sessions)} sessions.",
    )
    return True


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
    scope = scope.select_related("counselor__user", "case")
    return get_object_or_404(
        scope.prefetch_related("attendees__client", "attendees__state"), pk=appointment_id
    )

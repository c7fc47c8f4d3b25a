"""One appointment at the desk: who, when, where each will be; and how to change it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.dashboard import registry
from practice.http import StaffRequest
from practice.models import Counselor, Practice
from scheduling import booking, changes, late, lifecycle, session_card
from scheduling.desk import open_times
from scheduling.desk.time_forms import NOBODY_CAME, EndForm, MoveForm
from scheduling.models import Appointment, Change, EndReason

# What the desk's pages read of an appointment. Its case is an id to them, and stays one.
_DESK_FIELDS = [
    *("kind", "status", "counselor", "case", "starts_at", "ends_at", "busy_until", "sequence"),
    *("version", "override", "end_reason", "canceled_late", "hold_ends_at", "series"),
    "began_at",
    *("counselor__public_name", "counselor__video_link", "counselor__buffer_minutes"),
    *("counselor__most_a_day", "counselor__user__time_zone"),
]
_TONES = {"booked": "calm", "done": "good", "no_show": "needs-person", "canceled": "stopped"}
_HALF_HOUR = timedelta(minutes=30)
_MEANWHILE = (
    "Somebody changed this appointment while you had it open. It stands now as you see it here. "
    "Nothing of yours was saved yet. What you chose is still below: send it again if it still fits."
)
_CLOSED = "This appointment is closed. It can’t be changed any more."


@staff(Role.DESK, Role.OWNER)
@require_safe
def page(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """One appointment: who, when, where each will be, how to reach them; and how to change it."""
    appointment = _appointment(request, appointment_id)
    _record_reading(request, appointment)
    return _page(request, appointment)


@staff(Role.DESK)
@require_POST
def move(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Give it another time or length, with a reason where the calendar's rules speak against it."""
    appointment = _appointment(request, appointment_id)
    if not appointment.is_open:
        return _closed(request, appointment)
    form = _move_form(request, appointment, request.POST)
    if not form.is_valid():
        return _page(request, appointment, form)
    try:
        _move(request, appointment, form)
    except booking.ChangedMeanwhile:
        return _meanwhile(request, appointment)
    except lifecycle.NotOpen:
        return _closed(request, appointment)
    except booking.OddTime as error:
        form.add_error("at", str(error))
        return _page(request, appointment, form)
    except REFUSALS as error:
        refused = _refused(request, appointment, form, error)
        return _page(request, appointment, form, refused=refused)
    return redirect("desk:appointment", appointment.pk)


@staff(Role.DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Call it off, and say why; the people are told, and what was to follow it doesn't go."""
    appointment = _appointment(request, appointment_id)
    now, practice = clock.now(), Practice.current()
    context = {
        "is_late": late.is_late(appointment, now, practice),
        "late_words": late.words(appointment, now, practice),
        "begun": lifecycle.has_begun(appointment),
    }
    return _end(request, appointment, "desk/cancel.html", list(EndReason), _call_off, context)


@staff(Role.DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def no_show(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Nobody came, and why as far as we know."""
    appointment = _appointment(request, appointment_id)
    if appointment.is_open and not lifecycle.has_begun(appointment):
        messages.error(request, "It hasn’t begun yet. Please say afterwards whether they came.")
        return redirect("desk:appointment", appointment.pk)
    return _end(request, appointment, "desk/no_show.html", NOBODY_CAME, _nobody_came, {})


@staff(Role.DESK)
@require_POST
def undo(request: StaffRequest, change_id: UUID) -> HttpResponse:
    """Take back what one did oneself a moment ago: it is as if it had not been."""
    change = get_object_or_404(Change, pk=change_id, made_by=request.user)
    try:
        changes.undo(change, request.user, trail.staff_actor(request))
    except changes.TooLate:
        messages.error(request, "It’s too late to take that back. You can still change it below.")
    except booking.ChangedMeanwhile:
        messages.error(request, "It was changed again since. It stays as it is now.")
    except (booking.SlotTaken, booking.ClientBusy, booking.MayNotMeet, booking.AgainstTheRules):
        messages.error(request, "Its old time can’t be had any more. It stays as it is now.")
    else:
        messages.success(request, "Taken back. It stands as it did before, and nobody was told.")
    return redirect("desk:appointment", change.appointment_id)


# Moving

REFUSALS = (
    booking.SlotTaken,
    booking.ClientBusy,
    booking.MayNotMeet,
    booking.AgainstTheRules,
)


def _move(request: StaffRequest, appointment: Appointment, form: MoveForm) -> None:
    """Raises what `lifecycle.move` raises."""
    lifecycle.move(
        appointment,
        form.moment,
        trail.staff_actor(request),
        length=form.minutes,
        counselor=form.with_counselor,
        override=form.cleaned_data["override"],
        version=_version(request),
        undoable_by=request.user,
    )


def _version(request: HttpRequest) -> int:
    """What the form was made for; a form that doesn't say counts as made for something older."""
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else -1


def _refused(
    request: StaffRequest, appointment: Appointment, form: MoveForm, error: Exception
) -> dict[str, Any]:
    counselor: Counselor = form.with_counselor or appointment.counselor
    found = open_times.refusal(
        counselor,
        form.moment,
        open_times.wanted_for(appointment, form.minutes),
        open_times.clients_of(appointment),
        zone=request.user.zone,
        words=str(error),
    )
    kept = [("version", appointment.version), ("length", form.cleaned_data["length"] or "")]
    if form.with_counselor:
        kept.append(("counselor", counselor.pk))
    url = reverse("desk:move", args=[appointment.pk])
    return {"time": found, "kept": kept, "url": url, "verb": "Move it there"}


def _move_form(request: StaffRequest, appointment: Appointment, data: Any = None) -> MoveForm:
    return MoveForm(appointment, open_times.to_move_to(appointment), request.user.zone, data)


# Ending


def _end(
    request: StaffRequest,
    appointment: Appointment,
    template: str,
    reasons: list[EndReason],
    act: Callable[[StaffRequest, Appointment, str], Any],
    context: dict[str, Any],
) -> HttpResponse:
    """Ask why, then do it."""
    if not appointment.is_open:
        return _closed(request, appointment)
    form = EndForm(reasons, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            act(request, appointment, form.cleaned_data["reason"])
        except booking.ChangedMeanwhile:
            context["meanwhile"] = True
            appointment = _appointment(request, appointment.pk)
            if not appointment.is_open:
                return _closed(request, appointment)
        except lifecycle.NotOpen:
            return _closed(request, appointment)
        else:
            return redirect(_day_of(request, appointment))
    context |= {"appointment": appointment, "form": form, "card": session_card.card(appointment)}
    return render(request, template, context)


def _call_off(request: StaffRequest, appointment: Appointment, reason: str) -> None:
    lifecycle.call_off(
        appointment,
        trail.staff_actor(request),
        reason=reason,
        version=_version(request),
        undoable_by=request.user,
    )


def _nobody_came(request: StaffRequest, appointment: Appointment, reason: str) -> None:
    lifecycle.mark_no_show(
        appointment,
        trail.staff_actor(request),
        reason=reason,
        version=_version(request),
        undoable_by=request.user,
    )


def _day_of(request: StaffRequest, appointment: Appointment) -> str:
    """The day on the desk's calendar, which shows the way back."""
    day = appointment.starts_at.astimezone(request.user.zone).date()
    return f"{reverse('desk:day')}?day={day:%Y-%m-%d}"


# The page


def _page(
    request: StaffRequest,
    appointment: Appointment,
    form: MoveForm | None = None,
    *,
    refused: dict[str, Any] | None = None,
    meanwhile: str = "",
) -> HttpResponse:
    may_change = appointment.is_open and request.user.has_role(Role.DESK)
    form = form or (_move_form(request, appointment) if may_change else None)
    context = {
        "appointment": appointment,
        "card": session_card.card(appointment),
        "tone": _TONES.get(appointment.status, "calm"),
        "form": form,
        "quick": _half_hours(appointment, form) if form else [],
        "begun": lifecycle.has_begun(appointment),
        "may_change": may_change,
        "is_desk": request.user.has_role(Role.DESK),
        "refused": refused,
        "meanwhile": meanwhile,
        "change": changes.latest(appointment, request.user),
        "day_url": _day_of(request, appointment),
        "panels": registry.appointment.shown_to(request, appointment),
    }
    return render(request, "desk/appointment.html", context)


def _meanwhile(request: StaffRequest, appointment: Appointment) -> HttpResponse:
    """The page as it stands now, with what this person typed."""
    appointment = _appointment(request, appointment.pk)
    if not appointment.is_open:
        return _closed(request, appointment)
    form = _move_form(request, appointment, request.POST)
    return _page(request, appointment, form, meanwhile=_MEANWHILE)


def _closed(request: StaffRequest, appointment: Appointment) -> HttpResponse:
    messages.error(request, _CLOSED)
    return redirect("desk:appointment", appointment.pk)


def _half_hours(appointment: Appointment, form: MoveForm) -> list[tuple[str, str]]:
    """Half an hour earlier or later, where that is open."""
    nearby = [("Half an hour earlier", -_HALF_HOUR), ("Half an hour later", _HALF_HOUR)]
    times = [(label, appointment.starts_at + shift) for label, shift in nearby]
    return [(label, moment.isoformat()) for label, moment in times if moment in form.open_times]


def _record_reading(request: StaffRequest, appointment: Appointment) -> None:
    rows = [
        (attendee.client, "", attendee.client_id)
        for attendee in appointment.attendees.all()
        if attendee.client
    ]
    trail.record_all(Verb.READ, rows, by=trail.staff_actor(request), note="appointment")


def _appointment(request: StaffRequest, appointment_id: UUID) -> Appointment:
    found = Appointment.objects.for_user(request.user).exclude(status__in=["hold", "lapsed"])
    found = found.select_related("counselor__user").only(*_DESK_FIELDS)
    found = found.prefetch_related("attendees__client__card", "attendees__state")
    return get_object_or_404(found, pk=appointment_id)

"""The front desk's calendar: times, names and places; never clinical matter."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.clock import on_wall_clock
from practice.dashboard import registry
from practice.http import StaffRequest
from practice.models import Counselor
from practice.wording import clock_time
from scheduling import availability, booking, lifecycle, places
from scheduling.availability import Slot, Wanted
from scheduling.forms import MoveForm
from scheduling.models import Appointment

_YEARS = 50  # A calendar that is asked for further away than this shows today.

# What the desk's pages read of an appointment. Its case is an id to them, and stays one.
_DESK_FIELDS = [
    *("kind", "status", "counselor", "starts_at", "ends_at", "busy_until", "sequence"),
    *("counselor__public_name", "counselor__user__time_zone"),
]


@staff(Role.DESK, Role.OWNER)
@require_safe
def day(request: StaffRequest) -> HttpResponse:
    """One day, a column for each counselor."""
    zone = request.user.zone
    shown = _asked_day(request)
    appointments = _on(request, shown, shown + timedelta(days=1), zone)
    context = {
        "day": shown,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1),
        "columns": _columns(appointments, zone),
        "count": len(appointments),
        "is_today": shown == clock.today(zone),
        "blocked": [
            (_row(appointment, zone), why.reasons)
            for appointment, why in places.needing_a_person(request.user)
        ],
    }
    return render(request, "desk/day.html", context)


@staff(Role.DESK, Role.OWNER)
@require_safe
def week(request: StaffRequest) -> HttpResponse:
    """Seven days from Monday on, as a list of days."""
    zone = request.user.zone
    asked = _asked_day(request)
    monday = asked - timedelta(days=asked.weekday())
    appointments = _on(request, monday, monday + timedelta(days=7), zone)
    days = [monday + timedelta(days=number) for number in range(7)]
    rows = [_row(appointment, zone) for appointment in appointments]
    context = {
        "monday": monday,
        "sunday": days[-1],
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "days": [(each, [row for row in rows if row["day"] == each]) for each in days],
        "today": clock.today(zone),
    }
    return render(request, "desk/week.html", context)


@staff(Role.DESK, Role.OWNER)
@require_safe
def appointment_page(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """One appointment: who, when, where each will be, how to reach them; and how to change it."""
    appointment = _appointment(request, appointment_id)
    _record_reading(request, appointment)
    return _page(request, appointment, _move_form(request, appointment))


@staff(Role.DESK)
@require_POST
def move(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Give it another open time; the people are told."""
    appointment = _appointment(request, appointment_id)
    if not appointment.is_open:
        messages.error(request, "This appointment can’t be moved any more.")
        return redirect("desk:appointment", appointment.pk)
    form = _move_form(request, appointment, request.POST)
    if form.is_valid() and _moved(request, appointment, form):
        return redirect("desk:appointment", appointment.pk)
    return _page(request, appointment, form)


@staff(Role.DESK)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Call it off; the people are told, and what was to follow it doesn't go."""
    appointment = _appointment(request, appointment_id)
    if request.method != "POST":
        return render(request, "desk/cancel.html", {"appointment": appointment})
    try:
        lifecycle.call_off(appointment, by=trail.staff_actor(request))
    except lifecycle.NotOpen:
        messages.error(request, "This one was closed already.")
    else:
        messages.success(request, "Canceled. The people are told.")
    return redirect("desk:appointment", appointment.pk)


def _moved(request: StaffRequest, appointment: Appointment, form: MoveForm) -> bool:
    try:
        lifecycle.move(appointment, form.cleaned_data["starts_at"], by=trail.staff_actor(request))
    except booking.SlotTaken:
        form.add_error("starts_at", "That time has just been taken. Please choose another.")
    except booking.MayNotMeet as error:
        form.add_error("starts_at", str(error))
    except lifecycle.NotOpen:
        form.add_error(None, "This appointment can’t be moved any more.")
    else:
        messages.success(request, "Moved. The people are told.")
        return True
    return False


def _page(request: StaffRequest, appointment: Appointment, form: MoveForm) -> HttpResponse:
    context = {
        "appointment": appointment,
        "form": form,
        "quick": _half_hours(appointment, form),
        "may_change": appointment.is_open and request.user.has_role(Role.DESK),
        "fits": places.verdict(appointment),
        "panels": registry.appointment.shown_to(request, appointment),
    }
    return render(request, "desk/appointment.html", context)


def _half_hours(appointment: Appointment, form: MoveForm) -> list[tuple[str, str]]:
    """Half an hour earlier or later, where that is open."""
    nearby = [("Half an hour earlier", -30), ("Half an hour later", 30)]
    times = [(label, appointment.starts_at + timedelta(minutes=shift)) for label, shift in nearby]
    return [(label, moment.isoformat()) for label, moment in times if moment in form.open_times]


def _move_form(request: StaffRequest, appointment: Appointment, data: Any = None) -> MoveForm:
    return MoveForm(_open_times(appointment), request.user.zone, data)


def _open_times(appointment: Appointment) -> list[Slot]:
    """The counselor's open times around the appointment: the day before to five days after."""
    now = clock.now()
    wanted = Wanted(
        length=appointment.length,
        places=[attendee.state_id for attendee in appointment.attendees.all()],
        earliest=max(now, appointment.starts_at - timedelta(days=1)),
        latest=max(now, appointment.starts_at) + timedelta(days=5),
        leaving_out=appointment.pk,
        kind=appointment.kind,
    )
    slots = availability.open_slots([appointment.counselor], wanted, now)
    return [slot for slot in slots if slot.starts_at != appointment.starts_at]


def _record_reading(request: StaffRequest, appointment: Appointment) -> None:
    rows = [
        (attendee.client, "", attendee.client_id)
        for attendee in appointment.attendees.all()
        if attendee.client
    ]
    trail.record_all(Verb.READ, rows, by=trail.staff_actor(request), note="appointment")


def _asked_day(request: StaffRequest) -> date:
    try:
        asked = parse_date(request.GET.get("day", ""))
    except ValueError:
        asked = None
    today = clock.today(request.user.zone)
    return asked if asked and abs(asked.year - today.year) <= _YEARS else today


def _on(request: StaffRequest, first: date, end: date, zone: ZoneInfo) -> list[Appointment]:
    start, stop = (on_wall_clock(each, time.min, zone) for each in (first, end))
    found = Appointment.objects.for_user(request.user).shown().between(start, stop)
    found = found.select_related("counselor__user").only(*_DESK_FIELDS).order_by("starts_at")
    return list(found.prefetch_related("attendees__client", "attendees__state"))


def _columns(appointments: Iterable[Appointment], zone: ZoneInfo) -> list[Any]:
    rows = [_row(appointment, zone) for appointment in appointments]
    working = Counselor.objects.working().select_related("user")
    return [
        (counselor, [row for row in rows if row["counselor_id"] == counselor.pk])
        for counselor in working
    ]


def _row(appointment: Appointment, zone: ZoneInfo) -> dict[str, Any]:
    """What a card shows, made ready here: filters in a loop are the slow part of a list page."""
    return {
        "id": appointment.pk,
        "counselor_id": appointment.counselor_id,
        "counselor": appointment.counselor.public_name,
        "day": appointment.starts_at.astimezone(zone).date(),
        "starts_at": appointment.starts_at,
        "time": _from_to(appointment.starts_at, appointment.ends_at, zone),
        "kind": appointment.get_kind_display(),
        "status": appointment.get_status_display(),
        "tone": _TONES[appointment.status],
        "who": who(appointment),
        "places": ", ".join(attendee.state_id for attendee in appointment.attendees.all()),
        "is_over": appointment.ends_at < clock.now(),
    }


_TONES = {"booked": "calm", "done": "good", "no_show": "needs-person"}


def _from_to(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    return f"{clock_time(start, zone)} – {clock_time(end, zone)}"


def who(appointment: Appointment) -> str:
    """The names of those who come."""
    clients = [attendee.client for attendee in appointment.attendees.all() if attendee.client]
    return ", ".join(client.name for client in clients) or "Nobody yet"


def _appointment(request: StaffRequest, appointment_id: UUID) -> Appointment:
    found = Appointment.objects.for_user(request.user).exclude(status__in=["hold", "lapsed"])
    found = found.select_related("counselor__user").only(*_DESK_FIELDS)
    found = found.prefetch_related("attendees__client__card", "attendees__state")
    return get_object_or_404(found, pk=appointment_id)

"""An appointment as its own people see it, by private link; nothing about anybody else."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_safe

from clients.contact.visits import VisitRequest, link_holder
from practice import clock
from practice.access.budget import Budget
from practice.audit import trail
from practice.audit.models import Verb
from practice.clock import on_wall_clock
from practice.models import Practice
from practice.wording import zone_name
from scheduling import availability, booking, calendar_file, lifecycle, places
from scheduling.availability import OpenDays, Slot, Wanted
from scheduling.forms import MoveForm, PlaceForm
from scheduling.models import Appointment, Attendee, Status
from scheduling.notices import APPOINTMENT

_DAYS_SHOWN = 5
_CHANGED = "Your appointment was changed a moment ago. Here is how it stands now."
# Each move writes to everybody who comes.
_MOVES = Budget("moves", times=5, seconds=24 * 60 * 60)


@link_holder(APPOINTMENT)
@require_safe
def your_appointment(request: VisitRequest) -> HttpResponse:
    """When, on the reader's clock, with whom, how to come, and what they can change."""
    attendee = _own(request)
    appointment = attendee.appointment
    _record(request, Verb.READ, appointment)
    ahead = _may_be_changed(appointment)
    context = {
        "appointment": appointment,
        "attendee": attendee,
        "zone": attendee.time_zone,
        "is_over": _is_over(appointment),
        "asks_where": appointment.is_open and not _is_over(appointment),
        "may_change": ahead and appointment.kind == Appointment.Kind.CONSULTATION,
        "trouble": _trouble(attendee),
    }
    return render(request, "scheduling/your_appointment.html", context)


def _trouble(attendee: Attendee) -> str:
    """Why it can't take place as things stand: "here" (where the reader will be) or "other"."""
    verdict = places.verdict(attendee.appointment)
    if verdict:
        return ""
    # Where somebody else will be is theirs to tell.
    own = any(reason.state == attendee.state_id for reason in verdict.reasons)
    return "here" if own else "other"


@link_holder(APPOINTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: VisitRequest) -> HttpResponse:
    """Where they will be at that hour: as they said before, or somewhere else."""
    attendee = _own(request)
    appointment = attendee.appointment
    if not appointment.is_open or _is_over(appointment):
        return _too_late(request)
    form = PlaceForm(attendee, request.POST or None)
    if not form.is_valid():
        context = {"form": form, "appointment": appointment, "zone": attendee.time_zone}
        return render(request, "scheduling/your_place.html", context)
    given, actor = form.cleaned_data, trail.client_actor(request, request.client.pk)
    if places.say_where(attendee, given["state"], given["time_zone"], actor):
        messages.success(request, "Thank you. We noted where you’ll be.")
    return redirect("your-appointment")


@link_holder(APPOINTMENT)
@require_safe
def calendar(request: VisitRequest) -> HttpResponse:
    """The time alone, for the reader's own calendar."""
    appointment = _own(request).appointment
    _record(request, Verb.READ, appointment)
    return HttpResponse(
        calendar_file.of(appointment, Practice.current()),
        content_type=calendar_file.content_type(appointment),
        headers={"Content-Disposition": f'attachment; filename="{calendar_file.NAME}"'},
    )


@link_holder(APPOINTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: VisitRequest) -> HttpResponse:
    """Another open time with the same counselor."""
    attendee = _own_consultation(request)
    if not _may_be_changed(attendee.appointment):
        return _too_late(request)
    found = _open_days(attendee, _asked_day(request, attendee))
    form = MoveForm(found.slots, attendee.zone, request.POST or None)
    if form.is_valid() and _moved(request, attendee, form):
        return redirect("your-appointment")
    context = {
        "appointment": attendee.appointment,
        "form": form,
        "zone": attendee.time_zone,
        "zone_words": zone_name(_first_moment(found), attendee.zone),
        "later": _day_after(found, attendee) if found.more else None,
        "is_first": "since" not in request.GET,
    }
    return render(request, "scheduling/your_move.html", context)


def _open_days(attendee: Attendee, since: datetime | None) -> OpenDays:
    return availability.first_open_days(
        [attendee.appointment.counselor],
        _wanted(attendee, since),
        clock.now(),
        zone=attendee.zone,
        days=_DAYS_SHOWN,
    )


def _nearest(attendee: Attendee, near: datetime) -> list[Slot]:
    """The open times nearest to one that is gone."""
    counselor, wanted = attendee.appointment.counselor, _wanted(attendee, None)
    return availability.nearest_open([counselor], wanted, near, clock.now())


def _wanted(attendee: Attendee, since: datetime | None) -> Wanted:
    appointment, now, practice = attendee.appointment, clock.now(), Practice.current()
    earliest = now + timedelta(hours=practice.minimum_notice_hours)
    busy = _busy_elsewhere(appointment, now)
    length = appointment.length
    return Wanted(
        length=length,
        places=[each.state_id for each in appointment.attendees.all()],
        earliest=max(earliest, since) if since else earliest,
        latest=now + timedelta(days=practice.booking_horizon_days),
        leaving_out=appointment.pk,
        keep=lambda start: (
            start != appointment.starts_at
            and not any(start < ends and begins < start + length for begins, ends in busy)
        ),
        kind=appointment.kind,
    )


def _busy_elsewhere(appointment: Appointment, now: datetime) -> list[tuple[datetime, datetime]]:
    """When those who come are at other appointments; such times are offered to none of them."""
    people = appointment.attendees.exclude(client=None).values("client")
    others = Attendee.objects.filter(client__in=people, takes_time=True, ends_at__gt=now)
    spans = others.exclude(appointment=appointment).values_list("starts_at", "ends_at")
    return [(begins, ends) for begins, ends in spans if begins and ends]


def _moved(request: VisitRequest, attendee: Attendee, form: MoveForm) -> bool:
    appointment = attendee.appointment
    actor = trail.client_actor(request, request.client.pk)
    if not _MOVES.spend_for(str(appointment.pk)):
        form.add_error(None, "This was moved several times today. Please call us.")
        return False
    try:
        lifecycle.move(
            appointment, form.cleaned_data["starts_at"], actor, version=_version(request)
        )
    except (booking.SlotTaken, booking.ClientBusy) as error:
        # Whose other appointment it is would be the other's to tell.
        form.add_error("starts_at", "That time has just been taken. Please choose another.")
        form.show(_nearest(attendee, error.starts_at), attendee.zone)
    except booking.MayNotMeet:
        form.add_error("starts_at", "We can’t meet you then. Please choose another time.")
    except booking.ChangedMeanwhile:
        # What they saw isn't how it stands: they look at it before anything becomes of it.
        messages.error(request, _CHANGED)
        return True
    except lifecycle.NotOpen:
        form.add_error(None, "This appointment can’t be moved any more.")
    else:
        messages.success(request, "Your appointment has a new time.")
        return True
    return False


@link_holder(APPOINTMENT)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: VisitRequest) -> HttpResponse:
    """Call it off; nobody asks why."""
    attendee = _own_consultation(request)
    appointment = attendee.appointment
    if not _may_be_changed(appointment):
        return _too_late(request)
    if request.method != "POST":
        context = {"appointment": appointment, "zone": attendee.time_zone}
        return render(request, "scheduling/your_cancel.html", context)
    try:
        actor = trail.client_actor(request, request.client.pk)
        lifecycle.call_off(appointment, actor, version=_version(request))
    except booking.ChangedMeanwhile:
        messages.error(request, _CHANGED)
    except lifecycle.NotOpen:
        return _too_late(request)
    return redirect("your-appointment")


def _version(request: VisitRequest) -> int | None:
    """The version of the appointment that the page showed; None where it names none."""
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None


def _own(request: VisitRequest) -> Attendee:
    return get_object_or_404(
        Attendee.objects.select_related("appointment__counselor__user", "state"),
        client=request.client,
        appointment=request.link.subject_id,
    )


def _own_consultation(request: VisitRequest) -> Attendee:
    """Sessions are moved by a person: their follow-ups and the case hang on them."""
    attendee = _own(request)
    if attendee.appointment.kind != Appointment.Kind.CONSULTATION:
        raise Http404
    return attendee


def _may_be_changed(appointment: Appointment) -> bool:
    return appointment.is_open and not lifecycle.has_begun(appointment)


def _is_over(appointment: Appointment) -> bool:
    closed = appointment.status in (Status.DONE, Status.NO_SHOW)
    return closed or appointment.ends_at <= clock.now()


def _too_late(request: VisitRequest) -> HttpResponse:
    messages.error(request, "That can’t be changed here any more.")
    return redirect("your-appointment")


def _record(request: VisitRequest, verb: Verb, appointment: Appointment) -> None:
    actor = trail.client_actor(request, request.client.pk)
    trail.record(verb, appointment, by=actor, client_id=request.client.pk)


def _asked_day(request: VisitRequest, attendee: Attendee) -> datetime | None:
    """From which day on they want to see open times."""
    try:
        day = parse_date(request.GET.get("since", ""))
    except ValueError:
        return None
    # A day far away has no open times, and no calendar reaches past the last one.
    if day is None or abs(day.year - clock.now().year) > 1:
        return None
    return on_wall_clock(day, time.min, attendee.zone)


def _first_moment(found: OpenDays) -> datetime:
    return found.slots[0].starts_at if found.slots else clock.now()


def _day_after(found: OpenDays, attendee: Attendee) -> Any:
    last = found.slots[-1].starts_at if found.slots else clock.now()
    return last.astimezone(attendee.zone).date() + timedelta(days=1)

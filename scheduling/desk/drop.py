"""An appointment is dragged elsewhere on the calendar, or made longer or shorter.

The page shows the new place before it is so; the answer says how it stands, and why.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from practice import clock
from practice.access.gate import staff
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import ActorKind, Entry, Verb
from practice.http import StaffRequest
from practice.models import Counselor, User
from practice.wording import clock_time, spoken_time
from scheduling import booking, changes, lifecycle
from scheduling.availability import Slot
from scheduling.desk import calendar_events, open_times, rows, typed
from scheduling.models import Appointment, Override, Status

_KEY_DIGITS = 9
_CHANGED, _REFUSED = 409, 422
_REFUSALS = (booking.SlotTaken, booking.ClientBusy, booking.MayNotMeet, booking.AgainstTheRules)


class _Unclear(Exception):
    """What was sent names no time, length or counselor; the words say what."""


class _Dropped(NamedTuple):
    """Where it was let go of."""

    starts_at: datetime
    length: timedelta
    counselor: Counselor
    version: int
    override: str


@staff(Role.DESK)
@require_POST
def drop(request: StaffRequest, appointment_id: UUID) -> JsonResponse:
    """Move it there, unless somebody changed it meanwhile or something speaks against it.

    200: how it stands now, and how to take that back. 409: somebody else was first, and how it
    stands now. 422: why it can't be there, with the reasons to choose from or the nearest times.
    """
    appointment = _appointment(appointment_id)
    try:
        dropped = _dropped(request, appointment)
        moved = _move(request, appointment, dropped)
    except (_Unclear, typed.NoSuchMoment, booking.OddTime, lifecycle.WrongCounselor) as error:
        return _refused([str(error)])
    except (booking.ChangedMeanwhile, lifecycle.NotOpen):
        return _changed_meanwhile(request, appointment.pk)
    except _REFUSALS as error:
        return _against(request, appointment, dropped, error)
    return _moved(request, moved)


def _move(request: StaffRequest, appointment: Appointment, dropped: _Dropped) -> Appointment:
    elsewhere = dropped.counselor.pk != appointment.counselor_id
    return lifecycle.move(
        appointment,
        dropped.starts_at,
        trail.staff_actor(request),
        length=dropped.length if dropped.length != appointment.length else None,
        counselor=dropped.counselor if elsewhere else None,
        override=dropped.override,
        version=dropped.version,
        undoable_by=request.user,
    )


# The answers


def _moved(request: StaffRequest, appointment: Appointment) -> JsonResponse:
    zone = request.user.zone
    change = changes.latest(appointment, request.user)
    when = spoken_time(appointment.starts_at, zone)
    until = clock_time(appointment.ends_at, zone)
    return JsonResponse(
        {
            "words": f"Moved: {when}, until {until}, with {appointment.counselor.public_name}.",
            "event": _event(request, appointment.pk),
            "undo": reverse("desk:undo", args=[change.pk]) if change else "",
            "seconds": changes.SECONDS,
        }
    )


def _changed_meanwhile(request: StaffRequest, appointment_id: UUID) -> JsonResponse:
    by = _by_whom(appointment_id)
    words = f"This appointment was changed a moment ago{by}. Here is how it stands now."
    told = {"words": [words], "event": _event(request, appointment_id)}
    return JsonResponse(told, status=_CHANGED)


def _against(
    request: StaffRequest, appointment: Appointment, dropped: _Dropped, error: Exception
) -> JsonResponse:
    if isinstance(error, booking.AgainstTheRules):
        return _refused([each.words for each in error.refusals], may_override=True)
    found = open_times.refusal(
        dropped.counselor,
        dropped.starts_at,
        open_times.wanted_for(appointment, dropped.length),
        open_times.clients_of(appointment),
        zone=request.user.zone,
        words=str(error),
    )
    return _refused(list(found.words), [_near(slot, request.user) for slot in found.nearest])


def _refused(
    words: list[str], near: list[dict[str, str]] | None = None, *, may_override: bool = False
) -> JsonResponse:
    told = {"words": words, "near": near or [], "may_override": may_override}
    return JsonResponse(told, status=_REFUSED)


def _near(slot: Slot, user: User) -> dict[str, str]:
    local = slot.starts_at.astimezone(user.zone)
    words = f"{local:%a, %b} {local.day}, {clock_time(slot.starts_at, user.zone)}"
    return {"starts_at": slot.starts_at.isoformat(), "words": words}


def _event(request: StaffRequest, appointment_id: UUID) -> dict[str, Any]:
    row = rows.read_one(appointment_id, request.user.zone, clock.now())
    return calendar_events.event(row, may_change=True)


def _by_whom(appointment_id: UUID) -> str:
    """Who changed it last: one of the staff by name, a client only as one of those who come."""
    last = (
        Entry.objects.filter(resource="scheduling.appointment", resource_id=str(appointment_id))
        .filter(verb__in=[Verb.CREATE, Verb.CHANGE])
        .order_by("-seq")
        .first()
    )
    if last is None or last.actor_kind == ActorKind.SYSTEM:
        return ""
    if last.actor_kind == ActorKind.CLIENT:
        return " by somebody who comes"
    name = User.objects.filter(pk=last.actor_id).values_list("name", flat=True).first()
    return f" by {name}" if name else ""


# What was sent


def _dropped(request: StaffRequest, appointment: Appointment) -> _Dropped:
    """Raises _Unclear, NoSuchMoment."""
    sent = request.POST
    starts_at = _moment(request, "starts_at", standing=appointment.starts_at)
    length = _moment(request, "ends_at") - starts_at if sent.get("ends_at") else appointment.length
    if sent.get("ends_at") and not booking.SHORTEST <= length <= booking.LONGEST:
        raise _Unclear("An appointment takes between 5 minutes and 4 hours.")
    override = sent.get("override", "")
    return _Dropped(
        starts_at,
        length,
        _counselor(request, appointment),
        _number(sent.get("version", "")),
        override if override in Override.values else "",
    )


def _moment(request: StaffRequest, name: str, *, standing: datetime | None = None) -> datetime:
    """As the calendar writes it, on the reader's wall clock; or a whole moment, with its zone."""
    value = request.POST.get(name, "")
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise _Unclear("That isn’t a time. Please try again.") from error
    if found.tzinfo:
        return typed.starts_at(value, standing=standing)
    return typed.moment(found.date(), found.time(), request.user.zone, standing=standing)


def _counselor(request: HttpRequest, appointment: Appointment) -> Counselor:
    key = request.POST.get("counselor", "")
    if not key or key == str(appointment.counselor_id):
        return appointment.counselor
    found = Counselor.objects.working().select_related("user").filter(pk=max(_number(key), 0))
    if not found:
        raise _Unclear("That counselor doesn’t work here any more.")
    return found[0]


def _number(value: str) -> int:
    """A number that was sent; what is none counts as older than everything."""
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= _KEY_DIGITS else -1


def _appointment(appointment_id: UUID) -> Appointment:
    found = Appointment.objects.exclude(status__in=[Status.HOLD, Status.LAPSED])
    found = found.select_related("counselor__user").prefetch_related("attendees")
    return get_object_or_404(found, pk=appointment_id)

"""Times for people who are known: open on the counselor's calendar, and free for those who come."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from practice import clock
from practice.models import Counselor
from scheduling import availability, explain
from scheduling.availability import Slot, Wanted
from scheduling.models import Appointment, Attendee, Status

_NEAREST = 6
_LOOKED_AT = 24
_DAYS_BEFORE, _DAYS_AFTER = timedelta(days=1), timedelta(days=5)
_NEAR = timedelta(days=14)


@dataclass(frozen=True)
class Refused:
    """A time that can't be had just so: why, whether a reason would do, and what is near it."""

    starts_at: datetime
    counselor: Counselor
    words: tuple[str, ...]
    may_override: bool
    nearest: tuple[Slot, ...]


def to_move_to(appointment: Appointment) -> list[Slot]:
    """Open times from the day before an appointment to five days after it."""
    now = clock.now()
    wanted = replace(
        wanted_for(appointment),
        earliest=max(now, appointment.starts_at - _DAYS_BEFORE),
        latest=max(now, appointment.starts_at) + _DAYS_AFTER,
    )
    slots = availability.open_slots([appointment.counselor], wanted, now)
    return free_for(clients_of(appointment), slots, leaving_out=appointment.pk)


def wanted_for(appointment: Appointment, length: timedelta | None = None) -> Wanted:
    """What would do for the people of this appointment, at any time from now on but its own."""
    found = wanted(
        appointment.kind,
        length or appointment.length,
        [attendee.state_id for attendee in appointment.attendees.all()],
        leaving_out=appointment.pk,
    )
    return replace(found, keep=lambda start: start != appointment.starts_at)


def wanted(
    kind: str, length: timedelta, places: Sequence[str], *, leaving_out: UUID | None = None
) -> Wanted:
    """Anything of that kind, from now on for a year."""
    now = clock.now()
    return Wanted(
        length=length,
        places=places,
        earliest=now,
        latest=now + timedelta(days=366),
        leaving_out=leaving_out,
        kind=kind,
    )


def clients_of(appointment: Appointment) -> list[UUID]:
    """The ids of those who come."""
    return [each.client_id for each in appointment.attendees.all() if each.client_id]


def nearest(
    counselor: Counselor, wanted: Wanted, near: datetime, clients: Collection[UUID]
) -> list[Slot]:
    """The open times nearest to one that can't be had, free for those who come."""
    found = availability.nearest_open(
        [counselor], _near(wanted, near), near, clock.now(), number=_LOOKED_AT
    )
    free = free_for(clients, found, leaving_out=wanted.leaving_out)
    closest = sorted(free, key=lambda slot: abs(slot.starts_at - near))[:_NEAREST]
    return sorted(closest, key=lambda slot: slot.starts_at)


def _near(wanted: Wanted, near: datetime) -> Wanted:
    # A year of a calendar is not worth reading for six times.
    earliest = max(wanted.earliest, near - _NEAR)
    return replace(wanted, earliest=earliest, latest=max(earliest, near) + _NEAR)


def free_for(
    clients: Collection[UUID], slots: Sequence[Slot], *, leaving_out: UUID | None = None
) -> list[Slot]:
    """Those of these times at which none of these people is at another appointment."""
    busy = _busy(clients, slots, leaving_out) if clients and slots else []
    return [slot for slot in slots if not _clashes(slot, busy)]


def _busy(
    clients: Iterable[UUID], slots: Sequence[Slot], leaving_out: UUID | None
) -> list[tuple[datetime, datetime]]:
    found = (
        Attendee.objects.filter(client__in=clients, takes_time=True)
        .filter(starts_at__lt=max(slot.ends_at for slot in slots))
        .filter(ends_at__gt=min(slot.starts_at for slot in slots))
        .exclude(appointment__status=Status.HOLD, appointment__hold_ends_at__lte=clock.now())
    )
    if leaving_out:
        found = found.exclude(appointment=leaving_out)
    # The database keeps them where there is an appointment: each is both or neither.
    rows = found.order_by().values_list("starts_at", "ends_at")
    return [(begins, ends) for begins, ends in rows if begins and ends]


def _clashes(slot: Slot, busy: Iterable[tuple[datetime, datetime]]) -> bool:
    return any(start < slot.ends_at and slot.starts_at < end for start, end in busy)


def refusal(
    counselor: Counselor,
    starts_at: datetime,
    wanted: Wanted,
    clients: Collection[UUID],
    *,
    zone: ZoneInfo,
    words: str = "",
) -> Refused:
    """Why this time can't be had just so. `words` stand in where nothing speaks against it now."""
    found = explain.why_not(counselor, starts_at, wanted, clock.now(), clients=clients, zone=zone)
    return Refused(
        starts_at=starts_at,
        counselor=counselor,
        words=tuple(each.words for each in found) or (words,),
        may_override=bool(found) and all(each.can_be_overridden for each in found),
        nearest=tuple(nearest(counselor, wanted, starts_at, clients)),
    )

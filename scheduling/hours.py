"""Changing when counselors work. Each change is recorded; what is booked never moves by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.clock import on_wall_clock
from practice.models import Counselor
from scheduling.hours_words import MIDNIGHT
from scheduling.models import Appointment, DateHours, Status, TimeOff, WeeklyHours

_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From when to when on the wall clock, and what for."""

    begins: time
    ends: time
    kind: str

    def overlaps(self, other: "WeeklyHours | DateHours") -> bool:
        """Whether both keep some of the same time for the same."""
        if other.begins is None or other.ends is None or other.kind != self.kind:
            return False
        return self.begins < other.ends and other.begins < self.ends


@transaction.atomic
def add_weekly(
    counselor: Counselor, weekdays: Iterable[int], span: Span, *, by: trail.Actor
) -> list[WeeklyHours]:
    """Hours of each week, on each of these weekdays."""
    rows = [
        WeeklyHours.objects.create(
            counselor=counselor,
            weekday=weekday,
            kind=span.kind,
            begins=span.begins,
            ends=span.ends,
        )
        for weekday in weekdays
    ]
    trail.record_all(Verb.CREATE, [(row, "", "") for row in rows], by=by)
    return rows


@transaction.atomic
def change_weekly(row: WeeklyHours, span: Span, *, by: trail.Actor) -> None:
    """Other times on the same weekday, or for something else."""
    row.begins, row.ends, row.kind = span.begins, span.ends, span.kind
    row.save(update_fields=["begins", "ends", "kind"])
    trail.record(Verb.CHANGE, row, by=by, note="begins,ends,kind")


@transaction.atomic
def set_day(counselor: Counselor, day: date, span: Span | None, *, by: trail.Actor) -> DateHours:
    """Hours on one date, beside others of it; without a span, they are off on that day.

    Off takes the date's hours away, and hours take its being off away: both can't be so.
    """
    contrary = DateHours.objects.filter(counselor=counselor, day=day)
    for row in contrary.filter(begins=None) if span else contrary:
        remove(row, by=by)
    row = DateHours(counselor=counselor, day=day)
    if span:
        row.begins, row.ends, row.kind = span.begins, span.ends, span.kind
    row.save()
    trail.record(Verb.CREATE, row, by=by)
    return row


@transaction.atomic
def add_time_off(
    counselor: Counselor, starts_at: datetime, ends_at: datetime, *, by: trail.Actor
) -> TimeOff:
    """They are away from then to then. What is booked in that time stays booked."""
    row = TimeOff.objects.create(counselor=counselor, starts_at=starts_at, ends_at=ends_at)
    trail.record(Verb.CREATE, row, by=by)
    return row


@transaction.atomic
def set_limits(counselor: Counselor, changed: Mapping[str, int | None], *, by: trail.Actor) -> None:
    """How long they rest after an appointment, and how many they see on a day: what changed."""
    for name, value in changed.items():
        setattr(counselor, name, value)
    counselor.save(update_fields=list(changed))
    trail.record(Verb.CHANGE, counselor, by=by, note=",".join(changed))


@transaction.atomic
def remove(row: WeeklyHours | DateHours | TimeOff, *, by: trail.Actor) -> None:
    """It doesn't count any more."""
    trail.record(Verb.ERASE, row, by=by)  # before it goes: then it has no id any more
    row.delete()


def booked_between(
    counselor: Counselor, starts_at: datetime, ends_at: datetime
) -> list[Appointment]:
    """What is booked and still to come in that time; somebody should look at each."""
    found = Appointment.objects.filter(
        counselor=counselor,
        status=Status.BOOKED,
        starts_at__lt=ends_at,
        starts_at__gt=starts_at - _A_DAY,
        ends_at__gt=max(starts_at, clock.now()),
    )
    # Its case stays an id: the desk reads none of it.
    return list(found.prefetch_related("attendees__client").order_by("starts_at"))


def booked_outside(
    counselor: Counselor, day: date, spans: Sequence[tuple[time, time]]
) -> list[Appointment]:
    """What is booked on that day of theirs and doesn't lie in one of these hours."""
    zone = counselor.zone
    start, end = (on_wall_clock(each, time.min, zone) for each in (day, day + _A_DAY))
    hours = [
        (on_wall_clock(day, begins, zone), _end(day, ends, counselor)) for begins, ends in spans
    ]
    return [
        each
        for each in booked_between(counselor, start, end)
        if each.starts_at >= start
        and not any(begins <= each.starts_at and each.ends_at <= ends for begins, ends in hours)
    ]


def _end(day: date, ends: time, counselor: Counselor) -> datetime:
    if ends >= MIDNIGHT:
        return on_wall_clock(day + _A_DAY, time.min, counselor.zone)
    return on_wall_clock(day, ends, counselor.zone)

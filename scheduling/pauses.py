"""The pause after each appointment: kept for everybody, and shortened only for a reason."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from practice import clock
from practice.models import Counselor, Practice
from scheduling.models import LIVE, Appointment

_A_DAY = timedelta(days=1)


def after(counselor: Counselor) -> timedelta:
    """How long this counselor rests after an appointment."""
    minutes = counselor.buffer_minutes
    return timedelta(minutes=Practice.current().buffer_minutes if minutes is None else minutes)


def make_room(appointment: Appointment) -> None:
    """The pauses before and after it give way to it; nobody's appointment does."""
    start = appointment.starts_at
    others = _near(appointment.counselor_id, start).exclude(pk=appointment.pk)
    before = others.filter(ends_at__lte=start, busy_until__gt=start)
    before.update(busy_until=start, changed_at=clock.now())
    coming = _next_start(others, appointment.ends_at)
    if coming:
        appointment.busy_until = min(appointment.busy_until, coming)


def give_back(counselor: Counselor, start: datetime) -> None:
    """What was booked there against the rules has left: the pause before it is whole again."""
    near = _near(counselor.pk, start)
    before = near.filter(ends_at__lte=start, busy_until=start).first()
    if before is None:
        return
    coming = _next_start(near, before.ends_at)
    until = before.ends_at + after(counselor)
    before.busy_until = min(until, coming) if coming else until
    before.changed_at = clock.now()
    before.save(update_fields=["busy_until", "changed_at"])


def _near(counselor_id: int, moment: datetime) -> QuerySet[Appointment]:
    around = Appointment.objects.filter(counselor=counselor_id, status__in=LIVE)
    return around.filter(starts_at__gt=moment - _A_DAY, starts_at__lt=moment + _A_DAY)


def _next_start(near: QuerySet[Appointment], moment: datetime) -> datetime | None:
    coming = near.filter(starts_at__gte=moment).order_by("starts_at")
    return coming.values_list("starts_at", flat=True).first()

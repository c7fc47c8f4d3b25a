"""What becomes of an appointment; everything that hangs on it follows in the same transaction."""

from datetime import datetime

from django.db import transaction

from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from scheduling import notices
from scheduling.booking import check_may_meet, lapse_holds, refusing_overlap, wait_for_turn
from scheduling.followups import planning
from scheduling.models import Appointment, Status


class NotOpen(Exception):
    """It took place, or was called off: it can't be changed any more."""


class NotBegun(Exception):
    """Nobody can say yet what became of it."""


@transaction.atomic
def move(appointment: Appointment, starts_at: datetime, by: trail.Actor) -> Appointment:
    """Give it another time. Raises SlotTaken, MayNotMeet, NotOpen."""
    wait_for_turn(appointment.counselor_id)
    appointment = _open(appointment)
    shift = starts_at - appointment.starts_at
    places = list(appointment.attendees.values_list("state", flat=True))
    check_may_meet(appointment.counselor, places, starts_at)
    appointment.starts_at += shift
    appointment.ends_at += shift
    appointment.busy_until += shift
    appointment.sequence += 1
    lapse_holds(appointment.counselor_id)
    with refusing_overlap(starts_at):
        appointment.save()
    # Where they said they would be held for the old time; at the new one they may be elsewhere.
    appointment.attendees.update(place_confirmed_at=None)
    trail.record(Verb.CHANGE, appointment, by=by, case_id=appointment.case_id, note="moved")
    notices.moved(appointment)
    planning.replan(appointment)
    return appointment


@transaction.atomic
def call_off(appointment: Appointment, by: trail.Actor) -> Appointment:
    """It doesn't take place; what was to follow it doesn't go. Raises NotOpen."""
    appointment = _end(appointment, Status.CANCELED, by)
    appointment.sequence += 1
    appointment.save(update_fields=["sequence"])
    notices.called_off(appointment)
    planning.replan(appointment)
    return appointment


@transaction.atomic
def mark_done(appointment: Appointment, by: trail.Actor) -> Appointment:
    """It took place: a session's follow-ups are planned now. Raises NotOpen."""
    appointment = _end(appointment, Status.DONE, by)
    planning.plan_after(appointment)
    return appointment


@transaction.atomic
def mark_no_show(appointment: Appointment, by: trail.Actor) -> Appointment:
    """Nobody came. Raises NotOpen."""
    return _end(appointment, Status.NO_SHOW, by)


def _open(appointment: Appointment) -> Appointment:
    appointment = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("counselor__user")
        .get(pk=appointment.pk)
    )
    if not appointment.is_open:
        raise NotOpen
    return appointment


def _end(appointment: Appointment, status: Status, by: trail.Actor) -> Appointment:
    appointment = _open(appointment)
    appointment.status = status
    appointment.save(update_fields=["status"])
    trail.record(Verb.CHANGE, appointment, by=by, case_id=appointment.case_id, note=status.value)
    return appointment


def has_begun(appointment: Appointment) -> bool:
    """Whether its time has come."""
    return appointment.starts_at <= clock.now()


def check_begun(appointment: Appointment) -> None:
    """Raises NotBegun where its time is still to come."""
    if not has_begun(appointment):
        raise NotBegun

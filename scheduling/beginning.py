"""A session begins once everybody has said where they are, and the license reaches there.

It is the last of four times that this is asked: when times are looked for, at the booking, on the
day before (`scheduling.reminders`), and here.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction

from practice import clock
from practice.audit import trail
from practice.audit.models import Verb
from practice.eligibility import Verdict
from practice.models import State
from scheduling import booking, changes, places, turns
from scheduling.lifecycle import NotOpen
from scheduling.models import Appointment

# Who is early is let in.
BEFORE = timedelta(minutes=15)


class NotYet(Exception):
    """Where people are now says nothing about where they'll be then."""


def is_time(appointment: Appointment) -> bool:
    """Whether it is about to begin, or should have begun already."""
    return appointment.is_open and appointment.starts_at - BEFORE <= clock.now()


@transaction.atomic
def begin(appointment: Appointment, said: Mapping[int, State], by: trail.Actor) -> Verdict:
    """Each person (by the id of their attendance) has just said where they are.

    That is kept in any case. It begins only if they may meet; the verdict tells. Raises NotOpen,
    NotYet.
    """
    turns.take_for([appointment])
    appointment = changes.locked(appointment.pk)
    if not appointment.is_open:
        raise NotOpen
    if not is_time(appointment):
        raise NotYet
    _keep(appointment, said)
    verdict = places.verdict(appointment)
    if verdict:
        appointment.began_at = clock.now()
    booking.save_change(appointment)
    note = "began" if verdict else "kept from beginning"
    trail.record(Verb.CHANGE, appointment, by=by, case_id=appointment.case_id, note=note)
    return verdict


def _keep(appointment: Appointment, said: Mapping[int, State]) -> None:
    for attendee in appointment.attendees.all():
        attendee.state = said[attendee.pk]
        attendee.place_confirmed_at = clock.now()
        attendee.save(update_fields=["state", "place_confirmed_at"])

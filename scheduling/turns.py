"""Whoever takes or frees time takes turns: first at the counselors, then at the clients.

Who has a time is decided by the guards alone. But PostgreSQL checks them after the row is written,
so that two writers at the same moment would wait for each other and one would be ended. The order
is always the same: what `following` says goes first, then counselors, then clients, each by their
key, then appointments and what hangs on them, and the audit record last.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from clients.models import Client
from practice import clock
from practice.models import Counselor
from scheduling.models import Appointment, Attendee, Status

# A hold that ran out earlier than this is in nobody's way any more.
_LONG_AGO = timedelta(days=1)


def take(counselors: Iterable[int], clients: Iterable[UUID] = ()) -> set[int]:
    """Wait until nobody else changes the time of these; holds of theirs that ran out end now.

    Call it in a transaction, with everybody at once: it lasts until the transaction is over.
    Returns the counselors whose turn was taken.
    """
    people = set(clients)
    wanted = {*counselors, *_who_holds_time_of(people)}
    _wait(Counselor.objects.filter(pk__in=wanted))
    if people:
        _wait(Client.objects.filter(pk__in=people))
    _end_holds(wanted)
    return wanted


def take_for(
    appointments: Iterable[Appointment],
    *,
    counselors: Iterable[int] = (),
    clients: Iterable[UUID] = (),
) -> set[int]:
    """Take turns for all who belong to these appointments, and for these others."""
    keys = [each.pk for each in appointments]
    # Read anew: what the caller holds may be older than somebody else's change.
    theirs = Appointment.objects.filter(pk__in=keys).values_list("counselor", flat=True)
    coming = Attendee.objects.filter(appointment__in=keys).exclude(client=None)
    people = [key for key in coming.values_list("client", flat=True) if key]
    return take([*theirs.order_by(), *counselors], [*people, *clients])


def wait_for_turn(counselor_id: int) -> None:
    """Wait until nobody else changes the time of this counselor."""
    _wait(Counselor.objects.filter(pk=counselor_id))


@transaction.atomic
def lapse_holds(counselor_id: int) -> None:
    """Give back this counselor's time that holds kept too long; it stands in nobody's way."""
    take([counselor_id])


def _wait(rows: QuerySet[Any]) -> None:
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def _who_holds_time_of(clients: set[UUID]) -> list[int]:
    """The counselors of holds for these people: one that ran out is ended in its own turn."""
    if not clients:
        return []
    holds = Attendee.objects.filter(
        client__in=clients, takes_time=True, appointment__status=Status.HOLD
    )
    return list(holds.order_by().values_list("appointment__counselor", flat=True).distinct())


def _end_holds(counselors: set[int]) -> None:
    now = clock.now()
    Appointment.objects.filter(
        counselor__in=counselors,
        status=Status.HOLD,
        starts_at__gt=now - _LONG_AGO,
        hold_ends_at__lte=now,
    ).update(status=Status.LAPSED, hold_ends_at=None, changed_at=now, version=F("version") + 1)

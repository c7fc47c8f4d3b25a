"""Races for one time, in all pairs of the ways to take it; see `tests.scheduling.races`."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection

from practice import clock
from scheduling.models import Appointment, Attendee
from tests.cast import assemble, in_days, make_session
from tests.scheduling import races
from tests.scheduling.racing import of_kind, race

# Each pair for the same counselor and for the same client, more than once.
ROUNDS = 2 * 2 * len(races.PAIRS)

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_whoever_wants_a_time_at_once_only_one_has_it() -> None:
    report = races.run(ROUNDS)
    assert (report.overlaps, report.in_two_places) == (0, 0)
    assert report.failed == []
    assert report.deadlocks == 0
    # Not all were too late, nor all in time: they did race.
    assert sum(report.won.values()) > ROUNDS
    assert {"SlotTaken", "ClientBusy", "HoldEnded"} <= set(report.lost)
    assert {way.__name__ for way in races.WAYS} == set(report.won)


def test_without_the_guards_the_same_races_overlap() -> None:
    """So the races above prove the guards, not luck."""
    with races.guards_lifted():
        report = races.run(len(races.PAIRS))
        assert report.overlaps > 0
        assert report.in_two_places > 0


def test_of_two_counselors_who_put_one_client_down_by_hand_one_succeeds() -> None:
    """The database alone, from many connections, without anybody waiting their turn."""
    cast = assemble()
    start = in_days(clock.now(), 9)
    sessions = [make_session(case, start) for case in (cast.case, cast.other_case)]
    Attendee.objects.all().delete()
    results = race(*[partial(join_raw, each, cast.hanna.client_id) for each in sessions * 4])
    assert len(of_kind(results, DatabaseError)) == 7
    assert Attendee.objects.filter(client=cast.hanna.client_id).count() == 1


def join_raw(appointment: Appointment, client: Any) -> None:
    """As somebody with a database client would."""
    key: Callable[[Any], Any] = str if connection.vendor == "postgresql" else lambda each: each.hex
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO scheduling_attendee (appointment_id, client_id, state_id, time_zone) "
            "VALUES (%s, %s, 'NJ', 'America/New_York')",
            [key(appointment.pk), key(client)],
        )

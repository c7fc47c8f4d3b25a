"""Nothing new to read is given within a day of a session."""

from datetime import datetime, timedelta

import pytest

from clients.handouts import pacing
from practice.audit import trail
from scheduling import lifecycle
from scheduling.models import Appointment, Status
from tests.cast import Cast, in_days, make_consultation, make_session
from tests.kept import kept

HOUR = timedelta(hours=1)
REASON = "a session was less than 24 hours ago"


@kept
def session(cast: Cast, now: datetime) -> Appointment:
    return make_session(cast.case, in_days(now, 1))


def until(cast: Cast, moment: datetime) -> list[datetime | None]:
    """Until when Hanna waits because of a session."""
    return [each.until for each in pacing.waits(cast.hanna, moment) if each.reason == REASON]


def test_for_a_day_after_a_session_nothing_is_given(cast: Cast, session: Appointment) -> None:
    ends = session.ends_at
    rested = [ends + 24 * HOUR]
    assert until(cast, session.starts_at - timedelta(minutes=1)) == []
    assert until(cast, session.starts_at) == rested
    assert until(cast, ends) == rested
    assert until(cast, ends + 24 * HOUR - timedelta(seconds=1)) == rested
    assert until(cast, ends + 24 * HOUR) == []


@pytest.mark.parametrize(
    ("status", "waits"),
    [
        (Status.BOOKED, True),
        (Status.DONE, True),
        (Status.NO_SHOW, False),
        (Status.CANCELED, False),
    ],
)
def test_what_did_not_take_place_asks_for_no_rest(
    cast: Cast, session: Appointment, status: Status, waits: bool
) -> None:
    Appointment.objects.update(status=status)
    assert bool(until(cast, session.ends_at + HOUR)) is waits


def test_the_last_of_several_counts(cast: Cast, session: Appointment) -> None:
    second = make_session(cast.case, session.starts_at + 3 * HOUR)
    assert until(cast, second.ends_at + HOUR) == [second.ends_at + 24 * HOUR]


def test_another_case_s_sessions_and_consultations_ask_for_none(cast: Cast, now: datetime) -> None:
    other = make_session(cast.other_case, in_days(now, 1))
    make_consultation(cast.nora, in_days(now, 1, 18))
    assert until(cast, other.ends_at + 3 * HOUR) == []


def test_a_moved_session_takes_its_rest_along(
    cast: Cast, now: datetime, session: Appointment
) -> None:
    before = session.ends_at
    moved = lifecycle.move(session, in_days(now, 2), trail.SYSTEM)
    assert until(cast, before + HOUR) == []
    assert until(cast, moved.ends_at + HOUR) == [moved.ends_at + 24 * HOUR]

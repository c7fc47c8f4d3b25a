"""Consultations for these tests, booked as the staff do."""

from datetime import datetime

from clients.models import Client
from practice.audit import trail
from practice.models import Counselor
from scheduling import booking
from scheduling.booking import Attending
from scheduling.models import Appointment


def consult(counselor: Counselor, starts_at: datetime, *clients: Client) -> Appointment:
    """A booked consultation of these people, each where they usually are."""
    attending = [Attending(each.state, each.time_zone, each) for each in clients]  # type: ignore[arg-type]
    return booking.book_consultation(
        counselor=counselor, starts_at=starts_at, attending=attending, by=trail.SYSTEM
    )

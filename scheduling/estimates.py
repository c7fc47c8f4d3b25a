"""The Good Faith Estimate that people are owed before the first session they pay for."""

from scheduling.models import Appointment


def renew(appointment: Appointment) -> None:
    """A session was booked, moved or canceled: whose estimate is due when."""

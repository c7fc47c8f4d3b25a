"""Late cancellation: what the practice asks for, and what people read before they cancel."""

from datetime import datetime, timedelta

from practice.models import Practice
from scheduling.models import Appointment, EndReason

# Only who comes can cancel late; what the practice or the connection did is not theirs.
CLIENTS_OWN = frozenset({EndReason.CLIENT, EndReason.CLIENT_ILL})


def is_late(appointment: Appointment, now: datetime, practice: Practice) -> bool:
    """Whether those who come would cancel late now. Consultations cost nothing and never are."""
    if appointment.kind != Appointment.Kind.SESSION or not practice.late_cancel_hours:
        return False
    # Once it has begun nobody cancels any more: they came, or they didn't.
    notice = timedelta(hours=practice.late_cancel_hours)
    return appointment.starts_at - notice < now < appointment.starts_at


def counts_as_late(
    appointment: Appointment, reason: str, now: datetime, practice: Practice
) -> bool:
    """Whether canceling it now for this reason (an `EndReason`) counts as late."""
    return reason in CLIENTS_OWN and is_late(appointment, now, practice)


def words(appointment: Appointment, now: datetime, practice: Practice) -> str:
    """The practice's own words for who would cancel late; empty where nobody would."""
    return practice.late_cancel_words.strip() if is_late(appointment, now, practice) else ""

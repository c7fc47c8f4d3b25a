"""No double booking, kept by the database: neither a counselor's nor a client's time overlaps.

A client is at an appointment through their attendance. So that the database can compare times
there, each attendance holds a copy of its appointment's, which triggers keep in step: whatever
writes to either table, the two can't differ.
"""

from practice import guards

_LIVE = "status IN ('hold', 'booked', 'done', 'no_show')"
_LIVE_NEW = "NEW.status IN ('hold', 'booked', 'done', 'no_show')"

NO_OVERLAP = guards.no_overlap(
    "scheduling_appointment_no_overlap",
    "scheduling_appointment",
    same="counselor_id",
    begins="starts_at",
    ends="busy_until",
    live=_LIVE,
)

CLIENT_NO_OVERLAP = guards.no_overlap(
    "scheduling_attendee_no_overlap",
    "scheduling_attendee",
    same="client_id",
    begins="starts_at",
    ends="ends_at",
    live="takes_time",
    says="takes_time",
)

COPIES_TO_ATTENDEES = guards.copied(
    "scheduling_appointment_copies",
    "scheduling_appointment",
    "UPDATE",
    into="scheduling_attendee",
    rows="appointment_id = NEW.id",
    values=f"starts_at = NEW.starts_at, ends_at = NEW.ends_at, takes_time = ({_LIVE_NEW})",
)

_ITS_OWN = "FROM scheduling_appointment a WHERE a.id = NEW.appointment_id"
_TAKES_TIME = f"SELECT a.{_LIVE} {_ITS_OWN}"

COPIED_FROM_APPOINTMENT = guards.copied(
    "scheduling_attendee_copies",
    "scheduling_attendee",
    "INSERT OR UPDATE",
    into="scheduling_attendee",
    rows="id = NEW.id AND NOT EXISTS (SELECT 1 "
    f"{_ITS_OWN} AND a.starts_at = scheduling_attendee.starts_at "
    "AND a.ends_at = scheduling_attendee.ends_at "
    f"AND (a.{_LIVE}) = scheduling_attendee.takes_time)",
    values=f"starts_at = (SELECT a.starts_at {_ITS_OWN}), "
    f"ends_at = (SELECT a.ends_at {_ITS_OWN}), takes_time = ({_TAKES_TIME})",
)

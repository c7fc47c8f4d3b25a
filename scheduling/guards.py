"""No double booking, kept by the database: a counselor's live appointments never overlap."""

from practice import guards

NO_OVERLAP = guards.no_overlap(
    "scheduling_appointment_no_overlap",
    "scheduling_appointment",
    same="counselor_id",
    begins="starts_at",
    ends="busy_until",
    live="status IN ('hold', 'booked', 'done', 'no_show')",
)

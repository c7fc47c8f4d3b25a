from typing import Any

from django.db import migrations

from practice.guards import InstallGuard
from scheduling.guards import (
    CLIENT_NO_OVERLAP,
    COPIED_FROM_APPOINTMENT,
    COPIES_TO_ATTENDEES,
    NO_OVERLAP,
)

_COPY = """
UPDATE scheduling_attendee SET
    starts_at = (SELECT a.starts_at FROM scheduling_appointment a WHERE a.id = appointment_id),
    ends_at = (SELECT a.ends_at FROM scheduling_appointment a WHERE a.id = appointment_id),
    takes_time = (SELECT a.status IN ('hold', 'booked', 'done', 'no_show')
                  FROM scheduling_appointment a WHERE a.id = appointment_id)
"""
_TWO_AT_ONCE = """
SELECT one.appointment_id, other.appointment_id
FROM scheduling_attendee one JOIN scheduling_attendee other
  ON one.client_id = other.client_id AND one.id < other.id
 AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at
WHERE one.takes_time AND other.takes_time
"""


def refuse_what_overlaps(apps: Any, schema_editor: Any) -> None:
    """Says which appointments have to be moved first, rather than only that some must."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_TWO_AT_ONCE)
        found = cursor.fetchall()
    if found:
        pairs = "; ".join(f"{one} and {other}" for one, other in found)
        raise RuntimeError(f"A client is at two appointments at once. Move one of each: {pairs}")


class Migration(migrations.Migration):
    """A client can't be at two appointments at once, kept by the database."""

    dependencies = [("scheduling", "0004_hours")]

    operations = [
        migrations.RunSQL(_COPY, migrations.RunSQL.noop),
        migrations.RunPython(refuse_what_overlaps, migrations.RunPython.noop),
        # SQLite made the table of appointments anew, and with it lost its triggers.
        InstallGuard(NO_OVERLAP),
        InstallGuard(CLIENT_NO_OVERLAP),
        InstallGuard(COPIES_TO_ATTENDEES),
        InstallGuard(COPIED_FROM_APPOINTMENT),
    ]

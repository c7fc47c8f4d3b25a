"""Whether this process and the database agree about the time.

What is due is judged by the clock of whoever sends. One whose clock is wrong would send too early,
and take from others what they still hold; so it sends nothing.
"""

import time
from datetime import UTC, datetime, timedelta

from django.db import connection

# Said to monitors from here on; from there on nothing is sent.
NOTICED = timedelta(seconds=2)
TOO_MUCH = timedelta(seconds=30)


def apart() -> timedelta:
    """By how much the two disagree, whoever is ahead."""
    if connection.vendor == "sqlite":  # It is part of this process, and has no other clock.
        return timedelta()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [there] = cursor.fetchone()
    # The machine's own clock: the database knows nothing of a demo's.
    here = datetime.fromtimestamp(time.time(), UTC)
    difference: timedelta = abs(there - here)
    return difference

"""What Celery wakes for hours and calendars. A task carries no data: all stands in the database."""

import structlog
from celery import shared_task

from practice import clock
from practice.models import Practice
from scheduling import closed_days, outside

log = structlog.get_logger("mendwell.calendars")

_SECONDS = 180
# One that is being read when the time is over may come to its end.
_LIMIT = _SECONDS + 60


@shared_task(
    name="scheduling.read_outside_calendars", soft_time_limit=_LIMIT, time_limit=_LIMIT + 30
)
def read_outside_calendars() -> None:
    """Read what can be read of counselors' other calendars in a while."""
    counts = outside.read_all(seconds=_SECONDS)
    log.info("calendars", **{name.replace(" ", "_"): number for name, number in counts.items()})


@shared_task(name="scheduling.renew_closed_days")
def renew_closed_days() -> None:
    """Look up the public holidays of the time to come."""
    closed_days.renew(clock.today(Practice.current().zone))

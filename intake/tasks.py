"""What Celery wakes for requests. A task carries no data: what is due stands in the database."""

import structlog
from celery import shared_task

from intake import elsewhere, erasure
from practice import clock

log = structlog.get_logger("mendwell.intake")


@shared_task(name="intake.erase_requests")
def erase_requests() -> None:
    """Erase what has been kept long enough."""
    log.info(
        "erased", **{key.replace(" ", "_"): n for key, n in erasure.erase_due(clock.now()).items()}
    )


@shared_task(name="intake.tell_those_waiting")
def tell_those_waiting() -> None:
    """Write to those whose state is served now."""
    log.info("told that their state opens", people=elsewhere.tell_those_waiting())

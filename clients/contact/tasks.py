"""What Celery wakes. A task carries no data: what is due stands in the database."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from clients.contact import sending

log = structlog.get_logger("mendwell.outbox")


@shared_task(name="contact.send_due")
def send_due() -> None:
    """One tick of the outbox."""
    sending.tick()


def wake() -> None:
    """Ask for a tick now. Where the broker is down, the next tick finds the work all the same."""
    try:
        send_due.apply_async(retry=False, expires=60)
    except (OperationalError, OSError) as error:
        log.warning("broker unreachable", error=type(error).__name__)

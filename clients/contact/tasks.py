"""What Celery wakes. A task carries no data: what is due stands in the database."""

import structlog
from celery import shared_task
from django.conf import settings
from kombu.connection import Connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from clients.contact import sending
from practice.celery import app

log = structlog.get_logger("mendwell.outbox")

# Nobody who books waits for a broker: one try, a second at most.
_IMPATIENT = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "max_retries": 0,
    "retry_on_timeout": False,
}


@shared_task(name="contact.send_due")
def send_due() -> None:
    """One tick of the outbox."""
    sending.tick()


def wake() -> None:
    """Ask for a tick now. Where the broker is down, the next tick finds the work all the same."""
    try:
        with broker() as connection:
            send_due.apply_async(connection=connection, retry=False, expires=60)
    except (KombuError, RedisError, OSError) as error:
        log.warning("broker of no use", error=type(error).__name__)


def broker() -> Connection:
    """A connection that gives up soon."""
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, **_IMPATIENT}
    connection: Connection = app.connection_for_write(transport_options=options)
    return connection

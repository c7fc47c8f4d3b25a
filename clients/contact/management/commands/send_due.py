import signal
import threading
from argparse import ArgumentParser
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from clients.contact import sending

log = structlog.get_logger("mendwell.outbox")


class Command(BaseCommand):
    help = "Send what is due, once or for ever, without Celery and its broker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loop", action="store_true", help="Keep on, until Ctrl-C.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["loop"]:
            self.stdout.write(f"Sent: {sending.tick()}")
            return
        asked_to_stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            # Between two ticks: an e-mail on its way is finished first.
            signal.signal(number, lambda *_: asked_to_stop.set())
        while not asked_to_stop.is_set():
            tick_or_tell()
            asked_to_stop.wait(settings.TICK_SECONDS)
        self.stdout.write("Stopped.")


def tick_or_tell() -> None:
    """One tick; a database that is away for a while doesn't end the loop."""
    try:
        sending.tick()
    except DatabaseError as error:
        log.error("tick failed", error=type(error).__name__)
    finally:
        close_old_connections()

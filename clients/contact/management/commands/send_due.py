import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from clients.contact import sending


class Command(BaseCommand):
    help = "Send what is due, once or for ever, without Celery and its broker."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loop", action="store_true", help="Keep on, until Ctrl-C.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["loop"]:
            self.stdout.write(f"Sent: {sending.tick()}")
            return
        try:
            while True:
                sending.tick()
                time.sleep(settings.TICK_SECONDS)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

"""`manage.py demo_mail --port N`: take the demo's mail into MENDWELL_HOME/mail."""

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand, CommandParser

from practice.mailbox import server


class Command(BaseCommand):
    help = "Take the demo's e-mail on loopback and keep it as files; nothing is delivered."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only the demo keeps its mail; give EMAIL_URL to send it.")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            asyncio.run(server.serve(options["port"]))
        except KeyboardInterrupt:
            return

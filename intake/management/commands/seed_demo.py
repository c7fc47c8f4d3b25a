import logging
import os
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from clients.handouts import library, starter
from clients.handouts.importing import import_article
from intake.demo import couples, people
from practice.models import User
from scheduling.followups import starter as starter_plan


class Command(BaseCommand):
    help = "Fill an empty practice with plainly invented people, of any number."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--couples", type=int, default=4)
        parser.add_argument("--if-empty", action="store_true", help="Do nothing where data is.")

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("There are people in this practice already; nothing was changed.")
        # The demo's broker comes up after this; what is due goes with the first tick.
        logging.getLogger("mendwell.outbox").setLevel(logging.ERROR)
        password = os.environ.get("MENDWELL_DEMO_PASSWORD") or secrets.token_hex(8)
        with transaction.atomic():
            counselor = people.make(password)
            starter.publish_all()
            path = starter.ARTICLE
            library.store_draft(import_article(path.read_bytes(), path.name))
            couples.make(counselor, starter_plan.make(), options["couples"])
        if not os.environ.get("MENDWELL_DEMO_PASSWORD"):
            self.stdout.write(f"Everybody on the demo's staff has the password {password}")

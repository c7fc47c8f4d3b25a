from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from clients.handouts import starter as starter_library
from clients.handouts.models import Handout
from scheduling.followups import starter as starter_plan


class Command(BaseCommand):
    help = "Give a new practice the starter handouts, the starter plan and its check-in."

    def handle(self, *args: Any, **options: Any) -> None:
        if Handout.objects.exists():
            raise CommandError("There are handouts in the library already; nothing was changed.")
        with transaction.atomic():
            versions = starter_library.publish_all()
            plan = starter_plan.make()
        self.stdout.write(f"Published {len(versions)} handouts, and the plan “{plan}”.")

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from clients.handouts import starter as starter_library
from scheduling.followups import starter as starter_plan


class Command(BaseCommand):
    help = "Add what is missing of the starter handouts, the starter plan and its check-in."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            versions = starter_library.publish_all()
            plan = starter_plan.make()
        self.stdout.write(f"Published {len(versions)} handouts, and the plan “{plan}”.")

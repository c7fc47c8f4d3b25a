"""`manage.py erase_requests [--dry-run]`: erase requests that led nowhere and are old enough."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from intake import erasure
from practice import clock


class Command(BaseCommand):
    help = (
        "Erases requests without a case once nothing has happened for as many days as the practice "
        "keeps them, and addresses that were told that their state opens. Beat does it daily."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="only count what would be erased"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        dry = options["dry_run"]
        counts = erasure.due(now).counts() if dry else erasure.erase_due(now)
        verb = "Would erase" if dry else "Erased"
        for name, number in counts.items():
            self.stdout.write(f"{verb} {number} {name}.")

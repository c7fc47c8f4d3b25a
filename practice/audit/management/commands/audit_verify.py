from typing import Any

from django.core.management.base import BaseCommand

from practice.audit.chain import first_break
from practice.audit.models import Entry


class Command(BaseCommand):
    help = "Check the audit chain; name the first bad row and exit with 1."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = first_break()
        if broken:
            self.stderr.write(f"Audit row {broken.seq} {broken.why}.")
            raise SystemExit(1)
        self.stdout.write(f"The audit chain is whole: {Entry.objects.count()} rows.")

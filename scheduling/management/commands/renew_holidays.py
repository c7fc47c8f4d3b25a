from typing import Any

from django.core.management.base import BaseCommand

from practice import clock
from practice.models import Practice
from scheduling import closed_days


class Command(BaseCommand):
    help = "Add the holidays of this year and the next two; what the owner chose stays."

    def handle(self, *args: Any, **options: Any) -> None:
        closed_days.renew(clock.today(Practice.current().zone))

"""Cases that were opened because it couldn't wait, for the weekly look at the record."""

from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from practice.audit import examining
from practice.audit.models import Entry


@examining.view("urgent", "Cases opened because it couldn’t wait")
def urgent(entries: "QuerySet[Entry]", zone: ZoneInfo) -> "QuerySet[Entry]":
    """Each opening; what was read then stands under who read it."""
    return entries.filter(resource="clients.urgentlook")

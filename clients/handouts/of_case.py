"""What the pages of a case read of its handouts."""

from django.db.models import QuerySet

from clients.handouts.models import Assignment
from clients.looking import CaseLook


def given(look: CaseLook) -> QuerySet[Assignment]:
    """All that both were given, in the order in which it was chosen for them."""
    found = Assignment.objects.given().filter(participant__case=look.case)
    return found.select_related("version").only(
        "participant", "version__title", "released_at", "opened_at", "finished_at"
    )

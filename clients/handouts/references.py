"""Notes may point to what somebody was given to read."""

from collections.abc import Iterator

from django.urls import reverse

from clients.handouts.models import Assignment
from clients.models import Case
from clients.notes import references
from clients.notes.references import Item


@references.source
def handouts(case: Case) -> Iterator[Item]:
    """What each partner was given."""
    given = Assignment.objects.filter(participant__case=case)
    for each in given.select_related("version", "participant__client"):
        yield Item(
            key=f"handout:{each.pk}",
            at=each.confirmed_at,
            words=f"“{each.version.title}”, for {each.participant.client.first_name}",
            url=reverse("handouts:version", args=[each.version_id]),
            who=each.participant_id,
        )

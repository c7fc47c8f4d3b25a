"""Notes may point to what somebody answered, without a word of it."""

from collections.abc import Iterator

from django.urls import reverse

from clients.models import Case
from clients.notes import references
from clients.notes.references import Item
from scheduling.followups.models import Response


@references.source
def answers(case: Case) -> Iterator[Item]:
    """The check-ins that were answered."""
    page = reverse("cases:page", args=[case.pk])
    found = Response.objects.filter(participant__case=case).defer("answers_text")
    for each in found.select_related("participant__client"):
        yield Item(
            key=f"answer:{each.pk}",
            at=each.answered_at,
            words=f"What {each.participant.client.first_name} answered",
            url=page,
            who=each.participant_id,
        )

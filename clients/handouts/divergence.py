"""One reads and the other doesn't."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db.models import Count, Q

from clients import divergence
from clients.handouts.models import Assignment
from clients.models import Case, Participant
from practice import clock

_LATELY = timedelta(days=45)
# Fewer say nothing.
_FEWEST = 2


@divergence.source
def reading(case: Case, people: Sequence[Participant]) -> Iterator[str]:
    """Of what each was given in the last weeks, one has opened most and the other almost none."""
    since = clock.now() - _LATELY
    given = Assignment.objects.filter(participant__case=case, released_at__gte=since).order_by()
    counted = given.values("participant").annotate(
        given=Count("pk"), opened=Count("pk", filter=Q(opened_at__isnull=False))
    )
    by_person = {row["participant"]: (row["opened"], row["given"]) for row in counted}
    first, second = (by_person.get(person.pk, (0, 0)) for person in people)
    if min(first[1], second[1]) < _FEWEST:
        return
    if abs(first[0] / first[1] - second[0] / second[1]) >= 0.5:
        told = [
            f"{person.client.first_name} opened {opened} of {number}"
            for person, (opened, number) in zip(people, (first, second), strict=True)
        ]
        yield f"Reading in the last six weeks: {', '.join(told)}."

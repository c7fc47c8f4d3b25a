"""One reads and the other doesn't."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from clients import divergence
from clients.handouts.of_case import given
from clients.looking import CaseLook

_LATELY = timedelta(days=45)
# Fewer say nothing.
_FEWEST = 2


@divergence.source(given)
def reading(look: CaseLook) -> Iterator[str]:
    """Of what each was given in the last weeks, one has opened most and the other almost none."""
    first, second = (_opened(look, person.pk) for person in look.people)
    if min(first[1], second[1]) < _FEWEST:
        return
    if abs(first[0] / first[1] - second[0] / second[1]) >= 0.5:
        told = [
            f"{person.client.first_name} opened {opened} of {number}"
            for person, (opened, number) in zip(look.people, (first, second), strict=True)
        ]
        yield f"Reading in the last six weeks: {', '.join(told)}."


def _opened(look: CaseLook, participant: UUID) -> tuple[int, int]:
    """How many of those given lately this partner opened, and how many that were."""
    lately = [
        each
        for each in look.rows(given)
        if each.participant_id == participant
        and each.released_at
        and each.released_at >= look.now - _LATELY
    ]
    return sum(each.opened_at is not None for each in lately), len(lately)

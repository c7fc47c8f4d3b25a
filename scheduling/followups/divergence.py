"""Where what the two partners say of the same thing lies far apart."""

from collections.abc import Iterator, Sequence

from clients import divergence
from clients.models import Case, Participant
from scheduling.followups.models import Response

# On a scale of five.
_FAR = 2
_LATEST = 6


@divergence.source
def ratings(case: Case, people: Sequence[Participant]) -> Iterator[str]:
    """The latest answer of each to a question with a scale, where they differ by two or more."""
    found = Response.objects.filter(participant__case=case).order_by("-answered_at")[:_LATEST]
    latest: dict[object, Response] = {}
    for response in found:
        latest.setdefault(response.participant_id, response)
    if len(latest) != len(people):
        return
    first, second = (_scales(latest[person.pk]) for person in people)
    names = [person.client.first_name for person in people]
    for question in first.keys() & second.keys():
        if abs(first[question] - second[question]) >= _FAR:
            yield (
                f"“{question}” {names[0]} said {first[question]}, "
                f"{names[1]} said {second[question]} of 5."
            )


def _scales(response: Response) -> dict[str, int]:
    return {
        answer["text"]: int(answer["answer"])
        for answer in response.answers
        if answer["kind"] == "scale" and str(answer["answer"]).isdecimal()
    }

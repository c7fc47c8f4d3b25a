"""Where what the two partners say of the same thing lies far apart."""

from collections.abc import Iterator

from clients import divergence
from clients.looking import CaseLook
from scheduling.followups import of_case
from scheduling.followups.models import Response

# On a scale of five.
_FAR = 2
_LATEST = 6


@divergence.source(of_case.follow_ups)
def ratings(look: CaseLook) -> Iterator[str]:
    """The latest answer of each to a question with a scale, where they differ by two or more."""
    rows = look.rows(of_case.follow_ups)
    found = [row.response for row in rows if hasattr(row, "response")]
    latest: dict[object, Response] = {}
    for response in found[:_LATEST]:
        latest.setdefault(response.participant_id, response)
    if len(latest) != len(look.people):
        return
    first, second = (_scales(latest[person.pk]) for person in look.people)
    names = [person.client.first_name for person in look.people]
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

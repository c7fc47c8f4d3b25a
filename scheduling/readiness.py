"""Whether everybody has said where they will be for the next session."""

from collections.abc import Iterator

from clients import readiness
from clients.looking import CaseLook
from scheduling import of_case


@readiness.source(of_case.coming_next)
def places(look: CaseLook) -> Iterator[str]:
    """Who hasn't said yet."""
    waiting = {
        each.client_id for each in look.rows(of_case.coming_next) if each.place_confirmed_at is None
    }
    for person in look.people:
        if person.client_id in waiting:
            yield f"{person.client.first_name} hasn’t said yet where they will be."

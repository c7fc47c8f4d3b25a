"""Handouts on the time line of a case."""

from collections.abc import Iterator

from clients import timeline
from clients.handouts.models import Assignment
from clients.handouts.of_case import given
from clients.looking import CaseLook
from clients.timeline import Event, Kind


@timeline.source(given)
def handouts(look: CaseLook) -> Iterator[Event]:
    """When each became readable, and what its reader did with it."""
    for each in look.rows(given):
        if each.released_at is None:
            continue
        yield Event(
            at=each.released_at,
            kind=Kind.HANDOUT,
            words=f"“{each.version.title}”: {_became(each)}",
            who=each.participant_id,
            page=("handouts:version", each.version_id) if look.may_act else None,
        )


def _became(each: Assignment) -> str:
    if each.finished_at:
        return "finished"
    return "opened" if each.opened_at else "not opened yet"

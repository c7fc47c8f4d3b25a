"""Handouts on the time line of a case."""

from collections.abc import Iterator

from django.urls import reverse

from clients import timeline
from clients.handouts.models import Assignment
from clients.timeline import Asked, Event, Kind


@timeline.source
def handouts(asked: Asked) -> Iterator[Event]:
    """When each became readable, and what its reader did with it."""
    given = Assignment.objects.filter(
        participant__case=asked.case, released_at__isnull=False, released_at__lt=asked.before
    )
    for each in given.select_related("version").order_by("-released_at")[: asked.most]:
        assert each.released_at is not None
        yield Event(
            at=each.released_at,
            kind=Kind.HANDOUT,
            words=f"“{each.version.title}”: {_became(each)}",
            who=each.participant_id,
            url=reverse("handouts:version", args=[each.version_id]),
        )


def _became(each: Assignment) -> str:
    if each.finished_at:
        return "finished"
    return "opened" if each.opened_at else "not opened yet"

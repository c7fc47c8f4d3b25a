"""Notes of the record on the time line. A psychotherapy note is not of the record."""

from collections.abc import Iterator

from django.urls import reverse

from clients import timeline
from clients.notes.models import RECORD, Note
from clients.timeline import Asked, Event, Kind


@timeline.source
def notes(asked: Asked) -> Iterator[Event]:
    """What this reader may read: a query for each of the two kinds."""
    for model in RECORD:
        found = model.objects.for_user(asked.user)
        of_case = found.filter(case=asked.case, begun_at__lt=asked.before, adds_to=None)
        for note in of_case.defer("text", "refers_to").order_by("-begun_at")[: asked.most]:
            yield _event(note)


def _event(note: Note) -> Event:
    state = "signed" if note.is_signed else "draft"
    return Event(
        at=note.begun_at,
        kind=Kind.NOTE,
        words=f"{note.title}, {state}",
        who=getattr(note, "participant_id", None),
        url=reverse(note.page_name, args=[note.pk]),
    )

"""Notes of the record on the time line. A psychotherapy note is not of the record."""

from collections.abc import Iterator
from typing import Any

from django.db.models import F, QuerySet

from clients import timeline
from clients.looking import CaseLook
from clients.notes.models import IndividualNote, JointNote, Note
from clients.timeline import Event, Kind


def joint(look: CaseLook) -> QuerySet[Any]:
    """Those about both that this reader may read."""
    return _of_case(JointNote, look)


def individual(look: CaseLook) -> QuerySet[Any]:
    """Those about one of them that this reader may read."""
    return _of_case(IndividualNote, look)


def _of_case(model: type[Note], look: CaseLook) -> QuerySet[Any]:
    found = model.objects.for_user(look.user).filter(case=look.case, adds_to=None)
    return look.of_time_line(found, F("begun_at")).defer("text", "refers_to")


@timeline.source(joint, individual)
def notes(look: CaseLook) -> Iterator[Event]:
    """When each was begun, and whether it is signed."""
    for note in [*look.rows(joint), *look.rows(individual)]:
        yield _event(note)


def _event(note: Note) -> Event:
    state = "signed" if note.is_signed else "draft"
    return Event(
        at=note.begun_at,
        kind=Kind.NOTE,
        words=f"{note.title}, {state}",
        who=getattr(note, "participant_id", None),
        page=(note.page_name, note.pk),
    )

"""What became of a case, on its time line."""

from collections.abc import Iterator

from django.db.models import QuerySet

from clients import timeline
from clients.looking import CaseLook
from clients.models import Case, CaseChange, Stage
from clients.timeline import Event, Kind

_WHAT = CaseChange.What


def changes_of(look: CaseLook) -> QuerySet[CaseChange]:
    """All of them, the first one first: there are few, and the last disclosure may be old."""
    return CaseChange.objects.filter(case=look.case).select_related("made_by", "counselor")


@timeline.source(changes_of)
def changes(look: CaseLook) -> Iterator[Event]:
    """Opened, stages set and set back, closed and opened again, handed on."""
    for change in look.rows(changes_of):
        yield Event(at=change.at, kind=Kind.CASE, words=words(change))


def words(change: CaseChange) -> str:
    """What was set, and by whom."""
    by = f" ({change.made_by.name})" if change.made_by else ""
    return f"{_what(change)}{by}"


def _what(change: CaseChange) -> str:
    match change.what:
        case _WHAT.OPENED | _WHAT.COURSE if change.stage:
            begins = "Opened: stage" if change.what == _WHAT.OPENED else "Stage"
            knows = Case.Disclosure(change.disclosure).label
            return f"{begins} “{Stage(change.stage).label}”. Do they know? {knows}"
        case _WHAT.CLOSED if change.reason:
            return f"Closed: {change.get_reason_display()}"
        case _WHAT.TRANSFERRED:
            return f"Handed on to {change.counselor}"
        case _:
            return change.get_what_display()

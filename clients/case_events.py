"""What became of a case, on its time line."""

from collections.abc import Iterator

from clients import timeline
from clients.models import Case, CaseChange, Stage
from clients.timeline import Asked, Event, Kind

_WHAT = CaseChange.What


@timeline.source
def changes(asked: Asked) -> Iterator[Event]:
    """Opened, stages set and set back, closed and opened again, handed on."""
    found = CaseChange.objects.filter(case=asked.case, at__lt=asked.before)
    for change in found.select_related("made_by", "counselor").order_by("-at", "-pk")[: asked.most]:
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

"""What changed since the last session."""

from collections.abc import Iterable, Sequence

from clients.timeline import Event, Kind


def last_session(events: Iterable[Event]) -> Event | None:
    """The latest on the time line."""
    return next((event for event in events if event.kind == Kind.SESSION), None)


def since_last_session(events: Sequence[Event]) -> list[Event]:
    """The events after it; all, where there was none."""
    last = last_session(events)
    return [event for event in events if last is None or event.at >= last.at]

"""What is missing before the next session. Rooms hang their own on here, in ``readiness.py``."""

from collections.abc import Callable, Iterable, Sequence

from clients.models import Case, Participant

Source = Callable[[Case, Sequence[Participant]], Iterable[str]]

_SOURCES: list[Source] = []


def source(missing: Source) -> Source:
    """Decorator: sentences about what is missing yet."""
    _SOURCES.append(missing)
    return missing


def missing(case: Case, people: Sequence[Participant]) -> list[str]:
    """All that is missing; empty where all is there."""
    return [words for source in _SOURCES for words in source(case, people)]

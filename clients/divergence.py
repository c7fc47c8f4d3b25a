"""Where the two partners of a case go different ways: one reads and the other doesn't, say.

For the counselor's eyes. It is a hint, and no measure of anybody. Rooms hang their own on here, in
a ``divergence.py``.
"""

from collections.abc import Callable, Iterable, Sequence

from clients.models import Case, Participant

Source = Callable[[Case, Sequence[Participant]], Iterable[str]]

_SOURCES: list[Source] = []


def source(hints: Source) -> Source:
    """Decorator: sentences about how two partners differ."""
    _SOURCES.append(hints)
    return hints


def hints(case: Case, people: Sequence[Participant]) -> list[str]:
    """What differs between the two; nothing where the case is one person's."""
    if len(people) != 2:
        return []
    return [hint for source in _SOURCES for hint in source(case, people)]

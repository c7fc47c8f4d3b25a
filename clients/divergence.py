"""Where the two partners of a case go different ways: one reads and the other doesn't, say.

For the counselor's eyes. It is a hint, and no measure of anybody. Rooms hang their own on here, in
a ``divergence.py``.
"""

from collections.abc import Callable, Iterable

from clients.looking import CaseLook
from practice.dashboard.looking import Read

Source = Callable[[CaseLook], Iterable[str]]

_SOURCES: list[Source] = []
_NEEDS: list[Read] = []


def source(*needs: Read) -> Callable[[Source], Source]:
    """Decorator: sentences about how two partners differ, from the rows that it needs."""

    def hang(hints: Source) -> Source:
        _SOURCES.append(hints)
        _NEEDS.extend(needs)
        return hints

    return hang


def needs() -> list[Read]:
    """The rows that all rooms ask for."""
    return list(_NEEDS)


def hints(look: CaseLook) -> list[str]:
    """What differs between the two; nothing where the case is one person's."""
    if len(look.people) != 2:
        return []
    return [hint for source in _SOURCES for hint in source(look)]

"""What is missing before the next session. Rooms hang their own on here, in ``readiness.py``."""

from collections.abc import Callable, Iterable

from clients.looking import CaseLook
from practice.dashboard.looking import Read

Source = Callable[[CaseLook], Iterable[str]]

_SOURCES: list[Source] = []
_NEEDS: list[Read] = []


def source(*needs: Read) -> Callable[[Source], Source]:
    """Decorator: sentences about what is missing yet, from the rows that it needs."""

    def hang(missing: Source) -> Source:
        _SOURCES.append(missing)
        _NEEDS.extend(needs)
        return missing

    return hang


def needs() -> list[Read]:
    """The rows that all rooms ask for."""
    return list(_NEEDS)


def missing(look: CaseLook) -> list[str]:
    """All that is missing; nothing where all is there, or the work is over."""
    if not look.case.is_open:
        return []
    return [words for source in _SOURCES for words in source(look)]

"""What speaks against closing a case, or handing it on. Rooms hang their own checks on here.

A check returns sentences; the counselor sees to each of them first.
"""

from collections.abc import Callable, Iterable

from clients.models import Case

Check = Callable[[Case], Iterable[str]]

_CHECKS: list[Check] = []


def check(ask: Check) -> Check:
    """Decorator: ask this before a case ends or goes to somebody else."""
    _CHECKS.append(ask)
    return ask


def obstacles(case: Case) -> list[str]:
    """All that is open yet."""
    return [words for ask in _CHECKS for words in ask(case)]

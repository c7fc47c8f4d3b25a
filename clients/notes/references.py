"""What a note may point to: an answer, a handout, a session. Their words are not copied.

Each room offers its own in a ``references.py``. A note keeps keys only; what a key stands for is
looked up among what the case offers, so that a key of another case names nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clients.models import Case


@dataclass(frozen=True)
class Item:
    """Something in a case that a note may point to. `who`: the participant it is about."""

    key: str
    at: datetime
    words: str
    url: str
    who: UUID | None = None


# All of a case that may be pointed to, in a number of queries that doesn't grow with it.
Source = Callable[[Case], Iterable[Item]]

_SOURCES: list[Source] = []


def source(offer: Source) -> Source:
    """Decorator: notes may point to what this returns."""
    _SOURCES.append(offer)
    return offer


def offered(case: Case) -> list[Item]:
    """All that a note of this case may point to, the latest first."""
    items = [item for offer in _SOURCES for item in offer(case)]
    return sorted(items, key=lambda item: item.at, reverse=True)


def of_this_case(case: Case, keys: Iterable[str]) -> list[str]:
    """Those of the keys that stand for something in the case."""
    known = {item.key for item in offered(case)}
    return [key for key in dict.fromkeys(keys) if key in known]

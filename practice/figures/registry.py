"""The figures that apps add to the owner's page, found in each app's ``figures.py``."""

from collections.abc import Callable
from dataclasses import dataclass

from practice.figures.figure import Bar, Figure, Period, bars

Count = Callable[[Period], Figure | None]


@dataclass(frozen=True)
class Entry:
    """A figure that can be counted."""

    key: str
    title: str
    order: int
    count: Count


@dataclass(frozen=True)
class Counted:
    """A figure as it was counted for a period."""

    entry: Entry
    figure: Figure

    @property
    def bars(self) -> list[Bar]:
        return bars(self.figure.lines)

    @property
    def has_shares(self) -> bool:
        return any(line.share for line in self.figure.lines)

    @property
    def has_bars(self) -> bool:
        return any(bar.width for bar in self.bars)


_ENTRIES: dict[str, Entry] = {}


def figure(key: str, *, title: str, order: int) -> Callable[[Count], Count]:
    """Decorator: the function counts this figure for a period, or returns None to stay away."""

    def add(count: Count) -> Count:
        _ENTRIES[key] = Entry(key, title, order, count)
        return count

    return add


def counted(period: Period) -> list[Counted]:
    """Every figure that has something to tell, in order."""
    entries = sorted(_ENTRIES.values(), key=lambda entry: entry.order)
    found = [(entry, entry.count(period)) for entry in entries]
    return [Counted(entry, figure) for entry, figure in found if figure]

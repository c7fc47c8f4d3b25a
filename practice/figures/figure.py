"""A figure of the practice: a few counted lines, in which nobody can be found again.

Numbers of people from 1 to 4 are never told, and neither is a share from which one of them could be
worked out. What isn't about people who come (licenses, say) may be told as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FEW = 5
FEW_WORDS = "fewer than 5"


@dataclass(frozen=True)
class Period:
    """The days that are counted: [since, until)."""

    since: datetime
    until: datetime

    @classmethod
    def of_days(cls, days: int, until: datetime) -> "Period":
        return cls(until - timedelta(days=days), until)


@dataclass(frozen=True)
class Line:
    """One line of a figure: how many, and of how many where that means something."""

    label: str
    number: float
    of: int | None = None
    unit: str = ""

    @property
    def told(self) -> str:
        """The number in words; small ones are hidden."""
        if is_few(self.number):
            return FEW_WORDS
        number = f"{self.number:,.0f}" if float(self.number).is_integer() else f"{self.number:.1f}"
        return f"{number} {self.unit}".strip()

    @property
    def share(self) -> str:
        """The part of the whole in percent; empty where it would give a small number away."""
        if not self.of or is_few(self.number) or is_few(self.of) or is_few(self.of - self.number):
            return ""
        return f"{100 * self.number / self.of:.0f}%"


@dataclass(frozen=True)
class Typical:
    """A line that tells what is typical (a median) instead of how many, as of `count` people."""

    label: str
    value: float
    count: int
    unit: str
    number: float = 0

    @property
    def told(self) -> str:
        if self.count < FEW:
            return "too few to say"
        value = f"{self.value:.0f}" if float(self.value).is_integer() else f"{self.value:.1f}"
        return f"{value} {self.unit}"

    share = ""


@dataclass(frozen=True)
class Plain:
    """A line that isn't about people who come: told as it is."""

    label: str
    told: str
    number: float = 0
    share: str = ""


AnyLine = Line | Typical | Plain


@dataclass(frozen=True)
class Figure:
    """What a page shows under one title. `note` says what the numbers can't."""

    lines: Sequence[AnyLine]
    note: str = ""
    counted: str = field(default="How many")


@dataclass(frozen=True)
class Bar:
    """A line with how wide its bar is, in percent of the widest."""

    line: AnyLine
    width: int


def bars(lines: Sequence[AnyLine]) -> list[Bar]:
    """The lines as bars; what is hidden has none, since its length would tell the number."""
    widest = max((line.number for line in lines if not _is_hidden(line)), default=0)
    return [
        Bar(line, 0 if _is_hidden(line) or not widest else round(100 * line.number / widest))
        for line in lines
    ]


def is_few(number: float) -> bool:
    """Whether somebody could be meant by it."""
    return 0 < number < FEW


def _is_hidden(line: AnyLine) -> bool:
    return isinstance(line, Line) and is_few(line.number)

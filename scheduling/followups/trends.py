"""How one person's answers on a scale went: drawn by the server, with the same as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scheduling.followups.models import Response

WIDTH, HEIGHT, EDGE = 240, 72, 8
_MOST = 12  # as many as can be told apart


@dataclass(frozen=True)
class Point:
    at: datetime
    value: int
    x: int
    y: int


@dataclass(frozen=True)
class Trend:
    """One question's answers, the oldest first."""

    text: str
    points: list[Point]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def path(self) -> str:
        return " ".join(f"{point.x},{point.y}" for point in self.points)

    @property
    def lines(self) -> list[int]:
        """The heights of 1 to 5."""
        return [_y(value) for value in range(1, 6)]

    @property
    def said(self) -> str:
        """In words, for who doesn't see it."""
        values = ", ".join(str(point.value) for point in self.points)
        return f"{self.text} From first to last: {values}, of 5."


def of(responses: Sequence[Response]) -> list[Trend]:
    """For each scale that was answered at least twice, in the words it was last asked in."""
    oldest_first = sorted(responses, key=lambda response: response.answered_at)
    texts: dict[str, str] = {}
    found: dict[str, list[tuple[datetime, int]]] = {}
    for response in oldest_first:
        for answer in response.answers:
            if answer["kind"] == "scale" and str(answer["answer"]).isdecimal():
                key = answer.get("key") or answer["text"]
                texts[key] = answer["text"]
                found.setdefault(key, []).append((response.answered_at, int(answer["answer"])))
    return [_trend(texts[key], values[-_MOST:]) for key, values in found.items() if len(values) > 1]


def _trend(text: str, values: list[tuple[datetime, int]]) -> Trend:
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    points = [
        Point(at, value, round(EDGE + index * step), _y(value))
        for index, (at, value) in enumerate(values)
    ]
    return Trend(text, points)


def _y(value: int) -> int:
    return round(HEIGHT - EDGE - (value - 1) * (HEIGHT - 2 * EDGE) / 4)

"""May we meet? The one function that decides it (rule 1 of the field).

A telehealth session takes place where each person sits at that hour. Every one of these places
must be a state the practice serves, and the counselor must hold a license there on that day.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class HoldsFor(Protocol):
    """A license, as far as this question needs it."""

    @property
    def state_id(self) -> str: ...

    def covers(self, on: date) -> bool: ...


class Obstacle(StrEnum):
    """Why not."""

    NO_PLACE = "no_place"
    NOT_SERVED = "not_served"
    NOT_LICENSED = "not_licensed"
    NOT_LICENSED_THAT_DAY = "not_licensed_that_day"


@dataclass(frozen=True)
class Reason:
    obstacle: Obstacle
    state: str = ""

    def __str__(self) -> str:
        return {
            Obstacle.NO_PLACE: "We don't know yet where everybody will be.",
            Obstacle.NOT_SERVED: f"We're not able to work with people who are in {self.state}.",
            Obstacle.NOT_LICENSED: f"The counselor has no license in {self.state}.",
            Obstacle.NOT_LICENSED_THAT_DAY: f"The counselor's {self.state} license isn't good "
            "on that day.",
        }[self.obstacle]


@dataclass(frozen=True)
class Verdict:
    """Yes, or every reason why not."""

    reasons: tuple[Reason, ...]

    def __bool__(self) -> bool:
        return not self.reasons


def may_meet(
    licenses: Iterable[HoldsFor], places: Collection[str], on: date, served: Collection[str]
) -> Verdict:
    """Whether a counselor with these licenses may meet people in these places on that day.

    `places` are state codes, one for each person; `on` is the day on the counselor's calendar;
    `served` are the codes of the states the practice serves.
    """
    if not places:
        return Verdict((Reason(Obstacle.NO_PLACE),))
    held = list(licenses)
    reasons = (_obstacle(held, place, on, served) for place in sorted(set(places)))
    return Verdict(tuple(reason for reason in reasons if reason))


def _obstacle(
    licenses: list[HoldsFor], place: str, on: date, served: Collection[str]
) -> Reason | None:
    if not place:
        return Reason(Obstacle.NO_PLACE)
    if place not in served:
        return Reason(Obstacle.NOT_SERVED, place)
    there = [held for held in licenses if held.state_id == place]
    if not there:
        return Reason(Obstacle.NOT_LICENSED, place)
    if not any(held.covers(on) for held in there):
        return Reason(Obstacle.NOT_LICENSED_THAT_DAY, place)
    return None

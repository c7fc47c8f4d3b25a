"""Why a time is offered or not, in words that the staff can pass on."""

from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """What speaks against a time."""

    PAST = "past"
    NOTICE = "notice"
    HORIZON = "horizon"
    NO_PLACE = "no_place"
    NOT_SERVED = "not_served"
    NOT_LICENSED = "not_licensed"
    NOT_LICENSED_THAT_DAY = "not_licensed_that_day"
    OUTSIDE_HOURS = "outside_hours"
    HOLIDAY = "holiday"
    DAY_OFF = "day_off"
    AWAY = "away"
    BUSY_ELSEWHERE = "busy_elsewhere"
    FULL_DAY = "full_day"
    PAUSE = "pause"
    HELD = "held"
    TAKEN = "taken"
    CLIENT_BUSY = "client_busy"


# Against these the staff may book with a reason; against the others nobody can.
CAN_BE_OVERRIDDEN = frozenset(
    {
        *(Why.NOTICE, Why.HORIZON, Why.OUTSIDE_HOURS, Why.HOLIDAY, Why.DAY_OFF),
        *(Why.AWAY, Why.BUSY_ELSEWHERE, Why.FULL_DAY, Why.PAUSE),
    }
)


@dataclass(frozen=True)
class Refusal:
    """One thing that speaks against a time."""

    why: Why
    words: str

    @property
    def can_be_overridden(self) -> bool:
        return self.why in CAN_BE_OVERRIDDEN

"""Who else follows what becomes of an appointment, in the same transaction.

Rooms above this one, such as `intake`, hang themselves on here; so this one needn't know them.
"""

from collections.abc import Callable
from enum import StrEnum

from scheduling.models import Appointment


class What(StrEnum):
    """What became of an appointment."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELED = "canceled"
    DONE = "done"
    NO_SHOW = "no_show"
    UNDONE = "undone"


Follower = Callable[[Appointment, str], None]
Forerunner = Callable[[Appointment], None]

_FOLLOWERS: list[Follower] = []
_FORERUNNERS: list[Forerunner] = []


def follows(follower: Follower) -> Follower:
    """Decorator: call this with the appointment and what became of it (a `What`).

    Where it raises, nothing became of the appointment at all.
    """
    _FOLLOWERS.append(follower)
    return follower


def goes_first(forerunner: Forerunner) -> Forerunner:
    """Decorator: call this before anybody's turn is taken for a change of this appointment.

    For a follower that writes to rows which others lock before they change an appointment: it
    locks them here, so that the two never wait for each other.
    """
    _FORERUNNERS.append(forerunner)
    return forerunner


def tell(appointment: Appointment, what: What) -> None:
    """Something became of it: let all that follow it follow."""
    for follower in _FOLLOWERS:
        follower(appointment, what)


def let_go_first(appointment: Appointment) -> None:
    """It is about to change: let those go first who must."""
    for forerunner in _FORERUNNERS:
        forerunner(appointment)

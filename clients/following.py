"""Who else follows what becomes of a case, in the same transaction.

Rooms beside and above this one (`clients.handouts`, `scheduling`, `scheduling.followups`) hang
themselves on here, as they do in `scheduling.following` for appointments; so this one needn't
know them.
"""

from collections.abc import Callable
from enum import StrEnum

from clients.models import Case


class What(StrEnum):
    """What became of a case."""

    OPENED = "opened"
    COURSE_SET = "course_set"  # its stage, its concern, or whether the affair is known
    SEPARATED = "separated"  # told of the joint case, before it closes
    CLOSED = "closed"
    REOPENED = "reopened"
    TRANSFERRED = "transferred"


Follower = Callable[[Case, What], None]

_FOLLOWERS: list[Follower] = []


def follows(follower: Follower) -> Follower:
    """Decorator: call this with the case and what became of it.

    Where it raises, nothing became of the case at all.
    """
    _FOLLOWERS.append(follower)
    return follower


def tell(case: Case, what: What) -> None:
    """Something became of it: let all that follow it follow."""
    for follower in _FOLLOWERS:
        follower(case, what)

"""What became of a hand-over, by whatever way."""

from dataclasses import dataclass

from clients.contact.models import State


@dataclass(frozen=True)
class Result:
    """The state that follows, and why."""

    state: State
    reason: str = ""
    # Nothing will ever arrive at this address.
    address_failed: bool = False


def uncertain(reason: str) -> Result:
    """It may have arrived: nobody can know."""
    return Result(State.UNCERTAIN, reason[:40])


def refused(code: int) -> Result:
    """It certainly did not arrive: for good, or for now."""
    if code >= 500:
        return Result(State.DEAD, f"refused with {code}")
    return Result(State.DUE, f"put off with {code}")

"""How sending is doing, in numbers alone."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Value
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from clients.contact import clocks, troubles
from clients.contact.models import Heartbeat, Message, State
from clients.contact.sending import OUT_OF_REACH, UNREACHABLE, waiting_too_long
from clients.contact.tasks import broker
from practice import clock

LATE = timedelta(minutes=5)
SHOWN = timedelta(days=7)  # what ended badly is counted for a week
_STILL = [State.DUE, State.CLAIMED]

# The first tick comes half a minute after beat begins; until then nobody needs to be woken.
STARTING = timedelta(minutes=1)
# Of this very process: a demo's clock knows nothing of it.
_BEGAN = time.monotonic()


@dataclass(frozen=True)
class Delivery:
    """Ages are seconds; `last_tick` is None before the first tick."""

    waiting: int
    late: int
    oldest_late: float
    uncertain: int
    dead: int
    last_tick: float | None
    clocks_apart: float
    mail: str = "reachable"  # or what is the matter with the line to the mail server

    @property
    def is_well(self) -> bool:
        ticking = self.last_tick is not None and self.last_tick < LATE.total_seconds()
        return ticking and not self.clocks_disagree and self.late == 0

    @property
    def clocks_disagree(self) -> bool:
        return self.clocks_apart > clocks.NOTICED.total_seconds()

    @property
    def is_starting(self) -> bool:
        """Whether this process is so young that the first tick since may still come."""
        age = time.monotonic() - _BEGAN
        ticked = self.last_tick is not None and self.last_tick < age
        return age < STARTING.total_seconds() and not ticked

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "well": self.is_well}


def delivery() -> Delivery:
    """The state of the outbox now, in three queries; a fourth asks a server for its time."""
    return delivery_of(list(beats()), list(waiting()), list(troubled()), clock.now())


def beats(_: object = None) -> QuerySet[Heartbeat]:
    """When the sender last looked, and when it last found the mail server's line broken."""
    return Heartbeat.objects.filter(name__in=["tick", *troubles.NAMES])


def waiting(_: object = None) -> "QuerySet[Message, Any]":
    """One row of counts, or none: of what could go now, which an index has apart."""
    now = clock.now()
    kept = _kept_from_going(now)
    late = waiting_too_long(now) | kept & Q(due_at__lt=now - LATE)
    could_go = Q(next_try_at__lte=now)
    return _counted(
        Message.objects.filter(state__in=_STILL, next_try_at__lte=now + UNREACHABLE),
        waiting=Count("pk", filter=could_go | kept),
        late=Count("pk", filter=late),
        oldest=Min("due_at", filter=late),
    )


def _kept_from_going(now: datetime) -> Q:
    """What could go but for the mail server: it is put back again and again, a minute each time."""
    return Q(state=State.DUE, reason=OUT_OF_REACH, next_try_at__lte=now + UNREACHABLE)


def troubled(_: object = None) -> "QuerySet[Message, Any]":
    """The same of what was due in the last days and didn't arrive."""
    now = clock.now()
    return _counted(
        Message.objects.in_trouble().filter(due_at__gte=now - SHOWN, due_at__lte=now),
        uncertain=Count("pk", filter=Q(state=State.UNCERTAIN)),
        dead=Count("pk", filter=Q(state=State.DEAD)),
    )


def _counted(messages: QuerySet[Message], **counts: Any) -> "QuerySet[Message, Any]":
    return messages.order_by().values(all=Value(1)).annotate(**counts)


def delivery_of(
    beats: Sequence[Heartbeat], waiting: Sequence[Any], troubled: Sequence[Any], now: datetime
) -> Delivery:
    """What these rows say."""
    counts = {**(waiting[0] if waiting else {}), **(troubled[0] if troubled else {})}
    oldest = counts.get("oldest")
    last = next((each.at for each in beats if each.name == "tick"), None)
    return Delivery(
        **{name: counts.get(name, 0) for name in ("waiting", "late", "uncertain", "dead")},
        oldest_late=(now - oldest).total_seconds() if oldest else 0.0,
        last_tick=(now - last).total_seconds() if last else None,
        clocks_apart=clocks.apart().total_seconds(),
        mail=troubles.latest(beats, now) or "reachable",
    )


def broker_answers() -> bool:
    """Whether the broker answers within a second or two."""
    try:
        with broker() as connection:
            connection.default_channel.client.ping()
    except (OperationalError, OSError, RedisError):
        return False
    return True

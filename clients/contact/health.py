"""How sending is doing, in numbers alone."""

import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from clients.contact import clocks
from clients.contact.models import Heartbeat, Message, State
from clients.contact.sending import waiting_too_long
from clients.contact.tasks import broker
from practice import clock

LATE = timedelta(minutes=5)
SHOWN = timedelta(days=7)  # what ended badly is counted for a week


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
    """The state of the outbox now, in two queries; a third asks a server for its time."""
    now = clock.now()
    late = waiting_too_long(now)
    counts = Message.objects.aggregate(
        waiting=Count("pk", filter=Q(state__in=[State.DUE, State.CLAIMED], due_at__lte=now)),
        late=Count("pk", filter=late),
        oldest=Min("due_at", filter=late),
        uncertain=Count("pk", filter=Q(state=State.UNCERTAIN, due_at__gte=now - SHOWN)),
        dead=Count("pk", filter=Q(state=State.DEAD, due_at__gte=now - SHOWN)),
    )
    oldest = counts.pop("oldest")
    beat = Heartbeat.objects.filter(name="tick").first()
    return Delivery(
        **counts,
        oldest_late=(now - oldest).total_seconds() if oldest else 0.0,
        last_tick=(now - beat.at).total_seconds() if beat else None,
        clocks_apart=clocks.apart().total_seconds(),
    )


def broker_answers() -> bool:
    """Whether the broker answers within a second or two."""
    try:
        with broker() as connection:
            connection.default_channel.client.ping()
    except (OperationalError, OSError, RedisError):
        return False
    return True

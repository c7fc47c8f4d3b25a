"""What apps above look at whenever the outbox is looked through: with Celery, and without."""

from collections.abc import Callable
from datetime import datetime

import structlog

log = structlog.get_logger("mendwell.outbox")

Step = Callable[[datetime], None]
_STEPS: list[Step] = []


def at_each_tick(step: Step) -> Step:
    """Decorator: call this with the time at each tick. Any number of ticks may run at once."""
    _STEPS.append(step)
    return step


def run(now: datetime) -> None:
    """Take these steps. One that fails holds up neither the others nor the messages."""
    for step in _STEPS:
        try:
            step(now)
        except Exception as error:
            log.error("step failed", step=step.__name__, error=type(error).__name__)

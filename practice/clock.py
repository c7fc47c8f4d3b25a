"""The one place that says what time it is.

In demo mode the clock can be moved on, so that a person can walk through a week in minutes: the
offset is a file in ``MENDWELL_HOME`` and is read by web, worker and beat alike. Outside demo mode
there is no offset.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

_MEANT: ContextVar[datetime | None] = ContextVar("meant", default=None)


def now() -> datetime:
    """This moment in UTC, aware."""
    return _MEANT.get() or timezone.now() + offset()


@contextmanager
def meaning(moment: datetime) -> Iterator[None]:
    """While a statement is made that is sent later, "now" is what stands for that moment."""
    token = _MEANT.set(moment)
    try:
        yield
    finally:
        _MEANT.reset(token)


def today(zone: ZoneInfo) -> date:
    """The calendar day it is now in that zone."""
    return now().astimezone(zone).date()


def on_wall_clock(day: date, at: time, zone: ZoneInfo) -> datetime:
    """That time of that day on the clock of that zone, as an instant in UTC.

    A time the clock skips in spring becomes the first moment after the gap; one that comes twice
    in fall is the first of the two.
    """
    local = datetime.combine(day, at.replace(fold=0))
    while not _exists(local, zone):
        local = local.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return local.replace(tzinfo=zone).astimezone(UTC)


def _exists(local: datetime, zone: ZoneInfo) -> bool:
    there_and_back = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there_and_back.replace(tzinfo=None) == local


def offset() -> timedelta:
    """How far the demo's clock was moved on; zero outside demo mode."""
    if not settings.DEMO:
        return timedelta()
    try:
        return timedelta(seconds=float(_offset_file().read_text()))
    except (FileNotFoundError, ValueError, OverflowError):
        return timedelta()


def set_offset(value: timedelta) -> None:
    """Move the demo's clock. Raises RuntimeError outside demo mode."""
    if not settings.DEMO:
        raise RuntimeError("Only the demo's clock can be moved.")
    # Written aside and renamed: no reader ever finds half of it.
    aside = _offset_file().with_suffix(".part")
    aside.write_text(str(value.total_seconds()))
    aside.replace(_offset_file())


def _offset_file() -> Path:
    return Path(settings.HOME) / "clock-offset"

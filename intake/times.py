"""Open times as people choose them: by day, on their own clock, and on their partner's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.utils.html import format_html

from practice.models import Counselor
from practice.wording import clock_time, spoken_day, zone_name


class Time(Protocol):
    """An open slot, or an appointment that is kept for somebody."""

    @property
    def counselor(self) -> Counselor: ...

    @property
    def starts_at(self) -> datetime: ...


def value_of(time: Time) -> str:
    """How a time is written in a form."""
    return f"{time.counselor.pk}|{time.starts_at.isoformat()}"


def by_day(times: Sequence[Time], zone: ZoneInfo, partners_zone: str = "") -> list[Any]:
    """Choices grouped by the day on that clock; the value names counselor and time.

    `partners_zone`: the partner's clock, said below each time where it differs. A counselor's
    name stands below a time where there are several; else see `only_counselor`.
    """
    theirs = ZoneInfo(partners_zone) if partners_zone else None
    names = not only_counselor(times)
    days: dict[str, list[tuple[str, str]]] = {}
    for time in times:
        day = spoken_day(time.starts_at, zone)
        label = _label(time.starts_at, zone, theirs, time.counselor.public_name if names else "")
        days.setdefault(day, []).append((value_of(time), label))
    return list(days.items())


def only_counselor(times: Sequence[Time]) -> str:
    """The name of the counselor with whom all of these are; empty where there are several."""
    names = {time.counselor.public_name for time in times}
    return names.pop() if len(names) == 1 else ""


def _label(moment: datetime, zone: ZoneInfo, theirs: ZoneInfo | None, name: str) -> str:
    more = [f"with {name}"] if name else []
    if theirs:
        more.append(f"{clock_time(moment, theirs)} {zone_name(moment, theirs)}")
    time = clock_time(moment, zone)
    if not more:
        return time
    return format_html('{} <span class="slot-more">{}</span>', time, "; ".join(more))

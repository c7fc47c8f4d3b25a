"""Working hours as stretches of time, from what the clock on the counselor's wall says.

Here time is whole seconds since 1970, in UTC. Such numbers are read, compared and added many
times faster than datetimes, and nothing about a zone can go wrong between them; only what is
found is made a datetime again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from practice.clock import on_wall_clock

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
_DAY_LONG = 24 * 60 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A time of day can't be 24:00. Hours that end in the last minute of a day last until midnight,
# and go on where the next day's begin then.
_LAST_MINUTE = time(23, 59)

Span = tuple[int, int]
Times = tuple[time, time]


class Stretch(NamedTuple):
    """Working time of one day. What begins in it has to be over when `reach` comes.

    That is its end, or that of the next day's first hours where these follow on at midnight.
    """

    begins: int
    ends: int
    reach: int


@dataclass(frozen=True)
class Hours:
    """When a counselor works, for one kind of appointment."""

    zone: ZoneInfo
    weekly: Mapping[int, tuple[Times, ...]]
    # In place of the weekly ones and of a holiday; None where they don't work on that day.
    dates: Mapping[date, tuple[Times, ...] | None]
    # The holidays that the practice keeps, by name.
    holidays: Mapping[date, str]

    def times_on(self, day: date) -> tuple[Times, ...]:
        """What the clock says on that day: the date's own hours, none on a holiday, or weekly."""
        if day in self.dates:
            return self.dates[day] or ()
        return () if day in self.holidays else self.weekly.get(day.weekday(), ())

    def on(self, day: date) -> list[Stretch]:
        """That day's stretches of working time, in order; hours that touch are one."""
        spans = _spans(self.times_on(day), day, self.zone)
        return [Stretch(begins, ends, self._reach(ends, day)) for begins, ends in spans]

    def _reach(self, ends: int, day: date) -> int:
        if ends != midnight(day + DAY, self.zone):
            return ends
        following = _spans(self.times_on(day + DAY), day + DAY, self.zone)
        return following[0][1] if following and following[0][0] == ends else ends


def seconds(moment: datetime) -> int:
    """A moment as a number; what it has beyond the whole second is dropped."""
    return (moment - _EPOCH) // SECOND


def seconds_up(moment: datetime) -> int:
    """A moment as a number, up to the next whole second."""
    return -((_EPOCH - moment) // SECOND)


def moment(number: int) -> datetime:
    """The moment that a number stands for."""
    return datetime.fromtimestamp(number, UTC)


def day_of(number: int, zone: ZoneInfo) -> date:
    """The calendar day it is then in that zone."""
    return datetime.fromtimestamp(number, zone).date()


@lru_cache(maxsize=8192)
def midnight(day: date, zone: ZoneInfo) -> int:
    """When that day begins in that zone."""
    return seconds(on_wall_clock(day, time.min, zone))


@lru_cache(maxsize=8192)
def _spans(times: Sequence[Times], day: date, zone: ZoneInfo) -> tuple[Span, ...]:
    return tuple(merged(_span(each, day, zone) for each in times))


def _span(times: Times, day: date, zone: ZoneInfo) -> Span:
    begins, ends = times
    if ends >= _LAST_MINUTE:
        return _on_clock(day, begins, zone), midnight(day + DAY, zone)
    return _on_clock(day, begins, zone), _on_clock(day, ends, zone)


def _on_clock(day: date, at: time, zone: ZoneInfo) -> int:
    begins = midnight(day, zone)
    if midnight(day + DAY, zone) - begins == _DAY_LONG:
        return begins + (at.hour * 60 + at.minute) * 60 + at.second
    return seconds(on_wall_clock(day, at, zone))  # the clocks change on that day


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as spans in order that don't touch; what has no length is left out."""
    result: list[Span] = []
    for begins, ends in sorted(spans):
        if result and begins <= result[-1][1]:
            result[-1] = (result[-1][0], max(ends, result[-1][1]))
        elif begins < ends:
            result.append((begins, ends))
    return result

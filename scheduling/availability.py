"""Open times: one rule for the public page, the desk and recurring sessions.

A page that shows a few days reads little more than those; see `scheduling.calendars` for how.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from practice.models import Counselor
from scheduling.calendars import Calendars, Wanted, who_may_meet
from scheduling.stretches import DAY, day_of, midnight, moment, seconds

__all__ = ["OpenDays", "Slot", "Wanted", "first_open_days", "is_open", "nearest_open", "open_slots"]

# The first look goes so much further than the days that are asked for: over a weekend.
_MARGIN = 2
_NEAR = timedelta(days=7)

Found = tuple[int, Counselor]


class Slot(NamedTuple):
    """A time that can be booked."""

    counselor: Counselor
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class OpenDays:
    """The open times of a few days, in order; `more`: whether there may be open days after them."""

    slots: list[Slot]
    more: bool


def open_slots(
    counselors: Iterable[Counselor], wanted: Wanted, now: datetime, *, union: bool = False
) -> list[Slot]:
    """Every time at which one of these counselors is free, working and licensed, in order.

    With `union` each time comes once, with the counselor who has the least booked (then by name).
    """
    return _slots(_look(_calendars(counselors, wanted), wanted, now, union), wanted)


def first_open_days(
    counselors: Iterable[Counselor],
    wanted: Wanted,
    now: datetime,
    *,
    zone: ZoneInfo,
    days: int,
    union: bool = False,
) -> OpenDays:
    """The open times of the first so many calendar days in `zone` that have any.

    Looks a few days ahead first, and at all the rest only where that was too little.
    """
    calendars = _calendars(counselors, wanted)
    until = min(wanted.latest, moment(_midnight(seconds(wanted.earliest), zone, days + _MARGIN)))
    found = _look(calendars, replace(wanted, latest=until), now, union)
    kept, count = _first_days(found, zone, days)
    if count < days and until < wanted.latest:
        found += _look(calendars, replace(wanted, earliest=until), now, union)
        kept, count = _first_days(found, zone, days)
        until = wanted.latest
    return OpenDays(_slots(kept, wanted), more=len(kept) < len(found) or until < wanted.latest)


def is_open(counselor: Counselor, starts_at: datetime, wanted: Wanted, now: datetime) -> bool:
    """Whether exactly this time is offered with this counselor."""
    if not wanted.earliest <= starts_at < wanted.latest:
        return False
    only = replace(wanted, earliest=starts_at, latest=starts_at + datetime.resolution)
    return bool(open_slots([counselor], only, now))


def nearest_open(
    counselors: Iterable[Counselor],
    wanted: Wanted,
    near: datetime,
    now: datetime,
    number: int = 12,
    *,
    union: bool = False,
) -> list[Slot]:
    """The open times nearest to a moment, in order of time.

    Looks at the week before and after it, and at all only where too few are open there.
    """
    calendars = _calendars(counselors, wanted)
    around = replace(
        wanted,
        earliest=max(wanted.earliest, near - _NEAR),
        latest=min(wanted.latest, near + _NEAR),
    )
    found = _look(calendars, around, now, union)
    if len(found) < number:
        found = _look(calendars, wanted, now, union)
    middle = seconds(near)
    nearest = sorted(found, key=lambda each: abs(each[0] - middle))[:number]
    return _slots(sorted(nearest, key=_order), wanted)


def _calendars(counselors: Iterable[Counselor], wanted: Wanted) -> Calendars:
    return Calendars(who_may_meet(counselors, wanted), wanted)


def _look(calendars: Calendars, wanted: Wanted, now: datetime, union: bool) -> list[Found]:
    """What is open, in order of time, then of the counselors' names."""
    free = calendars.free(wanted, now)
    if not union:
        free.sort(key=lambda each: each.counselor.public_name)
        found = [(start, each.counselor) for each in free for start in each.starts]
        return sorted(found, key=itemgetter(0))
    free.sort(key=lambda each: (each.calendar.booked, each.counselor.public_name))
    first: dict[int, Counselor] = {}
    for each in free:
        for start in each.starts:
            first.setdefault(start, each.counselor)
    return sorted(first.items(), key=itemgetter(0))


def _order(found: Found) -> tuple[int, str]:
    return found[0], found[1].public_name


def _first_days(found: list[Found], zone: ZoneInfo, days: int) -> tuple[list[Found], int]:
    """Those of the first so many days, and how many days they are."""
    count, ends = 0, None
    for number, (start, _) in enumerate(found):
        if ends is None or start >= ends:
            if count == days:
                return found[:number], count
            count, ends = count + 1, _midnight(start, zone, 1)
    return found, count


def _midnight(start: int, zone: ZoneInfo, days: int) -> int:
    """When so many days are over in that zone, the day of the start counted."""
    return midnight(day_of(start, zone) + days * DAY, zone)


def _slots(found: Iterable[Found], wanted: Wanted) -> list[Slot]:
    moments = {start: moment(start) for start, _ in found}
    ends = {start: starts_at + wanted.length for start, starts_at in moments.items()}
    return [Slot(counselor, moments[start], ends[start]) for start, counselor in found]

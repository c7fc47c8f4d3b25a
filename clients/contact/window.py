"""The hours in which a message may reach a person, by the clock where they are."""

from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from practice.clock import on_wall_clock

# No message goes outside these hours, whatever a card or a setting says (47 CFR 64.1200).
EARLIEST, LATEST = time(8), time(21)


class Hours(NamedTuple):
    """From the first hour on, until before the second, on the wall clock."""

    begins: time
    ends: time


def safe_hours(
    quiet_until: time, quiet_from: time, named: tuple[time, time] | None = None
) -> Hours | None:
    """The hours a person named as safe, else the practice's; None where nothing is left of them."""
    begins, ends = named or (quiet_until, quiet_from)
    begins, ends = max(begins, EARLIEST), min(ends, LATEST)
    return Hours(begins, ends) if begins < ends else None


def next_safe_moment(moment: datetime, zone: ZoneInfo, hours: Hours) -> datetime:
    """The moment itself where it lies in these hours, else the next at which they begin (UTC)."""
    local = moment.astimezone(zone)
    if hours.begins <= local.time() < hours.ends:
        return moment
    day = local.date() if local.time() < hours.begins else local.date() + timedelta(days=1)
    return on_wall_clock(day, hours.begins, zone)

"""The hours in which a message may reach a person, by the clock where they are."""

from datetime import UTC, date, datetime, time, timedelta
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
    if _is_inside(moment, zone, hours):
        return moment
    day = moment.astimezone(zone).date()
    # A day on which the clock skips them has none of these hours.
    while not (begins := _begins_on(day, moment, zone, hours)):
        day += timedelta(days=1)
    return begins


def _begins_on(day: date, moment: datetime, zone: ZoneInfo, hours: Hours) -> datetime | None:
    """When they begin that day, if that is still to come; in the hour that comes twice, again."""
    first = on_wall_clock(day, hours.begins, zone)
    again = datetime.combine(day, hours.begins.replace(fold=1), zone).astimezone(UTC)
    moments = (first, again)
    return next((at for at in moments if at >= moment and _is_inside(at, zone, hours)), None)


def last_safe_moment(moment: datetime, zone: ZoneInfo, hours: Hours) -> datetime:
    """The moment itself where it lies in these hours, else the last minute before it that does."""
    if _is_inside(moment, zone, hours):
        return moment
    # Minute by minute, so that no change of clock is stepped over; from the second at which the
    # hours begin, so that their first moment is met even if nothing else of them is.
    begins = hours.begins
    found = moment.astimezone(UTC).replace(second=begins.second, microsecond=begins.microsecond)
    while found > moment or not _is_inside(found, zone, hours):
        found -= timedelta(minutes=1)
    return found


def _is_inside(moment: datetime, zone: ZoneInfo, hours: Hours) -> bool:
    return hours.begins <= moment.astimezone(zone).time() < hours.ends

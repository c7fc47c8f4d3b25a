"""Where a series falls: the same hour of the wall clock, every week or every other week."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from practice.clock import on_wall_clock
from practice.wording import clock_time

# Two years of every other week; more at once nobody can foresee.
MOST = 52
FURTHEST = timedelta(days=366)

_DAY = timedelta(days=1)


def days(first: date, every_weeks: int, times: int) -> list[date]:
    """The days that the rhythm names, the first among them."""
    return [first + timedelta(weeks=every_weeks * number) for number in range(times)]


def week_of(day: date) -> date:
    """The Monday of that day's week."""
    return day - timedelta(days=day.weekday())


def why_not_then(day: date, at: time, zone: ZoneInfo, now: datetime) -> str:
    """Why nothing can begin then, whatever the calendar says; empty where it can."""
    today = now.astimezone(zone).date()
    if day > today + FURTHEST:
        return "Please choose a day within the coming year."
    # What lies further back can't even be worked out near the first of all days.
    if day < today - _DAY or on_wall_clock(day, at, zone) <= now:
        return "That time is over. Please choose one to come."
    return ""


def about_the_clock(day: date, at: time, zone: ZoneInfo) -> str:
    """What to know where the clock skips that time on that day, or shows it twice."""
    starts_at = on_wall_clock(day, at, zone)
    local, asked = starts_at.astimezone(zone), _said(at)
    if local.time() != at:
        return (
            f"The clocks go forward on this day and skip {asked}: "
            f"it would begin at {clock_time(starts_at, zone)}."
        )
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        return f"The clocks go back on this day, so {asked} comes twice: the first counts."
    return ""


def over_midnight(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """What to know where it ends on another day than it begins."""
    begins, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    if begins.date() == ends.date():
        return ""
    return f"It goes past midnight, until {clock_time(ends_at, zone)} on {ends:%A}."


def clocks_changed(before: datetime, after: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock of this zone stands differently at these two moments."""
    return before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset()


def _said(at: time) -> str:
    return f"{at.hour % 12 or 12}:{at:%M %p}"

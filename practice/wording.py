"""How times are said: the reader's zone first, and always by name."""

from datetime import datetime
from zoneinfo import ZoneInfo

_SPOKEN = {"America/New_York": "Eastern", "America/Chicago": "Central"}


def spoken_time(moment: datetime, zone: ZoneInfo) -> str:
    """Such as "Thursday, Dec 3, 2:00 PM Eastern (EST)"."""
    local = moment.astimezone(zone)
    return f"{local:%A, %b} {local.day}, {clock_time(moment, zone)} {zone_name(moment, zone)}"


def spoken_day(moment: datetime, zone: ZoneInfo) -> str:
    """Such as "Thursday, Dec 3"."""
    local = moment.astimezone(zone)
    return f"{local:%A, %b} {local.day}"


def clock_time(moment: datetime, zone: ZoneInfo) -> str:
    """Such as "2:00 PM"."""
    local = moment.astimezone(zone)
    return f"{local.hour % 12 or 12}:{local:%M %p}"


def zone_name(moment: datetime, zone: ZoneInfo) -> str:
    """Such as "Eastern (EST)"."""
    return f"{_SPOKEN.get(zone.key, zone.key)} ({moment.astimezone(zone):%Z})"

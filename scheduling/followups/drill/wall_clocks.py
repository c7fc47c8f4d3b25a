"""What the clock on a wall shows in the US, by the letter of the law and without the zone database.

15 U.S.C. 260a: summer time begins at 2 o'clock on the second Sunday of March and ends at 2 o'clock
on the first Sunday of November, by the clock as it runs until then. A second opinion: what sends
messages asks the zone database, and what judges it asks this.
"""

from datetime import UTC, date, datetime, time, timedelta

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Winter time against UTC, for the zones of the states that are served first.
WINTER = {"America/New_York": -5 * HOUR, "America/Chicago": -6 * HOUR}
Hours = tuple[time, time]


def sunday(year: int, month: int, number: int) -> date:
    """The first, second, … Sunday of a month."""
    first = date(year, month, 1)
    return first + DAY * ((6 - first.weekday()) % 7 + 7 * (number - 1))


def summer(year: int, zone: str) -> tuple[datetime, datetime]:
    """When summer time begins and ends there, in UTC."""
    two = time(2, tzinfo=UTC)
    begins = datetime.combine(sunday(year, 3, 2), two) - WINTER[zone]
    ends = datetime.combine(sunday(year, 11, 1), two) - WINTER[zone] - HOUR
    return begins, ends


def shows(moment: datetime, zone: str) -> datetime:
    """What the clock shows there at that moment (naive)."""
    moment = moment.astimezone(UTC)
    begins, ends = summer(moment.year, zone)
    ahead = HOUR if begins <= moment < ends else timedelta()
    return (moment + WINTER[zone] + ahead).replace(tzinfo=None)


def moment_of(day: date, at: time, zone: str) -> datetime:
    """When it shows that, in UTC: the first time of two, and after a gap the gap's end."""
    shown = datetime.combine(day, at)
    guess = shown.replace(tzinfo=UTC) - WINTER[zone]
    for moment in (guess - HOUR, guess):
        if shows(moment, zone) == shown:
            return moment
    return summer(day.year, zone)[0]


def is_within(moment: datetime, zone: str, hours: Hours) -> bool:
    """Whether the clock there stands in these hours."""
    return hours[0] <= shows(moment, zone).time() < hours[1]


def next_within(moment: datetime, zone: str, hours: Hours) -> datetime:
    """The moment itself, or the next at which these hours begin."""
    if is_within(moment, zone, hours):
        return moment
    day = shows(moment, zone).date()
    begins = moment_of(day, hours[0], zone)
    return begins if begins >= moment else moment_of(day + DAY, hours[0], zone)

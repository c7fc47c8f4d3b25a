"""A day and a time as somebody types them, on one wall clock: some don't exist, some come twice."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from practice import clock
from practice.wording import zone_name

STEP = 5  # minutes
FURTHEST = timedelta(days=366)


class NoSuchMoment(Exception):
    """What was typed names no moment that an appointment could begin at; the words say why."""


def moment(day: date, at: time, zone: ZoneInfo, *, standing: datetime | None = None) -> datetime:
    """That time of that day on this clock, in UTC. Raises NoSuchMoment.

    `standing` is when something begins already, which may be over.
    """
    local = datetime.combine(day, at, tzinfo=zone)
    try:
        first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError as error:
        raise NoSuchMoment("Please choose a day within the coming year.") from error
    if first != second:
        raise NoSuchMoment(_why_not_one(local, first, second, zone))
    return _checked(first, standing)


def starts_at(value: str, *, standing: datetime | None = None) -> datetime:
    """A moment as our pages write it. Raises NoSuchMoment; `standing` is as in `moment`."""
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            raise ValueError(value)
        found = found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NoSuchMoment("Please choose one of the times, or type another.") from error
    return _checked(found, standing)


def _checked(starts_at: datetime, standing: datetime | None) -> datetime:
    if starts_at == standing:
        return starts_at
    now = clock.now()
    if starts_at <= now:
        raise NoSuchMoment("That time is over. Please choose one to come.")
    if starts_at > now + FURTHEST:
        raise NoSuchMoment("Please choose a day within the coming year.")
    if starts_at.minute % STEP or starts_at.second or starts_at.microsecond:
        raise NoSuchMoment("Please give a time in steps of five minutes, such as 2:05 or 2:10 PM.")
    return starts_at


def _why_not_one(local: datetime, first: datetime, second: datetime, zone: ZoneInfo) -> str:
    """The clocks change around then: in spring the time is left out, in fall it comes twice."""
    said = f"{local.hour % 12 or 12}:{local:%M %p}"
    day = f"{local:%A, %b} {local.day}"
    if first > second:
        return f"The clocks are set forward on {day}: there is no {said}. Please choose another."
    return (
        f"The clocks are set back on {day}: {said} comes twice, as {zone_name(first, zone)} "
        f"and as {zone_name(second, zone)}. Please choose a time before or after that hour."
    )

"""Public holidays as rows that the owner keeps or drops, from the library `holidays`."""

from collections.abc import Iterator
from datetime import date

import holidays

from practice.models import State
from scheduling.models import Holiday

# This year and the next two: appointments may be booked that far ahead.
_YEARS = 3
_OBSERVED = " (observed)"

Choices = dict[tuple[str, str], bool]


def renew(today: date) -> None:
    """See to it that the holidays of this year and of the two after it are there.

    Those of the whole country are kept at first; those that only a state has are not. A new
    year's takes over what the owner chose for the last one of the same name and place.
    """
    chosen = _last_choices()
    Holiday.objects.bulk_create(
        (
            Holiday(day=day, name=name, place=place, kept=_is_kept(place, name, chosen))
            for place, day, name in _holidays(range(today.year, today.year + _YEARS))
        ),
        ignore_conflicts=True,
    )


def _holidays(years: range) -> Iterator[tuple[str, date, str]]:
    """Each with the code of its state, or nothing where it is the whole country's."""
    federal = holidays.country_holidays("US", years=years)
    yield from (("", day, name) for day, name in federal.items())
    for state in State.objects.served().order_by("code"):
        if state.code in federal.subdivisions:
            own = holidays.country_holidays("US", subdiv=state.code, years=years)
            # Some states have names of their own for days that the whole country has.
            yield from ((state.code, day, own[day]) for day in own if day not in federal)


def _last_choices() -> Choices:
    """What the owner chose for each name and place the last time that it came."""
    rows = Holiday.objects.order_by("day").values_list("place", "name", "kept")
    return {(place, name): kept for place, name, kept in rows}


def _is_kept(place: str, name: str, chosen: Choices) -> bool:
    """A weekday on which one is observed goes with the day itself unless it was chosen too."""
    usual = chosen.get((place, name.removesuffix(_OBSERVED)), place == "")
    return chosen.get((place, name), usual)

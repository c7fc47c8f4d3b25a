"""Business days: Monday to Friday without the federal holidays, on the day they are observed.

What the practice itself keeps closed doesn't count here: a rule's days run all the same.
"""

from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays

_DAY = timedelta(days=1)
_SATURDAY = 5


def is_one(day: date) -> bool:
    """Whether offices are at work on that day."""
    return day.weekday() < _SATURDAY and day not in _federal_holidays(day.year)


def add(day: date, number: int) -> date:
    """The business day that comes so many after a day, which is itself not counted.

    Raises ValueError for a number below one.
    """
    if number < 1:
        raise ValueError("Business days are counted forward.")
    while number:
        day += _DAY
        number -= is_one(day)
    return day


def between(first: date, last: date) -> int:
    """How many business days lie after the first day until the last, which counts too.

    From a Monday to that week's Thursday there are three; back in time there is none.
    """
    days = range(1, (last - first).days + 1)
    return sum(is_one(first + number * _DAY) for number in days)


@lru_cache(maxsize=16)
def _federal_holidays(year: int) -> frozenset[date]:
    """Those of a year. Made whole, then kept: the library fills its own table while it is asked."""
    return frozenset(country_holidays("US", years=year, expand=False))

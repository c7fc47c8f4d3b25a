"""Business days around holidays: each row is a day of the calendar that anybody can look up."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling import business_days

DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))

# From, how many, the day that comes then.
ADDED = [
    # Thanksgiving week of 2026: Thursday, Nov 26; the Friday after it is a business day.
    ("2026-11-23", 1, "2026-11-24"),
    ("2026-11-23", 3, "2026-11-27"),
    ("2026-11-25", 1, "2026-11-27"),
    ("2026-11-26", 1, "2026-11-27"),
    ("2026-11-27", 1, "2026-11-30"),
    ("2026-11-28", 1, "2026-11-30"),
    ("2026-11-23", 10, "2026-12-08"),
    # Christmas of 2026 is a Friday, and so is the New Year's Day of 2027.
    ("2026-12-24", 1, "2026-12-28"),
    ("2026-12-23", 3, "2026-12-29"),
    ("2026-12-31", 1, "2027-01-04"),
    ("2026-12-30", 3, "2027-01-05"),
    ("2026-12-22", 10, "2027-01-07"),
    # Juneteenth of 2027 is a Saturday, kept on the Friday.
    ("2027-06-17", 1, "2027-06-21"),
    ("2027-06-18", 1, "2027-06-21"),
    # The Fourth of July of 2027 is a Sunday, kept on the Monday.
    ("2027-07-02", 1, "2027-07-06"),
    ("2027-07-04", 1, "2027-07-06"),
    # The New Year's Day of 2028 is a Saturday: kept on the last day of 2027.
    ("2027-12-30", 1, "2028-01-03"),
    # Columbus Day and Veterans Day are federal holidays too.
    ("2026-10-09", 1, "2026-10-13"),
    ("2026-11-10", 1, "2026-11-12"),
]


@pytest.mark.parametrize(("day", "number", "then"), ADDED)
def test_so_many_business_days_later(day: str, number: int, then: str):
    found = business_days.add(date.fromisoformat(day), number)
    assert found == date.fromisoformat(then)


# From, until, how many.
COUNTED = [
    ("2027-01-25", "2027-01-28", 3),  # a Monday to the Thursday of a plain week
    ("2027-01-25", "2027-01-25", 0),
    ("2027-01-28", "2027-01-25", 0),
    ("2026-11-23", "2026-11-26", 2),  # Thanksgiving itself is none
    ("2026-11-23", "2026-11-27", 3),
    ("2026-11-23", "2026-12-07", 9),
    ("2026-11-23", "2026-12-08", 10),
    ("2026-12-18", "2027-01-04", 9),  # Christmas and New Year between
    ("2026-12-17", "2027-01-04", 10),
    ("2027-06-17", "2027-06-21", 1),
    ("2027-07-01", "2027-07-06", 2),
    ("2027-12-30", "2028-01-03", 1),
    ("2027-01-29", "2027-01-31", 0),  # a weekend
]


@pytest.mark.parametrize(("first", "last", "number"), COUNTED)
def test_how_many_business_days_lie_between(first: str, last: str, number: int):
    found = business_days.between(date.fromisoformat(first), date.fromisoformat(last))
    assert found == number


@given(DAYS, st.integers(1, 40))
def test_counting_and_adding_agree(day: date, number: int):
    then = business_days.add(day, number)
    assert business_days.is_one(then)
    assert business_days.between(day, then) == number
    assert business_days.between(day, then - timedelta(days=1)) == number - 1


@pytest.mark.parametrize("number", [0, -1])
def test_nothing_is_counted_backward(number: int):
    with pytest.raises(ValueError):
        business_days.add(date(2026, 11, 23), number)

"""Public holidays as rows: which there are, which are kept, and that the owner's choice stays."""

from datetime import date

import pytest
from django.core.management import call_command

from practice.models import State
from scheduling import closed_days
from scheduling.models import Holiday

pytestmark = pytest.mark.django_db

TODAY = date(2026, 12, 2)


def rows() -> set[tuple[date, str, str, bool]]:
    return set(Holiday.objects.values_list("day", "name", "place", "kept"))


def test_this_year_and_the_next_two_are_there() -> None:
    closed_days.renew(TODAY)
    found = Holiday.objects.filter(place="", name="Thanksgiving Day")
    assert [each.day for each in found] == [
        date(2026, 11, 26),
        date(2027, 11, 25),
        date(2028, 11, 23),
    ]
    assert all(each.kept for each in found)
    assert set(Holiday.objects.dates("day", "year")) == {
        date(year, 1, 1) for year in (2026, 2027, 2028)
    }


def test_a_state_s_own_holidays_are_there_and_not_kept_at_first() -> None:
    closed_days.renew(TODAY)
    assert (date(2027, 4, 19), "Patriots' Day", "MA", False) in rows()
    assert not Holiday.objects.exclude(place="").filter(kept=True).exists()
    federal = Holiday.objects.filter(place="").values("day")
    assert not Holiday.objects.exclude(place="").filter(day__in=federal).exists()


def test_only_states_that_are_served_bring_theirs() -> None:
    State.objects.filter(pk="MA").update(served=False)
    State.objects.filter(pk="AK").update(served=True)
    closed_days.renew(TODAY)
    places = set(Holiday.objects.values_list("place", flat=True))
    assert "MA" not in places
    assert "AK" in places


def test_a_second_time_changes_nothing_and_what_the_owner_chose_stays() -> None:
    closed_days.renew(TODAY)
    Holiday.objects.filter(name="Columbus Day", day__year=2026).update(kept=False)
    before = rows()
    closed_days.renew(TODAY)
    assert rows() == before


def test_a_new_year_takes_over_the_owner_s_last_choice() -> None:
    closed_days.renew(TODAY)
    Holiday.objects.filter(name="Columbus Day").update(kept=False)
    Holiday.objects.filter(name="Patriots' Day", place="MA").update(kept=True)
    closed_days.renew(date(2027, 1, 1))
    new = Holiday.objects.filter(day__year=2029)
    assert not new.get(name="Columbus Day").kept
    assert new.get(name="Patriots' Day", place="MA").kept
    assert new.get(name="Labor Day").kept


def test_a_weekday_that_stands_for_a_holiday_goes_with_it() -> None:
    closed_days.renew(date(2024, 1, 1))  # no year in which Veterans Day is on a weekend
    Holiday.objects.filter(name="Veterans Day").update(kept=False)
    closed_days.renew(TODAY)
    assert not Holiday.objects.get(name="Veterans Day (observed)", day__year=2028).kept
    assert Holiday.objects.get(name="Christmas Day (observed)", day__year=2027).kept


def test_the_command_adds_those_that_are_missing(now: None) -> None:
    call_command("renew_holidays")
    assert Holiday.objects.filter(day=date(2028, 7, 4), kept=True).exists()

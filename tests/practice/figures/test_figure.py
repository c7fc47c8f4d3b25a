"""Figures tell how many, and never so few that somebody could be meant."""

import pytest

from practice.figures.figure import Line, Plain, Typical, bars


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_one_to_four_people_are_never_told(number: int) -> None:
    line = Line("Asked", number, of=40)

    assert line.told == "fewer than 5"
    assert line.share == ""


@pytest.mark.parametrize(("number", "told"), [(0, "0"), (5, "5"), (1234, "1,234")])
def test_none_and_five_and_more_are_told(number: int, told: str) -> None:
    assert Line("Asked", number).told == told


@pytest.mark.parametrize("rest", [1, 2, 3, 4])
def test_a_share_is_hidden_where_the_rest_would_be_few(rest: int) -> None:
    assert Line("Held", 20 - rest, of=20).share == ""


def test_a_share_is_a_whole_percentage() -> None:
    assert Line("Held", 10, of=30).share == "33%"
    assert Line("Asked", 30, of=30).share == "100%"


def test_nothing_of_nothing_has_no_share() -> None:
    assert Line("Held", 0, of=0).share == ""


def test_what_is_typical_of_few_is_not_said() -> None:
    assert Typical("Waited", 3.5, 4, "days").told == "too few to say"
    assert Typical("Waited", 3.5, 5, "days").told == "3.5 days"


def test_the_widest_bar_is_full_and_a_hidden_line_has_none() -> None:
    lines = [Line("Asked", 40), Line("Booked", 10), Line("Held", 3), Line("Opened", 0)]

    assert [bar.width for bar in bars(lines)] == [100, 25, 0, 0]


def test_a_hidden_number_is_no_measure_for_the_others() -> None:
    assert [bar.width for bar in bars([Line("Asked", 4), Line("Held", 0)])] == [0, 0]


def test_what_is_not_about_people_is_told_as_it_is() -> None:
    assert Plain("Nora, Florida", "Nov 30, 2026", 2).told == "Nov 30, 2026"

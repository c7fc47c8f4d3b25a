"""May we meet? Against an oracle that knows nothing of the function's own steps."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.eligibility import Obstacle, Reason, may_meet

_PLACES = """
    AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ
    NM NY NC ND OH OK OR PA PR RI SC SD TN TX UT VT VA WA WV WI WY
"""
PLACES = _PLACES.split()
SERVED = {"NY", "NJ", "PA", "CT", "MA", "MD", "VA", "FL"}
DAY = date(2026, 12, 2)


@dataclass(frozen=True)
class Held:
    state_id: str
    starts_on: date
    expires_on: date

    def covers(self, on: date) -> bool:
        return self.starts_on <= on <= self.expires_on


def allowed(licenses: list[Held], served: set[str], on: date) -> set[str]:
    """The oracle: the states in which this counselor may see anybody on that day."""
    good = {
        held.state_id
        for held in licenses
        if (on - held.starts_on).days >= 0 and (held.expires_on - on).days >= 0
    }
    return good & served


days = st.integers(-40, 40).map(lambda shift: DAY + timedelta(days=shift))
few = st.sampled_from(["NY", "NJ", "FL", "CA"])
licenses = st.lists(
    st.tuples(few, days, st.integers(0, 60)).map(
        lambda facts: Held(facts[0], facts[1], facts[1] + timedelta(days=facts[2]))
    ),
    max_size=6,
)


@given(licenses, st.lists(few, min_size=1, max_size=3), days, st.sets(few))
def test_yes_only_where_every_place_is_served_and_licensed_that_day(held, places, day, served):
    verdict = may_meet(held, places, day, served)
    assert bool(verdict) == (set(places) <= allowed(held, served, day))


@given(licenses, st.lists(few, min_size=1, max_size=3), days, st.sets(few))
def test_each_place_that_stands_in_the_way_is_named_once(held, places, day, served):
    verdict = may_meet(held, places, day, served)
    named = [reason.state for reason in verdict.reasons]
    assert sorted(named) == sorted(set(places) - allowed(held, served, day))


def test_every_pair_of_places_in_the_country():
    held = [Held(state, DAY, DAY) for state in ("NY", "NJ", "FL", "CA")]
    yes = {pair for pair in product(PLACES, PLACES) if may_meet(held, pair, DAY, SERVED)}
    assert len(PLACES) == 52
    assert yes == set(product(("NY", "NJ", "FL"), repeat=2))


@pytest.mark.parametrize(
    ("day", "good"), [(-1, False), (0, True), (1, True), (9, True), (10, True), (11, False)]
)
def test_a_license_is_good_from_its_first_day_through_its_last(day: int, good: bool):
    held = [Held("NJ", DAY, DAY + timedelta(days=10))]
    assert bool(may_meet(held, ["NJ", "NJ"], DAY + timedelta(days=day), SERVED)) is good


def test_one_that_was_renewed_counts_though_the_old_one_ended():
    held = [Held("NJ", DAY - timedelta(9), DAY - timedelta(1)), Held("NJ", DAY, DAY)]
    assert may_meet(held, ["NJ"], DAY, SERVED)


@pytest.mark.parametrize(
    ("places", "reasons"),
    [
        ([], [Reason(Obstacle.NO_PLACE)]),
        ([""], [Reason(Obstacle.NO_PLACE)]),
        (["NJ", ""], [Reason(Obstacle.NO_PLACE)]),
        (["NJ", "TX"], [Reason(Obstacle.NOT_SERVED, "TX")]),
        (["MA"], [Reason(Obstacle.NOT_LICENSED, "MA")]),
        (["FL"], [Reason(Obstacle.NOT_LICENSED_THAT_DAY, "FL")]),
    ],
)
def test_the_reason_is_said(places: list[str], reasons: list[Reason]):
    held = [Held("NJ", DAY, DAY), Held("FL", DAY + timedelta(1), DAY + timedelta(2))]
    verdict = may_meet(held, places, DAY, SERVED)
    assert list(verdict.reasons) == reasons
    assert all(str(reason).endswith(".") for reason in verdict.reasons)


@pytest.mark.django_db
def test_the_practice_begins_with_its_eight_states_of_fifty_two_places_and_abroad():
    from practice.models import ABROAD, State

    assert set(State.objects.values_list("code", flat=True)) == {*PLACES, ABROAD}
    assert set(State.objects.served().values_list("code", flat=True)) == SERVED

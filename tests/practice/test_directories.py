"""Whoever can't be served is told where else to look."""

import pytest

from practice.models import ABROAD, Directory, State

pytestmark = pytest.mark.django_db


def places_of(*codes: str) -> list[str | None]:
    """The place of each directory that is shown, in order."""
    return [directory.state_id for directory in Directory.objects.for_places(codes)]


def test_a_place_has_its_own_first_and_then_those_of_the_whole_country():
    assert places_of("TX") == ["TX", None, None, None]


def test_two_places_have_those_of_both():
    assert places_of("TX", "OH") == ["OH", "TX", None, None, None]


def test_a_place_is_asked_about_once_however_often_it_is_named():
    assert places_of("TX", "TX") == places_of("TX")


def test_abroad_alone_has_its_own_and_none_of_this_country():
    assert places_of(ABROAD) == [ABROAD]


def test_abroad_and_a_state_have_all():
    assert places_of(ABROAD, "TX") == [ABROAD, "TX", None, None, None]


def test_the_owner_s_order_counts_within_a_place():
    Directory.objects.create(state_id="TX", name="A later one", words="Words.", position=2)
    Directory.objects.create(state_id="TX", name="A first one", words="Words.", position=1)
    names = [one.name for one in Directory.objects.for_places(["TX"])][:3]
    assert names == ["Psychology Today: Texas", "A first one", "A later one"]


def test_every_place_that_is_not_served_leads_somewhere():
    assert all(places_of(state.pk) for state in State.objects.filter(served=False))


def test_every_place_abroad_included_is_known():
    assert State.objects.get(pk=ABROAD).name == "Outside the United States"
    assert not State.objects.get(pk=ABROAD).served


def test_addresses_are_reached_safely_and_words_say_what_is_there():
    for directory in Directory.objects.all():
        assert directory.url.startswith("https://"), directory
        assert directory.words.endswith("."), directory


def test_addresses_of_states_are_made_of_their_whole_names():
    address = Directory.objects.get(state_id="NH").url
    assert address == "https://www.psychologytoday.com/us/therapists/new-hampshire"

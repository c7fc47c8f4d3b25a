"""The list of what to look at again, above each form that came back."""

import re

import pytest
from django.test import Client as Browser

from tests.cast import Cast
from tests.intake.pages import PAGES
from tests.intake.walking import send

PAGES = {name: page for name, page in PAGES.items() if name.endswith("nothing answered")} | {
    "where": lambda: send(Browser(), "where", {"state": ""}).content.decode()
}


@pytest.mark.parametrize("name", PAGES)
def test_mistakes_are_listed_in_the_order_of_the_page_and_each_says_which_it_is(
    cast: Cast, name: str
) -> None:
    page = PAGES[name]()
    listed = re.findall(r'<li><a href="#([^"]+)">([^<]+)</a></li>', page)
    assert listed
    places = [page.index(f'id="{anchor}"') for anchor, _ in listed]
    assert places == sorted(places)
    words = [each for _, each in listed]
    assert len(set(words)) == len(words)

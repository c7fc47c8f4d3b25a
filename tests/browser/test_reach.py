"""The public pages work without scripts, by keyboard alone, and can be left in a moment."""

import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.keys import Keys
from tests.browser.looking import look
from tests.browser.people import (
    agree,
    answer_with_weather,
    book,
    go_back,
    say_what_brings,
    say_where,
    say_who,
    sign_in,
    take_time,
)
from tests.live.fixtures import NARROW
from tests.live.product import Product

NewPerson = Callable[..., Page]


def test_a_consultation_is_booked_without_javascript(
    product: Product, new_person: NewPerson
) -> None:
    page = new_person(NARROW, java_script_enabled=False)
    email = f"quiet{uuid.uuid4().hex[:8]}@example.com"
    book(page, product, name="Quiet Visitor", email=email, mine="Massachusetts")


def test_a_couple_asks_without_javascript(product: Product, new_person: NewPerson) -> None:
    page = new_person(NARROW, java_script_enabled=False)
    mark = uuid.uuid4().hex[:8]
    page.goto(product.url("/consultation/"))
    say_where(page, mine="Massachusetts", partners="Massachusetts")
    take_time(page)
    partner = ("Quiet Partner", f"partner{mark}@example.com")
    say_who(page, name="Quiet Visitor", email=f"quiet{mark}@example.com", partner=partner)
    say_what_brings(page)
    agree(page, name="Quiet Visitor")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")


def test_a_consultation_is_booked_by_keyboard_alone(
    product: Product, new_person: NewPerson
) -> None:
    page = new_person()
    keys = Keys(page)
    page.goto(product.url("/consultation/"))
    keys.choose("Who is coming?", downs=1)
    expect(page.get_by_label("Only me")).to_be_checked()
    keys.write("Where will you be for the sessions?", "Massachusetts")
    keys.choose("Which clock do you go by there?")
    keys.press("Continue")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Which time suits you?")
    keys.choose("Which time suits you?")
    keys.press("Take this time")
    expect(page.get_by_text("Kept for you")).to_be_visible()
    keys.write("Your name", "Keys Only")
    keys.write("An e-mail address that only you read", f"keys{uuid.uuid4().hex[:8]}@example.com")
    keys.press("Continue")
    expect(heading).to_have_text("What brings you?")
    keys.write("What brings you?", "Getting over")
    for question in ("Are you sometimes afraid", "In the past year", "Could it be dangerous"):
        keys.choose(question)
    keys.press("Continue")
    expect(heading).to_contain_text("what we agree on")
    keys.write("Choose a private code", "three birds 7")
    for label in ("I am 18 or older", "I agree to meet by video", "You may e-mail me"):
        keys.tick(label)
    keys.write("Type your full name to sign", "Keys Only")
    keys.press("Book this time")
    expect(heading).to_have_text("Your time is booked")


@pytest.mark.parametrize("leave", ["escape twice", "the button"])
def test_the_quick_exit_leaves_no_way_back(
    product: Product, new_person: NewPerson, leave: str
) -> None:
    page = new_person()
    # The address outside is answered here: no test sends anything off this machine.
    page.route(re.compile("weather"), answer_with_weather)
    page.goto(product.url("/consultation/"))
    if leave == "the button":
        page.get_by_role("link", name=re.compile("Leave this page")).click()
    else:
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    go_back(page, page.get_by_role("heading", name="Sunny"))
    assert "/consultation/" not in page.url


def test_every_page_loads_from_this_address_alone(product: Product, new_person: NewPerson) -> None:
    page = new_person()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in ["/", "/consultation/", "/account/login/", "/s/not-a-link", "/nothing-here/"]:
        page.goto(product.url(path))
    sign_in(page, product, "counselor@example.com")
    assert asked
    assert {url for url in asked if not url.startswith((product.url(""), "data:"))} == set()


@pytest.mark.parametrize("email", ["owner@example.com", "desk@example.com"])
def test_the_other_roles_pages_look_right(
    product: Product, new_person: NewPerson, email: str
) -> None:
    page = new_person()
    sign_in(page, product, email)
    look(page, f"40-home-of-{email.partition('@')[0]}")
    page.goto(product.url("/account/2fa/"))
    look(page, f"41-second-factor-{email.partition('@')[0]}")
    page.goto(product.url("/dashboard/cases/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("nothing here")
    look(page, f"42-not-for-{email.partition('@')[0]}")


def test_the_page_in_dark_is_as_readable(product: Product, new_person: NewPerson) -> None:
    page = new_person(color_scheme="dark")
    for number, path in enumerate(["/", "/consultation/", "/s/not-a-link"]):
        page.goto(product.url(path))
        look(page, f"43-dark-{number}")
    sign_in(page, product, "counselor@example.com")
    look(page, "43-dark-dashboard")

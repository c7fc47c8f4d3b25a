"""The public pages work without scripts, by keyboard alone, and can be left in a moment."""

import re
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import look
from tests.browser.people import answer_with_weather, say_where, say_who, sign_in
from tests.live.fixtures import NARROW
from tests.live.product import Product

NewPerson = Callable[..., Page]


def test_a_consultation_is_booked_without_javascript(
    product: Product, new_person: NewPerson
) -> None:
    page = new_person(NARROW, java_script_enabled=False)
    page.goto(product.url("/consultation/"))
    say_where(page, mine="Massachusetts")
    page.get_by_role("radio").last.check()
    page.get_by_role("button", name="Take this time").click()
    email = f"quiet{uuid.uuid4().hex[:8]}@example.com"
    say_who(page, name="Quiet Visitor", email=email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")


def test_a_consultation_is_booked_by_keyboard_alone(
    product: Product, new_person: NewPerson
) -> None:
    page = new_person()
    page.goto(product.url("/consultation/"))
    tab_to(page, "My partner and I")
    page.keyboard.press("ArrowDown")  # only me
    expect(page.get_by_label("Only me")).to_be_checked()
    tab_to(page, "Where will you be for the sessions?")
    page.keyboard.type("Massachusetts")
    tab_to(page, "Eastern time")
    page.keyboard.press("Space")
    tab_to(page, "Continue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Which time suits you?"))
    tab_to(page, "")  # the first time
    page.keyboard.press("Space")
    tab_to(page, "Take this time")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kept for you")).to_be_visible()
    for label, text in [
        ("Your name", "Keys Only"),
        ("An e-mail address that only you read", f"keys{uuid.uuid4().hex[:8]}@example.com"),
        ("Choose a private code", "three birds 7"),
    ]:
        tab_to(page, label)
        page.keyboard.type(text)
    for label in ["I am 18 or older", "You may e-mail me about this appointment"]:
        tab_to(page, label)
        page.keyboard.press("Space")
    tab_to(page, "Book this time")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")


def tab_to(page: Page, label: str) -> None:
    """Press Tab until what has the focus is called that; with no label, the first radio button."""
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate(
            """() => {
                const at = document.activeElement;
                if (!at || at === document.body) return null;
                const labels = at.labels ? [...at.labels].map(each => each.innerText) : [];
                return {text: [at.innerText || "", ...labels].join("\\n"), type: at.type || ""};
            }"""
        )
        if name and (label in name["text"] if label else name["type"] == "radio"):
            return
    raise AssertionError(f"Tab never reached “{label}”")


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
    expect(page.get_by_role("heading")).to_have_text("Sunny")
    page.go_back()
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

"""The tests' own product can be reached, moved in time, hurt and healed."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page

from tests.live.product import Product, running


def test_the_product_answers_a_browser_on_a_desk_and_on_a_phone(
    product: Product, wide_page: Page, narrow_page: Page
):
    for page in (wide_page, narrow_page):
        page.goto(product.url("/mailbox/"))
        assert page.get_by_role("heading", level=1).inner_text() == "Mail the demo has sent"
    assert narrow_page.evaluate("window.innerWidth") == 390


def test_two_people_share_no_browser(product: Product, new_person: Callable[..., Page]):
    pages = new_person(), new_person()
    pages[0].goto(product.url("/mailbox/clock/"))
    assert pages[0].context.cookies()
    assert not pages[1].context.cookies()


def test_what_is_hurt_can_be_healed_and_the_clock_moves():
    with running("broker", "web") as own:
        own.kill("web")
        own.kill("broker")
        own.restart("broker")
        own.restart("web")
        own.move_clock(timedelta(days=2))
        own.move_clock(timedelta(hours=1))
        shown = own.manage("shell", "-c", "from practice import clock; print(clock.offset())")
    assert shown.stdout.strip().endswith("2 days, 1:00:00")

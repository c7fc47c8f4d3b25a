"""What people do on the pages, said once for all browser tests."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, Route

from practice.clock import on_wall_clock
from tests.live.product import Product

NEW_YORK = ZoneInfo("America/New_York")
CODE = "river stone 9"


def product_now(product: Product) -> datetime:
    """What time the product thinks it is."""
    file = product.home / "clock-offset"
    seconds = float(file.read_text()) if file.exists() else 0.0
    return datetime.now(UTC) + timedelta(seconds=seconds)


def move_to(product: Product, moment: datetime) -> None:
    """Move the product's clock on to that moment; never back."""
    by = moment - product_now(product)
    if by > timedelta():
        product.move_clock(by)


def next_morning(product: Product, *, hour: int = 10) -> datetime:
    """The next weekday at that hour in New York."""
    local = product_now(product).astimezone(NEW_YORK)
    day = local.date() + timedelta(days=0 if local.hour < hour else 1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return on_wall_clock(day, datetime.min.replace(hour=hour).time(), NEW_YORK)


def sign_in(page: Page, product: Product, email: str) -> None:
    """Sign in on the staff's page and land on one's own."""
    page.goto(product.url("/staff/"))
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(product.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


def say_where(page: Page, *, mine: str, partners: str = "") -> None:
    """The first question: where each will be, both on Eastern time."""
    page.get_by_label("My partner and I" if partners else "Only me").check()
    page.get_by_label("Where will you be for the sessions?").select_option(label=mine)
    page.get_by_label("Eastern time").first.check()
    if partners:
        page.get_by_label("Where will your partner be?").select_option(label=partners)
        page.get_by_label("Eastern time").last.check()
    page.get_by_role("button", name="Continue").click()


def say_who(page: Page, *, name: str, email: str, code: str = CODE) -> None:
    """Who asks and how to reach them."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("An e-mail address that only you read").fill(email)
    page.get_by_label("Choose a private code").fill(code)
    page.get_by_label("What brings you?").select_option(
        label="Getting over an affair, or something close to one"
    )
    page.get_by_label("I am 18 or older").check()
    page.get_by_label("You may e-mail me about this appointment").check()
    page.get_by_role("button", name="Book this time").click()


def link_in(mail: EmailMessage, product: Product) -> str:
    """The private link of a message."""
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"/s/[\w-]+", body.get_content())
    assert found, body.get_content()
    return product.url(found[0])


def open_private_link(page: Page, address: str, code: str) -> None:
    """Open a link from a message and give one's code."""
    page.goto(address)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Your private code").fill(code)
    page.get_by_role("button", name="Open").click()


def answer_with_weather(route: Route) -> None:
    """What stands at the quick exit's address, without asking for it."""
    route.fulfill(body="<h1>Sunny</h1>", content_type="text/html")

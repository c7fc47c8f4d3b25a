"""What people do on the pages, said once for all browser tests."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, Route, expect

from practice.clock import on_wall_clock
from tests.live.product import Product

NEW_YORK = ZoneInfo("America/New_York")
CODE = "river stone 9"
SAFETY = "^(Are you sometimes|In the past year|Could it be dangerous)"
AGREEMENTS = "^(I am 18|I agree|You may e-mail me|I have read)"
# Any message may go from then on, and for long enough for a test that takes its time.
_FIRST_HOUR, _LAST_HOUR = 9, 18


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


def be_awake(product: Product) -> None:
    """Make it an hour at which any message may go, where it isn't one."""
    if not _FIRST_HOUR <= product_now(product).astimezone(NEW_YORK).hour < _LAST_HOUR:
        move_to(product, next_morning(product))


def press(page: Page, name: str) -> None:
    """Press that button, and wait until the page to which it leads is there.

    A click alone returns before a slow browser has left: what is looked at next would be the page
    before, or one that is just giving way.
    """
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    """Follow that link, and wait until the page to which it leads is there."""
    with page.expect_navigation():
        page.get_by_role("link", name=name).click()


def sign_in(page: Page, product: Product, email: str) -> None:
    """Sign in on the staff's page and land on one's own."""
    page.goto(product.url("/staff/"))
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(product.password)
    press(page, "Sign in")
    page.get_by_role("button", name="Sign out").wait_for()


def say_where(page: Page, *, mine: str, partners: str = "") -> None:
    """The first question: where each will be, both on Eastern time."""
    page.get_by_label("My partner and I" if partners else "Only me").check()
    page.get_by_label("Where will you be for the sessions?").select_option(label=mine)
    page.get_by_label("Eastern time").first.check()
    if partners:
        page.get_by_label("Where will your partner be?").select_option(label=partners)
        page.get_by_label("Eastern time").last.check()
    press(page, "Continue")


def take_time(page: Page, at: datetime | None = None) -> datetime:
    """The first time that is open, or that one; returns when it begins."""
    value = f"[value$='|{at.isoformat()}']" if at else ""
    slot = page.locator(f"input[name=slot]{value}").first
    starts_at = datetime.fromisoformat((slot.get_attribute("value") or "").split("|")[1])
    slot.check()
    press(page, "Take this time")
    return starts_at


def say_who(page: Page, *, name: str, email: str, partner: tuple[str, str] | None = None) -> None:
    """Who asks and how to reach them; the partner's name and address where we are to write."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("An e-mail address that only you read").fill(email)
    if partner:
        page.get_by_label("Yes, by a message of their own").check()
        page.get_by_label("Your partner’s name").fill(partner[0])
        page.get_by_label("An e-mail address that only your partner reads").fill(partner[1])
    press(page, "Continue")


def say_what_brings(page: Page, *, safe: str = "No", words: str = "") -> None:
    """An affair, by which the one who asks was hurt; the first safety question gets `safe`."""
    page.get_by_label("What brings you?").select_option(
        label="Getting over an affair, or something close to one"
    )
    page.get_by_label("I was hurt").check()
    if words:
        page.get_by_label("Anything you’d like your counselor to know first?").fill(words)
    answer_safety(page, safe)
    press(page, "Continue")


def answer_safety(page: Page, first: str = "No") -> None:
    """The safety questions: the first as said, the others with no."""
    for number, question in enumerate(page.get_by_role("group", name=re.compile(SAFETY)).all()):
        question.get_by_label("No" if number else first, exact=True).check()


def agree(page: Page, *, name: str, code: str = CODE, send: str = "Book this time") -> None:
    """The last step: a code of one's own, and one's name under what must be agreed to."""
    page.get_by_label("Choose a private code").fill(code)
    sign(page, name)
    press(page, send)


def sign(page: Page, name: str) -> None:
    """Of age, and each agreement ticked and signed."""
    for box in page.get_by_role("checkbox", name=re.compile(AGREEMENTS)).all():
        box.check()
    page.get_by_label("Type your full name to sign").fill(name)


def book(
    page: Page,
    product: Product,
    *,
    name: str,
    email: str,
    mine: str = "New Jersey",
    at: datetime | None = None,
) -> datetime:
    """The whole request of somebody who comes alone; returns when it begins."""
    page.goto(product.url("/consultation/"))
    say_where(page, mine=mine)
    starts_at = take_time(page, at)
    say_who(page, name=name, email=email)
    say_what_brings(page)
    agree(page, name=name)
    page.get_by_role("heading", level=1, name="Your time is booked").wait_for()
    return starts_at


def the_mail(product: Product, person: str, number: int) -> EmailMessage:
    """That person's e-mail of that number, as soon as worker and beat have sent it."""

    def arrived() -> list[EmailMessage]:
        mails = product.mails(person)
        return mails if len(mails) >= number else []

    return product.wait_for(arrived, timeout=60, what=f"e-mail {number} to {person}")[number - 1]


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
    press(page, "Go on")
    page.get_by_label("Your private code").fill(code)
    press(page, "Open")


def go_back(page: Page, leaving: Locator) -> None:
    """Press Back on the page that shows `leaving`, and wait until the one behind it is there.

    The page itself goes back: Chromium refuses to say from outside what lies behind a page that
    hasn't quite arrived ("Not attached to an active page"), and a busy machine is often there.
    """
    expect(leaving).to_be_visible()
    with page.expect_navigation():
        # In a task of its own: the answer to this call is out before the page goes.
        page.evaluate("() => void setTimeout(() => history.back())")


def answer_with_weather(route: Route) -> None:
    """What stands at the quick exit's address, without asking for it."""
    route.fulfill(body="<h1>Sunny</h1>", content_type="text/html")

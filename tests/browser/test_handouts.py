"""From pasted text to an answer: what a reader types is kept as they type, on the real product."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.browser.looking import look
from tests.browser.people import (
    link_in,
    move_to,
    next_morning,
    open_private_link,
    sign_in,
    the_mail,
)
from tests.live.fixtures import NARROW
from tests.live.product import Product

DEMO_CODE = "246810"
COUPLES = 4
ARTICLE = """# A worksheet {mark}

This is for both of you. Take your time with it.

## Where I stand

[ ] Would I be fine if my partner did this?

{long}

## What I want

[...] What would you like to agree on?
"""


def test_what_is_typed_is_kept_and_read_by_the_counselor(
    product: Product, new_person: Callable[..., Page]
) -> None:
    # The demo's sessions are over by then, and more than a day ago: something may be given.
    move_to(product, next_morning(product) + timedelta(days=7))
    mark = uuid.uuid4().hex[:8]
    nora, reader = new_person(), new_person(NARROW)
    sign_in(nora, product, "counselor@example.com")
    publish(nora, product, mark)
    case, address, number = give_now(nora, product, mark)
    link = link_in(the_mail(product, address, number), product)
    open_private_link(reader, link, DEMO_CODE)
    reader.get_by_role("link", name=f"A worksheet {mark}").click()
    type_and_come_back(reader, mark)
    look(reader, "handout-answered")
    nora.goto(case)
    nora.get_by_role("link", name="Both side by side").click()
    expect(nora.get_by_text(f"Tea at nine {mark}")).to_be_visible()
    expect(nora.get_by_text("May be raised together", exact=True).first).to_be_visible()
    look(nora, "handouts-of-case")


def publish(page: Page, product: Product, mark: str) -> None:
    long = "\n\n".join("Words to read slowly, and to think about. " * 12 for _ in range(6))
    page.goto(product.url("/dashboard/library/"))
    page.get_by_role("link", name="Bring in an article").click()
    look(page, "bring-in")
    page.get_by_label("Or its text, pasted").fill(ARTICLE.format(mark=mark, long=long))
    page.get_by_role("button", name="Make a draft of it").click()
    # A pasted line with brackets is text; the counselor makes prompts of them.
    for words in page.locator("textarea[name^=text_]").all():
        words.fill(words.input_value().replace("\\[", "[").replace("\\]", "]"))
    for whom in page.locator("select[name^=audience_]").all():
        whom.select_option(label="Both partners")
    look(page, "review")
    page.get_by_role("button", name="Save and go on to publishing").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published: 1 handout.")).to_be_visible()


def give_now(page: Page, product: Product, mark: str) -> tuple[str, str, int]:
    """The address of the case, whom it went to, and which of their mails it is."""
    before = {person: len(product.mails(person)) for person in demo_people()}
    page.goto(product.url("/dashboard/cases/"))
    page.locator("main a[href*='/cases/']").first.click()
    case = page.url
    page.get_by_role("link", name=re.compile("Choose from")).first.click()
    page.get_by_role("checkbox", name=re.compile(mark)).check()
    page.get_by_label("Now: they get a message").check()
    page.get_by_role("button", name="Confirm").click()

    def somebody() -> str:
        return next((who for who in before if len(product.mails(who)) > before[who]), "")

    address = product.wait_for(somebody, timeout=60, what="a message about something to read")
    return case, address, before[address] + 1


def demo_people() -> list[str]:
    return [f"partner{turn}{side}@example.com" for turn in range(COUPLES) for side in "ab"]


def type_and_come_back(page: Page, mark: str) -> None:
    expect(page).not_to_have_title(re.compile(mark))
    answer = page.get_by_label("What would you like to agree on?")
    answer.press_sequentially(f"Tea at nine {mark}")
    page.get_by_label("Not sure").check()
    page.get_by_label("May be raised together").last.check()
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"^Saved \d"))
    # Nothing was sent by a button: what is there after a reload was kept as it was typed.
    page.reload()
    expect(answer).to_have_value(f"Tea at nine {mark}")
    expect(page.get_by_label("Not sure")).to_be_checked()
    expect(page.get_by_label("May be raised together").last).to_be_checked()
    expect(page.get_by_text("Go on where you were")).to_be_visible()

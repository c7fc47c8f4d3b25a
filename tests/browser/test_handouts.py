"""From a worksheet to an answer: what a reader types is kept as they type, on the real product."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from clients.handouts import prompts, starter
from clients.handouts.prompts import Kind
from tests.browser.looking import look
from tests.browser.people import (
    follow,
    link_in,
    move_to,
    next_morning,
    open_private_link,
    press,
    sign_in,
    the_mail,
)
from tests.live.fixtures import NARROW
from tests.live.product import Product

DEMO_CODE = "246810"
COUPLES = 4
# In the library of the demo, each with both kinds of prompts.
WORKSHEETS = {each.title: each for each in starter.read_all() if each.title.startswith("Worksheet")}


def test_what_is_typed_is_kept_and_read_by_the_counselor(
    product: Product, new_person: Callable[..., Page]
) -> None:
    # The demo's sessions are over by then, and more than a day ago: something may be given.
    move_to(product, next_morning(product) + timedelta(days=7))
    mark = uuid.uuid4().hex[:8]
    nora, reader = new_person(), new_person(NARROW)
    sign_in(nora, product, "counselor@example.com")
    nora.goto(product.url("/dashboard/library/new/"))
    look(nora, "bring-in")
    worksheet, case, address, number = give_now(nora, product)
    link = link_in(the_mail(product, address, number), product)
    open_private_link(reader, link, DEMO_CODE)
    follow(reader, worksheet.title)
    type_and_come_back(reader, worksheet, mark)
    look(reader, "handout-answered")
    nora.goto(case)
    follow(nora, "Both side by side")
    expect(nora.get_by_text(f"Tea at nine {mark}")).to_be_visible()
    expect(nora.get_by_text("May be raised together", exact=True).first).to_be_visible()
    look(nora, "handouts-of-case")


def give_now(page: Page, product: Product) -> tuple[starter.Starter, str, str, int]:
    """The worksheet, the address of the case, whom it went to, and which of their mails it is."""
    before = {person: len(product.mails(person)) for person in demo_people()}
    page.goto(product.url("/dashboard/cases/"))
    page.locator("main a[href*='/cases/']").first.click()
    case = page.url
    page.get_by_role("link", name=re.compile("Choose from")).first.click()
    offered = page.locator(".choice-card", has_text=re.compile("^Worksheet: "))
    title = next(each for each in WORKSHEETS if each in offered.first.inner_text())
    offered.first.get_by_role("checkbox").check()
    page.get_by_label("Now: they get a message").check()
    press(page, "Confirm")

    def somebody() -> str:
        return next((who for who in before if len(product.mails(who)) > before[who]), "")

    address = product.wait_for(somebody, timeout=60, what="a message about something to read")
    return WORKSHEETS[title], case, address, before[address] + 1


def demo_people() -> list[str]:
    return [f"partner{turn}{side}@example.com" for turn in range(COUPLES) for side in "ab"]


def type_and_come_back(page: Page, worksheet: starter.Starter, mark: str) -> None:
    asked = prompts.prompts(worksheet.body)
    check = next(each for each in asked if each.kind is Kind.CHECK)
    writing = next(each for each in reversed(asked) if each.kind is Kind.WRITING)
    expect(page).not_to_have_title(re.compile("Worksheet"))
    answer = page.get_by_label(writing.words, exact=True)
    unsure = page.get_by_role("group", name=check.words, exact=True).get_by_label("Not sure")
    together = page.locator(f"#for_{writing.key}_together")
    answer.press_sequentially(f"Tea at nine {mark}")
    unsure.check()
    together.check()
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"^Saved \d"))
    # Nothing was sent by a button: what is there after a reload was kept as it was typed.
    page.reload()
    expect(answer).to_have_value(f"Tea at nine {mark}")
    expect(unsure).to_be_checked()
    expect(together).to_be_checked()
    expect(page.get_by_text("Go on where you were")).to_be_visible()

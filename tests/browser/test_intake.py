"""Asking for a consultation: each step, each mistake, and each turn that the way can take."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import look
from tests.browser.people import (
    agree,
    book,
    follow,
    go_back,
    press,
    say_what_brings,
    say_where,
    say_who,
    take_time,
)
from tests.live.fixtures import NARROW
from tests.live.product import Product

NewPerson = Callable[..., Page]
# Two clocks, and a counselor who is licensed in both places.
TOGETHER = {"mine": "New Jersey", "partners": "Florida"}


def address(who: str) -> str:
    return f"{who}{uuid.uuid4().hex[:8]}@example.com"


def expect_heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def go_on(page: Page) -> None:
    press(page, "Continue")


@pytest.mark.parametrize("colors", ["light", "dark"])
def test_every_step_and_every_mistake_looks_right(
    product: Product, new_person: NewPerson, colors: str
) -> None:
    page = new_person(NARROW, color_scheme=colors)

    def looks(name: str) -> None:
        look(page, f"50-{colors}-{name}")

    page.goto(product.url("/consultation/"))
    looks("where")
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("Please say who is coming.")
    looks("where-mistakes")
    say_where(page, **TOGETHER)
    looks("when")
    press(page, "Take this time")
    expect(page.get_by_role("alert")).to_contain_text("Please choose a time.")
    looks("when-mistakes")
    follow(page, "None of these suits me")
    looks("waitlist")
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("Please choose at least one day.")
    looks("waitlist-mistakes")
    follow(page, "Back to the open times")
    take_time(page)
    looks("reach")
    page.get_by_label("Yes, by a message of their own").check()
    page.locator("#id_phone").fill("12")
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("Please give your partner’s name.")
    expect(page.get_by_role("alert")).to_contain_text("Please give ten digits")
    looks("reach-mistakes")
    page.locator("#id_phone").fill("212-555-0134")
    say_who(page, name="Ash", email=address("ash"), partner=("Bo", address("bo")))
    looks("brings")
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("“I’d rather not say” is fine.")
    looks("brings-mistakes")
    say_what_brings(page, safe="Yes")
    expect_heading(page, "Thank you for telling us")
    looks("alone")
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("Both are fine.")
    looks("alone-mistakes")
    follow(page, "Change my answers")
    say_what_brings(page)
    looks("agree")
    press(page, "Book this time")
    expect(page.get_by_role("alert")).to_contain_text("Please type your full name to sign.")
    looks("agree-mistakes")
    agree(page, name="Ash")
    expect_heading(page, "Your time is booked")
    looks("booked")


class Answers:
    """Somebody who answers only what must be answered, and counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.given = page, 0

    def choose(self, label: str, number: int = 0) -> None:
        self.page.get_by_label(label).nth(number).check()
        self.given += 1

    def choose_in(self, question: str, label: str) -> None:
        group = self.page.get_by_role("group", name=re.compile(question))
        group.get_by_label(label, exact=True).check()
        self.given += 1

    def select(self, label: str, choice: str) -> None:
        self.page.get_by_label(label).select_option(label=choice)
        self.given += 1

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(label).fill(text)
        self.given += 1


def test_a_request_needs_few_answers(product: Product, new_person: NewPerson) -> None:
    # At ten seconds for each and four for each page it is sent within three minutes.
    page = new_person(NARROW)
    answers = Answers(page)
    page.goto(product.url("/consultation/"))
    answers.choose("Only me")
    answers.select("Where will you be for the sessions?", "New Jersey")
    answers.choose("Eastern time")
    go_on(page)
    take_time(page)
    answers.given += 1
    answers.write("Your name", "Few Words")
    answers.write("An e-mail address that only you read", address("few"))
    go_on(page)
    for question in ("Are you sometimes afraid", "In the past year", "Could it be dangerous"):
        answers.choose_in(question, "No")
    go_on(page)
    answers.write("Choose a private code", "river stone 9")
    answers.choose("I am 18 or older")
    answers.choose("I agree to meet by video")
    answers.choose("You may e-mail me about appointments")
    answers.write("Type your full name to sign", "Few Words")
    press(page, "Book this time")
    expect_heading(page, "Your time is booked")
    assert answers.given <= 14


def test_who_comes_alone_is_not_asked_about_a_partner(
    product: Product, new_person: NewPerson
) -> None:
    page = new_person(NARROW)
    page.goto(product.url("/consultation/"))
    partners_place = page.get_by_label("Where will your partner be?")
    expect(partners_place).to_be_hidden()
    page.get_by_label("My partner and I").check()
    expect(partners_place).to_be_visible()
    page.get_by_label("Only me").check()
    expect(partners_place).to_be_hidden()


def test_the_countdown_ticks_and_survives_a_reload(product: Product, new_person: NewPerson) -> None:
    page = new_person(NARROW)
    page.goto(product.url("/consultation/"))
    say_where(page, mine="New York")
    take_time(page)
    left = page.locator("[data-countdown-left]")
    expect(left).to_contain_text(re.compile(r"(10:00|[89]:\d\d) left"))
    expect(left).not_to_have_text(left.inner_text())
    product.move_clock(timedelta(minutes=4))
    page.reload()
    expect(left).to_contain_text(re.compile(r"[45]:\d\d left"))
    look(page, "51-countdown")


def test_a_time_that_was_taken_meanwhile_costs_nothing_that_was_typed(
    product: Product, new_person: NewPerson
) -> None:
    slow, quick = new_person(NARROW), new_person()
    slow.goto(product.url("/consultation/"))
    say_where(slow, mine="New York")
    taken = take_time(slow)
    say_who(slow, name="Slow Reader", email=address("slow"))
    say_what_brings(slow, words="It takes me a while.")
    product.move_clock(timedelta(minutes=11))
    book(quick, product, name="Quick", email=address("quick"), mine="New York", at=taken)

    agree(slow, name="Slow Reader")
    expect(slow.get_by_text(re.compile("The time you chose is gone: .*Eastern"))).to_be_visible()
    expect(slow.get_by_label("Type your full name to sign")).to_have_value("Slow Reader")
    look(slow, "52-taken-meanwhile")
    follow(slow, "Back")
    expect(slow.get_by_label("Anything you’d like your counselor to know")).to_have_value(
        "It takes me a while."
    )
    go_on(slow)
    slow.get_by_role("radio").first.check()
    agree(slow, name="Slow Reader")
    expect_heading(slow, "Your time is booked")


def test_the_back_button_shows_what_was_typed(product: Product, new_person: NewPerson) -> None:
    page = new_person(NARROW)
    page.goto(product.url("/consultation/"))
    say_where(page, mine="New York")
    take_time(page)
    say_who(page, name="To And Fro", email=address("fro"))
    go_back(page, page.get_by_role("heading", level=1, name="What brings you"))
    expect(page.get_by_label("Your name")).to_have_value("To And Fro")
    page.reload()
    expect(page.get_by_label("Your name")).to_have_value("To And Fro")


def test_elsewhere_one_may_leave_an_address_and_take_it_back(
    product: Product, new_person: NewPerson
) -> None:
    page = new_person(NARROW)
    page.goto(product.url("/consultation/"))
    say_where(page, mine="Texas")
    expect_heading(page, "Texas")
    look(page, "53-elsewhere")
    press(page, "Tell me when you can")
    expect(page.get_by_role("alert")).to_contain_text("only if you say so")
    look(page, "53-tell-me-mistakes")
    page.get_by_label("An e-mail address that only you read").fill(address("tex"))
    page.get_by_label("You may keep this address").check()
    press(page, "Tell me when you can")
    expect_heading(page, "We’ll write to you once")
    look(page, "53-will-tell")
    follow(page, "A page of your own")
    look(page, "53-told")
    press(page, "Erase my address")
    expect_heading(page, "Your address is erased")


def test_one_in_and_one_out_is_said_plainly(product: Product, new_person: NewPerson) -> None:
    page = new_person(NARROW)
    page.goto(product.url("/consultation/"))
    say_where(page, mine="New York", partners="Outside the United States")
    expect_heading(page, "outside the United States")
    expect(page.get_by_text("One of you is where we can work")).to_be_visible()
    look(page, "54-one-in-one-out")


def test_what_was_told_is_forgotten_with_the_way_out(
    product: Product, new_person: NewPerson
) -> None:
    page = new_person(NARROW)
    page.goto(product.url("/consultation/"))
    say_where(page, mine="New York")
    take_time(page)
    say_who(page, name="Gone Away", email=address("gone"))
    page.route(re.compile("weather"), lambda route: route.fulfill(body="<h1>Sunny</h1>"))
    follow(page, re.compile("Leave this page"))
    expect(page.get_by_role("heading")).to_have_text("Sunny")
    page.goto(product.url("/consultation/about-you/"))
    expect(page.locator("body")).not_to_contain_text("Gone Away")
    assert "Gone Away" not in page.content()

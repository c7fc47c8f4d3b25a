"""What becomes of a request: by the private link, at the desk and with the counselor."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import look
from tests.browser.people import (
    CODE,
    NEW_YORK,
    agree,
    answer_safety,
    be_awake,
    book,
    follow,
    link_in,
    move_to,
    open_private_link,
    press,
    say_what_brings,
    say_where,
    say_who,
    sign,
    sign_in,
    take_time,
    the_mail,
)
from tests.live.fixtures import NARROW
from tests.live.product import Product

NewPerson = Callable[..., Page]
DESK, DANA = "desk@example.com", "counselor@example.com"
# What the front desk must not read on any of its pages.
TOLD_ALONE = ["affair", "afraid", "dangerous", "hurt", "not safe"]


@pytest.fixture(autouse=True)
def _by_day(product: Product) -> None:
    """These tests wait for messages that keep quiet hours, at whatever hour they are run."""
    be_awake(product)


class Somebody:
    """A name and an address that nobody had before."""

    def __init__(self, name: str) -> None:
        mark = uuid.uuid4().hex[:8]
        self.name, self.email = f"{name} {mark}", f"{name.lower()}{mark}@example.com"


def expect_heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def open_request(page: Page, product: Product, somebody: Somebody) -> None:
    """From the list of requests, as the desk and counselors come to it."""
    page.goto(product.url("/requests/"))
    follow(page, somebody.name)


def ask_together(page: Page, product: Product, who: Somebody, partner: Somebody) -> str:
    """A couple on two clocks, whom only Dana may meet; returns the number for the partner."""
    page.goto(product.url("/consultation/"))
    say_where(page, mine="New Jersey", partners="Florida")
    take_time(page)
    say_who(page, name=who.name, email=who.email, partner=(partner.name, partner.email))
    say_what_brings(page)
    agree(page, name=who.name)
    expect_heading(page, "Your time is booked")
    return page.locator(".secret").inner_text()


def answer_as_partner(page: Page, product: Product, partner: Somebody, number: str) -> None:
    """Their own link, the number, a code of their own; then their questions stand there."""
    open_private_link(page, link_in(the_mail(product, partner.email, 1), product), number)
    page.get_by_label("Choose a private code").fill("partners own 7")
    press(page, "Use this code")
    expect_heading(page, "A few questions for you alone")


# By the private link


def test_a_time_is_moved_and_canceled_by_the_private_link(
    product: Product, new_person: NewPerson
) -> None:
    page, mia = new_person(NARROW), Somebody("Mia")
    book(page, product, name=mia.name, email=mia.email)
    open_private_link(page, link_in(the_mail(product, mia.email, 1), product), CODE)
    follow(page, "Choose another time")
    look(page, "60-move")
    press(page, "Take this time")
    expect(page.get_by_role("alert")).to_contain_text("Please choose a time.")
    look(page, "60-move-mistakes")
    page.get_by_role("radio").last.check()
    press(page, "Take this time")
    expect(page.get_by_text("Your appointment has a new time.")).to_be_visible()
    look(page, "60-moved")
    # A newer message's link takes the place of the one before.
    open_private_link(page, link_in(the_mail(product, mia.email, 2), product), CODE)
    follow(page, "Cancel it")
    look(page, "61-cancel")
    press(page, "Cancel my appointment")
    expect_heading(page, "This appointment does not take place")
    look(page, "61-canceled")


def test_somewhere_else_is_put_to_the_desk(product: Product, new_person: NewPerson) -> None:
    page, desk, tess = new_person(NARROW), new_person(), Somebody("Tess")
    starts_at = book(page, product, name=tess.name, email=tess.email)
    open_private_link(page, link_in(the_mail(product, tess.email, 1), product), CODE)
    follow(page, "Somewhere else")
    look(page, "62-place")
    page.get_by_label("Where will you be").select_option(label="Texas")
    press(page, "I’ll be there")
    expect(page.get_by_text("We’re not able to meet you there.")).to_be_visible()
    expect(page.get_by_role("link", name="Go to the video room")).to_have_count(0)
    look(page, "62-place-in-texas")

    sign_in(desk, product, DESK)
    desk.goto(product.url(f"/desk/?day={starts_at.astimezone(NEW_YORK).date()}"))
    warning = desk.locator(".needs-person", has_text="doesn’t fit the license")
    expect(warning.filter(has_text=tess.name)).to_be_visible()
    look(desk, "62-desk-day")
    warning.get_by_role("listitem").filter(has_text=tess.name).get_by_role("link").click()
    hers = desk.get_by_role("region", name=tess.name)
    expect(hers).to_contain_text(re.compile("Texas.*They say they’ll be there", re.DOTALL))
    look(desk, "62-desk-appointment")

    follow(page, "I’ll be somewhere else")
    page.get_by_label("Where will you be").select_option(label="New Jersey")
    press(page, "I’ll be there")
    expect(page.get_by_text("We’re not able to meet you there.")).to_have_count(0)


def test_will_you_be_there_is_one_tap(product: Product, new_person: NewPerson) -> None:
    page, theo = new_person(NARROW), Somebody("Theo")
    book(page, product, name=theo.name, email=theo.email)
    open_private_link(page, link_in(the_mail(product, theo.email, 1), product), CODE)
    press(page, "Yes, I’ll be in New Jersey")
    expect(page.get_by_text("Thank you. We noted where you’ll be.")).to_be_visible()


def test_safe_contact_and_agreements_are_changed_by_the_private_link(
    product: Product, new_person: NewPerson
) -> None:
    page, cleo = new_person(NARROW), Somebody("Cleo")
    book(page, product, name=cleo.name, email=cleo.email)
    open_private_link(page, link_in(the_mail(product, cleo.email, 1), product), CODE)
    with page.expect_navigation():
        page.get_by_role("link", name="reach you").first.click()
    look(page, "63-contact")
    page.get_by_label("A phone call").check()
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("Please give a number")
    look(page, "63-contact-mistakes")
    page.locator("#id_phone").fill("212-555-0134")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("link", name="you agreed to").first.click()
    expect_heading(page, "What you agreed to")
    expect(page.get_by_text(f"signed as {cleo.name}").first).to_be_visible()
    look(page, "63-agreements")


def test_all_is_taken_back_by_the_private_link(product: Product, new_person: NewPerson) -> None:
    page, desk, wren = new_person(NARROW), new_person(), Somebody("Wren")
    book(page, product, name=wren.name, email=wren.email)
    link = link_in(the_mail(product, wren.email, 1), product)
    open_private_link(page, link, CODE)
    follow(page, "Take back your request")
    look(page, "64-withdraw")
    press(page, "Erase everything")
    expect_heading(page, "Everything is erased")
    look(page, "64-withdrawn")
    page.goto(link)
    press(page, "Go on")
    expect(page.locator("body")).not_to_contain_text(wren.name)
    page.get_by_label("Your private code").fill(CODE)
    press(page, "Open")
    expect(page.get_by_role("alert")).to_contain_text("That didn't open anything.")
    sign_in(desk, product, DESK)
    desk.goto(product.url("/requests/?show=all"))
    expect(desk.get_by_text(wren.name)).to_have_count(0)


# At the desk and with the counselor


def test_no_time_fits_so_some_are_offered_and_one_is_chosen(
    product: Product, new_person: NewPerson
) -> None:
    page, desk, will = new_person(NARROW), new_person(), Somebody("Will")
    page.goto(product.url("/consultation/"))
    say_where(page, mine="New York")
    follow(page, "None of these suits me")
    page.get_by_label("Tuesday").check()
    page.get_by_label("Evening, from 5 PM").check()
    press(page, "Continue")
    say_who(page, name=will.name, email=will.email)
    say_what_brings(page)
    agree(page, name=will.name, send="Send this request")
    expect_heading(page, "We look for a time")
    look(page, "65-waiting")
    open_private_link(page, link_in(the_mail(product, will.email, 1), product), CODE)
    expect(page.get_by_text("Tuesdays; Evening, from 5 PM")).to_be_visible()
    look(page, "65-your-request-waits")

    sign_in(desk, product, DESK)
    desk.goto(product.url("/requests/"))
    look(desk, "66-inbox")
    open_request(desk, product, will)
    look(desk, "66-request")
    the_desk_offers_two_times(desk)

    open_private_link(page, link_in(the_mail(product, will.email, 2), product), CODE)
    expect_heading(page, "Which of these times suits you?")
    look(page, "67-offered")
    press(page, "Take this time")
    expect(page.get_by_role("alert")).to_contain_text("Please choose a time.")
    look(page, "67-offered-mistakes")
    page.get_by_role("radio").last.check()
    press(page, "Take this time")
    expect_heading(page, "Your time is booked")
    look(page, "67-chosen")
    desk.reload()
    expect(desk.get_by_text("Time booked")).to_be_visible()


def the_desk_offers_two_times(desk: Page) -> None:
    follow(desk, "Offer times, or book one")
    look(desk, "66-times-wished")
    follow(desk, "Show all open times")
    look(desk, "66-times")
    press(desk, "Offer up to 3 of them")
    expect(desk.get_by_role("alert")).to_contain_text("Please choose at least one time.")
    look(desk, "66-times-mistakes")
    desk.get_by_role("checkbox").first.check()
    desk.get_by_role("checkbox").last.check()
    press(desk, "Offer up to 3 of them")
    expect(desk.get_by_text("The times are kept for them for two days.")).to_be_visible()
    look(desk, "66-request-offered")


def test_a_yes_to_the_safety_questions_goes_to_a_counselor_and_no_further(
    product: Product, new_person: NewPerson
) -> None:
    page, desk, dana = new_person(NARROW), new_person(), new_person()
    rae, partner = Somebody("Rae"), Somebody("Rob")
    page.goto(product.url("/consultation/"))
    say_where(page, mine="New Jersey", partners="Florida")
    take_time(page)
    say_who(page, name=rae.name, email=rae.email, partner=(partner.name, partner.email))
    say_what_brings(page, safe="Yes")
    page.get_by_label("A counselor reads this first").check()
    press(page, "Continue")
    look(page, "68-agree-nothing-booked")
    agree(page, name=rae.name, send="Send this request")
    expect_heading(page, "A counselor reads this first")
    look(page, "68-review")
    the_mail(product, rae.email, 1)
    assert product.mails(partner.email) == []

    sign_in(desk, product, DESK)
    open_request(desk, product, rae)
    expect(desk.get_by_text("A counselor reads what they answered first").first).to_be_visible()
    expect(desk.get_by_role("link", name="Offer times")).to_have_count(0)
    said = desk.locator("main").inner_text().lower()
    assert [word for word in TOLD_ALONE if word in said] == []
    look(desk, "68-request")

    sign_in(dana, product, DANA)
    first = dana.locator("[aria-labelledby=panel-safety]")
    expect(first).to_contain_text(rae.name)
    look(dana, "69-dashboard")
    first.get_by_role("link", name=rae.name).click()
    expect(dana.get_by_text("Are you sometimes afraid of your partner?")).to_be_visible()
    look(dana, "69-consultation")
    press(dana, "Book the time they chose, for them alone")
    expect(dana.get_by_text("Booked. They are told.")).to_be_visible()
    look(dana, "69-consultation-alone")
    the_mail(product, rae.email, 2)
    assert product.mails(partner.email) == []


@pytest.mark.parametrize("answer", ["Yes", "no messages"])
def test_the_one_who_asked_sees_nothing_of_what_the_partner_said(
    product: Product, new_person: NewPerson, answer: str
) -> None:
    page, other, dana = new_person(NARROW), new_person(NARROW), new_person()
    ada, ben = Somebody("Ada"), Somebody("Ben")
    number = ask_together(page, product, ada, ben)
    open_private_link(page, link_in(the_mail(product, ada.email, 1), product), CODE)
    before = page.locator("main").inner_text()

    answer_as_partner(other, product, ben, number)
    if answer == "Yes":
        answer_safety(other, "Yes")
        sign(other, ben.name)
        press(other, "Send my answers")
        expect_heading(other, "Thank you. We have your answers")
        sign_in(dana, product, DANA)
        expect(dana.locator("[aria-labelledby=panel-safety]")).to_contain_text(ada.name)
    else:
        press(other, "I don’t want messages from you")
        expect_heading(other, "We don’t write to you any more")
        look(other, "70-no-messages")
    page.reload()
    assert page.locator("main").inner_text() == before
    assert len(product.mails(ada.email)) == 1


def test_a_partner_told_at_home_comes_by_the_counselors_code(
    product: Product, new_person: NewPerson
) -> None:
    page, dana, eve, finn = new_person(NARROW), new_person(), Somebody("Eve"), Somebody("Finn")
    page.goto(product.url("/consultation/"))
    say_where(page, mine="New Jersey", partners="Florida")
    starts_at = take_time(page)
    say_who(page, name=eve.name, email=eve.email)
    say_what_brings(page)
    agree(page, name=eve.name)
    expect_heading(page, "Your time is booked")
    expect(page.locator(".secret")).to_have_count(0)

    move_to(product, starts_at + timedelta(minutes=40))
    sign_in(dana, product, DANA)
    open_request(dana, product, eve)
    press(dana, "It was held")
    follow(dana, "Open a case")
    press(dana, "Open the case")
    expect(dana.get_by_role("alert")).to_be_visible()
    look(dana, "71-open-case-mistakes")
    dana.get_by_label("The partner’s name").fill(finn.name)
    dana.get_by_label("An e-mail address that only the partner reads").fill(finn.email)
    press(dana, "Open the case")
    expect(dana.get_by_text("The case is open.")).to_be_visible()
    press(dana, "Make a code to read out Finn")
    expect(dana.locator(".secret")).to_have_text(re.compile(r"\d{4} \d{4}"))
    look(dana, "71-code-to-read-out")


def test_a_request_is_closed_with_words_behind_the_link(
    product: Product, new_person: NewPerson
) -> None:
    page, desk, gus = new_person(NARROW), new_person(), Somebody("Gus")
    page.goto(product.url("/consultation/"))
    say_where(page, mine="New York")
    follow(page, "None of these suits me")
    page.get_by_label("Sunday").check()
    page.get_by_label("Morning, before noon").check()
    press(page, "Continue")
    say_who(page, name=gus.name, email=gus.email)
    say_what_brings(page)
    agree(page, name=gus.name, send="Send this request")
    the_mail(product, gus.email, 1)
    sign_in(desk, product, DESK)
    open_request(desk, product, gus)
    desk.get_by_text("Close this request without a case").click()
    look(desk, "72-close")
    desk.get_by_label("Why?").select_option(index=1)
    press(desk, "Close the request")
    expect(desk.get_by_text("Closed. They are told.")).to_be_visible()
    open_private_link(page, link_in(the_mail(product, gus.email, 2), product), CODE)
    expect_heading(page, "About your request")
    expect(page.locator("h1 + p")).not_to_be_empty()
    expect(page.get_by_role("heading", name="Who else can help")).to_be_visible()
    look(page, "72-closed")


@pytest.mark.parametrize(
    "path",
    [
        "practice/practice/",
        "practice/state/TX/change/",
        "practice/directory/",
        "practice/directory/add/",
        "intake/declinereason/",
        "intake/declinereason/add/",
        "clients/concern/",
        "contact/consentdocument/",
        "contact/consentdocument/add/",
    ],
)
def test_the_owner_finds_the_settings(product: Product, new_person: NewPerson, path: str) -> None:
    page = new_person()
    sign_in(page, product, "owner@example.com")
    answer = page.goto(product.url(f"/admin/{path}"))
    assert answer is not None
    assert answer.ok

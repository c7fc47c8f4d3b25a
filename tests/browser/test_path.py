"""The whole path on the running product, from a first click to the answers on the dashboard."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from playwright.sync_api import Page, expect

from clients.handouts import starter
from practice.wording import clock_time
from tests.browser.looking import look
from tests.browser.people import (
    CODE,
    NEW_YORK,
    agree,
    answer_safety,
    answer_with_weather,
    go_back,
    link_in,
    move_to,
    next_morning,
    open_private_link,
    say_what_brings,
    say_where,
    say_who,
    sign,
    sign_in,
    the_mail,
)
from tests.live.fixtures import NARROW
from tests.live.product import Product

NewPerson = Callable[..., Page]
WALTERS_CODE = "walters own 7"
# The article that the demo has as a draft.
TITLE = "Is Micro-Cheating A Real Threat To My Relationship?"


def test_the_path_from_first_click_to_answers(
    product: Product, new_person: NewPerson, tmp_path: Path
) -> None:
    """One story, step by step, each with a browser of its own for each person."""
    move_to(product, next_morning(product))
    mark = uuid.uuid4().hex[:8]
    vera, walter = f"vera{mark}@example.com", f"walter{mark}@example.com"
    visitor, partner = new_person(NARROW), new_person(NARROW)
    desk, nora = new_person(), new_person()

    somewhere_else_gets_a_kind_answer(visitor, product)
    starts_at, number = a_visitor_books(visitor, product, vera, walter)
    the_message_is_neutral_and_opens_the_appointment(visitor, product, vera, starts_at)
    the_partner_answers_alone(partner, product, walter, number, starts_at)
    moved_to = the_desk_moves_it_half_an_hour(desk, product, vera, starts_at)
    assert clock_time(moved_to, NEW_YORK) in text_of(the_mail(product, walter, 3))

    move_to(product, moved_to + timedelta(minutes=40))
    case_address = the_counselor_opens_a_case(nora, product, vera)
    an_article_becomes_handouts(nora, product, tmp_path, mark)
    each_partner_is_given_their_own(nora, case_address)

    first = the_counselor_books_two_weeks(nora, product, case_address)
    move_to(product, first + timedelta(hours=1))
    the_first_session_took_place(nora, product, case_address)

    each_reads_their_own_handout(visitor, partner, product, first, vera, walter)
    each_answers_the_check_in(visitor, partner, product, first, vera, walter)
    the_dashboard_shows_both_answers(nora, product)
    neither_partner_sees_a_trace_of_the_other(visitor, partner)
    what_is_closed_stays_closed(visitor, partner)


def somewhere_else_gets_a_kind_answer(page: Page, product: Product) -> None:
    page.goto(product.url("/"))
    look(page, "01-home")
    page.get_by_role("link", name="Ask for a first consultation").click()
    look(page, "02-where")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Please choose where you’ll be.")
    look(page, "02-where-errors")
    say_where(page, mine="Texas", partners="New Jersey")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Texas")
    look(page, "03-elsewhere")


def a_visitor_books(page: Page, product: Product, vera: str, walter: str) -> tuple[datetime, str]:
    """Five steps, the partner to be told by a message of their own; returns time and number."""
    page.goto(product.url("/consultation/"))
    say_where(page, mine="New Jersey", partners="New Jersey")
    starts_at = takes_a_time_with_dana(page)
    look(page, "05-about-you")
    page.get_by_label("Your name").fill(name_of(vera))
    page.get_by_label("Yes, by a message of their own").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Your name")).to_have_value(name_of(vera))
    look(page, "05-about-you-errors")
    say_who(page, name=name_of(vera), email=vera, partner=(name_of(walter), walter))
    look(page, "05-what-brings-you")
    say_what_brings(page, words="We found out two weeks ago.")
    look(page, "05-agree")
    agree(page, name=name_of(vera))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your time is booked")
    look(page, "06-booked")
    return starts_at, page.locator(".secret").inner_text()


def takes_a_time_with_dana(page: Page) -> datetime:
    expect(page.get_by_role("heading", level=1)).to_contain_text("Which time suits you?")
    look(page, "04-when")
    page.get_by_text("Choose a counselor, a time of day or a day").click()
    page.get_by_role("combobox", name="With").select_option(label="Dana Demo")
    page.get_by_role("button", name="Show these").click()
    expect(page.get_by_text("All of these are with Dana Demo.")).to_be_visible()
    look(page, "04-when-filtered")
    # The last but one of a day: half an hour later is free as well.
    slot = page.locator(".slot-day").first.get_by_role("radio").nth(-2)
    starts_at = datetime.fromisoformat(slot.input_value().split("|")[1])
    slot.check()
    page.get_by_role("button", name="Take this time").click()
    expect(page.get_by_text("Kept for you")).to_be_visible()
    return starts_at


def the_message_is_neutral_and_opens_the_appointment(
    page: Page, product: Product, email: str, starts_at: datetime
) -> None:
    mail = the_mail(product, email, 1)
    assert mail["Subject"] == "Your appointment"
    assert clock_time(starts_at, NEW_YORK) in text_of(mail)
    for word in ["affair", "therap", "couple", "counsel", "consult", "Dana"]:
        assert word not in mail.as_string().lower() + str(mail["From"]).lower()
    page.goto(link_in(mail, product))
    look(page, "07-link")
    page.get_by_role("button", name="Go on").click()
    look(page, "08-code")
    page.get_by_label("Your private code").fill("not this one")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_contain_text("That didn't open anything.")
    page.get_by_label("Your private code").fill(CODE)
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your appointment")
    look(page, "09-your-appointment")


def the_partner_answers_alone(
    page: Page, product: Product, walter: str, number: str, starts_at: datetime
) -> None:
    """By a message of his own, with the number passed on to him; then he is told the time."""
    mail = the_mail(product, walter, 1)
    assert clock_time(starts_at, NEW_YORK) not in text_of(mail)
    for word in ["Vera", "affair", "therap", "couple", "counsel", "consult", "Dana"]:
        assert word.lower() not in (mail.as_string() + str(mail["From"])).lower()
    open_private_link(page, link_in(mail, product), number)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Now choose a code of your own")
    look(page, "09-choose-code")
    page.get_by_label("Choose a private code").fill(WALTERS_CODE)
    page.get_by_role("button", name="Use this code").click()
    expect(heading).to_have_text("A few questions for you alone")
    look(page, "09-partner")
    page.get_by_role("button", name="Send my answers").click()
    expect(page.get_by_role("alert")).to_contain_text("Please choose one.")
    look(page, "09-partner-errors")
    page.get_by_label("Anything you’d like your counselor to know first?").fill("I am sorry.")
    answer_safety(page)
    sign(page, name_of(walter))
    page.get_by_role("button", name="Send my answers").click()
    expect(heading).to_have_text("Thank you. We have your answers")
    expect(page.locator("body")).not_to_contain_text("Vera")
    look(page, "09-partner-answered")
    assert clock_time(starts_at, NEW_YORK) in text_of(the_mail(product, walter, 2))


def the_desk_moves_it_half_an_hour(
    page: Page, product: Product, email: str, starts_at: datetime
) -> datetime:
    sign_in(page, product, "desk@example.com")
    day = starts_at.astimezone(NEW_YORK).date()
    page.goto(product.url(f"/desk/week/?day={day}"))
    expect(page.get_by_text(name_of(email))).to_be_visible()
    look(page, "10-desk-week")
    page.goto(product.url(f"/desk/?day={day}"))
    look(page, "11-desk-day")
    page.get_by_role("row").filter(has_text=name_of(email)).get_by_role("link").first.click()
    look(page, "12-desk-appointment")
    later = page.get_by_role("button", name="Half an hour later")
    button = later if later.count() else page.get_by_role("button", name="Half an hour earlier")
    moved_to = datetime.fromisoformat(button.get_attribute("value") or "")
    button.click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    mail = the_mail(product, email, 2)
    assert clock_time(moved_to, NEW_YORK) in text_of(mail)
    return moved_to


def the_counselor_opens_a_case(page: Page, product: Product, email: str) -> str:
    sign_in(page, product, "counselor@example.com")
    look(page, "13-dashboard")
    page.get_by_role("listitem").filter(has_text=name_of(email)).get_by_role("link").last.click()
    expect(page.get_by_text("We found out two weeks ago.")).to_be_visible()
    expect(page.get_by_text("I am sorry.")).to_be_visible()
    look(page, "14-consultation")
    page.get_by_role("button", name="It was held").click()
    page.get_by_role("link", name="Open a case").click()
    look(page, "15-open-case")
    # What each told alone is proposed; the counselor decides.
    expect(page.get_by_label("Their part")).to_have_value("hurt")
    expect(page.get_by_label("Does the partner who was hurt know?")).to_have_value("yes")
    page.get_by_label("They agreed to messages between sessions").check()
    page.get_by_label("The partner agreed to messages between sessions").check()
    page.get_by_label("The partner told me that they answered our questions themselves").check()
    page.get_by_label("The partner’s part").select_option(label="The partner who was hurt")
    page.get_by_role("button", name="Open the case").click()
    expect(page.get_by_role("alert")).to_contain_text("one of each")
    page.get_by_label("The partner’s part").select_option(label="The partner who was involved")
    page.get_by_role("button", name="Open the case").click()
    expect(page.get_by_text("The case is open.")).to_be_visible()
    look(page, "16-case-new")
    return page.url


def an_article_becomes_handouts(page: Page, product: Product, folder: Path, mark: str) -> None:
    article = folder / "article.txt"
    # The article of the demo is a draft already; this one has a title of its own.
    text = starter.ARTICLE.read_text(encoding="utf-8")
    assert TITLE in text
    article.write_text(text.replace(TITLE, f"{TITLE} ({mark})"), encoding="utf-8")
    printed = product.manage("import_article", str(article)).stdout
    assert "is a draft with" in printed
    page.goto(product.url("/dashboard/library/"))
    look(page, "17-library")
    page.locator("main ul a").first.click()
    look(page, "18-review")
    for undecided in page.get_by_label(re.compile("For whom is")).all():
        if undecided.input_value() == "":
            undecided.select_option(label="Both partners")
    page.get_by_role("button", name="Save and go on to publishing").click()
    look(page, "19-publish")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text(re.compile(r"Published: \d handouts"))).to_be_visible()


def each_partner_is_given_their_own(page: Page, case_address: str) -> None:
    for name, other in [("Vera", "who was involved"), ("Walter", "who was hurt")]:
        page.goto(case_address)
        page.get_by_role("link", name=re.compile(rf"Choose from \d+ that fit.*{name}")).click()
        offered = page.locator("fieldset").first
        expect(offered).not_to_contain_text(f"for the partner {other}")
        look(page, f"20-give-{name.lower()}")
        page.get_by_role("checkbox").first.check()
        page.get_by_role("button", name="Confirm").click()
        expect(page.get_by_text("Confirmed.")).to_be_visible()


def the_counselor_books_two_weeks(page: Page, product: Product, case_address: str) -> datetime:
    # Early in the morning, before the demo's other couples.
    first = next_morning(product, hour=7)
    page.goto(case_address)
    page.get_by_role("link", name="Book sessions").first.click()
    look(page, "22-book")
    page.get_by_label("First day").fill(f"{first.astimezone(NEW_YORK):%Y-%m-%d}")
    page.locator("#id_at").fill("07:00")
    page.get_by_label("How many sessions?").fill("2")
    page.get_by_role("button", name="Look and book").click()
    # So early isn't among the counselor's hours: nothing is booked before they say why.
    look(page, "22-book-look")
    page.get_by_label("For those that I choose nothing for below").select_option(value="anyway")
    why = page.get_by_label("Why, against the calendar?").first
    why.select_option(label="The counselor agreed")
    page.get_by_role("button", name="Book").click()
    expect(page.get_by_text("Booked: 2 sessions")).to_be_visible()
    return first


def the_first_session_took_place(page: Page, product: Product, case_address: str) -> None:
    page.goto(case_address)
    page.locator("[aria-labelledby=panel-sessions] li", has_text="Please mark it").get_by_role(
        "link"
    ).click()
    look(page, "23-session")
    page.get_by_role("button", name="It took place").click()
    expect(page.get_by_text("What follows it is planned.")).to_be_visible()
    look(page, "24-case-planned")


def each_reads_their_own_handout(
    vera_page: Page,
    walter_page: Page,
    product: Product,
    first: datetime,
    vera: str,
    walter: str,
) -> None:
    before = {person: len(product.mails(person)) for person in (vera, walter)}
    next_day = first.astimezone(NEW_YORK) + timedelta(days=1)
    move_to(product, next_day.replace(hour=18, minute=1))
    open_private_link(vera_page, link_in(the_mail(product, vera, before[vera] + 1), product), CODE)
    expect(vera_page.locator("article.handout h2").first).to_be_visible()
    expect(vera_page.locator("article.handout")).not_to_contain_text("<p>")
    look(vera_page, "25-handout")
    vera_page.get_by_role("button", name="I’ve read this").click()
    expect(vera_page.get_by_text("You marked this as read.")).to_be_visible()

    mail = the_mail(product, walter, before[walter] + 1)
    open_private_link(walter_page, link_in(mail, product), WALTERS_CODE)
    expect(walter_page.locator("article.handout")).to_be_visible()
    assert vera_page.locator("article.handout h1").inner_text() != (
        walter_page.locator("article.handout h1").inner_text()
    )


def each_answers_the_check_in(
    vera_page: Page, walter_page: Page, product: Product, first: datetime, vera: str, walter: str
) -> None:
    before = {person: len(product.mails(person)) for person in (vera, walter)}
    mid_week = first.astimezone(NEW_YORK) + timedelta(days=4)
    move_to(product, mid_week.replace(hour=18, minute=1))
    answers = [
        (vera_page, vera, CODE, "How we speak at night."),
        (walter_page, walter, WALTERS_CODE, "My phone."),
    ]
    for page, person, code, words in answers:
        mail = the_mail(product, person, before[person] + 1)
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        open_private_link(page, link_in(mail, product), code)
        look(page, f"27-check-in-{person[0]}")
        page.get_by_role("button", name="Send my answers").click()
        expect(page.get_by_role("alert")).to_contain_text("Please answer at least one question.")
        page.locator("fieldset").first.get_by_label("4", exact=True).check()
        page.get_by_label("What would you like to bring to the next session?").fill(words)
        page.get_by_role("button", name="Send my answers").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Thank you")
        look(page, f"28-thanks-{person[0]}")


def the_dashboard_shows_both_answers(page: Page, product: Product) -> None:
    # Days have passed on the product's clock; the sign-in counts by the machine's own.
    page.goto(product.url("/dashboard/"))
    answers = page.locator("[aria-labelledby=panel-answers]")
    expect(answers).to_contain_text("How we speak at night.")
    expect(answers).to_contain_text("My phone.")
    look(page, "29-dashboard-answers")


def neither_partner_sees_a_trace_of_the_other(vera_page: Page, walter_page: Page) -> None:
    vera_page.reload()
    walter_page.reload()
    assert "My phone." not in vera_page.content()
    assert "Walter" not in vera_page.content()
    assert "How we speak" not in walter_page.content()
    assert "Vera" not in walter_page.content()


def what_is_closed_stays_closed(closing: Page, leaving: Page) -> None:
    """One closes with the button, one leaves by the quick exit: Back shows neither a thing."""
    for page in (closing, leaving):
        # The address outside is answered here: no test sends anything off this machine.
        page.route(re.compile("weather"), answer_with_weather)
    closing.get_by_role("button", name="I’m done: close this").click()
    expect(closing.get_by_role("heading", level=1)).to_have_text(re.compile("closed now|Sunny"))
    leaving.get_by_role("link", name=re.compile("Leave this page")).click()
    expect(leaving.get_by_role("heading")).to_have_text("Sunny")
    for page in (closing, leaving):
        go_back(page, page.get_by_role("heading", level=1))
        page.reload()
        assert "Thank you" not in page.content()
        assert "How has it been?" not in page.content()


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def name_of(email: str) -> str:
    """Each run has a Vera and a Walter of its own: the product may have run before."""
    who, mark = email.partition("@")[0][:-8], email.partition("@")[0][-8:]
    return f"{who.title()} {mark}"

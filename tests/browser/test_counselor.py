"""The counselor's day in a real browser: with the keyboard alone, and nothing written is lost."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.looking import look
from tests.browser.people import sign_in
from tests.live.fixtures import NARROW
from tests.live.product import Product

NewPerson = Callable[..., Page]
COUNSELOR = "counselor@example.com"


def at_work(new_person: NewPerson, product: Product, **options: object) -> Page:
    page = new_person(**options)
    sign_in(page, product, COUNSELOR)
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def enter(page: Page, role: str, name: str | re.Pattern[str]) -> None:
    """Go to it as the Tab key would, and press Enter."""
    page.get_by_role(role, name=name).first.focus()  # type: ignore[arg-type]
    page.keyboard.press("Enter")


def open_first_case(page: Page) -> None:
    press(page, "g", "c")
    page.wait_for_url(re.compile(r"/dashboard/cases/$"))
    page.locator("td[data-label=Who] a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/dashboard/cases/[0-9a-f-]{36}/$"))


def begin_note(page: Page) -> None:
    open_first_case(page)
    enter(page, "link", "Write a note")
    page.wait_for_url(re.compile("/notes/case/"))
    look(page, "90-note-begin")
    enter(page, "button", "Begin writing")
    page.wait_for_url(re.compile("/notes/joint/"))


def test_a_day_by_keyboard_alone(product: Product, new_person: NewPerson) -> None:
    page = at_work(new_person, product)
    look(page, "91-today")
    press(page, "?")
    expect(page.get_by_text("Find a case by name")).to_be_visible()
    open_first_case(page)
    look(page, "92-case")
    enter(page, "link", "Prepare for the session")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Before the session")
    look(page, "93-prepare")
    enter(page, "link", "The whole case")
    enter(page, "link", "Goals and actions")
    page.get_by_label("What do they work toward?").focus()
    page.keyboard.type("Talk for ten minutes each evening")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Talk for ten minutes each evening")).to_be_visible()
    look(page, "94-plan")
    enter(page, "link", "Back to the case")
    enter(page, "link", "Hand on or close")
    look(page, "95-end")
    press(page, "/")
    page.wait_for_url(re.compile("/cases/find/"))
    page.keyboard.type("xyzzy")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No case of yours fits")).to_be_visible()
    look(page, "96-find")
    page.goto(product.url("/dashboard/cases/covers/"))
    look(page, "97-covers")


def test_a_note_saves_itself_and_survives_a_lost_connection(
    product: Product, new_person: NewPerson
) -> None:
    page = at_work(new_person, product)
    begin_note(page)
    text = page.get_by_label("Note", exact=True)
    state = page.locator("[data-autosave-state]")
    text.press_sequentially("First thought. ")
    expect(state).to_have_text(re.compile(r"Saved \d+:\d\d [AP]M"))
    look(page, "98-draft")
    page.route(re.compile("/save/"), lambda route: route.abort())
    text.press_sequentially("Said while the line was down. ")
    expect(state).to_contain_text("No connection")
    page.unroute(re.compile("/save/"))
    expect(state).to_have_text(re.compile(r"Saved \d+:\d\d [AP]M"))
    kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "thought" not in kept
    page.reload()
    expect(text).to_have_value(re.compile("First thought. Said while the line was down."))
    enter(page, "button", "Sign this note")
    expect(page.get_by_text("Signed. It stays as it is")).to_be_visible()
    look(page, "99-note")


def test_two_windows_on_one_note_keep_both_texts(product: Product, new_person: NewPerson) -> None:
    first = at_work(new_person, product)
    begin_note(first)
    second = first.context.new_page()
    second.goto(first.url)
    for page, words in ((first, "From the first. "), (second, "From the second. ")):
        page.get_by_label("Note", exact=True).press_sequentially(words)
        expect(page.locator("[data-autosave-state]")).to_have_text(re.compile("^Saved"))
    expect(second.get_by_text("changed in another window")).to_be_visible()
    second.get_by_role("link", name="See both").click()
    expect(second.get_by_text("From the second.")).to_be_visible()
    expect(second.get_by_label("Note", exact=True)).to_have_value(re.compile("From the first."))
    look(second, "98-two-windows")


def test_signed_out_meanwhile_the_text_is_saved_after_signing_in_again(
    product: Product, new_person: NewPerson
) -> None:
    page = at_work(new_person, product)
    begin_note(page)
    page.context.clear_cookies()
    page.get_by_label("Note", exact=True).press_sequentially("Written after the sign-in ended.")
    state = page.locator("[data-autosave-state]")
    expect(state).to_contain_text("You were signed out")
    again = page.context.new_page()
    sign_in(again, product, COUNSELOR)
    expect(state).to_have_text(re.compile("^Saved"))


def test_without_scripts_a_note_is_saved_by_its_button(
    product: Product, new_person: NewPerson
) -> None:
    page = new_person(NARROW, java_script_enabled=False)
    sign_in(page, product, COUNSELOR)
    page.goto(product.url("/dashboard/cases/"))
    page.locator("td[data-label=Who] a").first.click()
    page.get_by_role("link", name="Write a note").click()
    page.get_by_role("button", name="Begin writing").click()
    page.get_by_label("Note", exact=True).fill("Without a script.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Note", exact=True)).to_have_value("Without a script.")


def test_nothing_asks_for_what_the_policy_forbids(product: Product, new_person: NewPerson) -> None:
    page, said = new_person(), []

    def heard(route: Route) -> None:
        route.continue_()

    page.route("**/*", heard)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    sign_in(page, product, COUNSELOR)
    begin_note(page)
    page.get_by_label("Note", exact=True).press_sequentially("Words.")
    expect(page.locator("[data-autosave-state]")).to_have_text(re.compile("^Saved"))
    assert said == []


def test_the_owner_examines_the_record(product: Product, new_person: NewPerson) -> None:
    page = new_person()
    sign_in(page, product, "owner@example.com")
    page.get_by_role("link", name="Who saw what").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who saw what")
    look(page, "96-who-saw-what")


def test_the_owner_sets_up_and_looks_by_keyboard_alone(
    product: Product, new_person: NewPerson
) -> None:
    page = new_person()
    sign_in(page, product, "owner@example.com")
    enter(page, "link", "Numbers")
    page.wait_for_url(re.compile("/numbers/"))
    look(page, "101-numbers")
    enter(page, "link", "Who saw what")
    page.get_by_label("Show").focus()
    page.keyboard.type("Cases opened")
    enter(page, "button", "Show")
    page.wait_for_url(re.compile("view=urgent"))
    look(page, "102-who-saw-what")
    enter(page, "link", "Settings")
    enter(page, "link", "States")
    enter(page, "link", "New York")
    page.get_by_label("Note").focus()
    page.keyboard.type("Looked at by keyboard.")
    enter(page, "button", "Save")
    expect(page.get_by_text("was changed successfully")).to_be_visible()


def test_the_lead_reads_a_case_by_keyboard_alone(product: Product, new_person: NewPerson) -> None:
    page = new_person()
    sign_in(page, product, "lead@example.com")
    open_first_case(page)
    expect(page.get_by_role("heading", name="Between sessions")).to_be_visible()
    look(page, "103-case-of-the-lead")
    enter(page, "link", "Both side by side")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Handouts of")

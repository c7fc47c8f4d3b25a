"""The desk's day in a real browser: dragged with the mouse, done with the keyboard, seen by two."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from practice.clock import on_wall_clock
from tests.browser.looking import look
from tests.browser.people import NEW_YORK, product_now, sign_in
from tests.live.fixtures import NARROW
from tests.live.product import Product

NewPerson = Callable[..., Page]
DESK = "desk@example.com"
HALF_HOUR_PX = 40

_BOOK = """
from datetime import datetime
from clients.cases import add_client
from clients.contact.cards import Contact
from practice.audit import trail
from practice.models import Counselor, State
from scheduling import booking
state = State.objects.get(pk="NJ")
counselor = Counselor.objects.get(user__email="counselor@example.com")
client = add_client(name={name!r}, state=state, time_zone="America/New_York",
                    contact=Contact({email!r}))
print(booking.book_consultation(
    counselor=counselor, starts_at=datetime.fromisoformat({starts_at!r}), by=trail.SYSTEM,
    attending=[booking.Attending(state, "America/New_York", client)], override="urgent").pk)
"""

_weeks = iter(range(6, 40))


@dataclass
class Booked:
    """A consultation at eleven, on a day that nobody else uses."""

    id: str
    name: str
    day: date

    @property
    def path(self) -> str:
        return f"/desk/?day={self.day}"


@pytest.fixture
def booked(product: Product) -> Booked:
    """Somebody new comes at eleven on a Wednesday some weeks from now."""
    monday = product_now(product).date()
    monday += timedelta(days=7 - monday.weekday(), weeks=next(_weeks))
    return book(product, monday + timedelta(days=2), 11)


def book(product: Product, day: date, hour: int, minute: int = 0) -> Booked:
    """A consultation of somebody new."""
    mark = uuid.uuid4().hex[:6]
    name = f"Quinn {mark}"
    starts_at = on_wall_clock(day, time(hour, minute), NEW_YORK)
    script = _BOOK.format(name=name, email=f"{mark}@example.com", starts_at=starts_at.isoformat())
    key = product.manage("shell", "-v", "0", "-c", script).stdout.split()[-1]
    return Booked(key, name, day)


def at_the_desk(new_person: NewPerson, product: Product, path: str, **options: object) -> Page:
    page = new_person(**options)
    sign_in(page, product, DESK)
    page.goto(product.url(path))
    return page


def in_calendar(page: Page, somebody: Booked) -> Locator:
    return page.locator(".ec-event:not(.ec-preview)", has_text=somebody.name).first


def in_table(page: Page, somebody: Booked) -> Locator:
    return page.get_by_role("row").filter(has_text=somebody.name)


def in_sight(what: Locator) -> FloatRect:
    """Where it is, once it has come to rest: what comes in draws the calendar anew."""
    what.hover()
    box = what.bounding_box()
    assert box
    return box


def drag(page: Page, what: Locator, *, down: int, across: int = 0, edge: bool = False) -> None:
    """With the mouse, in small steps as a hand does; `edge`: by the lower one."""
    box = in_sight(what)
    x = box["x"] + box["width"] / 2
    y = box["y"] + (box["height"] - 3 if edge else 8)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across / 2, y + down / 2, steps=6)
    page.mouse.move(x + across, y + down, steps=6)
    page.mouse.up()


def test_an_appointment_is_dragged_and_taken_back(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    page = at_the_desk(new_person, product, booked.path)
    event = in_calendar(page, booked)
    expect(event).to_contain_text("11:00 AM – 11:30 AM")
    look(page, "80-desk-day")
    drag(page, event, down=2 * HALF_HOUR_PX)
    expect(page.get_by_text("Moved: ")).to_contain_text("12:00 PM Eastern")
    expect(in_table(page, booked)).to_contain_text("12:00 PM – 12:30 PM")
    expect(in_calendar(page, booked)).to_contain_text("12:00 PM – 12:30 PM")
    page.keyboard.press("u")
    expect(page.get_by_text("Taken back.")).to_be_visible()
    expect(in_table(page, booked)).to_contain_text("11:00 AM – 11:30 AM")


def test_the_way_back_goes_after_ten_seconds(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    page = at_the_desk(new_person, product, booked.path)
    drag(page, in_calendar(page, booked), down=HALF_HOUR_PX)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    expect(undo).to_be_hidden(timeout=12_000)


def test_its_lower_edge_makes_it_longer(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    page = at_the_desk(new_person, product, booked.path)
    drag(page, in_calendar(page, booked), down=HALF_HOUR_PX, edge=True)
    expect(in_table(page, booked)).to_contain_text("11:00 AM – 12:00 PM")


def test_against_the_rules_a_reason_is_asked_for(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    evening = book(product, booked.day, 17, 30)
    page = at_the_desk(new_person, product, booked.path)
    expect(in_calendar(page, evening)).to_be_visible()
    drag(page, in_calendar(page, booked), down=12 * HALF_HOUR_PX + 18)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The calendar’s rules speak against it")
    look(page, "81-desk-rules")
    # A reason is theirs to choose: without one nothing is moved.
    dialog.get_by_role("button", name="Move it all the same").click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Leave it where it was").click()
    expect(in_calendar(page, booked)).to_contain_text("11:00 AM – 11:30 AM")
    expect(in_table(page, booked)).to_contain_text("11:00 AM – 11:30 AM")


def test_onto_another_it_goes_back_and_free_times_are_named(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    other = book(product, booked.day, 13)
    page = at_the_desk(new_person, product, booked.path)
    expect(in_calendar(page, other)).to_be_visible()
    drag(page, in_calendar(page, booked), down=4 * HALF_HOUR_PX)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It stays where it was")
    look(page, "81-desk-refused")
    dialog.get_by_role("button", name=re.compile("^Wed")).first.click()
    expect(page.get_by_text("Moved: ")).to_be_visible()
    expect(in_table(page, other)).to_contain_text("1:00 PM")


def test_an_empty_time_leads_to_booking_it(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    page = at_the_desk(new_person, product, booked.path)
    box = in_calendar(page, booked).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 4 * HALF_HOUR_PX + 6)
    page.wait_for_url(re.compile(r"/desk/book/\?counselor=\d+&at="))
    at = datetime.fromisoformat(re.findall(r"at=([^&]+)", page.url)[0].replace("%3A", ":"))
    assert at == on_wall_clock(booked.day, time(13), NEW_YORK)


def test_two_desks_see_each_others_changes_and_overwrite_nothing(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    first, second = (at_the_desk(new_person, product, booked.path) for _ in range(2))
    expect(in_calendar(second, booked)).to_be_visible()
    drag(first, in_calendar(first, booked), down=4 * HALF_HOUR_PX)
    expect(in_table(first, booked)).to_contain_text("1:00 PM – 1:30 PM")
    drag(second, in_calendar(second, booked), down=-2 * HALF_HOUR_PX)
    expect(second.get_by_text("This appointment was changed a moment ago")).to_be_visible()
    expect(in_calendar(second, booked)).to_contain_text("1:00 PM – 1:30 PM")
    expect(in_table(second, booked)).to_contain_text("1:00 PM – 1:30 PM")
    # By itself, without a hand laid on it.
    drag(second, in_calendar(second, booked), down=2 * HALF_HOUR_PX)
    expect(in_calendar(first, booked)).to_contain_text("2:00 PM – 2:30 PM", timeout=20_000)
    expect(first.get_by_text("Somebody made a change: 1 appointment now.")).to_be_attached()


def test_what_comes_in_takes_the_focus_from_nobody(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    first, second = (at_the_desk(new_person, product, booked.path) for _ in range(2))
    move = in_table(second, booked).get_by_role("link", name="Move")
    move.focus()
    drag(first, in_calendar(first, booked), down=4 * HALF_HOUR_PX)
    expect(in_table(second, booked)).to_contain_text("1:00 PM – 1:30 PM", timeout=20_000)
    expect(in_table(second, booked).get_by_role("link", name="Move")).to_be_focused()


def test_moved_with_the_keyboard_alone(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    page = at_the_desk(new_person, product, booked.path)
    in_table(page, booked).get_by_role("link", name="Move").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk/appointments/.*#move"))
    later = page.get_by_role("button", name="Half an hour later")
    later.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("11:30 AM").first).to_be_visible()
    page.goto(product.url(booked.path))
    expect(in_table(page, booked)).to_contain_text("11:30 AM – 12:00 PM")


def test_the_keys_lead_everywhere_and_are_quiet_in_a_field(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    page = at_the_desk(new_person, product, booked.path)
    day = booked.day
    for key, lands in [
        ("n", f"day={day + timedelta(days=1)}"),
        ("ArrowLeft", f"day={day}"),
        ("p", f"day={day - timedelta(days=1)}"),
        ("w", "/desk/week/"),
        ("t", "/desk/$"),
        ("/", "/desk/search/"),
    ]:
        page.keyboard.press(key)
        page.wait_for_url(re.compile(lands))
    field = page.get_by_label("A part of the name")
    field.press_sequentially("twn/?")
    expect(field).to_have_value("twn/?")
    assert page.url.endswith("/desk/search/")
    field.blur()
    page.keyboard.press("?")
    expect(page.get_by_text("The day or week before")).to_be_visible()
    page.get_by_label("Use these keys on this computer").uncheck()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("w")
    page.goto(product.url("/desk/"))
    page.keyboard.press("w")
    expect(page.get_by_role("heading", level=1)).to_contain_text("(today)")


def test_the_table_alone_is_remembered(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    page = at_the_desk(new_person, product, booked.path)
    calendar = page.locator("[data-calendar]")
    expect(calendar).to_be_visible()
    page.get_by_role("button", name="Table", exact=True).click()
    expect(calendar).to_be_hidden()
    page.reload()
    expect(in_table(page, booked)).to_be_visible()
    expect(calendar).to_be_hidden()
    kept = page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert '"desk-view":"table"' in kept
    assert booked.name not in kept


def test_without_scripts_the_day_is_all_there(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    page = new_person(NARROW, java_script_enabled=False)
    sign_in(page, product, DESK)
    page.goto(product.url(booked.path))
    expect(in_table(page, booked)).to_contain_text("11:00 AM – 11:30 AM")
    in_table(page, booked).get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cancel")


def test_a_calendar_that_does_not_load_says_so(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    page = new_person()
    sign_in(page, product, DESK)
    broken = re.compile("/desk/events/")
    page.route(broken, lambda route: route.abort())
    page.goto(product.url(booked.path))
    expect(page.get_by_text("The calendar didn’t load.")).to_be_visible()
    expect(in_table(page, booked)).to_be_visible()
    look(page, "82-desk-failed")
    page.unroute(broken)
    page.get_by_role("button", name="Try again").click()
    expect(in_calendar(page, booked)).to_be_visible()


def test_nothing_asks_for_what_the_policy_forbids(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    page, said = new_person(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    sign_in(page, product, DESK)
    page.goto(product.url(booked.path))
    drag(page, in_calendar(page, booked), down=HALF_HOUR_PX)
    expect(page.get_by_text("Moved: ")).to_be_visible()
    assert said == []


def test_the_week_and_one_counselors_calendar(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    page = at_the_desk(new_person, product, f"/desk/week/?day={booked.day}")
    expect(in_table(page, booked)).to_be_visible()
    look(page, "83-desk-week")
    page.get_by_label("Counselor").select_option(label="Dana Demo")
    page.get_by_role("button", name="Show").click()
    expect(in_calendar(page, booked)).to_be_visible()
    look(page, "83-desk-week-of-one")
    box = in_calendar(page, booked).bounding_box()
    assert box
    drag(page, in_calendar(page, booked), down=0, across=int(box["width"]) + 10)
    expect(page.get_by_text("Moved: Thursday")).to_be_visible()


def test_somebody_is_found_by_a_part_of_their_name(
    product: Product, new_person: NewPerson, booked: Booked
) -> None:
    page = at_the_desk(new_person, product, "/desk/search/")
    page.get_by_label("A part of the name").fill("q")
    page.get_by_role("button", name="Search").click()
    look(page, "84-desk-search-mistake")
    page.get_by_label("A part of the name").fill(booked.name[3:].upper())
    page.get_by_role("button", name="Search").click()
    expect(in_table(page, booked)).to_contain_text("11:00 AM Eastern")
    look(page, "84-desk-search")
    assert booked.name[3:] not in page.url


def test_in_the_dark(product: Product, new_person: NewPerson, booked: Booked) -> None:
    page = new_person(color_scheme="dark")
    sign_in(page, product, DESK)
    page.goto(product.url(booked.path))
    expect(in_calendar(page, booked)).to_be_visible()
    look(page, "85-desk-dark")

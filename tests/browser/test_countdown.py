"""How long a time is kept: counted for the eye, spoken now and then, and never a surprise."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.looking import look
from tests.conftest import NOW
from tests.live.fixtures import NARROW

ADDRESS = "http://countdown.test/"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'"
ENDED = (
    "The time isn’t kept any more. What you typed is still here; send it, and we try to keep "
    "the time for you."
)


class Shown:
    """A page with nothing but the countdown; where scripts run, on a clock that the test moves."""

    def __init__(self, page: Page, seconds_left: int, scripts: bool) -> None:
        self.page, self.seconds_left, self.fetched = page, seconds_left, 0
        if scripts:
            page.clock.install(time=NOW)
            page.clock.pause_at(NOW + timedelta(seconds=1))
        page.route(f"{ADDRESS}**", self._serve)
        page.goto(ADDRESS)

    def look(self, name: str) -> None:
        self.page.clock.resume()  # axe waits for timers of its own
        look(self.page, name)

    @property
    def spoken(self) -> Locator:
        return self.page.locator("[aria-live=polite]")

    @property
    def ticking(self) -> Locator:
        return self.page.locator("[data-countdown-left]")

    def _serve(self, route: Route) -> None:
        name = route.request.url.removeprefix(ADDRESS)
        if name:
            found = finders.find(name)
            assert found, name
            route.fulfill(path=found)
            return
        self.fetched += 1
        route.fulfill(
            body=_page(self.seconds_left),
            content_type="text/html; charset=utf-8",
            headers={"Content-Security-Policy": POLICY},
        )


def _page(seconds_left: int) -> str:
    words = {"seconds_left": seconds_left, "until_words": "2:10 PM Eastern (EST)"}
    countdown = render_to_string("components/countdown.html", words)
    return f"""<!doctype html><html lang="en-US"><head><title>About you</title>
        <link rel="stylesheet" href="vendor/bootstrap-5.3.9/bootstrap.min.css">
        <link rel="stylesheet" href="css/theme.css">
        <script src="js/hold-countdown.js" defer></script></head>
        <body class="density-public"><main><h1>How may we reach you?</h1>{countdown}
        <label>Name <input name="name"></label></main></body></html>"""


@pytest.fixture
def shown(new_person: Callable[..., Page]) -> Callable[..., Shown]:
    def open_page(seconds_left: int, scripts: bool = True) -> Shown:
        return Shown(new_person(NARROW, java_script_enabled=scripts), seconds_left, scripts)

    return open_page


def test_the_countdown_ticks_from_what_the_server_said(shown: Callable[..., Shown]) -> None:
    page = shown(600)
    expect(page.page.get_by_text("Kept for you until 2:10 PM Eastern (EST)")).to_be_visible()
    page.page.clock.run_for(2000)
    expect(page.ticking).to_have_text(": 9:58 left")
    expect(page.ticking).to_have_attribute("aria-hidden", "true")
    expect(page.spoken).to_be_empty()
    page.look("countdown")


def test_it_speaks_at_five_two_and_one_minutes_and_at_the_end(shown: Callable[..., Shown]) -> None:
    page = shown(302)
    heard = []
    for _ in range(304):
        page.page.clock.run_for(1000)
        words = page.spoken.text_content()
        if words and words not in heard:
            heard.append(words)
    assert heard == [
        "This time is kept for 5 more minutes.",
        "This time is kept for 2 more minutes.",
        "This time is kept for 1 more minute.",
        ENDED,
    ]


def test_at_the_end_it_says_what_happens_and_keeps_what_was_typed(
    shown: Callable[..., Shown],
) -> None:
    page = shown(30)
    page.page.get_by_label("Name").fill("Vera")
    page.page.clock.run_for(31_000)
    expect(page.page.get_by_text(ENDED).locator("visible=true")).to_have_count(1)
    expect(page.page.get_by_text("Kept for you")).to_be_hidden()
    expect(page.page.get_by_label("Name")).to_have_value("Vera")
    page.look("countdown-ended")


def test_a_phone_that_slept_is_told_the_truth(shown: Callable[..., Shown]) -> None:
    page = shown(600)
    page.page.clock.fast_forward(8 * 60 * 1000 + 30_000)
    page.page.clock.run_for(1000)
    expect(page.spoken).to_have_text("This time is kept for 2 more minutes.")
    expect(page.ticking).to_have_text(": 1:29 left")


def test_a_page_that_was_put_away_is_asked_for_anew(shown: Callable[..., Shown]) -> None:
    page = shown(600)
    page.seconds_left = 120
    with page.page.expect_navigation():
        page.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert page.fetched == 2
    expect(page.ticking).to_have_text(": 2:00 left")


def test_a_page_left_by_the_quick_exit_does_not_come_back(shown: Callable[..., Shown]) -> None:
    page = shown(600)
    asked = """hidden => {
        let navigations = 0;
        navigation.addEventListener("navigate", () => navigations++);
        document.body.hidden = hidden;
        dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}));
        return navigations;
    }"""
    assert page.page.evaluate(asked, True) == 0
    with page.page.expect_navigation():
        assert page.page.evaluate(asked, False) == 1


def test_without_scripts_the_words_alone_stand_there(shown: Callable[..., Shown]) -> None:
    page = shown(600, scripts=False)
    expect(page.page.get_by_text("Kept for you until 2:10 PM Eastern (EST)")).to_be_visible()
    expect(page.page.get_by_text(ENDED)).to_be_hidden()


def test_a_time_that_is_over_when_the_page_is_made_says_so(shown: Callable[..., Shown]) -> None:
    page = shown(0, scripts=False)
    expect(page.page.get_by_text(ENDED)).to_be_visible()
    expect(page.page.get_by_text("Kept for you")).to_be_hidden()


def test_nothing_stands_in_the_page_that_the_policy_forbids() -> None:
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["script-src"] == ["'self'"]
    countdown = render_to_string("components/countdown.html", {"seconds_left": 1})
    assert "style=" not in countdown
    assert "<script" not in countdown

"""`python -m tests.screenshots`: the pictures in docs/images, taken from the running demo."""

import secrets
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from practice.keys import new_field_keys
from tests import browser_path
from tests.browser.people import NEW_YORK, product_now, say_where, sign_in
from tests.live.fixtures import NARROW, WIDE
from tests.live.product import ROOT, Product, running

IMAGES = ROOT / "docs" / "images"
OWNERS = {
    "numbers": "/dashboard/numbers/",
    "who-saw-what": "/dashboard/who-saw-what/?verb=sign_in",
    "settings": "/admin/",
}
LARGEST = 150_000  # bytes; they are loaded with the README


def take_all() -> None:
    """Start a demo of its own, look at it as each person does, and stop it again."""
    keys = {"SECRET_KEY": secrets.token_urlsafe(64), "FIELD_KEYS": new_field_keys()}
    with running(**keys) as product, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path.find(), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        as_visitor(_page(browser, NARROW), product)
        as_desk(_page(browser, WIDE), product)
        as_counselor(_page(browser, WIDE), product)
        as_owner(_page(browser, WIDE), product)
        browser.close()


def as_visitor(page: Page, product: Product) -> None:
    """The front page, and the open times for a couple in New Jersey."""
    page.goto(product.url("/"))
    keep(page, "front-page")
    page.goto(product.url("/consultation/"))
    say_where(page, mine="New Jersey", partners="New Jersey")
    page.get_by_role("button", name="Take this time").wait_for()
    keep(page, "open-times")
    # Every link looks like this before the code is given, one that is none as well.
    page.goto(product.url(f"/s/{'A' * 43}"))
    keep(page, "private-link")


def as_desk(page: Page, product: Product) -> None:
    """Tomorrow: the demo books something for that day."""
    sign_in(page, product, "desk@example.com")
    tomorrow = product_now(product).astimezone(NEW_YORK).date() + timedelta(days=1)
    page.goto(product.url(f"/desk/?day={tomorrow}"))
    keep(page, "desk-day")


def as_counselor(page: Page, product: Product) -> None:
    """The dashboard, and the case in which somebody has answered already."""
    sign_in(page, product, "counselor@example.com")
    page.goto(product.url("/dashboard/"))
    keep(page, "dashboard")
    page.locator("[aria-labelledby=panel-answers]").get_by_role("link").first.click()
    page.get_by_role("heading", name="Handouts").first.wait_for()
    keep(page, "case-page")
    page.get_by_role("link", name="Prepare for the session").click()
    page.get_by_role("heading", level=1, name="Before the session").wait_for()
    keep(page, "prepare")


def as_owner(page: Page, product: Product) -> None:
    """The practice in numbers, the record of who saw what, and the settings."""
    sign_in(page, product, "owner@example.com")
    for name, address in OWNERS.items():
        page.goto(product.url(address))
        keep(page, name)


def keep(page: Page, name: str) -> None:
    """What the window shows. Raises ValueError where the picture is too large for a README."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} is larger than {LARGEST // 1000} kB")
    print(_said(path))


def _page(browser: Browser, size: dict[str, int]) -> Page:
    viewport = {"width": size["width"], "height": size["height"]}
    return browser.new_page(viewport=viewport, reduced_motion="reduce")  # type: ignore[arg-type]


def _said(path: Path) -> str:
    return f"{path.relative_to(ROOT)} ({path.stat().st_size // 1000} kB)"


if __name__ == "__main__":
    take_all()

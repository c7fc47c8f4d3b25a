"""Looking at a page as both a phone and a desk show it."""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_WIDTHS = [(390, 844), (1280, 900)]
# The calendar that is dragged in isn't ours, and fails; the table beside it says the same.
_CHECKED = {"exclude": [[".ec"]]}
_axe = Axe()


def look(page: Page, name: str) -> None:
    """At both widths: axe finds nothing, nothing scrolls sideways.

    With MENDWELL_SCREENSHOTS set, pictures of the page are kept in that folder.
    """
    before = page.viewport_size
    for width, height in _WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        _keep_picture(page, f"{name}-{width}")
        found = _axe.run(page, _CHECKED)
        assert found.violations_count == 0, f"{name} at {width} px:\n{found.generate_report()}"
        sideways = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not sideways, f"{name} scrolls sideways at {width} px"
    if before:
        page.set_viewport_size(before)


def _keep_picture(page: Page, name: str) -> None:
    folder = os.environ.get("MENDWELL_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)

"""Fixtures for tests on the running product, in a real browser.

A pytest plugin named in pyproject.toml after pytest-playwright's, whose launch options it sets.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import browser_path
from tests.live.product import Product, existing, running

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}
_people = itertools.count()
# Two runs of the suite may share a small machine: what comes late isn't wrong.
expect.set_options(timeout=20_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mendwell")
    group.addoption("--product-url", help="use the product that runs at this address")
    group.addoption("--product-home", help="the MENDWELL_HOME of that product", default="var")


@pytest.fixture(scope="session")
def product(request: pytest.FixtureRequest) -> Iterator[Product]:
    """The whole product with its demo, shared by the run: leave it as you would like to find it."""
    address = request.config.getoption("--product-url")
    if address:
        home = Path(request.config.getoption("--product-home")).resolve()
        yield existing(address.rstrip("/"), home)
        return
    # Each person comes from a network of their own, as `new_person` says.
    with running(PROXIES="1") as own:
        yield own


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Chromium as found on this machine, kept from calling home."""
    path = os.environ.get("CHROMIUM") or browser_path.find()
    if not path:
        pytest.skip("no Chromium on this machine; bin/test says so in its last line")
    quiet = ["--disable-background-networking", "--disable-component-update", "--no-first-run"]
    return {"executable_path": path, "args": ["--no-sandbox", "--disable-dev-shm-usage", *quiet]}


@pytest.fixture
def new_person(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`new_person()` or `new_person(NARROW)`: a page for somebody with a browser of their own."""
    contexts: list[BrowserContext] = []

    def open_page(size: dict[str, int] = WIDE, **options: Any) -> Page:
        viewport = {"width": size["width"], "height": size["height"]}
        options.setdefault("extra_http_headers", {"X-Forwarded-For": _next_address()})
        context = browser.new_context(viewport=viewport, reduced_motion="reduce", **options)  # type: ignore[arg-type]
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def _next_address() -> str:
    number = next(_people)
    return f"10.{number // 250}.{number % 250}.1"


@pytest.fixture
def wide_page(new_person: Callable[..., Page]) -> Page:
    """A desk's screen: 1280 px."""
    return new_person(WIDE)


@pytest.fixture
def narrow_page(new_person: Callable[..., Page]) -> Page:
    """A phone: 390 px."""
    return new_person(NARROW)

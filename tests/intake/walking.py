"""A visitor who goes through the public pages as a browser would."""

from typing import Any

from django.apps import apps
from django.test import Client as Browser
from django.urls import reverse

from tests.cast import EASTERN

WHERE = {"with_partner": "no", "state": "NJ", "time_zone": EASTERN}
TOGETHER = {
    **WHERE,
    "with_partner": "yes",
    "partner_state": "NY",
    "partner_time_zone": EASTERN,
}
ABOUT_YOU = {
    "name": "Vera Visitor",
    "email": "vera@example.com",
    "phone": "212-555-0134",
    "safe_hours": "evening",
    "code": "sunflower7",
    "concern": "affair-recovery",
    "words": "CANARY we found messages",
    "adult": "on",
    "agree": "on",
}


def address(name: str) -> str:
    return reverse(f"intake:{name}")


def send(browser: Browser, name: str, given: dict[str, Any], **options: Any) -> Any:
    return browser.post(address(name), given, **options)


def open_slots(browser: Browser) -> list[str]:
    """The values of the times that the page offers."""
    choices = browser.get(address("when")).context["form"].fields["slot"].choices
    return [value for _, group in choices for value, _ in group]


def take_a_time(browser: Browser, where: dict[str, str] = WHERE, number: int = 0) -> str:
    """Say where, take one of the open times, and return its value."""
    assert send(browser, "where", where).status_code == 302
    slot = open_slots(browser)[number]
    assert send(browser, "when", {"slot": slot}).status_code == 302
    return slot


def book(browser: Browser, where: dict[str, str] = WHERE, **changed: Any) -> Any:
    """The whole path; returns the last page."""
    take_a_time(browser, where)
    return send(browser, "about-you", {**ABOUT_YOU, **changed}, follow=True)


def row_counts() -> dict[str, int]:
    """How many rows every table of the product and its libraries has."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model._base_manager.count() for model in models}

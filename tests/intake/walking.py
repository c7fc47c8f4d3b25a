"""A visitor who goes through the public pages as a browser would."""

import re
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils.html import escape

from practice import clock
from tests.cast import EASTERN

WHERE = {"with_partner": "no", "state": "NJ", "time_zone": EASTERN}
TOGETHER = {
    **WHERE,
    "with_partner": "yes",
    "partner_state": "NY",
    "partner_time_zone": EASTERN,
}
REACH = {
    "name": "Vera Visitor",
    "channel": "email",
    "email": "vera@example.com",
    "phone": "212-555-0134",
    "safe_hours": "evening",
    "neutral_name": "",
}
PARTNER = {
    "tell_partner": "yes",
    "partner_name": "Paul Partner",
    "partner_email": "paul@example.com",
}
SAFE = {"safety_afraid": "no", "safety_hurt": "no", "safety_watched": "no"}
NOT_SAFE = {**SAFE, "safety_afraid": "yes"}
BRINGS = {
    "concern": "affair-recovery",
    "part": "hurt",
    "partner_knows": "yes",
    "words": "CANARY we found messages",
    **SAFE,
}
AGREE = {
    "code": "sunflower7",
    "adult": "on",
    "agree_telehealth": "on",
    "agree_email": "on",
    "agree_secrets": "on",
    "signature": "Vera Visitor",
}
# Everything that is told, for tests of a single field.
TOLD = {**REACH, **BRINGS, **AGREE}
STEPS = {"about-you": REACH, "what-brings-you": BRINGS, "agree": AGREE}


def address(name: str) -> str:
    return reverse(f"intake:{name}")


def again(name: str) -> str:
    """Where one is led who sent something before an earlier step was answered."""
    return f"{address(name)}?again=1"


def send(browser: Browser, name: str, given: dict[str, Any], **options: Any) -> Any:
    """Send a step as it stands in a browser: what is hidden in the form goes along."""
    if name == "agree":
        given = {"opened": stamped(browser.get(address(name))), **given}
    return browser.post(address(name), given, **options)


def stamped(page: Any) -> str:
    """The moment at which a form was opened, as its page holds it."""
    found = re.search(r'name="opened" value="([^"]+)"', page.content.decode())
    return found[1] if found else ""


def another_tab(browser: Browser) -> Browser:
    """The same browser once more, with the same session."""
    tab = Browser()
    tab.cookies = SimpleCookie({name: morsel.value for name, morsel in browser.cookies.items()})
    return tab


def text(page: Any) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))


def error_beside(page: Any, field: str) -> str:
    """The error of that field, which must stand beside it and in the summary above."""
    assert page.status_code == 200
    (words, *_) = page.context["form"].errors[field]
    assert page.content.decode().count(escape(words)) >= 2
    return str(words)


def starts_at(slot: str) -> datetime:
    """The time that a form value names."""
    return datetime.fromisoformat(slot.partition("|")[2])


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


def tell(browser: Browser, **changed: Any) -> Any:
    """All that is asked after the time, each field on its own step; returns the last page."""
    page = None
    for step, usual in STEPS.items():
        given = {name: changed.get(name, value) for name, value in usual.items()}
        given |= {name: value for name, value in changed.items() if name in _OF[step]}
        page = send(browser, step, given, follow=True)
        if "form" in (page.context or {}) and page.context["form"].errors:
            return page
    return page


_OF = {
    "about-you": {*REACH, *PARTNER, "voicemail_is_safe", "device_is_shared"},
    "what-brings-you": {*BRINGS},
    "agree": {*AGREE, "agree_sms", "slot", "website", "opened"},
}


def book(browser: Browser, where: dict[str, str] = WHERE, **changed: Any) -> Any:
    """The whole path; returns the last page."""
    take_a_time(browser, where)
    return tell(browser, **changed)


def row_counts() -> dict[str, int]:
    """How many rows every table of the product and its libraries has."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model._base_manager.count() for model in models}


def stored(*tables: str) -> str:
    """All that stands in these tables, or in every table there is, as text."""
    with connection.cursor() as cursor:
        lines = []
        for table in tables or connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            lines += [f"{table}: {row}" for row in cursor.fetchall()]
    return "\n".join(lines)


def stay(browser: Browser, travel: Any, until: datetime) -> None:
    """Time goes by, and they look at the page now and then: who is idle is forgotten."""
    moment = clock.now()
    while moment < until:
        moment = min(until, moment + timedelta(minutes=25))
        travel(moment)
        browser.get(address("about-you"))

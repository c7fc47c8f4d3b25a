"""The pages that people read while they ask, and by their private link afterwards: name → HTML.

For tests of what all of them must have in common. They need the cast.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.test import Client as Browser
from django.urls import reverse

from clients.contact import codes
from clients.models import Client
from intake import asking, triage
from intake.asking import Filter, Place
from intake.invitations import Invitation
from intake.models import ConsultationRequest, DeclineReason
from intake.notices import REQUEST
from intake.times import value_of
from practice import clock
from practice.audit import trail
from scheduling.notices import APPOINTMENT
from tests.access import requests
from tests.cast import CODE, EASTERN, open_link
from tests.intake.walking import (
    AGREE,
    BRINGS,
    NOT_SAFE,
    PARTNER,
    REACH,
    TOGETHER,
    WHERE,
    address,
    send,
    take_a_time,
)

_TEXAS = {**WHERE, "state": "TX"}
_ONE_ABROAD = {**TOGETHER, "partner_state": "--"}
_COUPLE: list[Place] = [("NJ", EASTERN), ("NY", EASTERN)]


def _html(page: Any) -> str:
    assert page.status_code == 200
    return str(page.content.decode())


# Asking


def _asking(**changed: str) -> Browser:
    """A couple who told all that comes before the last step."""
    browser = Browser()
    take_a_time(browser, TOGETHER)
    send(browser, "about-you", {**REACH, **PARTNER})
    send(browser, "what-brings-you", {**BRINGS, **changed})
    return browser


def _step(name: str) -> str:
    return _html(_asking().get(address(name)))


def _mistakes(name: str) -> str:
    return _html(_asking().post(address(name), {"tell_partner": "yes"}))


def _where(where: dict[str, str]) -> str:
    return _html(send(Browser(), "where", where))


def _tell_me(**given: str) -> str:
    return _html(send(Browser(), "tell-me", {"state": "TX", **given}))


def _alone() -> Browser:
    return _asking(**NOT_SAFE)


def _counselor_first() -> Browser:
    browser = _alone()
    send(browser, "alone", {"how": "counselor"})
    return browser


def _waiting() -> Browser:
    browser = Browser()
    send(browser, "where", WHERE)
    send(browser, "waitlist", {"days": ["1"], "parts": ["evening"]})
    return browser


def _sent(browser: Browser) -> str:
    return _html(send(browser, "agree", AGREE, follow=True))


# By the private link


def _request() -> ConsultationRequest:
    """A couple's request with a time, of which the partner is to answer too."""
    slot = asking.open_days(_COUPLE, days=1, chosen=Filter()).slots[0]
    about = requests.about("Vera", partner=Invitation("Paul", "paul@example.com"))
    held = asking.hold(value_of(slot), _COUPLE)
    request, _ = asking.book(held, about, _COUPLE, by=trail.SYSTEM)
    assert request.partner
    codes.choose(request.partner, CODE)
    return request


def _by_link(client: Client, purpose: str, subject: Any) -> Browser:
    browser = Browser()
    assert open_link(browser, client, purpose, subject).status_code == 200
    return browser


def _as_one_who_asked(request: ConsultationRequest) -> str:
    browser = _by_link(request.client, REQUEST, request.pk)
    return _html(browser.get(reverse("your-request")))


def _offered() -> str:
    request = requests.waiting("NJ", "Otto")
    slots = asking.open_days(request.places, days=2, chosen=Filter()).slots
    times = [(slot.counselor, slot.starts_at) for slot in (slots[0], slots[-1])]
    triage.offer(request, times, by=trail.SYSTEM)
    return _as_one_who_asked(request)


def _declined(number: int) -> str:
    request = requests.waiting("NJ", "Wanda")
    triage.decline(request, DeclineReason.objects.all()[number], tell=True, by=trail.SYSTEM)
    return _as_one_who_asked(request)


def _as_partner(answered: bool = False) -> Browser:
    request = _request()
    assert request.partner
    if answered:
        ConsultationRequest.objects.filter(pk=request.pk).update(partner_answered_at=clock.now())
    return _by_link(request.partner, REQUEST, request.pk)


def _own(name: str, **given: str) -> str:
    """A page about the time that is booked; with `given`, what comes of sending it."""
    request = _request()
    assert request.appointment
    browser = _by_link(request.client, APPOINTMENT, request.appointment.pk)
    if given:
        return _html(browser.post(reverse(name), given, follow=True))
    return _html(browser.get(reverse(name)))


PAGES: dict[str, Callable[[], str]] = {
    "elsewhere": lambda: _where(_TEXAS),
    "one of two elsewhere": lambda: _where(_ONE_ABROAD),
    "tell me, with nothing answered": lambda: _tell_me(),
    "will tell": lambda: _tell_me(email="tex@example.com", agree="on"),
    "told": lambda: _html(Browser().get(reverse("told", args=["A" * 43]))),
    "forgotten": lambda: _html(Browser().post(reverse("told", args=["A" * 43]))),
    "when": lambda: _step("when"),
    "when, with nothing answered": lambda: _mistakes("when"),
    "waitlist": lambda: _step("waitlist"),
    "waitlist, with nothing answered": lambda: _mistakes("waitlist"),
    "about you": lambda: _step("about-you"),
    "about you, with nothing answered": lambda: _mistakes("about-you"),
    "what brings you": lambda: _step("what-brings-you"),
    "what brings you, with nothing answered": lambda: _mistakes("what-brings-you"),
    "alone": lambda: _html(_alone().get(address("alone"))),
    "alone, with nothing answered": lambda: _html(_alone().post(address("alone"), {"how": ""})),
    "agree": lambda: _step("agree"),
    "agree, with nothing answered": lambda: _mistakes("agree"),
    "agree, and a counselor reads first": lambda: _html(_counselor_first().get(address("agree"))),
    "booked": lambda: _sent(_asking()),
    "a counselor reads first": lambda: _sent(_counselor_first()),
    "your request, waiting": lambda: _as_one_who_asked(requests.waiting("NJ", "Wanda")),
    "your request, booked": lambda: _as_one_who_asked(_request()),
    "your request, times offered": _offered,
    **{f"your request, declined {number}": partial(_declined, number) for number in range(4)},
    "the partner's questions": lambda: _html(_as_partner().get(reverse("your-request"))),
    "the partner's, with nothing answered": lambda: _html(
        _as_partner().post(reverse("your-request"), {"channel": "email"})
    ),
    "the partner answered": lambda: _html(_as_partner(True).get(reverse("your-request"))),
    "no messages": lambda: _html(_as_partner().post(reverse("your-request-no-messages"))),
    "your appointment": lambda: _own("your-appointment"),
    "your appointment, in Texas": lambda: _own(
        "your-appointment-place", state="TX", time_zone=EASTERN
    ),
    "your place": lambda: _own("your-appointment-place"),
    "your move": lambda: _own("your-appointment-move"),
    "your cancel": lambda: _own("your-appointment-cancel"),
    "canceled": lambda: _own("your-appointment-cancel", sure="yes"),
    "your contact": lambda: _own("your-contact"),
    "your agreements": lambda: _own("your-agreements"),
    "withdraw": lambda: _own("withdraw"),
    "withdrawn": lambda: _own("withdraw", sure="yes"),
}

"""A visit by private link: short, one person's only, and only for what the link is for."""

import functools
import time
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import render

from clients.contact import links
from clients.contact.models import PersonalCode, PrivateLink
from clients.models import Client
from practice import clock
from practice.access.gate import LINK_HOLDERS

_KEY = "visit"
IDLE_SECONDS = 20 * 60
WHOLE_SECONDS = 2 * 60 * 60

View = TypeVar("View", bound=Callable[..., Any])

# Where a link of a purpose leads: the URL name, filled in by the app that made the purpose.
_LEADS_TO: dict[str, Callable[[PrivateLink], str]] = {}


class VisitRequest(HttpRequest):
    """A request by somebody who opened a private link with their own code."""

    link: PrivateLink

    @property
    def client(self) -> Client:
        return self.link.client


def leads_to(
    purpose: str,
) -> Callable[[Callable[[PrivateLink], str]], Callable[[PrivateLink], str]]:
    """Decorator: the address to which a link of that purpose leads."""

    def add(address: Callable[[PrivateLink], str]) -> Callable[[PrivateLink], str]:
        _LEADS_TO[purpose] = address
        return address

    return add


def address(link: PrivateLink) -> str:
    """Where this link leads."""
    return _LEADS_TO[link.purpose](link)


def begin(request: HttpRequest, link: PrivateLink) -> None:
    """Begin this person's visit; another person's visit in this browser ends."""
    end(request)
    request.session.cycle_key()
    # A page that another person left open in this browser can't be sent as this one.
    rotate_token(request)
    now = time.time()
    request.session[_KEY] = {
        "link": str(link.pk),
        "code": _code_of(link.client),
        "began": now,
        "seen": now,
    }
    PrivateLink.objects.filter(pk=link.pk).update(opened_at=clock.now())


def end(request: HttpRequest) -> None:
    """End the visit, and forget what a visitor asked for in this browser."""
    if not request.user.is_authenticated:
        request.session.flush()
    else:
        request.session.pop(_KEY, None)


def link_holder(*purposes: str) -> Callable[[View], View]:
    """A view for visits by links of these purposes; others see the page of an ended visit.

    Without purposes any good link of the person opens it: for what is theirs whatever they came
    for.
    """

    def mark(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            link = _current(request)
            if link is None or (purposes and link.purpose not in purposes):
                return render(request, "contact/visit_over.html", status=403)
            request.link = link  # type: ignore[attr-defined]
            request.client = link.client  # type: ignore[attr-defined]
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        login_not_required(guarded)
        guarded.open_to = LINK_HOLDERS  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def _code_of(client: Client) -> str:
    """Which code a visit was begun with: a new one ends the visits of the old."""
    held = PersonalCode.objects.filter(client=client).first()
    return links.digest(held.code + held.enrollment) if held else ""


def _current(request: HttpRequest) -> PrivateLink | None:
    visit = request.session.get(_KEY)
    # The machine's own clock: a moved demo clock ends no visit.
    now = time.time()
    if not visit or now - visit["seen"] > IDLE_SECONDS or now - visit["began"] > WHOLE_SECONDS:
        end(request)
        return None
    found = PrivateLink.objects.select_related("client").filter(pk=uuid.UUID(visit["link"]))
    link = _that_stands(found.first())
    if link is None or visit["code"] != _code_of(link.client):
        end(request)
        return None
    visit |= {"seen": now, "link": str(link.pk)}
    request.session.modified = True
    return link


def _that_stands(link: PrivateLink | None) -> PrivateLink | None:
    """The link where it is good, or the newer one to the same thing.

    A message that goes while somebody reads must not put them out: moving a time sends one.
    """
    now = clock.now()
    while link is not None and not link.is_good(now):
        link = links.successor(link) if link.locked_at is None else None
    return link

"""How long a sign-in lasts, and whose clock the staff pages show."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

View = TypeVar("View", bound=Callable[..., Any])

_SEEN, _BEGAN = "seen_at", "signed_in_at"
_WRITE_EVERY = 60  # seconds; a session row written on each request would be a write on each read


def not_activity(view: View) -> View:
    """Mark what a page asks for by itself: it keeps nobody signed in who has walked away."""
    view.is_activity = False  # type: ignore[attr-defined]
    return view


class IdleSignOutMiddleware:
    """Signs staff out after a quarter of an hour without a request, and after half a day anyhow."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._end_if_over(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        """Somebody who asks for a page is there, unless the page asked by itself."""
        if not request.user.is_authenticated or not getattr(view, "is_activity", True):
            return
        if time.time() - request.session[_SEEN] > _WRITE_EVERY:
            request.session[_SEEN] = time.time()

    def _end_if_over(self, request: HttpRequest) -> None:
        # The machine's own clock: moving the demo's clock on must not sign anybody out.
        now = time.time()
        idle = now - request.session.setdefault(_SEEN, now)
        whole = now - request.session.setdefault(_BEGAN, now)
        if idle > settings.STAFF_IDLE_SECONDS or whole > settings.SESSION_COOKIE_AGE:
            logout(request)


class StaffTimeZoneMiddleware:
    """Staff pages show times in the reader's own zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = getattr(request.user, "zone", None)
        if zone is None:
            return self.get_response(request)
        with timezone.override(zone):
            return self.get_response(request)

"""How long a sign-in lasts, and whose clock the staff pages show."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

_SEEN, _BEGAN = "seen_at", "signed_in_at"
_WRITE_EVERY = 60  # seconds; a session row written on each request would be a write on each read


class IdleSignOutMiddleware:
    """Signs staff out after a quarter of an hour without a request, and after half a day anyhow."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._keep_or_end(request)
        return self.get_response(request)

    def _keep_or_end(self, request: HttpRequest) -> None:
        # The machine's own clock: moving the demo's clock on must not sign anybody out.
        now = time.time()
        began = request.session.setdefault(_BEGAN, now)
        seen = request.session.get(_SEEN, now)
        idle, whole = now - seen, now - began
        if idle > settings.STAFF_IDLE_SECONDS or whole > settings.SESSION_COOKIE_AGE:
            logout(request)
        elif _SEEN not in request.session or idle > _WRITE_EVERY:
            request.session[_SEEN] = now


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

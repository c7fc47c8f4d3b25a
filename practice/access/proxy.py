"""The client's own address, where proxies of ours stand before the web."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Puts into REMOTE_ADDR what the outermost of our proxies saw.

    Only as many entries of X-Forwarded-For are believed as there are proxies (PROXIES): what
    stands before them, the client may have written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
        if settings.PROXIES and len(seen) >= settings.PROXIES:
            request.META["REMOTE_ADDR"] = seen[-settings.PROXIES]
        return self.get_response(request)

"""Response headers for pages that must leave no trace on a shared computer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_SIGNS_OUT = {"account_logout", "admin:logout"}
_PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"


class PrivateHeadersMiddleware:
    """No page is kept in a cache; signing out clears what the browser kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Permissions-Policy"] = _PERMISSIONS
        match = request.resolver_match
        if match is None or match.view_name != "home":
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        if match and match.view_name in _SIGNS_OUT and request.method == "POST":
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

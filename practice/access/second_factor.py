"""Staff need a second factor. Only the demo lets them in without."""

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

_ON_THE_WAY = {
    "mfa_activate_totp",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "account_logout",
}


class SecondFactorMiddleware:
    """Leads somebody who has none yet to setting one up, whatever page they asked for.

    A sign-in that began before there was one must show it too: a password alone opens nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if settings.DEMO or not request.user.is_authenticated:
            return None
        if not getattr(view, "login_required", True):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name in _ON_THE_WAY:
            return None
        if not is_mfa_enabled(request.user):
            return redirect("mfa_activate_totp")
        if not _was_shown(request):
            return redirect_to_login(request.get_full_path(), "mfa_reauthenticate")
        return None


def _was_shown(request: HttpRequest) -> bool:
    """Whether the second factor was given in this very sign-in."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)

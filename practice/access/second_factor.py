"""Staff need a second factor. Only the demo lets them in without."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

_ON_THE_WAY = {"mfa_activate_totp", "account_reauthenticate", "mfa_reauthenticate", "account_logout"}


class SecondFactorMiddleware:
    """Leads somebody who has none yet to setting one up, whatever page they asked for."""

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
        if name in _ON_THE_WAY or is_mfa_enabled(request.user):
            return None
        return redirect("mfa_activate_totp")

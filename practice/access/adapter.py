"""How sign-in by allauth is bound to this practice."""

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from practice import encryption
from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import User


class StaffAdapter(DefaultAccountAdapter):
    """Nobody signs up; the owner makes accounts. Each role begins on its own page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        role = getattr(request.user, "role", None)
        return reverse(Role(role).home) if role else reverse("home")

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        trail.record(Verb.SIGN_IN, user, by=trail.staff_actor(request))
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        user = User.objects.filter(email__iexact=tried_address(request, credentials)).first()
        if user is not None:
            trail.record(Verb.DENY, user, by=trail.outsider(request), note="sign-in")


class EncryptingMFAAdapter(DefaultMFAAdapter):
    """Second factors' secrets are encrypted at rest as clinical text is."""

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text, "mfa")

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text, "mfa")


def tried_address(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Whose sign-in was tried: failures count for that person, wherever they come from."""
    tried = (credentials or {}).get("email") or request.POST.get("login", "")
    return str(tried).strip().lower()

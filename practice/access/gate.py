"""Who may use a view. A view that doesn't say so can't be reached by anybody.

Each view of the product is marked: ``@public``, ``@staff(Role.DESK, …)`` or, for private links,
``@link_holder`` (``clients.contact.visits``). Views of libraries are listed here by URL name.
What somebody may not use is answered as if it didn't exist.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse

from practice.access.roles import Role
from practice.audit import trail
from practice.audit.models import Verb
from practice.models import User

View = TypeVar("View", bound=Callable[..., Any])

ANYONE = frozenset({"anyone"})
LINK_HOLDERS = frozenset({"link holders"})
EVERY_ROLE = frozenset(Role)
_LONGEST_NOTE = 100

_LIBRARY_VIEWS: dict[str, frozenset[Any]] = {
    "account_login": ANYONE,
    # Also for somebody whom idleness has signed out already.
    "account_logout": ANYONE,
    "account_inactive": ANYONE,
    "account_reauthenticate": EVERY_ROLE,
    "account_change_password": EVERY_ROLE,
    "mfa_authenticate": ANYONE,
    "mfa_reauthenticate": EVERY_ROLE,
    "mfa_index": EVERY_ROLE,
    "mfa_activate_totp": EVERY_ROLE,
    "mfa_deactivate_totp": EVERY_ROLE,
    "mfa_view_recovery_codes": EVERY_ROLE,
    "mfa_generate_recovery_codes": EVERY_ROLE,
    "mfa_download_recovery_codes": EVERY_ROLE,
}


def public(view: View) -> View:
    """Open to everybody, signed in or not."""
    login_not_required(view)
    view.open_to = ANYONE  # type: ignore[attr-defined]
    return view


def staff(*roles: Role) -> Callable[[View], View]:
    """Open to these roles only."""

    def mark(view: View) -> View:
        view.open_to = frozenset(roles)  # type: ignore[attr-defined]
        return view

    return mark


def open_to(view: Callable[..., Any], name: str) -> frozenset[Any] | None:
    """Who may use the view of this URL name; None where nobody has said."""
    if name.startswith("admin:"):
        return frozenset({Role.OWNER})
    marked: frozenset[Any] | None = getattr(view, "open_to", None)
    return marked or _LIBRARY_VIEWS.get(name)


def _record_refusal(request: HttpRequest) -> None:
    """Somebody on the staff asked for a page that isn't theirs, or isn't there: who can tell."""
    match = request.resolver_match
    if match is None:
        return
    assert isinstance(request.user, User)
    case = match.kwargs.get("case_id", "")
    by, note = trail.staff_actor(request), f"page {match.view_name}"[:_LONGEST_NOTE]
    trail.record(Verb.DENY, request.user, by=by, case_id=case, note=note)


class AccessMiddleware:
    """Answers 404 where the view isn't for the one who asks, and records who was refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.NOT_FOUND and isinstance(request.user, User):
            _record_refusal(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        allowed = open_to(view, name)
        if allowed in (ANYONE, LINK_HOLDERS):
            return
        role = getattr(request.user, "role", None)
        if allowed is None or role not in allowed:
            raise Http404

"""The owner's settings. No clinical model is ever registered here."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from practice.access.roles import Role

# What stands over each group, where the app's own name says nothing to an owner.
_HEADINGS = {
    "axes": "Sign-ins that wait after failed tries",
    "contact": "What people agree to",
    "intake": "Requests",
    "mfa": "Second factors of the staff",
    "scheduling": "Hours and holidays",
}


class OwnerAdminSite(AdminSite):
    site_header = "Settings of the practice"
    site_title = "Settings"
    index_title = "What would you like to set?"

    def has_permission(self, request: HttpRequest) -> bool:
        return getattr(request.user, "role", None) == Role.OWNER and request.user.is_active

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Each group under a heading in plain words."""
        groups: list[Any] = super().get_app_list(request, app_label)
        return [{**each, "name": _HEADINGS.get(each["app_label"], each["name"])} for each in groups]

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take in what writes each change into the audit trail; what libraries bring stays out."""
        if getattr(admin_class, "is_audited", False):
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one place to sign in, where the second factor is asked for: not here."""
        return redirect("admin:index")
